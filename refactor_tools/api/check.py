"""`check-equivalence` as a function: are the certificates still true, and if not, prove again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from refactor_tools.model.certificates import Certificate, CertificateStatus
    from refactor_tools.model.changes import ChangeSet, FileChange
    from refactor_tools.model.components import KeyMap
    from refactor_tools.model.proofs import Case, ComponentProof, Freshness, ProofTask, Verdict
    from refactor_tools.settings import Settings

Mode = Literal["check", "prove", "prove-all"]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A status for every component asked for; `proofs` are those made now, and `changes` the certificates to write."""

    statuses: tuple[CertificateStatus, ...]
    proofs: tuple[ComponentProof, ...]
    changes: ChangeSet

    @property
    def passed(self) -> bool:
        from refactor_tools.model.proofs import PASSING

        good = {"FRESH", "CARRIED", "ENV_DRIFT"}
        return all(item.freshness in good and item.verdict in PASSING for item in self.statuses)


def check(
    settings: Settings, names: Sequence[str] = (), mode: Mode = "check", progress: Progress | None = None
) -> CheckReport:
    """The state of the certificates of `names` (all, where none is given). Nothing is written.

    In mode "prove" what is neither fresh nor carried is proven, in mode "prove-all" everything.

    Raises:
        UnknownName: no component is called so; the message holds the nearest names.
        UnreadableRecord: a key map or a case file is damaged.
    """
    from refactor_tools.api.tasks import read_keymaps
    from refactor_tools.model.changes import ChangeSet

    run = _Check(settings, mode, progress or (lambda _: None))
    for keymap in _asked(names, read_keymaps(settings.root)):
        run.component(keymap)
    return CheckReport(tuple(run.statuses), tuple(run.proofs), ChangeSet("certificates", tuple(run.files)))


def _asked(names: Sequence[str], keymaps: Sequence[KeyMap]) -> list[KeyMap]:
    from refactor_tools.errors import UnknownName

    if not names:
        return list(keymaps)
    by_name = {name: keymap for keymap in keymaps for name in (keymap.name, keymap.component)}
    for name in names:
        if name not in by_name:
            near = get_close_matches(name, by_name, n=3, cutoff=0.4)
            hint = f"; the nearest are {', '.join(near)}" if near else "; `component-index` lists what there is"
            raise UnknownName(f"no component is called {name}{hint}")
    return [by_name[name] for name in names]


class _Check:
    def __init__(self, settings: Settings, mode: Mode, progress: Progress) -> None:
        self.settings, self.mode, self.progress = settings, mode, progress
        self.statuses: list[CertificateStatus] = []
        self.proofs: list[ComponentProof] = []
        self.files: list[FileChange] = []

    def component(self, keymap: KeyMap) -> None:
        from refactor_tools.api.tasks import proof_task, read_cases

        cases = read_cases(self.settings.root, keymap.name)
        task = proof_task(self.settings, keymap, cases)
        known, status = self._status(keymap, task)
        settled = status.freshness in ("FRESH", "CARRIED", "ENV_DRIFT")
        if self.mode == "check" or (self.mode == "prove" and settled):
            self.statuses.append(status)
        else:
            self.statuses.append(self._proven(keymap, cases, known))

    def _status(self, keymap: KeyMap, task: ProofTask) -> tuple[Certificate | None, CertificateStatus]:
        """What the certificate says of the text that is there; a changed text is run to see what it computes."""
        from refactor_tools.certificates.freshness import changes
        from refactor_tools.certificates.store import certificate_path, load_certificate
        from refactor_tools.errors import UnreadableRecord
        from refactor_tools.model.certificates import CertificateStatus

        path = certificate_path(keymap.name)
        file = self.settings.root / path
        if not file.is_file():
            return None, CertificateStatus(keymap.component, "MISSING", None, "there is no certificate; run --prove")
        try:
            known = load_certificate(file.read_text(encoding="utf-8", errors="surrogateescape"), path)
            if known.component != keymap.component:
                raise UnreadableRecord(f"certifies {known.component}, not {keymap.component}", path)
            found = changes(known, task, self._closure(keymap))
        except (UnreadableRecord, FileNotFoundError) as error:
            return None, CertificateStatus(keymap.component, "DAMAGED", None, str(error))
        if not found:
            return known, CertificateStatus(keymap.component, "FRESH", _weakest(known), "")
        return known, self._carried(keymap, task, known, found)

    def _carried(self, keymap: KeyMap, task: ProofTask, known: Certificate, found: Sequence[str]) -> CertificateStatus:
        from refactor_tools.certificates.mint import minor
        from refactor_tools.model.certificates import CertificateStatus
        from refactor_tools.prove.gate import prove

        reason = "; ".join(found)
        self.progress(f"{keymap.name}: running what changed")
        proof = prove(task)
        environment = dict(proof.environment)
        if "torch" not in environment:
            return CertificateStatus(
                keymap.component, "STALE", _weakest(known), f"{reason}; cannot be computed here: install torch"
            )
        place = ("cpu", minor(environment["torch"]))
        recorded = {o.id: {root[:2]: root[2] for root in o.roots} for o in known.originals}
        if not any(place in roots for roots in recorded.values()):
            return CertificateStatus(keymap.component, "ENV_DRIFT", _weakest(known), f"no root for torch {place[1]}")
        same = all(o.root and o.root == recorded.get(o.id, {}).get(place) for o in proof.originals)
        if same and proof.passed:
            return CertificateStatus(keymap.component, "CARRIED", _weakest(known), reason)
        failed = next((o.reason for o in proof.originals if o.reason), "")
        verdict = proof.verdict if not proof.passed else _weakest(known)
        return CertificateStatus(keymap.component, "STALE", verdict, f"{reason}. {failed}".strip(". "))

    def _proven(self, keymap: KeyMap, cases: Mapping[str, Case], known: Certificate | None) -> CertificateStatus:
        from refactor_tools.api.tasks import prove_component
        from refactor_tools.certificates.cases import dump_cases
        from refactor_tools.certificates.mint import mint
        from refactor_tools.certificates.store import case_path, certificate_path, dump_certificate
        from refactor_tools.model.certificates import CertificateStatus

        self.progress(f"{keymap.name}: proving")
        task, proof = prove_component(self.settings, keymap, cases)
        self.proofs.append(proof)
        reason = "; ".join(f"{o.id}: {o.reason}" for o in proof.originals if o.reason)
        if "torch" not in dict(proof.environment):
            return CertificateStatus(keymap.component, "STALE", "NOT_RUN", "cannot be proven here: install torch")
        if proof.passed:
            certificate = mint(task, proof, self._closure(keymap), known)
            self._write(certificate_path(keymap.name), dump_certificate(certificate))
            made = {o.id: o.case for o in task.originals if o.case is not None}
            if made != dict(cases):
                self._write(case_path(keymap.name), dump_cases(keymap.name, made))
        freshness: Freshness = "FRESH" if proof.passed else "STALE"
        return CertificateStatus(keymap.component, freshness, proof.verdict, reason)

    def _closure(self, keymap: KeyMap) -> str:
        from refactor_tools.certificates.closure import closure_digest
        from refactor_tools.layout import library_place

        return closure_digest(self.settings.root / library_place(self.settings)[0], keymap.module)

    def _write(self, path: str, text: str) -> None:
        from refactor_tools.model.changes import FileChange

        file = self.settings.root / path
        before = file.read_bytes() if file.is_file() else None
        self.files.append(FileChange(path, before, text.encode()))


def _weakest(certificate: Certificate) -> Verdict | None:
    from refactor_tools.model.proofs import LADDER

    return max((original.verdict for original in certificate.originals), key=LADDER.index, default=None)
