"""Where names moved, and what became of those who import them."""

from dataclasses import dataclass, field
from typing import Literal

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.changes import ChangeSet
from refactor_tools.model.facts import Parameter

# The reason of a string that may be rewritten when a person asks for it.
ON_REQUEST = "rewritten with --strings"


@dataclass(frozen=True, slots=True)
class Move:
    """An old name and where it lives now.

    `origin` is the file that held it (relative to the root), or a dotted module that is not in the tree. "alias": old
    and new name are one object; "adapted": the old name is a shim, and calls need `adapter` from the old signature
    (`parameters`, `forward`) to the new one (`new_parameters`, `new_forward`; empty where unknown).
    """

    origin: str
    name: str
    module: str
    new_name: str
    form: Literal["alias", "adapted"] = "alias"
    kind: Literal["class", "function"] = "class"
    adapter: Adapter = field(default_factory=Adapter)
    parameters: tuple[Parameter, ...] = ()
    forward: tuple[Parameter, ...] = ()
    new_parameters: tuple[Parameter, ...] = ()
    new_forward: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One import or call that changes: its line before, and both texts."""

    path: str
    line: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One import that stays on its old name, and why."""

    path: str
    line: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class NamedInString:
    """A string, comment or document that names what moved: `old` as it stands there, `new` what it would have to be.

    `reason` says why it is only reported; "" where it is rewritten.
    """

    path: str
    line: int
    old: str
    new: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Migration:
    """What a run over the consumers would do."""

    changes: ChangeSet
    rewritten: tuple[Rewritten, ...] = ()
    kept: tuple[Kept, ...] = ()
    strings: tuple[NamedInString, ...] = ()
