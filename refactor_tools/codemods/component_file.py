"""A component's file: docstring, imports, what moved with it, the definition with its own docstrings."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from refactor_tools.codemods.formatting import formatted

_HOUSE = {
    "torch": "import torch",
    "nn": "from torch import nn",
    "Tensor": "from torch import Tensor",
    "F": "from torch.nn import functional as F",
    "Callable": "from collections.abc import Callable",
    "Any": "from typing import Any",
}
_STANDARD = frozenset(
    {"abc", "collections", "copy", "dataclasses", "functools", "itertools", "math", "random", "typing"}
)


@dataclass(frozen=True, slots=True)
class Docstrings:
    """Texts with their quotes and indentation, "" where there is none."""

    module: str
    definition: str
    constructor: str
    forward: str


def component_source(
    node: cst.ClassDef | cst.FunctionDef,
    docs: Docstrings,
    imports: Sequence[str],
    moved: str,
    returns: str,
) -> str:
    """The file. `moved` is the source of functions and constants that came along, `returns` forward's annotation."""
    documented = _class(node, docs, returns) if isinstance(node, cst.ClassDef) else _function(node, docs, returns)
    code = cst.Module(body=[documented]).code
    return file_text(docs.module, imports, "\n\n\n".join(part.strip("\n") for part in (moved, code) if part))


def file_text(docstring: str, imports: Sequence[str], body: str) -> str:
    """The sections of a file, apart as the formatter has them."""
    head = "\n\n".join(section.strip("\n") for section in (docstring, "\n".join(imports)) if section)
    return formatted(f"{head}\n\n{body}\n")


def import_lines(
    used: frozenset[str], names: Mapping[str, str], library: Mapping[str, str], package: str = ""
) -> tuple[str, ...]:
    """Sorted import statements for the names that the code uses.

    Args:
        used: plain names in the code
        names: what the original's imports bind, to qualified names
        library: components it builds, by name, to the module they come from
        package: the library's own name, whose imports come last
    """
    found: set[str] = set()
    for name in used:
        if name in library:
            found.add(f"from {library[name]} import {name}")
        elif name in _HOUSE:
            found.add(_HOUSE[name])
        elif name in names:
            found.add(_statement(name, names[name]))
    return import_block(found, package or next(iter(library.values()), "").partition(".")[0])


def import_block(statements: Collection[str], own: str) -> tuple[str, ...]:
    """Imports of one name each as they stand in a file: merged by module, sorted in groups, those of `own` last."""
    merged = _merged(statements)
    groups = [[line for line in merged if _rank(line, own) == rank] for rank in (0, 1, 2)]
    lines: list[str] = []
    for group in groups:
        if group and lines:
            lines.append("")
        lines += sorted(group, key=_order)
    return tuple(lines)


def _statement(bound: str, qualified: str) -> str:
    module, _, last = qualified.rpartition(".")
    if not module:
        return f"import {qualified}" if bound == qualified else f"import {qualified} as {bound}"
    return f"from {module} import {last}" if bound == last else f"from {module} import {last} as {bound}"


def _merged(statements: Collection[str]) -> list[str]:
    """One statement a module: `from torch import Tensor, nn`."""
    names: dict[str, set[str]] = {}
    plain = []
    for statement in statements:
        match = re.fullmatch(r"from (\S+) import (.+)", statement)
        if match:
            names.setdefault(match[1], set()).add(match[2])
        else:
            plain.append(statement)
    return plain + [f"from {module} import {', '.join(sorted(found))}" for module, found in names.items()]


def _rank(line: str, own: str) -> int:
    module = line.split()[1]
    if own and f"{module}.".startswith(f"{own}."):
        return 2
    return 0 if module.partition(".")[0] in _STANDARD else 1


def _order(line: str) -> tuple[int, str]:
    return (0 if line.startswith("import ") else 1, line.split()[1].lower())


def _class(node: cst.ClassDef, docs: Docstrings, returns: str) -> cst.ClassDef:
    body: list[cst.BaseStatement | cst.BaseSmallStatement] = []
    for item in node.body.body:
        if not isinstance(item, cst.FunctionDef):
            body.append(item)
            continue
        name = item.name.value
        text = {"__init__": docs.constructor, "forward": docs.forward}.get(name, "")
        result = {"__init__": "None", "forward": returns}.get(name, "")
        body.append(_documented(item, text, result).with_changes(leading_lines=[cst.EmptyLine(indent=False)]))
    if docs.definition:
        body = [_string(docs.definition), *body]
    elif body:
        body[0] = body[0].with_changes(leading_lines=[])
    return node.with_changes(body=node.body.with_changes(body=body))


def _function(node: cst.FunctionDef, docs: Docstrings, returns: str) -> cst.FunctionDef:
    return _documented(node, docs.forward, returns).with_changes(leading_lines=[])


def _documented(function: cst.FunctionDef, text: str, returns: str) -> cst.FunctionDef:
    body = list(function.body.body)
    if text:
        body = [_string(text), *body]
    changed = function.with_changes(body=function.body.with_changes(body=body))
    return changed.with_changes(returns=cst.Annotation(cst.parse_expression(returns))) if returns else changed


def _string(text: str) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine(body=[cst.Expr(cst.SimpleString(text.strip()))])
