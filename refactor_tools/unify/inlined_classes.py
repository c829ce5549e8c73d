"""A module class as inlined copies are looked for: its members, the layers of its sequences, what its names mean."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from refactor_tools.scan.syntax import FunctionNode, dotted, method, methods
from refactor_tools.unify.inlined_values import (
    NOTHING_BOUND,
    Choice,
    Given,
    Reading,
    Scope,
    Site,
    Unreadable,
    Value,
    Written,
)
from refactor_tools.unify.members import imported_names

_SEQUENCE = "torch.nn.Sequential"


@dataclass(frozen=True, slots=True)
class ClassBody:
    """`names` maps what the file's imports bind to qualified names, `members` what `__init__` gives `self`, `constants`
    what the class itself does. `effects` are calls in `__init__` that are no values; `init` are all its statements.
    """

    node: ast.ClassDef
    names: Mapping[str, str]
    members: Scope
    constants: Scope
    effects: tuple[Site, ...]
    init: tuple[Site, ...]

    def qualified(self, node: ast.expr) -> str:
        """What a plain name of the file stands for, "" for what is none."""
        whole = dotted(node)
        if whole is None:
            return ""
        root, _, rest = whole.partition(".")
        return ".".join(filter(None, (self.names.get(root, root), rest)))

    def layer(self, path: str) -> Value | None:
        """What a member, or a layer of a sequence, is made as."""
        name, _, rest = path.partition(".")
        value = self.members.get(f"self.{name}")
        for place in rest.split(".") if rest else ():
            entries = self.entries(value) if value is not None else None
            if entries is None or int(place) >= len(entries):
                return None
            value = entries[int(place)]
        return value

    def entries(self, value: Value) -> tuple[Written, ...] | None:
        """The layers of a sequence that is written out."""
        if isinstance(value, Written) and isinstance(value.node, ast.Call) and not value.node.keywords:
            layers = value.node.args
            if self.qualified(value.node.func) == _SEQUENCE and not any(
                isinstance(item, ast.Starred) for item in layers
            ):
                return tuple(Written(layer, value.scope, value.by) for layer in layers)
        return None

    def holds_tensors(self, value: Value | None) -> bool:
        """Whether a member's value is a layer or a tensor, by what makes it."""
        if isinstance(value, Choice):
            return self.holds_tensors(value.then) or self.holds_tensors(value.other)
        if not isinstance(value, Written):
            return not isinstance(value, Given)
        calls = [node for node in ast.walk(value.node) if isinstance(node, ast.Call)]
        return any(self._makes_tensors(node.func, value.scope) for node in calls)

    def _makes_tensors(self, func: ast.expr, scope: Scope) -> bool:
        """Whether it is a class or a function of torch, another class, a registration, or a parameter."""
        if isinstance(func, ast.Name) and isinstance(scope.get(func.id), Given):
            return True
        name = self.qualified(func)
        return name.startswith(("torch.", "register_")) or name.rpartition(".")[2][:1].isupper()


def read_class(tree: ast.Module, node: ast.ClassDef, homes: Mapping[str, str], *, strict: bool) -> ClassBody:
    """What `node`, a class of `tree`, gives its objects. `homes` are the full names of what packages hand on.

    Raises:
        Unreadable: a `strict` reading met a statement that cannot be followed.
    """
    names: dict[str, str] = {}
    for statement in ast.walk(tree):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            names |= {bound: homes.get(whole, whole) for bound, whole in imported_names(statement).items()}
    reading, members = Reading(strict), NOTHING_BOUND
    init = method(node, "__init__")
    if init is not None:
        members, _ = reading.run(init.body, given(init, in_init=True))
    return ClassBody(node, names, members, dict(_constants(node)), tuple(reading.effects), tuple(reading.sites))


def given(function: FunctionNode, *, in_init: bool) -> Scope:
    """The parameters of a method, without `self`."""
    args = function.args
    plain = [*args.posonlyargs, *args.args, *args.kwonlyargs][1:]
    starred = [item for item in (args.vararg, args.kwarg) if item is not None]
    return {item.arg: Given(item.arg, in_init) for item in (*plain, *starred)}


def main_method(node: ast.ClassDef) -> FunctionNode | None:
    """What calling a module runs."""
    return method(node, "forward")


def other_methods(node: ast.ClassDef) -> Iterator[FunctionNode]:
    """All methods but the constructor."""
    return (function for function in methods(node) if function.name != "__init__")


def returned(body: ClassBody) -> Value:
    """What `forward` returns, in terms of its parameters and members.

    Raises:
        Unreadable: it does what cannot be followed.
    """
    function = main_method(body.node)
    reading = Reading(strict=True)
    value = None
    if function is not None:
        _, value = reading.run(function.body, given(function, in_init=False))
    if value is None or reading.effects:
        raise Unreadable(type(reading.effects[0].statement).__name__ if reading.effects else "Return")
    return value


def class_named(tree: ast.Module, name: str, line: int = 0) -> ast.ClassDef | None:
    """A class of the top level."""
    found = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    return next((node for node in found if line in (0, node.lineno)), None)


def _constants(node: ast.ClassDef) -> Iterator[tuple[str, Value]]:
    for statement in node.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                yield name, Written(value, NOTHING_BOUND)
