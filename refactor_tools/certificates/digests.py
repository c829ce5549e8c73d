"""Digests of source that stay the same when only its looks change."""

import ast
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

from refactor_tools.certificates.case_values import document_of
from refactor_tools.certificates.cases import case_document
from refactor_tools.certificates.renaming import without_local_names
from refactor_tools.model.proofs import Case, Listed, Named, Same, TensorSpec

Function = ast.FunctionDef | ast.AsyncFunctionDef


def source_digest(text: str) -> str:
    """A digest ("sha256:...") of the syntax tree of `text`, or of `text` itself where it does not parse.

    Comments, formatting, docstrings and the annotations of functions do not count. Annotations in class bodies do,
    because they make fields.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return _sha256("unparsable\0" + text)
    return _sha256("".join(_tokens(tree, in_class=False)))


def computation_digest(text: str, package: str) -> str:
    """A digest like `source_digest` to which names of local variables do not count, nor where in `package` names stand.

    Texts with one digest compute the same, if what they import from `package` does.
    """
    try:
        tree = without_local_names(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError):
        return _sha256("unparsable\0" + text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").partition(".")[0] == package):
            node.level, node.module = 0, None
    return _sha256("".join(_tokens(tree, in_class=False)))


def combined_digest(digests: list[str]) -> str:
    """One digest for several, in their order."""
    return digests[0] if len(digests) == 1 else _sha256("\n".join(digests))


def case_digest(case: Case) -> str:
    """A digest of what `case` makes; notes and the reason for accepting a verdict do not count."""
    constructions = tuple(
        replace(entry, calls=tuple(replace(call, note="") for call in entry.calls)) for entry in case.constructions
    )
    document = case_document(replace(case, accepted="", constructions=constructions))
    return _sha256(json.dumps(_plain(document), sort_keys=True))


def _plain(value: object) -> object:
    if isinstance(value, TensorSpec):
        return {"!tensor": [list(value.shape), value.kind, value.high, value.dtype]}
    if isinstance(value, Named):
        return {"!object": [value.name, None if value.arguments is None else _plain(document_of(value.arguments))]}
    if isinstance(value, Listed):
        return {"!list": [_plain(document_of(entry)) for entry in value.entries]}
    if isinstance(value, Same):
        return {"!same": value.argument}
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list) else value


def _tokens(node: ast.AST, in_class: bool) -> Iterator[str]:
    """The tree as text. Empty and absent fields are left out, so that Python versions that add a field agree."""
    yield type(node).__name__ + "("
    for name, value in ast.iter_fields(node):
        if value is None or value == [] or _is_annotation(node, name, in_class):
            continue
        yield name + "="
        yield from _field_tokens(node, value)
    yield ")"


def _field_tokens(node: ast.AST, value: object) -> Iterator[str]:
    in_class = isinstance(node, ast.ClassDef)
    if isinstance(value, ast.AST):
        yield from _tokens(value, in_class)
    elif isinstance(value, list):
        yield "["
        for entry in value:
            if not isinstance(entry, ast.AST):
                yield f"{entry!r},"
            elif not _is_docstring(entry):
                yield from _tokens(entry, in_class)
                yield ","
        yield "]"
    else:
        yield f"{type(value).__name__}:{value!r}"


def _is_annotation(node: ast.AST, field: str, in_class: bool) -> bool:
    if isinstance(node, Function):
        return field in ("returns", "type_comment")
    if isinstance(node, ast.arg):
        return field in ("annotation", "type_comment")
    if isinstance(node, ast.AnnAssign):
        return field == "annotation" and not in_class
    return isinstance(node, ast.Constant) and field == "kind"


def _is_docstring(node: ast.AST) -> bool:
    """A statement that is only a text does nothing, wherever it stands."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _sha256(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
