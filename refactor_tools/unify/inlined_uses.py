"""What else reads the parts of an inlined copy, so that they cannot go."""

import ast
from collections.abc import Iterable, Iterator, Sequence

from refactor_tools.unify.inlined_values import Choice, Element, Scope, Site, Value, Written

# What a class that defines these does with its state, or with its members, nobody can tell.
_STATE = frozenset(
    {
        *("state_dict", "load_state_dict", "_load_from_state_dict", "_save_to_state_dict", "__setstate__"),
        *("__getstate__", "__reduce__", "__reduce_ex__", "__getattr__", "__setattr__", "__getattribute__", "__new__"),
    }
)
_ASKING = frozenset({"getattr", "hasattr", "setattr", "delattr", "startswith", "endswith", "get_submodule"})
_INSIDES = frozenset({"_modules", "_parameters", "_buffers", "__dict__"})


def unsafe_class(node: ast.ClassDef) -> str:
    """Why nothing inside the class may change its members, "" where that is safe."""
    if not node.bases or any(isinstance(base, ast.Starred) for base in node.bases):
        return "it has no base class"
    if node.keywords or node.decorator_list:
        return "a decorator or a metaclass may look at it"
    own = sorted(item.name for item in node.body if isinstance(item, ast.FunctionDef) and item.name in _STATE)
    if own:
        return f"it defines `{own[0]}` itself"
    for item in ast.walk(node):
        if isinstance(item, ast.Attribute) and item.attr in _INSIDES:
            return f"it reads `{item.attr}`"
        if isinstance(item, ast.Call) and _asks_by_value(item):
            return f"it reads members by names that are computed (line {item.lineno})"
    return ""


def _asks_by_value(call: ast.Call) -> bool:
    """`getattr(self, name)`: any member."""
    match call:
        case ast.Call(func=ast.Name(id="getattr" | "setattr" | "delattr"), args=[ast.Name(id="self"), name, *_]):
            return not (isinstance(name, ast.Constant) and isinstance(name.value, str))
    return False


def other_use(node: ast.AST, names: frozenset[str], besides: Iterable[ast.AST], *, own: bool) -> tuple[str, int] | None:
    """The first place in `node`, outside of `besides`, that reads or names one of the members, with its line.

    With `own` members of `self` are meant, else those of any other object.
    """
    left_out = {id(inner) for item in besides for inner in ast.walk(item)}
    modules = _modules(node)
    for item in ast.walk(node):
        if id(item) in left_out:
            continue
        if isinstance(item, ast.Attribute) and item.attr in names:
            is_self = isinstance(item.value, ast.Name) and item.value.id == "self"
            from_module = isinstance(item.value, ast.Name) and item.value.id in modules
            if is_self == own and not from_module:
                return item.attr, item.lineno
        elif (text := _asked(item)) is not None and (found := _named(text, names)):
            return found, getattr(item, "lineno", 0)
    return None


def _modules(node: ast.AST) -> frozenset[str]:
    imports = (item for item in ast.walk(node) if isinstance(item, (ast.Import, ast.ImportFrom)))
    return frozenset(alias.asname or alias.name.partition(".")[0] for item in imports for alias in item.names)


def _asked(node: ast.AST) -> str | None:
    """A text by which a member may be asked for: an argument of `getattr` and the like, or any dotted key."""
    match node:
        case ast.Call(func=ast.Name(id=function) | ast.Attribute(attr=function), args=args) if function in _ASKING:
            texts = [item.value for item in args if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            return texts[0] if texts else None
        case ast.Compare(left=ast.Constant(value=str() as text), ops=[ast.In() | ast.NotIn()]):
            return text
        case ast.Constant(value=str() as text) if "." in text and " " not in text:
            return text
    return None


def _named(text: str, names: frozenset[str]) -> str:
    return next((part for part in text.split(".") if part in names), "")


def binders(value: Value | None) -> Iterator[ast.stmt]:
    """The statements that bind a value, on any path."""
    if isinstance(value, (Written, Element)) and value.by is not None:
        yield value.by
    elif isinstance(value, Choice):
        if value.by is not None:
            yield value.by
        yield from (*binders(value.then), *binders(value.other))


def read_later(sites: Sequence[Site], gone: frozenset[ast.stmt], called: ast.expr) -> str:
    """A name that a statement in `gone` binds and another one reads outside of `called`, "" where there is none."""
    inside = {id(item) for item in ast.walk(called)}
    for site in sites:
        if site.statement in gone:
            continue
        for node in _own_nodes(site.statement):
            if not isinstance(node, ast.Name) or id(node) in inside:
                continue
            if isinstance(node.ctx, ast.Load) and gone.intersection(binders(site.scope.get(node.id))):
                return node.id
    return ""


def _own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """What belongs to the statement alone: of one whose inner statements are sites themselves, its head."""
    if isinstance(statement, ast.If):
        return ast.walk(statement.test)
    if isinstance(statement, ast.With):
        return (inner for item in statement.items for inner in ast.walk(item))
    return ast.walk(statement)


def means_the_same(node: ast.expr, there: Scope, here: Scope) -> str:
    """A name in `node` that means something else `here` than `there`, "" where there is none."""
    for item in ast.walk(node):
        names = []
        if isinstance(item, ast.Name):
            names = [item.id]
        elif isinstance(item, ast.Attribute) and isinstance(item.value, ast.Name) and item.value.id == "self":
            names = [f"self.{item.attr}"]
        for name in names:
            if there.get(name) is not here.get(name):
                return name
    return ""
