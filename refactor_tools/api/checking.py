"""One component's certificate: what it is worth today, and how it is made again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from refactor_tools.api.tasks import library_root, proof_task, prove_component, read_cases, read_text
from refactor_tools.certificates.closure import read_closure
from refactor_tools.certificates.freshness import Changes, changes
from refactor_tools.certificates.mint import minor, mint
from refactor_tools.certificates.store import (
    case_path,
    certificate_path,
    dump_cases,
    dump_certificate,
    load_certificate,
)
from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.certificates import Certificate, CertificateStatus, CertifiedOriginal, Checked, Closure
from refactor_tools.model.changes import FileChange
from refactor_tools.model.components import KeyMap
from refactor_tools.model.proofs import (
    JOINT_GRAPHS,
    LADDER,
    Case,
    ComponentProof,
    Freshness,
    OriginalProof,
    ProofTask,
    fails,
)
from refactor_tools.prove.gate import component_roots, graph_roots, prove
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
            closure = read_closure(library_root(self.settings), keymap.module)
        except FileNotFoundError:
            reason = f"{keymap.module} has no file under the library; restore it, or `refactor-tools undo` its run"
            return _checked(keymap, CertificateStatus(keymap.component, "STALE", None, reason), cases), ()
        except UnreadableRecord as error:
            return _checked(keymap, CertificateStatus(keymap.component, "DAMAGED", None, str(error)), cases), ()
        known, status = self._status(keymap, task, closure)
        if self.mode == "check" or (self.mode == "prove" and status.freshness in _SETTLED - {"ENV_DRIFT"}):
            return _checked(keymap, status, cases, known), ()
        return self._prove(keymap, cases, closure, known)

    def _status(
        self, keymap: KeyMap, task: ProofTask, closure: Closure
    ) -> tuple[Certificate | None, CertificateStatus]:
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

    def _changed(self, keymap: KeyMap, task: ProofTask, known: Certificate, found: Changes) -> tuple[Freshness, str]:
        """Whether a changed text still computes what was certified; that takes torch, and a root of its version."""
        here, reason = installed_torch(), str(found)
        if found.renamed and not found.others:
            return "CARRIED", f"{reason}, but in names of local variables or places of files only"
        if here is None:
            return "STALE", f"{reason}; what it computes now cannot be computed here: install torch"
        recorded = _roots(known, here)
        if not recorded:
            return "STALE", f"{reason}; there is no root of torch {here} to compare with: use --prove"
        self.progress(f"{keymap.name}: running what changed")
        if not found.others and self._same_component(task, known, recorded):
            return "CARRIED", f"{reason}; it computes the same"
        proof = prove(task, progress=lambda text: self.progress(f"{keymap.name}: {text}"))
        if "torch" not in dict(proof.environment):
            return "STALE", f"{reason}; what it computes now cannot be computed here: install torch"
        certified = {original.id: original for original in known.originals}
        if all(_carries(part, recorded.get(part.id, ""), certified.get(part.id)) for part in proof.originals):
            return "CARRIED", f"{reason}; it computes the same"
        failed = next(filter(None, map(_shortfall, proof.originals)), "")
        return "STALE", f"{reason}; it no longer computes the same{f': {failed}' if failed else ''}"

    def _same_component(self, task: ProofTask, known: Certificate, recorded: Mapping[str, str]) -> bool:
        """Whether the component alone still gives the recorded roots; what it is compared with did not change."""
        proved = {original.id for original in known.originals if original.verdict == "PROVED"}
        paths = component_roots(task)
        on_paths = {identity: root for identity, root in recorded.items() if identity not in proved}
        if any(paths.get(identity) != root for identity, root in on_paths.items()):
            return False
        graphs = graph_roots(task, {identity: root for identity, root in paths.items() if identity in proved})
        return {**paths, **graphs} == dict(recorded)

    def _prove(self, keymap: KeyMap, cases: Mapping[str, Case], closure: Closure, known: Certificate | None) -> Result:
        self.progress(f"{keymap.name}: proving")
        task, proof = prove_component(self.settings, keymap, cases, self.progress)
        if "torch" not in dict(proof.environment):
            reason = "nothing can be proven here: install torch (`pip install 'refactor-tools[torch]'`)"
            return _checked(keymap, CertificateStatus(keymap.component, "STALE", "NOT_RUN", reason), cases), ()
        made = {original.id: original.case for original in task.originals if original.case is not None}
        files = [] if made == dict(cases) else [self._change(case_path(keymap.name), dump_cases(keymap.name, made))]
        if any(fails(original.verdict, made.get(original.id)) for original in proof.originals):
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


def _carries(proof: OriginalProof, recorded: str, certified: CertifiedOriginal | None) -> bool:
    """Whether the recorded root still is the component's, and the proof against the original as strong as it was."""
    if certified is None or proof.root != recorded:
        return False
    return LADDER.index(proof.verdict) <= LADDER.index(certified.verdict)


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
