"""Scans of small sources, made with plain `ast`, so that these tests do not depend on the scan's own code."""

import ast
from collections.abc import Mapping
from textwrap import dedent

from refactor_tools.model.facts import Definition, FileFacts, Framework, Import, Parameter, Scan, Source

PREAMBLE = {
    "torch": "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n",
    "keras": "import keras\nfrom keras import layers\n",
}
ROOTS = {"Module", "Layer", "LightningModule"}


def with_imports(text: str) -> str:
    text = dedent(text).strip("\n") + "\n"
    return text if "import " in text else PREAMBLE["torch"] + text


def source_of(path: str, texts: Mapping[str, str]) -> Source | None:
    return Source(path, texts[path], "utf-8", "") if path in texts else None


def scan_of(texts: Mapping[str, str]) -> Scan:
    return Scan("", tuple(facts_of(path, text) for path, text in texts.items()))


def facts_of(path: str, text: str) -> FileFacts:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return FileFacts(path, "", text.count("\n"))
    imports = tuple(item for node in ast.walk(tree) for item in imports_of(node))
    roots = {item.module.partition(".")[0] for item in imports}
    framework: Framework | None = "keras" if "keras" in roots else "torch" if "torch" in roots else None
    definitions: list[Definition] = []
    modules = set(ROOTS)
    collect(tree, path, "", framework, modules, definitions)
    return FileFacts(path, "", text.count("\n"), tuple(definitions), imports)


def imports_of(node: ast.AST) -> list[Import]:
    if isinstance(node, ast.Import):
        return [Import(a.name, None, a.asname or a.name.partition(".")[0], 0, node.lineno) for a in node.names]
    if isinstance(node, ast.ImportFrom):
        return [Import(node.module or "", a.name, a.asname or a.name, node.level, node.lineno) for a in node.names]
    return []


def collect(
    scope: ast.AST,
    path: str,
    prefix: str,
    framework: Framework | None,
    modules: set[str],
    out: list[Definition],
) -> None:
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.ClassDef):
            out.append(class_of(node, path, prefix, framework, modules))
            collect(node, path, f"{prefix}{node.name}.", framework, modules, out)
        elif isinstance(node, ast.FunctionDef) and not prefix:
            out.append(
                Definition(
                    f"{path}::{node.name}",
                    "function",
                    node.name,
                    path,
                    node.lineno,
                    node.end_lineno or node.lineno,
                    framework=framework,
                    parameters=parameters(node),
                )
            )
        elif isinstance(node, ast.If | ast.Try):
            collect(node, path, prefix, framework, modules, out)


def class_of(node: ast.ClassDef, path: str, prefix: str, framework: Framework | None, modules: set[str]) -> Definition:
    bases = tuple(ast.unparse(base) for base in node.bases)
    is_module = any(base.rpartition(".")[2] in modules for base in bases)
    if is_module:
        modules.add(node.name)
    methods = {method.name: method for method in node.body if isinstance(method, ast.FunctionDef)}
    forward = methods.get("forward") or methods.get("call")
    return Definition(
        f"{path}::{prefix}{node.name}",
        "class",
        node.name,
        path,
        node.lineno,
        node.end_lineno or node.lineno,
        bases,
        framework if is_module else None,
        parameters(methods["__init__"])[1:] if "__init__" in methods else (),
        parameters(forward)[1:] if forward else None,
        is_module=is_module,
    )


def parameters(node: ast.FunctionDef) -> tuple[Parameter, ...]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return tuple(Parameter(argument.arg) for argument in arguments)
