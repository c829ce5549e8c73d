"""From a proof to the certificate that records it."""

from dataclasses import replace

from refactor_tools.certificates.digests import case_digest, source_digest
from refactor_tools.model.certificates import Certificate, CertifiedOriginal, Closure, Result
from refactor_tools.model.proofs import HOME, Case, ComponentProof, OriginalProof, OriginalTask, ProofTask


def mint(task: ProofTask, proof: ComponentProof, closure: Closure, previous: Certificate | None = None) -> Certificate:
    """The certificate of `proof`.

    What `previous` records of other devices and torch versions is kept for each original whose root for this device
    and torch is still the recorded one: the computation is the same.
    """
    tasks = {original.id: original for original in task.originals}
    old = {original.id: original for original in previous.originals} if previous else {}
    environment = dict(proof.environment)
    originals = tuple(_keep(_original(tasks[part.id], part, environment), old.get(part.id)) for part in proof.originals)
    return Certificate(task.component, closure, originals, proof.sensitivity)


def results_of(proof: ComponentProof, task: ProofTask) -> tuple[CertifiedOriginal, ...]:
    """What a proof on another platform than the certificate's own adds to it, by original."""
    tasks = {original.id: original for original in task.originals}
    made = (_original(tasks[part.id], part, dict(proof.environment)) for part in proof.originals)
    # A root is of single precision: in another one the same operations have other operands.
    single = task.platform.dtype == HOME.dtype
    return tuple(part if single else replace(part, roots=()) for part in made)


def minor(version: str) -> str:
    """ "2.13" of "2.13.0+cpu"."""
    return ".".join(version.split("+")[0].split(".")[:2])


def _original(task: OriginalTask, proof: OriginalProof, environment: dict[str, str]) -> CertifiedOriginal:
    device, version = environment.get("device", "cpu"), environment["torch"]
    dtype = environment.get("dtype", "float32")
    return CertifiedOriginal(
        id=task.id,
        source=source_digest(task.source),
        case=case_digest(task.case or Case()),
        adapter=task.adapter,
        verdict=proof.verdict,
        roots=((device, minor(version), proof.root),) if proof.root else (),
        branches=proof.branches,
        checks=proof.checks,
        results=(Result(device, dtype, version, proof.verdict),),
        reason=proof.reason,
    )


def _keep(new: CertifiedOriginal, old: CertifiedOriginal | None) -> CertifiedOriginal:
    if old is None or not new.roots or new.roots[0] not in old.roots:
        return new
    places = {(result.device, result.dtype, minor(result.torch)) for result in new.results}
    kept = tuple(result for result in old.results if (result.device, result.dtype, minor(result.torch)) not in places)
    return CertifiedOriginal(
        id=new.id,
        source=new.source,
        case=new.case,
        adapter=new.adapter,
        verdict=new.verdict,
        roots=tuple(sorted({*new.roots, *old.roots})),
        branches=new.branches,
        checks=new.checks,
        results=tuple(sorted((*new.results, *kept), key=lambda result: (result.device, result.dtype, result.torch))),
        reason=new.reason,
    )
