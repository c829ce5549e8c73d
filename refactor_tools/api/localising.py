"""Looks for where a component and its originals part, once a proof has failed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from refactor_tools.model.changes import FileChange
from refactor_tools.model.divergences import Divergence
from refactor_tools.model.proofs import ComponentProof, OriginalProof, OriginalTask, ProofTask
from refactor_tools.prove.children import Limits
from refactor_tools.prove.gate import localise
from refactor_tools.prove.reproduction import NoReproduction, reproduce

_LIMITS = Limits()


def localised(
    root: Path, task: ProofTask, proof: ComponentProof, progress: Callable[[str], None], limits: Limits = _LIMITS
) -> tuple[ComponentProof, tuple[FileChange, ...]]:
    """The proof with the divergence of every original that is DIFFERENT, and their reproductions, to write."""
    tasks = {original.id: original for original in task.originals}
    parts: list[OriginalProof] = []
    files: list[FileChange] = []
    for part in proof.originals:
        if part.verdict == "DIFFERENT":
            progress(f"{task.name}: looking for where it parts from {part.id}")
            part = localise(task, tasks[part.id], part, limits)
        if part.divergence is not None:
            part, file = _reproduced(root, task, tasks[part.id], part, part.divergence, limits)
            files += [file] if file else []
        parts.append(part)
    return replace(proof, originals=tuple(parts)), tuple(files)


def _reproduced(
    root: Path, task: ProofTask, original: OriginalTask, proof: OriginalProof, divergence: Divergence, limits: Limits
) -> tuple[OriginalProof, FileChange | None]:
    try:
        path, text = reproduce(task, original, divergence, root, limits)
    except NoReproduction as reason:
        return replace(proof, divergence=replace(divergence, unreproduced=str(reason))), None
    file = FileChange(path, None, text.encode("utf-8", "surrogateescape"))
    return replace(proof, divergence=replace(divergence, reproduction=path)), file
