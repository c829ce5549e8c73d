"""What the gate hands to a child and what comes back; read on both sides, so without torch."""

from dataclasses import dataclass
from typing import Literal

from refactor_tools.model.proofs import OriginalTask, ProofTask
from refactor_tools.prove.coverage import Arm

Kind = Literal["class", "function"]

# What became of one seeded bug. "equal" means that it changed no operation on any path.
Trial = Literal["caught", "equal", "survived"]

# The arms of the component that were reached, and all of the functions that were entered.
Arms = tuple[tuple[Arm, ...], tuple[Arm, ...]]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One original of a task. `component_source` replaces the text of the component's module, to seed a bug in it;
    `root` is that of the component without the bug.

    Weights, inputs and random generators come from `seed`; certificates are made with 0.
    """

    task: ProofTask
    original: OriginalTask
    component_source: str = ""
    seed: int = 0
    root: str = ""


@dataclass(frozen=True, slots=True)
class JointAssignment:
    """Asks for the rung above: `root` is that of the paths, and `same_paths` whether all of them are the same."""

    assignment: Assignment
    root: str = ""
    same_paths: bool = False


@dataclass(frozen=True, slots=True)
class BackendAssignment:
    """Asks for the check of a backend; with `same_graphs` both sides have one joint graph, so that bits must agree."""

    assignment: Assignment
    same_graphs: bool = False
