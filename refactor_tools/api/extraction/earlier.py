"""What earlier runs know of an original: cases, and certificates that still hold."""

from collections.abc import Mapping
from pathlib import Path

from refactor_tools.api.closures import closure_of
from refactor_tools.api.extraction.parents import with_parents
from refactor_tools.api.extraction.scratch import Scratch
from refactor_tools.api.tasks import proof_task, read_cases
from refactor_tools.certificates.freshness import changes
from refactor_tools.certificates.store import certificate_path, load_certificate
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.certificates import Certificate
from refactor_tools.model.components import KeyMap
from refactor_tools.model.proofs import Case, ProofTask
from refactor_tools.prove.synthesis import find_cases


def with_cases(
    scratch: Scratch, keymap: KeyMap, analysis: Analysis, trusted: Path | None, found: Mapping[str, Case]
) -> ProofTask:
    """The task with the cases that a person or an earlier run wrote; what they lack is looked for."""
    earlier = read_cases(trusted.parent, keymap.name) if trusted is not None else {}
    task = proof_task(scratch.settings, keymap, {**found, **earlier, **read_cases(scratch.root, keymap.name)})
    missing = any(original.case is None for original in task.originals)
    return find_cases(with_parents(task, scratch.origin, analysis)) if missing else task


def trusted_certificate(scratch: Scratch, keymap: KeyMap, task: ProofTask, trusted: Path | None) -> Certificate | None:
    """A certificate of an earlier run that holds for exactly this computation."""
    file = trusted.parent / certificate_path(keymap.name) if trusted is not None else None
    if file is None or not file.is_file():
        return None
    certificate = load_certificate(file.read_text(encoding="utf-8"), str(file))
    return None if changes(certificate, task, closure_of(scratch.settings, keymap)) else certificate
