"""Names read in nested scopes, which of them are free, and where local variables carry them."""

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from refactor_tools.model.facts import Built, How

# Where a value goes that a variable keeps: "=name" for a local variable, "=name()" for what a method returns.
LOCAL = "="
RETURN = "return"
# To whom `super().__init__(...)` gives its arguments.
SUPER = "super()"

# What calling a variable means by how it got what it holds; calling a part that was built before runs it.
_CALLED: Mapping[str, How] = {"uses": "calls", "finds": "finds"}


class Load(NamedTuple):
    """A name while its scope is read: a `Built` in the making, whose `member` may still be a local variable."""

    name: str
    how: How
    member: str
    line: int
    to: str = ""
    key: str = ""


@dataclass(slots=True)
class Scope:
    """One lexical scope while it is read.

    `stores` are names it binds (a function's imports aside: those are resolved through the file's imports), `shared`
    those it declares `global`, `loads` what it reads itself, `passed` what a class's methods read and do not bind,
    `names` every name that is read, bound here or not. `values` are what its names were last assigned, a list of values
    for the variable of a loop.
    """

    kind: Literal["module", "definition", "class", "function"]
    stores: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    loads: list[Load] = field(default_factory=list)
    passed: list[Load] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    values: dict[str, ast.expr] = field(default_factory=dict)

    def take(self, inner: "Scope", free: list[Load]) -> None:
        """What `inner` needs from outside; a class's own names are not seen by its methods."""
        (self.passed if self.kind == "class" else self.loads).extend(free)
        if self.kind == "function":
            self.names |= inner.names

    def runs_through(self, target: ast.expr, values: ast.expr, known: Callable[[str], ast.expr | None]) -> None:
        """Take in the variable of a loop over a list that is written out, here or where its name is bound."""
        listed = known(values.id) if isinstance(values, ast.Name) else values
        if isinstance(target, ast.Name) and isinstance(listed, ast.List | ast.Tuple | ast.Set):
            self.values[target.id] = listed

    def free(self) -> list[Load]:
        """What this scope needs from outside, in order."""
        return [*_settled(self.loads, self.stores - self.shared), *self.passed]


def distinct(loads: Iterable[Load]) -> tuple[Built, ...]:
    """The first occurrence of each name in each role, in order of lines."""
    first: dict[tuple[str, ...], Load] = {}
    for load in sorted(loads, key=_line):
        first.setdefault((load.name, load.how, load.member, load.to, load.key), load)
    return tuple(Built(*load) for load in first.values())


def _settled(loads: list[Load], bound: set[str]) -> list[Load]:
    """The loads of names that are not `bound`. What a bound variable was given stands for the variable."""
    free: list[Load] = []
    held: dict[str, dict[tuple[str, str], Load]] = {}
    for load in loads:
        name = load.name
        root = name.partition(".")[0]
        if root in bound and root != "self":
            if name not in held or (load.how == "uses" and not load.member and not load.to):
                continue
            carried = [moved for one in held[name].values() if (moved := _moved(one, load))]
        else:
            carried = [load]
        for one in carried:
            if not one.member.startswith(LOCAL) or one.member[1:] not in bound:
                free.append(one)
                continue
            if not one.to and _is_carried(one.name):
                held.setdefault(one.member[1:], {}).setdefault((one.name, one.how), one)
            free.append(one._replace(member=""))
    return free


def _moved(held: Load, load: Load) -> Load | None:
    """What reading a variable does with what it holds: hands a class on, or builds it where the variable is called."""
    if load.how == "calls":
        how = _CALLED.get(held.how)
    else:
        how = "calls" if load.how == "finds" and held.how == "uses" else held.how
    if how is None:
        return None
    key = load.key if load.to and how != "finds" else held.key
    return Load(held.name, how, load.member, load.line, load.to, key)


def _is_carried(name: str) -> bool:
    """Whether a variable that holds `name` may hold a class or a part: not so for results of library functions."""
    return "." not in name or name.rpartition(".")[2].lstrip("_")[:1].isupper()


def _line(load: Load) -> int:
    return load.line
