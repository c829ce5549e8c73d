"""The gate: proves a component against its originals, each in a child process of its own.

Importing this module does not import torch; the children do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from refactor_tools.model.costs import Speed
from refactor_tools.model.divergences import Divergence
from refactor_tools.model.proofs import (
    ALL_BRANCHES,
    DEVICES,
    HOME,
    JOINT_GRAPHS,
    PASSING,
    SAME_OPERATIONS,
    Check,
    ComponentProof,
    OriginalProof,
    OriginalTask,
    Platform,
    ProofTask,
)
from refactor_tools.prove.assignments import Arms, Assignment, JointAssignment
from refactor_tools.prove.backends import with_backends
from refactor_tools.prove.children import Failure, Limits, call
from refactor_tools.prove.twins import groups

_EXAMINE = "refactor_tools.prove.examine"
_JOINT = "refactor_tools.prove.joint"
_TIMING = "refactor_tools.prove.timing"
_DEVICES = "refactor_tools.prove.devices"
_LOCALISE = "refactor_tools.prove.localise"
# How many times as long as a run tracing with symbolic sizes may take.
_TRACING = 3.0
# Verdicts of which it makes sense to ask how both sides do elsewhere.
_RUNNING = PASSING | {"CLOSE"}
_NO_ARMS: Arms = ((), ())
_DEFAULT_LIMITS = Limits()


def prove(
    task: ProofTask, limits: Limits = _DEFAULT_LIMITS, progress: Callable[[str], None] | None = None
) -> ComponentProof:
    """The verdict on every original of `task`. `progress` hears the id of each before it is examined.

    Of originals that are one computation the first is examined, and of the others only what their old names are now.
    """
    proofs: dict[int, OriginalProof] = {}
    reached = []
    for places in groups(task.originals):
        for place in places:
            if progress is not None:
                progress(task.originals[place].id)
            assignment = Assignment(task, task.originals[place])
            known = _twin(proofs[places[0]], assignment, limits) if place != places[0] else None
            if known is None:
                known, arms = prove_original(assignment, limits)
                reached.append(arms)
            proofs[place] = known
    ordered = tuple(proofs[place] for place in range(len(task.originals)))
    return ComponentProof(task.component, ordered, environment(task.platform, limits), branches=_together(reached))


def _twin(proof: OriginalProof, assignment: Assignment, limits: Limits) -> OriginalProof | None:
    """The proof of an original that is the computation of a proven one; None where its shim needs a closer look."""
    if proof.verdict not in PASSING:
        return None
    answer = call(f"{_EXAMINE}:examine_shim", assignment, limits, sys_path=assignment.task.sys_path)
    if not isinstance(answer.value, tuple):
        return None
    shim = {check.name: check for check in answer.value}
    if any(check.passed is False for check in shim.values()) or not shim.keys() <= {one.name for one in proof.checks}:
        return None
    checks = tuple(shim.get(check.name, check) for check in proof.checks)
    return replace(proof, id=assignment.original.id, checks=checks)


def prove_original(assignment: Assignment, limits: Limits) -> tuple[OriginalProof, Arms]:
    """The verdict on one original, and which arms of the component its case reaches."""
    original = assignment.original
    if reason := _unready(original):
        return OriginalProof(original.id, "NOT_RUN", (), reason=reason), _NO_ARMS
    answer = call(f"{_EXAMINE}:examine", assignment, limits, sys_path=assignment.task.sys_path)
    if answer.failure is not None:
        return _without_answer(assignment, limits, answer.failure), _NO_ARMS
    if not isinstance(answer.value, tuple):
        raise TypeError(f"the child answered {answer.value!r}")
    proof, arms = answer.value
    proof = raised(
        _with_devices(proof, assignment, limits),
        lambda root, same_paths: compare_graphs(JointAssignment(assignment, root, same_paths), limits),
    )
    return (with_backends(proof, assignment, limits) if proof.verdict in _RUNNING else proof), arms


def compare_graphs(request: JointAssignment, limits: Limits) -> tuple[Check, str]:
    """Whether the joint graphs of both sides are the same, and the root of the computation where they are."""
    return ask_for_graphs(f"{_JOINT}:examine_joint", request, limits, request.assignment.task.sys_path)


def ask_for_graphs(target: str, request: object, limits: Limits, sys_path: Sequence[str] = ()) -> tuple[Check, str]:
    """The answer of a child that compares joint graphs.

    Tracing has a child of its own: what hangs, fills the memory or ends there leaves the lower rungs as they are.
    """
    limits = replace(limits, seconds=_TRACING * limits.seconds)
    answer = call(target, request, limits, sys_path=sys_path)
    if answer.failure is not None:
        return Check(JOINT_GRAPHS, None, f"their export ended: {answer.failure}"), ""
    if not isinstance(answer.value, tuple):
        raise TypeError(f"the child answered {answer.value!r}")
    check, root = answer.value
    return check, root


def compare_devices(assignment: Assignment, limits: Limits = _DEFAULT_LIMITS) -> Check:
    """Whether the component may run on every device that the original may, found without one.

    It has a child of its own, because torch may end a process for a device that it was not built for.
    """
    answer = call(f"{_DEVICES}:examine_devices", assignment, limits, sys_path=assignment.task.sys_path)
    if answer.failure is not None:
        return Check(DEVICES, None, f"running on tensors without contents ended: {answer.failure}")
    if not isinstance(answer.value, Check):
        raise TypeError(f"the child answered {answer.value!r}")
    return answer.value


def measure_speed(assignment: Assignment, limits: Limits = _DEFAULT_LIMITS) -> tuple[Speed, ...]:
    """How long an original and its component take on the task's platform, and what they hold; nothing where they do
    not run."""
    value = call(f"{_TIMING}:examine_speed", assignment, limits, sys_path=assignment.task.sys_path).value
    return value if isinstance(value, tuple) else ()


def component_roots(task: ProofTask, limits: Limits = _DEFAULT_LIMITS) -> dict[str, str]:
    """The root over all paths that a proof would give, by the original's id, from the component alone.

    An original that the component cannot be run for has none.
    """
    found: dict[str, str] = {}
    for places in groups(task.originals):
        first = task.originals[places[0]]
        answer = call(f"{_EXAMINE}:component_root", Assignment(task, first), limits, sys_path=task.sys_path)
        if isinstance(answer.value, str) and answer.value:
            found |= {task.originals[place].id: answer.value for place in places}
    return found


def graph_roots(task: ProofTask, paths: Mapping[str, str], limits: Limits = _DEFAULT_LIMITS) -> dict[str, str]:
    """The roots of `component_roots` with those of the joint graphs added, as for originals that are `PROVED`."""
    found: dict[str, str] = {}
    originals = [original for original in task.originals if original.id in paths]
    for places in groups(originals):
        first = originals[places[0]]
        request = JointAssignment(Assignment(task, first), paths[first.id])
        answer = call(f"{_JOINT}:component_graphs", request, limits, sys_path=task.sys_path)
        if isinstance(answer.value, str) and answer.value:
            found |= {originals[place].id: answer.value for place in places}
    return found


def _with_devices(proof: OriginalProof, assignment: Assignment, limits: Limits) -> OriginalProof:
    """The proof with what other devices would show, where it holds on this one."""
    if assignment.task.platform != HOME or proof.verdict not in _RUNNING:
        return proof
    check = compare_devices(assignment, limits)
    proof = replace(proof, checks=(*proof.checks, check))
    if check.passed is not False:
        return proof
    return replace(proof, verdict="DIFFERENT", reason=f"{check.name}: {check.detail}")


def raised(proof: OriginalProof, compare: Callable[[str, bool], tuple[Check, str]]) -> OriginalProof:
    """The proof with the highest rung tried, where everything below it holds.

    `compare` takes the root of the paths and whether they are the same, and compares joint graphs.
    """
    if proof.verdict not in PASSING or not proof.passed(ALL_BRANCHES):
        return proof
    check, root = compare(proof.root, proof.passed(SAME_OPERATIONS))
    proof = replace(proof, checks=(*proof.checks, check))
    return replace(proof, verdict="PROVED", root=root, reason="") if check.passed else proof


def localise(task: ProofTask, original: OriginalTask, proof: OriginalProof, limits: Limits) -> OriginalProof:
    """The proof of a DIFFERENT original with its divergence, where one can be found.

    Each part of it has a child of its own and may fail by itself; the verdict stays what it is.
    """
    if proof.verdict != "DIFFERENT" or _unready(original):
        return proof
    assignment = Assignment(task, original)

    def ask(function: str) -> object:
        return call(f"{_LOCALISE}:{function}", assignment, limits, sys_path=task.sys_path).value

    divergence = ask("describe")
    if not isinstance(divergence, Divergence):
        return proof
    match ask("bisected"):
        case (tuple() as culprits, str() as sentence):
            divergence = replace(divergence, culprits=culprits, bisection=sentence)
    match ask("shrunken"):
        case (str() as shrunken, str() as label, str() as mode):
            divergence = replace(divergence, case=shrunken, shrunken_call=label, shrunken_mode=mode)
    checks = proof.checks
    if isinstance(misplaced := ask("roles"), str) and misplaced:
        divergence = replace(divergence, roles=misplaced)
        checks = (*checks, Check("roles", False, misplaced))
    return replace(proof, checks=checks, divergence=divergence)


def _unready(original: OriginalTask) -> str:
    """Why an original cannot be run at all."""
    if original.case is None:
        return "there is no case for it"
    if original.case.question:
        return original.case.question
    called = any(construction.calls for construction in original.case.constructions)
    return "" if called else "its case makes no call"


def _without_answer(assignment: Assignment, limits: Limits, failure: Failure) -> OriginalProof:
    """Whose fault it is that a child did not come back: each side is run alone to see whether it does."""
    identity = assignment.original.id
    if failure.kind in ("unavailable", "raised"):
        # What either side raises is caught where it happens, so that this exception is the gate's own.
        return OriginalProof(identity, "NOT_RUN", (), reason=f"the gate could not run: {failure}")
    alone = call(f"{_EXAMINE}:run_legacy", assignment, limits, sys_path=assignment.task.sys_path)
    if alone.failure is not None:
        return OriginalProof(identity, "LEGACY_BROKEN", (), reason=f"the original, run alone: {alone.failure}")
    component = call(f"{_EXAMINE}:run_component", assignment, limits, sys_path=assignment.task.sys_path)
    if component.failure is None:
        return OriginalProof(identity, "NOT_RUN", (), reason=f"both sides run alone, but their comparison {failure}")
    reason = f"the original runs, the component, run alone, does not: {component.failure}"
    return OriginalProof(identity, "DIFFERENT", (Check("containment", False, reason),), reason=reason)


def environment(platform: Platform = HOME, limits: Limits = _DEFAULT_LIMITS) -> tuple[tuple[str, str], ...]:
    """What results on `platform` may depend on here; the entry "unavailable" says why there can be none.

    Nothing at all where torch does not load.
    """
    value = call(f"{_EXAMINE}:environment", platform, limits).value
    return value if isinstance(value, tuple) else ()


def _together(reached: list[Arms]) -> str:
    """Coverage of the component over all originals."""
    arms = {arm for some, _ in reached for arm in some}
    reachable = {arm for _, every in reached for arm in every}
    return f"{len(arms)}/{len(reachable)}" if any(every != () or some != () for some, every in reached) else ""
