"""How a legacy definition maps onto its component. Shims are generated from it and the gate proves against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Argument:
    """A component's parameter and its value: an expression over the legacy parameters and the legacy file's names."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Adapter:
    """`init` and `forward` are keyword arguments of the component; `state` pairs (component attribute, legacy
    attribute) for every first part of a `state_dict` key that differs, in which `*` is any index of a sequence;
    `lacking` are attributes the component sets and the original does not, with the value that holds for this original;
    `attributes` are those of the class itself, `decorators` those of its methods, by name, and its own ("").

    For a function only `forward` is used. A parameter that is not listed keeps its default.
    """

    init: tuple[Argument, ...] = ()
    forward: tuple[Argument, ...] = ()
    state: tuple[tuple[str, str], ...] = ()
    lacking: tuple[Argument, ...] = ()
    attributes: tuple[Argument, ...] = ()
    decorators: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def renames_state(self) -> bool:
        return bool(self.state)


def exchanged(parts: Sequence[str], names: Mapping[str, str]) -> tuple[int, tuple[str, ...]]:
    """How many parts in front of a state key one of `names` stands for, and what they become; `*` is any index.

    Of several the longest counts; where none fits, the first part stays as it is.
    """
    fitting = [pattern for name in names if _fits(pattern := name.split("."), parts)]
    if not fitting:
        return 1, tuple(parts[:1])
    best = max(fitting, key=len)
    places = (part for one, part in zip(best, parts, strict=False) if one == "*")
    new = names[".".join(best)].split(".")
    return len(best), tuple(next(places) if one == "*" else one for one in new)


def _fits(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    pairs = zip(pattern, parts, strict=False)
    return len(pattern) <= len(parts) and all(one == part or (one == "*" and part.isdigit()) for one, part in pairs)
