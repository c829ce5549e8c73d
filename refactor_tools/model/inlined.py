"""Components written out inside larger classes, and what came of putting the component in their place."""

from dataclasses import dataclass

from refactor_tools.model.adapters import Argument


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class InlinedCopy:
    """How a component takes the place of its copy in a class, in offsets of the class's file.

    `made` is the first statement of `__init__` that builds a part, in whose place `self.<member>` is made with `init`;
    `gone` are the other statements that are no longer needed, `called` is the expression that becomes the call with
    `call`. Arguments without a name are given by position. `state` pairs (new, old) paths of layers and tensors,
    `values` are what an object that was pickled before gives the part besides: expressions over `old`, that object.
    `unset` are attributes of the component that such an object cannot give, and that nothing reads.
    """

    component: str
    member: str
    init: tuple[Argument, ...]
    call: tuple[Argument, ...]
    made: Span
    called: Span
    gone: tuple[Span, ...]
    state: tuple[tuple[str, str], ...]
    values: tuple[Argument, ...] = ()
    unset: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class ReplacedCopy:
    """A class (`holder`, an id) that now builds the component; `state_maps` pairs (new, old) state keys, `record` is
    the name of its certificate."""

    component: str
    holder: str
    members: tuple[str, ...]
    state_maps: tuple[tuple[str, str], ...]
    verdict: str
    record: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftCopy:
    """A copy in a class (`holder`, an id) that stays as it is, and why. `verdict` is "" where nothing was proven."""

    component: str
    holder: str
    line: int
    reason: str
    verdict: str = ""
