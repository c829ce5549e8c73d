"""Names read in nested scopes, and which of them are free."""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from refactor_tools.model.facts import Built


@dataclass(slots=True)
class Scope:
    """One lexical scope while it is read.

    `stores` are names it binds (a function's imports aside: those are resolved through the file's imports), `shared`
    those it declares `global`, `loads` what it reads itself, `passed` what its inner scopes read and do not bind.
    `values` are what its names were last assigned, a list of values for the variable of a loop.
    """

    kind: Literal["module", "definition", "class", "function"]
    stores: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    loads: list[Built] = field(default_factory=list)
    passed: list[Built] = field(default_factory=list)
    values: dict[str, ast.expr] = field(default_factory=dict)

    def free(self) -> list[Built]:
        """What this scope needs from outside. A class's own names are not seen by its methods."""
        bound = self.stores - self.shared
        inner = self.passed if self.kind == "class" else _outside(self.passed, bound)
        return [*_outside(self.loads, bound), *inner]

    def runs_through(self, target: ast.expr, values: ast.expr, known: Callable[[str], ast.expr | None]) -> None:
        """Take in the variable of a loop over a list that is written out, here or where its name is bound."""
        listed = known(values.id) if isinstance(values, ast.Name) else values
        if isinstance(target, ast.Name) and isinstance(listed, ast.List | ast.Tuple | ast.Set):
            self.values[target.id] = listed


def distinct(loads: Iterable[Built]) -> tuple[Built, ...]:
    """The first occurrence of each name in each role, in order of lines."""
    first: dict[tuple[str, str, str], Built] = {}
    for load in sorted(loads, key=lambda load: load.line):
        first.setdefault((load.name, load.how, load.member), load)
    return tuple(first.values())


def _outside(loads: Iterable[Built], bound: set[str]) -> list[Built]:
    return [load for load in loads if load.name.partition(".")[0] not in bound]
