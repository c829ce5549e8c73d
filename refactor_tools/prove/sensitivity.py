"""Measures the gate on the component that it has just passed: would it have noticed a bug in it?"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from refactor_tools.model.proofs import ComponentProof, ProofTask, Sensitivity, fails
from refactor_tools.prove.assignments import Assignment, JointAssignment, Trial
from refactor_tools.prove.children import Limits, call
from refactor_tools.prove.gate import compare_devices, compare_graphs
from refactor_tools.prove.mutations.seeding import seed_bugs
from refactor_tools.prove.twins import groups

_TRIALS = "refactor_tools.prove.trials"
_LIMITS = Limits(seconds=20.0)
_NO_ROOTS: Mapping[str, str] = MappingProxyType({})


def measure(
    task: ProofTask,
    proof: ComponentProof,
    limits: Limits = _LIMITS,
    at_most: int = 30,
    progress: Callable[[str], None] | None = None,
) -> Sensitivity | None:
    """Seed up to `at_most` bugs into the component's own module and try each against the originals that passed.

    A bug is caught if the verdict on any of them fails the gate; one that leaves all operations of all paths, or the
    joint graphs, as they are does not count. None where no original passed, or the component's source cannot be read.
    """
    cases = {original.id: original.case for original in task.originals}
    passed = {original.id for original in proof.originals if not fails(original.verdict, cases[original.id])}
    proven = replace(task, originals=tuple(original for original in task.originals if original.id in passed))
    source = source_of_component(proven, limits)
    if not proven.originals or not source:
        return None
    mutants = seed_bugs(source, at_most)
    roots = {original.id: original.root for original in proof.originals}
    outcomes: list[Trial] = []
    for mutant in mutants:
        if progress is not None:
            progress(mutant.label)
        outcomes.append(try_bug(proven, mutant.source, limits, roots))
    survivors = tuple(mutant.label for mutant, outcome in zip(mutants, outcomes, strict=True) if outcome == "survived")
    caught = outcomes.count("caught")
    return Sensitivity(caught + len(survivors), caught, outcomes.count("equal"), survivors)


def try_bug(task: ProofTask, source: str, limits: Limits = _LIMITS, roots: Mapping[str, str] = _NO_ROOTS) -> Trial:
    """What the gate makes of `source` in place of the component's module.

    It is caught if the verdict on any original would not be a passing one: a bug that keeps the child from coming back
    is caught by that. A gate that could not run has caught nothing. `roots` are those of the component as it is, by
    original: where its operations are not the original's, a bug that leaves them as they are is none all the same.
    """
    unnoticed: list[Assignment] = []
    originals = [task.originals[places[0]] for places in groups(task.originals)]
    for original in originals:
        assignment = Assignment(task, original, source, root=roots.get(original.id, ""))
        answer = call(f"{_TRIALS}:attempt", assignment, limits, sys_path=task.sys_path)
        if answer.failure is not None and answer.failure.kind == "unavailable":
            return "survived"
        if answer.failure is not None or answer.value == "caught":
            return "caught"
        unnoticed += [assignment] if answer.value == "survived" else []
    # What changes nothing on a CPU may be a mistake on another device.
    if any(compare_devices(Assignment(task, original, source), limits).passed is False for original in originals):
        return "caught"
    equal = all(compare_graphs(JointAssignment(entry), limits)[0].passed for entry in unnoticed)
    return "equal" if equal else "survived"


def source_of_component(task: ProofTask, limits: Limits = _LIMITS) -> str:
    """The text of the module that the component stands in, "" where it cannot be read."""
    source = call(f"{_TRIALS}:component_source", task, limits, sys_path=task.sys_path).value
    return source if isinstance(source, str) else ""
