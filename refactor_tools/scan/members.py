"""What one class does with its own members and arguments, gathered while the file is read."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from refactor_tools.model.facts import Finding, Member, MemberCall
from refactor_tools.scan.scopes import LOCAL, Load
from refactor_tools.scan.suspicious import is_abstract, unused_arguments
from refactor_tools.scan.syntax import FORWARD, FunctionNode, dotted, is_static, member

_ASKING = frozenset(("getattr", "hasattr", "vars", "delattr"))


@dataclass(slots=True)
class ClassReading:
    """One class while it is read, `depth` functions deep.

    `reads` are the attributes of `self` that it reads, `called` those that it calls, `made` pairs of a method of its
    own and the member that keeps what the method returns; `calls` and `unused` belong to a method's last definition.
    """

    node: ast.ClassDef
    depth: int
    reads: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    made: list[tuple[str, str]] = field(default_factory=list)
    assigned: dict[str, Member] = field(default_factory=dict)
    calls: dict[str, list[MemberCall]] = field(default_factory=dict)
    unused: dict[str, list[Finding]] = field(default_factory=dict)
    forward: FunctionNode | None = None
    asks: bool = False

    def begin(self, function: FunctionNode) -> None:
        """A method begins: what was seen of an earlier one of its name is forgotten."""
        if function.name in FORWARD:
            self.calls[function.name] = []
            if self.forward is None or function.name == self.forward.name or function.name == FORWARD[0]:
                self.forward = function

    def end(self, path: str, function: FunctionNode, read: set[str]) -> None:
        """A method has been read; `read` are the names it reads."""
        if function.name in (*FORWARD, "__init__") and not is_static(function):
            self.unused[function.name] = list(unused_arguments(path, self.node.name, function, read))

    def assign(self, target: ast.expr, value: ast.expr | None) -> None:
        """`__init__` assigns `value` to `target`."""
        for inner in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
            name = member(inner)
            if name:
                callee = dotted(value.func) or "" if isinstance(value, ast.Call) and inner is target else ""
                is_class = callee.rpartition(".")[2].lstrip("_")[:1].isupper() and not callee.startswith("self.")
                self.assigned.setdefault(name, Member(name, target.lineno, callee if is_class else ""))

    def findings(self) -> Iterator[Finding]:
        """Arguments of `__init__` and `forward` that nothing reads, where the class has a `forward`."""
        if self.forward is not None and self.node.bases:
            for name in ("__init__", self.forward.name):
                yield from self.unused.get(name, ())

    def member_calls(self) -> tuple[MemberCall, ...]:
        return tuple(self.calls[self.forward.name]) if self.forward else ()

    def idle(self) -> tuple[Member, ...]:
        if not self.node.bases or (self.forward is not None and is_abstract(self.forward)):
            return ()
        return tuple(one for name, one in self.assigned.items() if name not in self.reads and name[:2] != "__")

    def placed(self, loads: Iterable[Load]) -> Iterator[Load]:
        """`loads` with what a method returns in the members that keep it, and what a called member holds as built."""
        members: dict[str, list[str]] = {}
        for method, kept in self.made:
            members.setdefault(f"{LOCAL}{method}()", []).append(kept)
        for load in loads:
            if load.member.startswith(LOCAL):
                for kept in members.get(load.member, [""]):
                    yield load._replace(member=kept)
                continue
            yield load
            if load.how == "uses" and not load.to and load.member in self.called:
                yield load._replace(how="calls")


def asked_for(node: ast.Call, name: str) -> tuple[str, list[str]]:
    """What a call named `name` asks (the last part of its name) and the attributes that it asks for literally."""
    last = name.rpartition(".")[2]
    if last not in _ASKING and last != "attrgetter":
        return "", []
    base = (dotted(node.args[0]) or "").rpartition(".")[2] if node.args else ""
    texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return base, [word for text in texts for word in text.split(".")]


def asks_itself(node: ast.Call, name: str) -> bool:
    """Whether a call named `name` asks `self` for an attribute by a name that is computed."""
    if name.rpartition(".")[2] not in _ASKING or not node.args or dotted(node.args[0]) != "self":
        return False
    return len(node.args) < 2 or not isinstance(node.args[1], ast.Constant)
