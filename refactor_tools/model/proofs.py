"""What is proven, how, and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.divergences import Divergence

Verdict = Literal["PROVED", "PROVED_ON_PATHS", "BIT_EQUAL", "CLOSE", "DIFFERENT", "LEGACY_BROKEN", "NOT_RUN"]
Freshness = Literal["FRESH", "CARRIED", "STALE", "ENV_DRIFT", "MISSING", "DAMAGED"]

# What a certificate may be for its verdict to stand.
SETTLED: frozenset[Freshness] = frozenset({"FRESH", "CARRIED", "ENV_DRIFT"})
# From the strongest to the weakest; a component's verdict is the weakest of its originals'.
LADDER: tuple[Verdict, ...] = (
    "PROVED",
    "PROVED_ON_PATHS",
    "BIT_EQUAL",
    "CLOSE",
    "NOT_RUN",
    "LEGACY_BROKEN",
    "DIFFERENT",
)
PASSING: frozenset[Verdict] = frozenset({"PROVED", "PROVED_ON_PATHS", "BIT_EQUAL"})
# The checks that tell the upper rungs apart; without them a proof stands on a lower one.
SAME_OPERATIONS = "same operations"
ALL_BRANCHES = "branches of forward"
JOINT_GRAPHS = "joint graphs"
# Checks that a case can ask for, by the word in its file, and their names in a proof.
BACKENDS: Mapping[str, str] = MappingProxyType({"compile": "torch.compile", "export": "torch.export", "onnx": "onnx"})
# Whether the component stays on the device where the original does.
DEVICES = "devices"
# What a case may accept with a reason. A difference is never accepted.
ACCEPTABLE: frozenset[Verdict] = frozenset({"CLOSE", "NOT_RUN", "LEGACY_BROKEN"})


def weakest(verdicts: Iterable[Verdict]) -> Verdict | None:
    """What several verdicts are worth together; None for no verdict at all."""
    return max(verdicts, key=LADDER.index, default=None)


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A tensor to make: each size is a number or a symbol of the case's `dims`.

    `kind`: "normal" floats, "mask" booleans with at least one True per row, "lengths" int64 from 1 to `high` (a size),
    "ids" int64 below `high`. A `high` of 0 gives masks a row without any True, and lengths a 0.
    """

    shape: tuple[int | str, ...]
    kind: Literal["normal", "mask", "lengths", "ids"] = "normal"
    high: int | str | None = None
    dtype: str = "float32"


@dataclass(frozen=True, slots=True)
class Named:
    """The object at a dotted name, such as `torch.nn.ReLU`; with `arguments`, what calling it with them gives.

    A name that starts with a dot, such as `.Batch`, is one of the original's own module.
    """

    name: str
    arguments: Mapping[str, "CaseValue"] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, for code that tells lists from tuples."""

    entries: tuple["CaseValue", ...]


@dataclass(frozen=True, slots=True)
class Same:
    """The very object that another argument of the call is: in self-attention query and key are one tensor."""

    argument: str


# A value in a case: a tensor to make, a named object, a list, another argument, a plain constant, a tuple, or a mapping
# (a config object or a batch, whose entries are both attributes and items).
CaseValue = (
    TensorSpec
    | Named
    | Listed
    | Same
    | int
    | float
    | bool
    | str
    | None
    | tuple["CaseValue", ...]
    | Mapping[str, "CaseValue"]
)


@dataclass(frozen=True, slots=True)
class Call:
    """Arguments of one call of `forward` (or of a function), by the legacy parameter's name."""

    arguments: Mapping[str, CaseValue]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Construction:
    """One set of legacy constructor arguments, the sizes that symbols stand for under it, and the calls to make."""

    arguments: Mapping[str, CaseValue]
    dims: Mapping[str, int]
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """How one original is exercised. `question` is set, and nothing else, where inputs could not be found.

    `outputs` are the shapes that were seen, in the symbols of `dims`; `checks` are words of `BACKENDS` that a
    person asks for.
    """

    constructions: tuple[Construction, ...] = ()
    outputs: tuple[tuple[int | str, ...], ...] = ()
    question: str = ""
    accepted: str = ""
    checks: tuple[str, ...] = ()


def fails(verdict: Verdict, case: Case | None) -> bool:
    """Whether a verdict fails the gate: unless it passes, or the case accepts it with a reason."""
    accepted = case is not None and case.accepted.strip() != ""
    return not (verdict in PASSING or (accepted and verdict in ACCEPTABLE))


@dataclass(frozen=True, slots=True)
class ShimPlace:
    """Where the legacy name is imported from: `sys_path` entries and a module name under them."""

    sys_path: tuple[str, ...]
    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Parent:
    """A class that builds an original, sliced out of its file as the original was."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class OriginalTask:
    """One original to prove a component against. `source` is the stored slice; `name` its class or function in it.

    `parents` build it: where no inputs are found for it alone, they are run to see what they give it.
    """

    id: str
    name: str
    source: str
    adapter: Adapter
    case: Case | None = None
    shim: ShimPlace | None = None
    parents: tuple[Parent, ...] = ()


@dataclass(frozen=True, slots=True)
class Platform:
    """Where and in which precision a proof runs: a kind of device and the dtype of floating-point numbers."""

    device: str = "cpu"
    dtype: str = "float32"

    def __str__(self) -> str:
        return f"{self.device} {self.dtype}"


HOME = Platform()


@dataclass(frozen=True, slots=True)
class ProofTask:
    """A component (`module` importable from `sys_path`, `name` in it) and its originals."""

    component: str
    module: str
    name: str
    kind: Literal["class", "function"]
    sys_path: tuple[str, ...]
    originals: tuple[OriginalTask, ...]
    platform: Platform = HOME


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the gate: `passed` is None where it does not apply, and `detail` says why or what differed."""

    name: str
    passed: bool | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OriginalProof:
    """`root` is the Merkle root over all paths the case reaches, and over the joint graphs where they are the proof.

    `branches` is "reached/all" branches of `forward`. The check `JOINT_GRAPHS` holds the ranges of sizes that are
    proved, or why none is. `divergence` is where a DIFFERENT one parts, if it was localised.
    """

    id: str
    verdict: Verdict
    checks: tuple[Check, ...]
    root: str = ""
    branches: str = ""
    reason: str = ""
    divergence: Divergence | None = None

    def passed(self, name: str) -> bool:
        """Whether the check `name` was made and passed."""
        return any(check.name == name and check.passed for check in self.checks)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How many seeded bugs the gate caught; those with equal roots do not count."""

    seeded: int
    caught: int
    equal_roots: int
    survivors: tuple[str, ...] = ()

    @property
    def sufficient(self) -> bool:
        """At most one survivor below 20 bugs, from there on 95% caught: a gate that sees less may not certify."""
        missed = self.seeded - self.caught
        return missed <= 1 if self.seeded < 20 else missed * 20 <= self.seeded


@dataclass(frozen=True, slots=True)
class ComponentProof:
    """`branches` is "reached/all" branches of the component's `forward` over the cases of all its originals."""

    component: str
    originals: tuple[OriginalProof, ...]
    environment: tuple[tuple[str, str], ...]
    sensitivity: Sensitivity | None = None
    branches: str = ""

    @property
    def verdict(self) -> Verdict:
        return weakest(proof.verdict for proof in self.originals) or "NOT_RUN"

    @property
    def passed(self) -> bool:
        return self.verdict in PASSING
