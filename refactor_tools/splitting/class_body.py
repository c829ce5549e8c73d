"""A class as its body's statements, and which of its methods could stand in a mixin without anybody noticing.

A mixin comes right behind the class in the method resolution order and bears the class's own name, so that qualified
names and mangled names (`__x`) are those of the class. What is left that could tell: `super()`, the class's own name,
names of the class body that are read while it runs, and whatever looks at the class as it is made.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from refactor_tools.codemods.text import Text
from refactor_tools.model.outcomes import Refusal
from refactor_tools.scan.syntax import dotted
from refactor_tools.splitting.source import ModuleSource, first_line

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Bases that make something of the class body itself.
_MAKERS = frozenset({"NamedTuple", "TypedDict", "Protocol", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "Generic"})


@dataclass(frozen=True, slots=True)
class Method:
    """All definitions of one name in a class body (a property with its setter, overloads), with their texts."""

    name: str
    nodes: tuple[Function, ...]
    spans: tuple[tuple[int, int], ...]
    calls: frozenset[str]
    reads: frozenset[str]

    @property
    def lines(self) -> int:
        return sum((node.end_lineno or 0) - first_line(node) + 2 for node in self.nodes)


def methods_that_may_move(source: ModuleSource, node: ast.ClassDef) -> tuple[Method, ...] | Refusal:
    """The methods that a mixin could hold, in order, or why the class cannot be divided."""
    refusal = _refused(node)
    if refusal:
        return Refusal(f"class {node.name} cannot be divided: {refusal}")
    through_super = _read_through_super(node)
    if through_super is None:
        return Refusal(f"class {node.name} cannot be divided: it uses super() in another way than super().name")
    own = {name for item in source.statements if item.kind not in ("import", "future", "logger") for name in item.binds}
    body_names = _bound_in_body(node)
    read_by_body = {name for item in node.body if not isinstance(item, Function) for name in _loads(item)}
    found = []
    for method in _methods(source.text, node):
        stays = (
            (method.name.startswith("__") and method.name.endswith("__"))
            or method.name in through_super | read_by_body
            or method.reads & own
            or any(_sees_its_class(inner) for inner in method.nodes)
            or any(_read_at_definition(inner) & (body_names - {method.name}) for inner in method.nodes)
        )
        if not stays:
            found.append(method)
    return tuple(found)


def _refused(node: ast.ClassDef) -> str:
    if node.decorator_list:
        return "a decorator may look at its body"
    if node.keywords:
        return f"it is made with {node.keywords[0].arg or 'keywords'}="
    for base in node.bases:
        name = (dotted(base.value if isinstance(base, ast.Subscript) else base) or "").rpartition(".")[2]
        if not name or name in _MAKERS:
            return f"its base {ast.unparse(base)} may make something of its body"
    bound = _bound_in_body(node)
    if "__slots__" in bound:
        return "it has __slots__"
    if bound & {"__init_subclass__", "__class_getitem__", "__set_name__"}:
        return "it looks at classes as they are made"
    return ""


def _read_through_super(node: ast.ClassDef) -> frozenset[str] | None:
    """Names that the class reads through `super()`, None where it does something else with it."""
    parents = {child: parent for parent in ast.walk(node) for child in ast.iter_child_nodes(parent)}
    names = set()
    for call in ast.walk(node):
        if isinstance(call, ast.Name) and call.id == "super":
            owner = parents.get(call)
            attribute = parents.get(owner) if isinstance(owner, ast.Call) and owner.func is call else None
            if not isinstance(attribute, ast.Attribute):
                return None
            names.add(attribute.attr)
    return frozenset(names)


def _bound_in_body(node: ast.ClassDef) -> set[str]:
    found = set()
    for item in node.body:
        if isinstance(item, Function | ast.ClassDef):
            found.add(item.name)
        else:
            found |= {n.id for n in ast.walk(item) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return found


def _loads(node: ast.AST) -> set[str]:
    return {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load)}


def _sees_its_class(node: Function) -> bool:
    return bool(_loads(node) & {"super", "__class__", "locals", "globals", "eval", "exec"})


def _read_at_definition(node: Function) -> set[str]:
    """Names that decorators, defaults and annotations read."""
    arguments = node.args
    annotated = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    parts: list[ast.expr | None] = [*node.decorator_list, *arguments.defaults, *arguments.kw_defaults, node.returns]
    parts += [item.annotation for item in annotated]
    return {name for part in parts if part is not None for name in _loads(part)}


def _methods(text: Text, node: ast.ClassDef) -> Iterator[Method]:
    groups: dict[str, list[tuple[Function, tuple[int, int]]]] = {}
    for item, span in _spans(text, node):
        if isinstance(item, Function):
            groups.setdefault(item.name, []).append((item, span))
    for name, found in groups.items():
        nodes = tuple(item for item, _ in found)
        calls = {
            inner.attr
            for item in nodes
            for inner in ast.walk(item)
            if isinstance(inner, ast.Attribute)
            and isinstance(inner.value, ast.Name)
            and inner.value.id in ("self", "cls")
        }
        reads = {read for item in nodes for read in _loads(item)}
        yield Method(name, nodes, tuple(span for _, span in found), frozenset(calls), frozenset(reads))


def _spans(text: Text, node: ast.ClassDef) -> Iterator[tuple[ast.stmt, tuple[int, int]]]:
    """Each statement of the body with the comments above it and those inside its last block."""
    starts = [text.starts[first_line(item) - 1] for item in node.body]
    ends = [_line_after(text, item) for item in node.body]
    # Deeper comments below a statement still belong to it.
    for position, item in enumerate(node.body):
        limit = starts[position + 1] if position + 1 < len(starts) else _line_after(text, node)
        ends[position] = _past_deeper(text, ends[position], limit, item.col_offset)
    for position, item in enumerate(node.body):
        start = ends[position - 1] if position else starts[0]
        yield item, (start, ends[position])


def _line_after(text: Text, node: ast.stmt) -> int:
    line = node.end_lineno or node.lineno
    return text.starts[line] if line < len(text.starts) else len(text.value)


def _past_deeper(text: Text, start: int, limit: int, column: int) -> int:
    own = at = start
    while at < limit:
        following = text.next_line(at)
        line = text.value[at:following]
        if line.strip() and len(line) - len(line.lstrip()) > column:
            own = following
        elif line.strip():
            break
        at = following
    return own
