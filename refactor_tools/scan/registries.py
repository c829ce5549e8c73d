"""Definitions that are registered under a string, and strings by which they are looked up."""

import ast
import re
from collections.abc import Iterator

from refactor_tools.model.facts import EdgeKind, LookedUp, Registered
from refactor_tools.scan.syntax import DefinitionNode, dotted

# How the names of functions begin that put something into a registry, and of those that take something out.
REGISTER = "register"
BUILDERS = ("build", "create", "make", "get", "lookup", "by_name", "from_name")
TYPE_KEY = "type"

_BY_NAME = ("register_module", "register_class")
_KEYWORDS = ("name", "names", "key")
_BUILDER = re.compile(rf"(?:{'|'.join(BUILDERS)})(?:_|$)")


def decorated(node: DefinitionNode) -> Iterator[Registered]:
    """`@MODELS.register_module()`, `@MODELS.register("key")`, `@register_model` on a class or function."""
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        registry = _registry(call.func if call else decorator)
        if registry:
            keys = list(_keys(call)) if call else []
            for key in keys or [node.name]:
                yield Registered(registry, key, node.lineno, node.name)


def registered_by_call(node: ast.Call) -> Iterator[Registered]:
    """`MODELS.register("key")(Class)`, `MODELS.register("key", Class)` and `MODELS.register_module(Class)`."""
    if isinstance(node.func, ast.Call):
        inner, given = node.func, node.args[:1]
    else:
        keyword = [one.value for one in node.keywords if one.arg in ("module", "cls", "obj")]
        inner, given = node, [*node.args[:2], *keyword]
    registry = _registry(inner.func)
    names = [name for one in given if (name := dotted(one))]
    if not registry or registry.partition(".")[0] == "self" or not names:
        return
    # `register(Class)` may be a decorator for what handles the class.
    by_name = (dotted(inner.func) or "").endswith(_BY_NAME)
    for key in list(_keys(inner)) or ([names[-1].rpartition(".")[2]] if by_name else []):
        yield Registered(registry, key, node.lineno, names[-1])


def looked_up(node: ast.Call, name: str, kind: EdgeKind) -> Iterator[LookedUp]:
    """`MODELS.build(dict(type="key"))`, `build_from_cfg({"type": "key"}, MODELS)`, `create_model("key")`."""
    receiver, _, last = name.rpartition(".")
    if not node.args or not _BUILDER.match(last):
        return
    first = node.args[0]
    match first:
        case ast.Constant(value=str(key)):
            # `.get("key")` of an ordinary dictionary is not one of a registry.
            if last != "get" or receiver.rpartition(".")[2][:1].isupper():
                yield LookedUp(receiver or last, key, node.lineno, kind)
        case ast.Dict() | ast.Call():
            key = _type_of(first)
            given = dotted(node.args[1]) if len(node.args) > 1 else None
            if key:
                yield LookedUp(given or receiver or last, key, node.lineno, kind)


def subscripted(node: ast.Subscript, kind: EdgeKind) -> Iterator[LookedUp]:
    """`MODELS["key"]`; only what is written like a constant or class can be a registry."""
    match node:
        case ast.Subscript(slice=ast.Constant(value=str(key)), value=value):
            name = dotted(value) or ""
            if name.rpartition(".")[2][:1].isupper():
                yield LookedUp(name, key, node.lineno, kind)


def typed(node: ast.Dict | ast.Call, kind: EdgeKind) -> Iterator[LookedUp]:
    """`{"type": "key"}` and `dict(type="key")` anywhere."""
    key = _type_of(node)
    if key:
        yield LookedUp("", key, node.lineno, kind)


def _registry(function: ast.expr) -> str:
    """The dotted name of what registers: the receiver of `register...`, else the function itself."""
    name = dotted(function) or ""
    receiver, _, last = name.rpartition(".")
    if not last.startswith(REGISTER):
        return ""
    return receiver or last


def _keys(call: ast.Call) -> Iterator[str]:
    given = [*call.args[:1], *(one.value for one in call.keywords if one.arg in _KEYWORDS)]
    for one in given:
        for element in one.elts if isinstance(one, ast.List | ast.Tuple) else [one]:
            match element:
                case ast.Constant(value=str(text)):
                    yield text


def _type_of(node: ast.expr) -> str:
    match node:
        case ast.Dict(keys=keys, values=values):
            pairs = [
                (key.value, value) for key, value in zip(keys, values, strict=True) if isinstance(key, ast.Constant)
            ]
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            pairs = [(one.arg, one.value) for one in keywords]
        case _:
            return ""
    found = [value.value for key, value in pairs if key == TYPE_KEY and isinstance(value, ast.Constant)]
    return found[0] if found and isinstance(found[0], str) else ""
