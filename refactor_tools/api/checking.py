"""One component's certificate: what it is worth today, and how it is made again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from refactor_tools.api.closures import closure_of
from refactor_tools.api.freshness import installed_torch, worth
from refactor_tools.api.localising import localised
from refactor_tools.api.platforms import lacking, prove_on
from refactor_tools.api.relocation import relocated
from refactor_tools.api.tasks import module_root, proof_task, prove_component, read_cases, read_text
from refactor_tools.certificates.closure import closure_files
from refactor_tools.certificates.freshness import changes
from refactor_tools.certificates.mint import mint
from refactor_tools.certificates.store import (
    case_path,
    certificate_path,
    dump_cases,
    dump_certificate,
    dump_keymap,
    keymap_path,
    load_certificate,
)
from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.certificates import Certificate, CertificateStatus, Checked, Closure
from refactor_tools.model.changes import FileChange
from refactor_tools.model.components import KeyMap
from refactor_tools.model.proofs import (
    HOME,
    SETTLED,
    Case,
    ComponentProof,
    Platform,
    ProofTask,
    fails,
)
from refactor_tools.prove.sensitivity import measure
from refactor_tools.settings import Settings

Result = tuple[Checked, tuple[FileChange, ...]]


@dataclass(frozen=True, slots=True)
class Checking:
    """How the components of one run are checked."""

    settings: Settings
    mode: Literal["check", "prove", "prove-all"]
    progress: Callable[[str], None]
    platform: Platform = HOME
    required: Platform | None = None

    def component(self, keymap: KeyMap) -> Result:
        """What was found for one component, and the records to write."""
        cases = read_cases(self.settings.root, keymap.name)
        there = self._there(keymap)
        if there is None:
            where = "any more" if keymap.holder else "under the library"
            reason = f"{keymap.module} has no file {where}; restore it, or `refactor-tools undo` its run"
            return _checked(keymap, CertificateStatus(keymap.component, "STALE", None, reason), cases), ()
        try:
            task = proof_task(self.settings, there, cases)
            closure = closure_of(self.settings, there)
        except UnreadableRecord as error:
            return _checked(keymap, CertificateStatus(keymap.component, "DAMAGED", None, str(error)), cases), ()
        known, status = self._status(keymap, task, closure)
        checked, files = self._decided(there, cases, closure, known, status)
        return self._required(checked, cases), (*self._moved(keymap, there, checked), *files)

    def _there(self, keymap: KeyMap) -> KeyMap | None:
        """The key map with the module in which the component stands; None where it stands nowhere."""
        if closure_files(module_root(self.settings, keymap), keymap.module):
            return keymap
        return relocated(self.settings, keymap)

    def _moved(self, keymap: KeyMap, there: KeyMap, checked: Checked) -> tuple[FileChange, ...]:
        """The records under the new name, if they may be written and the component is what it was."""
        if there == keymap or self.mode == "check" or checked.certificate is None or not checked.passed:
            return ()
        certificate = replace(checked.certificate, component=there.component)
        return (
            self._change(keymap_path(keymap.name), dump_keymap(there)),
            self._change(certificate_path(keymap.name), dump_certificate(certificate)),
        )

    def _decided(
        self,
        keymap: KeyMap,
        cases: Mapping[str, Case],
        closure: Closure,
        known: Certificate | None,
        status: CertificateStatus,
    ) -> Result:
        """What the mode makes of a component whose certificate has this status."""
        if self.platform != HOME and self.mode != "check":
            return self._prove_elsewhere(keymap, cases, known, status)
        if self.mode == "check" or (self.mode == "prove" and status.freshness in SETTLED - {"ENV_DRIFT"}):
            return _checked(keymap, status, cases, known), ()
        return self._prove(keymap, cases, closure, known)

    def _required(self, checked: Checked, cases: Mapping[str, Case]) -> Checked:
        """The same, failed where a result that must be there is missing."""
        if self.required is None or checked.certificate is None or not checked.passed:
            return checked
        without = lacking(checked.certificate, cases, self.required)
        if not without:
            return checked
        device = self.required.device
        reason = (
            f"no result on {device} for {', '.join(without)}; where there is such a device, run `check-equivalence "
            f"{checked.name} --prove --device {device} --export FILE`, and here `--import FILE`"
        )
        return replace(checked, passed=False, status=replace(checked.status, reason=reason))

    def _prove_elsewhere(
        self, keymap: KeyMap, cases: Mapping[str, Case], known: Certificate | None, status: CertificateStatus
    ) -> Result:
        """Adds the results of another platform to a certificate that holds."""
        if known is None or status.freshness not in SETTLED:
            reason = f"{status.reason}; prove it on the CPU first: check-equivalence {keymap.name} --prove"
            return _checked(keymap, replace(status, reason=reason), cases, known), ()
        if self.mode == "prove" and not lacking(known, cases, self.platform, installed_torch() or ""):
            return _checked(keymap, status, cases, known), ()
        self.progress(f"{keymap.name}: proving on {self.platform}")
        found = prove_on(self.settings, keymap, cases, known, self.platform, self.progress)
        if found.reason:
            checked = _checked(keymap, replace(status, reason=found.reason), cases, known, found.proof)
            return replace(checked, passed=False), ()
        file = self._change(certificate_path(keymap.name), dump_certificate(found.certificate))
        checked = replace(_checked(keymap, status, cases, found.certificate, found.proof), speeds=found.speeds)
        if found.slower:
            reason = f"equal, but on {self.platform} {found.slower}"
            checked = replace(checked, passed=False, status=replace(status, reason=reason))
        return checked, (file,)

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
        if task.component != keymap.component and changes(known, task, closure).renamed:
            reason = f"its file moved: it is {task.component} now"
            return known, CertificateStatus(keymap.component, "CARRIED", known.verdict, reason)
        freshness, reason = worth(known, task, closure, lambda text: self.progress(f"{keymap.name}: {text}"))
        return known, CertificateStatus(keymap.component, freshness, known.verdict, reason)

    def _prove(self, keymap: KeyMap, cases: Mapping[str, Case], closure: Closure, known: Certificate | None) -> Result:
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
        # The file of a holder is full of what it does not run; its parts were measured as components.
        proof = proof if keymap.holder else replace(proof, sensitivity=measure(task, proof))
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


def _checked(
    keymap: KeyMap,
    status: CertificateStatus,
    cases: Mapping[str, Case],
    certificate: Certificate | None = None,
    proof: ComponentProof | None = None,
) -> Checked:
    passed = status.freshness in SETTLED and certificate is not None
    failing = [o for o in certificate.originals if fails(o.verdict, cases.get(o.id))] if certificate else []
    return Checked(keymap.name, status, passed and not failing, certificate, proof)


def _reasons(proof: ComponentProof) -> str:
    return "; ".join(f"{original.id}: {original.reason}" for original in proof.originals if original.reason)
