"""The table of what becomes which component, as a team reviews and agrees on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from refactor_tools.model.families import KeepApart, Priority


@dataclass(frozen=True, slots=True)
class MapRow:
    """`members` (definition ids) become `component` in the file `target` under the library.

    `rename` gives parameters of the component other names than those proposed: old to new. `order` are those that its
    constructor takes first and `defaults` their values as source text, both by the final names. With `strategy` the
    members are different algorithms: each becomes a component of its own (`strategies` names it, by member), and
    `component` is given it through the parameter of that name. `note` is what the proposal says about itself; it is a
    comment in the file and no part of the agreement. `place` is where the row stands in it: line and column.
    """

    component: str
    members: tuple[str, ...]
    target: str
    category: str
    priority: Priority
    rename: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    strategy: str = ""
    strategies: Mapping[str, str] = field(default_factory=dict)
    note: str = field(default="", compare=False)
    place: tuple[int, int] = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class MigrationMap:
    """`keep_apart` names copies that are never merged, with reasons; `path` is the file that messages name."""

    rows: tuple[MapRow, ...] = ()
    keep_apart: tuple[KeepApart, ...] = ()
    path: str = field(default="", compare=False)
