"""What a certificate is worth today: fresh by its text, carried by what its text computes, or neither."""

from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version

from refactor_tools.certificates.freshness import Changes, changes
from refactor_tools.certificates.mint import minor
from refactor_tools.model.certificates import Certificate, CertifiedOriginal, Closure
from refactor_tools.model.proofs import HOME, JOINT_GRAPHS, LADDER, Freshness, OriginalProof, ProofTask
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.gate import compare_devices, component_roots, graph_roots, prove

Progress = Callable[[str], None]
_SAME = "it computes the same"


def worth(known: Certificate, task: ProofTask, closure: Closure, progress: Progress) -> tuple[Freshness, str]:
    """The freshness of `known` for what is there, and why in words.

    Only a text that changed in more than names and looks is run, and only where torch is.
    """
    found = changes(known, task, closure)
    if not found:
        return _unchanged(known)
    if found.renamed and not found.others:
        return "CARRIED", f"{found}, but in names of local variables or places of files only"
    here = installed_torch()
    if here is None:
        return "STALE", f"{found}; what it computes now cannot be computed here: install torch"
    recorded = _roots(known, here)
    if not recorded:
        return "STALE", f"{found}; there is no root of torch {here} to compare with: use --prove"
    progress("running what changed")
    if not found.others and _same_component(task, known, recorded):
        return "CARRIED", f"{found}; {_SAME}"
    return _run_again(known, task, found, recorded, progress)


def installed_torch() -> str | None:
    """The minor version of the torch that is installed, found without importing it."""
    try:
        return minor(version("torch"))
    except PackageNotFoundError:
        return None


def _unchanged(known: Certificate) -> tuple[Freshness, str]:
    here = installed_torch()
    results = [result for original in known.originals for result in original.results if result.device == HOME.device]
    recorded = sorted({minor(result.torch) for result in results})
    if here is None or not recorded or here in recorded:
        return "FRESH", ""
    return "ENV_DRIFT", f"proven with torch {', '.join(recorded)}; this is {here}"


def _same_component(task: ProofTask, known: Certificate, recorded: Mapping[str, str]) -> bool:
    """Whether the component alone still gives the recorded roots; what it is compared with did not change."""
    proved = {original.id for original in known.originals if original.verdict == "PROVED"}
    paths = component_roots(task)
    on_paths = {identity: root for identity, root in recorded.items() if identity not in proved}
    if any(paths.get(identity) != root for identity, root in on_paths.items()):
        return False
    if any(compare_devices(Assignment(task, original)).passed is False for original in task.originals):
        # A CPU's root does not show where tensors would lie elsewhere.
        return False
    graphs = graph_roots(task, {identity: root for identity, root in paths.items() if identity in proved})
    return {**paths, **graphs} == dict(recorded)


def _run_again(
    known: Certificate, task: ProofTask, found: Changes, recorded: Mapping[str, str], progress: Progress
) -> tuple[Freshness, str]:
    """The whole proof, which says what differs."""
    proof = prove(task, progress=progress)
    if "torch" not in dict(proof.environment):
        return "STALE", f"{found}; what it computes now cannot be computed here: install torch"
    certified = {original.id: original for original in known.originals}
    if all(_carries(part, recorded.get(part.id, ""), certified.get(part.id)) for part in proof.originals):
        return "CARRIED", f"{found}; {_SAME}"
    failed = next(filter(None, map(_shortfall, proof.originals)), "")
    return "STALE", f"{found}; it no longer computes the same{f': {failed}' if failed else ''}"


def _carries(proof: OriginalProof, recorded: str, certified: CertifiedOriginal | None) -> bool:
    """Whether the recorded root still is the component's, and the proof against the original as strong as it was."""
    if certified is None or proof.root != recorded:
        return False
    return LADDER.index(proof.verdict) <= LADDER.index(certified.verdict)


def _shortfall(proof: OriginalProof) -> str:
    """Why a proof is on no higher rung."""
    unproved = (check.detail for check in proof.checks if check.name == JOINT_GRAPHS and not check.passed)
    return proof.reason or next(unproved, "")


def _roots(known: Certificate, torch_minor: str) -> dict[str, str]:
    return {
        original.id: root
        for original in known.originals
        for device, torch, root in original.roots
        if (device, torch) == (HOME.device, torch_minor)
    }
