"""How a legacy definition maps onto its component. Shims are generated from it and the gate proves against it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Argument:
    """A component's parameter and its value: an expression over the legacy parameters and the legacy file's names."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Adapter:
    """`init` and `forward` are keyword arguments of the component; `state` pairs (component attribute, legacy
    attribute) for every first part of a `state_dict` key that differs; `lacking` are attributes the component sets and
    the original does not, with the value that holds for this original; `attributes` are those of the class itself,
    `decorators` those of its methods, by name, and its own ("").

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
