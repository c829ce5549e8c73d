"""One component's certificate: what it is worth today, and how it is made again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from refactor_tools.api.localising import localised
from refactor_tools.api.tasks import library_root, proof_task, prove_component, read_cases, read_text
from refactor_tools.certificates.closure import closure_digest
from refactor_tools.certificates.freshness import changes
from refactor_tools.certificates.mint import minor, mint
from refactor_tools.certificates.store import (
    case_path,
    certificate_path,
    dump_cases,
    dump_certificate,
    load_certificate,
)
from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.certificates import Certificate, CertificateStatus, Checked
from refactor_tools.model.changes import FileChange
from refactor_tools.model.components import KeyMap
from refactor_tools.model.proofs import (
    JOINT_GRAPHS,
    SAME_OPERATIONS,
    Case,
    ComponentProof,
    Freshness,
    OriginalProof,
    ProofTask,
    fails,
)
from refactor_tools.prove.gate import prove
from refactor_tools.prove.sensitivity import measure
from refactor_tools.settings import Settings

_SETTLED: frozenset[Freshness] = frozenset({"FRESH", "CARRIED", "ENV_DRIFT"})
Result = tuple[Checked, tuple[FileChange, ...]]


@dataclass(frozen=True, slots=True)
class Checking:
    """How the components of one run are checked."""

    settings: Settings
    mode: Literal["check", "prove", "prove-all"]
    progress: Callable[[str], None]

    def component(self, keymap: KeyMap) -> Result:
        """What was found for one component, and the records to write."""
        cases = read_cases(self.settings.root, keymap.name)
        try:
            task = proof_task(self.settings, keymap, cases)
            closure = closure_digest(library_root(self.settings), keymap.module)
        except FileNotFoundError:
            reason = f"{keymap.module} has no file under the library; restore it, or `refactor-tools undo` its run"
            return _checked(keymap, CertificateStatus(keymap.component, "STALE", None, reason), cases), ()
        except UnreadableRecord as error:
            return _checked(keymap, CertificateStatus(keymap.component, "DAMAGED", None, str(error)), cases), ()
        known, status = self._status(keymap, task, closure)
        if self.mode == "check" or (self.mode == "prove" and status.freshness in _SETTLED - {"ENV_DRIFT"}):
            return _checked(keymap, status, cases, known), ()
        return self._prove(keymap, cases, closure, known)

    def _status(self, keymap: KeyMap, task: ProofTask, closure: str) -> tuple[Certificate | None, CertificateStatus]:
        path = certificate_path(keymap.name)
        if not (self.settings.root / path).is_file():
            reason = f"there is no certificate; `check-equivalence {keymap.name} --prove` makes one"
            return None, CertificateStatus(keymap.component, "MISSING", None, reason)
        try:
            known = load_certificate(read_text(self.settings.root / path), path)
            if known.component != keymap.component:
                raise UnreadableRecord(f"certifies {known.component}, not {keymap.component}", path)
        except UnreadableRecord as error:
            return None, CertificateStatus(keymap.component, "DAMAGED", None, str(error))
        verdict = known.verdict
        found = changes(known, task, closure)
        if found:
            freshness, reason = self._changed(keymap, task, known, found)
        else:
            freshness, reason = _unchanged(known)
        return known, CertificateStatus(keymap.component, freshness, verdict, reason)

    def _changed(
        self, keymap: KeyMap, task: ProofTask, known: Certificate, found: Sequence[str]
    ) -> tuple[Freshness, str]:
        """Whether a changed text still computes what was certified; that takes torch, and a root of its version."""
        here, reason = installed_torch(), "; ".join(found)
        if here is None:
            return "STALE", f"{reason}; what it computes now cannot be computed here: install torch"
        recorded = _roots(known, here)
        if not recorded:
            return "STALE", f"{reason}; there is no root of torch {here} to compare with: use --prove"
        self.progress(f"{keymap.name}: running what changed")
        proof = prove(task, progress=lambda text: self.progress(f"{keymap.name}: {text}"))
        if "torch" not in dict(proof.environment):
            return "STALE", f"{reason}; what it computes now cannot be computed here: install torch"
        cases = {original.id: original.case for original in task.originals}
        if all(_carries(part, recorded.get(part.id, ""), cases[part.id]) for part in proof.originals):
            return "CARRIED", f"{reason}; it computes the same"
        failed = next(filter(None, map(_shortfall, proof.originals)), "")
        return "STALE", f"{reason}; it no longer computes the same{f': {failed}' if failed else ''}"

    def _prove(self, keymap: KeyMap, cases: Mapping[str, Case], closure: str, known: Certificate | None) -> Result:
        self.progress(f"{keymap.name}: proving")
        task, proof = prove_component(self.settings, keymap, cases, self.progress)
        if "torch" not in dict(proof.environment):
            reason = "nothing can be proven here: install torch (`pip install 'refactor-tools[torch]'`)"
            return _checked(keymap, CertificateStatus(keymap.component, "STALE", "NOT_RUN", reason), cases), ()
        made = {original.id: original.case for original in task.originals if original.case is not None}
        files = [] if made == dict(cases) else [self._change(case_path(keymap.name), dump_cases(keymap.name, made))]
        if any(fails(original.verdict, made.get(original.id)) for original in proof.originals):
            proof, reproductions = localised(self.settings.root, task, proof, self.progress)
            files += reproductions
            status = CertificateStatus(keymap.component, "STALE", proof.verdict, _reasons(proof))
            return _checked(keymap, status, made, proof=proof), tuple(files)
        self.progress(f"{keymap.name}: seeding bugs")
        proof = replace(proof, sensitivity=measure(task, proof))
        if proof.sensitivity is not None and not proof.sensitivity.sufficient:
            missed = ", ".join(proof.sensitivity.survivors)
            reason = (
                f"the gate would not notice these bugs: {missed}; add calls to {case_path(keymap.name)} that show them"
            )
            status = CertificateStatus(keymap.component, "STALE", proof.verdict, reason)
            return _checked(keymap, status, made, proof=proof), tuple(files)
        certificate = mint(task, proof, closure, known)
        files.append(self._change(certificate_path(keymap.name), dump_certificate(certificate)))
        status = CertificateStatus(keymap.component, "FRESH", proof.verdict, _reasons(proof))
        return _checked(keymap, status, made, certificate, proof), tuple(files)

    def _change(self, path: str, text: str) -> FileChange:
        file = self.settings.root / path
        return FileChange(path, file.read_bytes() if file.is_file() else None, text.encode("utf-8", "surrogateescape"))


def installed_torch() -> str | None:
    """The minor version of the torch that is installed, found without importing it."""
    try:
        return minor(version("torch"))
    except PackageNotFoundError:
        return None


def _carries(proof: OriginalProof, recorded: str, case: Case | None) -> bool:
    """Whether the recorded root still is the component's: the proof's is that of the original, where both agree."""
    agrees = proof.passed(SAME_OPERATIONS) or proof.passed(JOINT_GRAPHS)
    return proof.root == recorded and (agrees or not recorded) and not fails(proof.verdict, case)


def _shortfall(proof: OriginalProof) -> str:
    """Why a proof is on no higher rung."""
    unproved = (check.detail for check in proof.checks if check.name == JOINT_GRAPHS and not check.passed)
    return proof.reason or next(unproved, "")


def _unchanged(known: Certificate) -> tuple[Freshness, str]:
    here = installed_torch()
    recorded = sorted({minor(result.torch) for original in known.originals for result in original.results})
    if here is None or not recorded or here in recorded:
        return "FRESH", ""
    return "ENV_DRIFT", f"proven with torch {', '.join(recorded)}; this is {here}"


def _roots(known: Certificate, torch_minor: str) -> dict[str, str]:
    return {
        original.id: root
        for original in known.originals
        for device, torch, root in original.roots
        if (device, torch) == ("cpu", torch_minor)
    }


def _checked(
    keymap: KeyMap,
    status: CertificateStatus,
    cases: Mapping[str, Case],
    certificate: Certificate | None = None,
    proof: ComponentProof | None = None,
) -> Checked:
    passed = status.freshness in _SETTLED and certificate is not None
    failing = [o for o in certificate.originals if fails(o.verdict, cases.get(o.id))] if certificate else []
    return Checked(keymap.name, status, passed and not failing, certificate, proof)


def _reasons(proof: ComponentProof) -> str:
    return "; ".join(f"{original.id}: {original.reason}" for original in proof.originals if original.reason)
