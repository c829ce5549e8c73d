"""Two alternatives for one thing, or two versions of it, side by side on one case."""

from dataclasses import dataclass

from refactor_tools.model.costs import Cost
from refactor_tools.model.proofs import OriginalProof


@dataclass(frozen=True, slots=True)
class Definition:
    """A class or function: `name` in `module`, importable with `sys_path`; `label` is what a person called it."""

    label: str
    module: str
    name: str
    sys_path: tuple[str, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Distance:
    """How far outputs and gradients are apart at most, over all calls.

    `relative` is to the largest absolute value among the first's outputs, or its gradients. `error_ratio` is the
    second's error against the first run in float64, divided by the first's; None where that cannot be run or the first
    has none.
    """

    absolute: float
    relative: float
    error_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class CallCost:
    """One call in one mode: what both sides cost, and the medians of their interleaved times in seconds."""

    call: str
    mode: str
    old: Cost
    new: Cost
    old_seconds: float
    new_seconds: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """`proof` takes the first definition for the original and the second for the component.

    `distance` is None where no run of both could be compared.
    """

    old: str
    new: str
    proof: OriginalProof
    distance: Distance | None = None
    costs: tuple[CallCost, ...] = ()
