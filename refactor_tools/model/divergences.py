"""Where a component and its original part: the first operation, its tensors, the smallest case that shows it."""

from dataclasses import dataclass
from typing import Literal

# "values": a run leaves other bits; "exception": one side raises, or something else; "structure": a structural check.
DivergenceKind = Literal["values", "exception", "structure"]


@dataclass(frozen=True, slots=True)
class Statistics:
    """A tensor in numbers. `minimum` to `deviation` are over its finite values, None where there is none."""

    shape: tuple[int, ...]
    dtype: str
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    deviation: float | None = None
    nans: int = 0
    infinities: int = 0


@dataclass(frozen=True, slots=True)
class DivergingOperation:
    """One side's first operation without a counterpart.

    `line` is "file:line: text" of the code that asked for it; of a `backward` operation the forward line that it
    differentiates. `result` is what it gave.
    """

    name: str
    line: str
    backward: bool = False
    result: Statistics | None = None

    def __str__(self) -> str:
        called = f"{self.name} (backward)" if self.backward else self.name
        return f"{called} at {self.line}" if self.line else called


@dataclass(frozen=True, slots=True)
class ArgumentDifference:
    """An argument in which two operations of one name differ, as their schema names it, and what each side gives."""

    name: str
    original: str
    component: str


@dataclass(frozen=True, slots=True)
class Distance:
    """How far two tensors of one shape lie apart at most: absolutely, and relative to the original where it is not 0.

    Only over places that are finite on both sides; None where there is none.
    """

    absolute: float | None
    relative: float | None


@dataclass(frozen=True, slots=True)
class Divergence:
    """Why an original is DIFFERENT. `message` says it in a sentence; `check` names the structural check that fails.

    `construction`, `call` and `mode` are where in the case it happened first. `operations` are the original's and the
    component's, None where all that a side does has a counterpart. `roles` names parameters that play each other's
    parts, or proposes a key map. `bisection` tells which submodules make the difference (`culprits`). `case` is the
    shrunken case as a case file holds it, `shrunken_call` and `shrunken_mode` where in it the difference remains.
    `reproduction` is the path of a test that shows it, `unreproduced` why there is none.
    """

    kind: DivergenceKind
    message: str
    construction: str = ""
    call: str = ""
    mode: str = ""
    check: str = ""
    original: DivergingOperation | None = None
    component: DivergingOperation | None = None
    arguments: tuple[ArgumentDifference, ...] = ()
    distance: Distance | None = None
    roles: str = ""
    bisection: str = ""
    culprits: tuple[str, ...] = ()
    case: str = ""
    shrunken_call: str = ""
    shrunken_mode: str = ""
    reproduction: str = ""
    unreproduced: str = ""

    @property
    def place(self) -> str:
        """Where in the case it happened."""
        return ", ".join(filter(None, (self.construction, self.call, self.mode)))
