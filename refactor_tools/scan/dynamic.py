"""Imports that calls make: `import_module("a.b")`, `runpy.run_path("a.py")`, `exec("import a")`.

What is computed stays visible: a computed part of a name is "*".
"""

import ast
import re
from collections.abc import Callable, Iterator

from refactor_tools.scan.syntax import dotted

# What a name stands for where it is read, as far as one assignment says.
Values = Callable[[str], ast.expr | None]

IMPORTERS = frozenset(("import_module", "__import__", "run_module", "importorskip"))
# Functions that run or load a file, and the place of its path among their arguments.
LOADERS = {"run_path": 0, "spec_from_file_location": 1, "SourceFileLoader": 1, "load_source": 1, "execfile": 0}
EXECUTORS = frozenset(("exec", "eval"))
DYNAMIC = IMPORTERS | LOADERS.keys() | EXECUTORS

_PATH_KEYWORDS = ("location", "path", "path_name", "pathname")
_OWN_PACKAGE = "\0"
_PERCENT = re.compile(r"%(?:\(\w+\))?[-#0 +]*(?:\d+|\*)?(?:\.\d+)?[a-zA-Z]")
_BRACES = re.compile(r"\{[^{}]*\}")
_STATEMENT = re.compile(r"(?:^|[\n;])[ \t]*(?:from|import)[ \t]+([\w.*]+)")
_DEEPEST = 20


def imported_modules(call: ast.Call, values: Values) -> Iterator[tuple[str, int]]:
    """(module, level) of everything that a call of an importer may import, one for each value of a loop's variable."""
    argument = _argument(call, 0, ("name", "mod_name", "modname"))
    if argument is None:
        return
    for known in environments(argument, values):
        yield _module(text(argument, known), call)


def loaded_path(call: ast.Call, name: str) -> ast.expr | None:
    """The expression of the path that a call of a loader is given."""
    return _argument(call, LOADERS[name], _PATH_KEYWORDS)


def executed_modules(call: ast.Call, values: Values) -> list[tuple[str, int]] | None:
    """Modules that the statements given to `exec` or `eval` import; None where those are not known."""
    written = text(call.args[0], values) if call.args else ""
    found = [_relative(module) for module in _STATEMENT.findall(written)]
    if found or "*" not in written:
        return found
    return None


def executed_path(call: ast.Call) -> ast.expr | None:
    """The path in `exec(open(path).read())`, `exec(Path(path).read_text())` and with `compile` around them."""
    for node in ast.walk(call.args[0]) if call.args else ():
        if isinstance(node, ast.Call) and dotted(node.func) in ("open", "io.open") and node.args:
            return node.args[0]
        if isinstance(node, ast.Attribute) and node.attr in ("read_text", "read_bytes"):
            return node.value
    return None


def environments(node: ast.expr, values: Values) -> Iterator[Values]:
    """`values`, once for each element of the first name in `node` that runs through a list as a loop's variable."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            value = values(inner.id)
            if isinstance(value, ast.List | ast.Tuple | ast.Set):
                for element in value.elts:
                    yield _with(values, inner.id, element)
                return
    yield values


def text(node: ast.expr | None, values: Values, depth: int = 0) -> str:
    """The text of a string expression with "*" for every part that is computed."""
    if depth > _DEEPEST:
        return "*"
    match node:
        case ast.Constant(value=str(written)):
            return written
        case ast.JoinedStr(values=parts):
            return "".join(text(part, values, depth + 1) for part in parts)
        case ast.FormattedValue(value=inner):
            return text(inner, values, depth + 1)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return text(left, values, depth + 1) + text(right, values, depth + 1)
        case ast.BinOp(left=template, op=ast.Mod()):
            return _PERCENT.sub("*", text(template, values, depth + 1))
        case ast.Call(func=ast.Attribute(value=template, attr="format")):
            return _BRACES.sub("*", text(template, values, depth + 1))
        case ast.Call(
            func=ast.Attribute(value=separator, attr="join"), args=[ast.List(elts=parts) | ast.Tuple(elts=parts)]
        ):
            return text(separator, values, depth + 1).join(text(part, values, depth + 1) for part in parts)
        case ast.Name(id="__package__" | "__name__"):
            return _OWN_PACKAGE
        case ast.Name(id=name):
            return text(values(name), values, depth + 1)
        case _:
            return "*"


def _with(values: Values, name: str, value: ast.expr) -> Values:
    return lambda asked: value if asked == name else values(asked)


def _argument(call: ast.Call, place: int, keywords: tuple[str, ...]) -> ast.expr | None:
    given = [*call.args[place : place + 1], *(one.value for one in call.keywords if one.arg in keywords)]
    return given[0] if given else None


def _module(written: str, call: ast.Call) -> tuple[str, int]:
    module, level = _relative(written)
    if not level:
        given = _argument(call, 4, ("level",)) if dotted(call.func) == "__import__" else None
        return module, given.value if isinstance(given, ast.Constant) and isinstance(given.value, int) else 0
    match _argument(call, 1, ("package",)):
        case ast.Constant(value=str(package)):
            parents = package.split(".")
            return ".".join([*parents[: len(parents) - level + 1], module]), 0
        case None | ast.Name(id="__package__" | "__name__"):
            return module, level
        case ast.Attribute() | ast.Subscript() | ast.Call() as package if _reads_own_package(package):
            return module, level
        case _:
            return "*", 0


def _relative(written: str) -> tuple[str, int]:
    """`written` without its leading dots, and how many there are; a name built on the file's own package has one."""
    if written.startswith(f"{_OWN_PACKAGE}."):
        return written[2:].replace(_OWN_PACKAGE, "*"), 1
    written = written.replace(_OWN_PACKAGE, "*")
    module = written.lstrip(".")
    return module, len(written) - len(module)


def _reads_own_package(node: ast.expr) -> bool:
    return any(
        isinstance(inner, ast.Name) and inner.id in ("__package__", "__name__", "__spec__") for inner in ast.walk(node)
    )
