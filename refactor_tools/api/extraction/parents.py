"""The classes that build an original, from which its inputs may be learnt."""

from dataclasses import replace
from pathlib import Path

from refactor_tools.codemods.slicing import slice_definition
from refactor_tools.errors import RefactorError
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.proofs import OriginalTask, Parent, ProofTask

# The first that runs is enough, and one that does not costs a search.
_PARENTS = 2


def with_parents(task: ProofTask, root: Path, analysis: Analysis) -> ProofTask:
    """The task with the parents of every class that has no case, sliced out of the tree at `root`."""
    if task.kind != "class":
        return task
    originals = (
        original if original.case is not None else replace(original, parents=_parents(original, root, analysis))
        for original in task.originals
    )
    return replace(task, originals=tuple(originals))


def _parents(original: OriginalTask, root: Path, analysis: Analysis) -> tuple[Parent, ...]:
    """Classes of the original's own file that build it: their slices hold it, whatever became of the file since."""
    file = original.id.partition("::")[0]
    found: list[Parent] = []
    for user, used in analysis.composition.uses.items():
        path, _, name = user.partition("::")
        if original.id in used and path == file and user != original.id and len(found) < _PARENTS:
            bare, _, line = name.partition("@")
            try:
                text = (root / path).read_text(encoding="utf-8-sig")
                found.append(Parent(bare, slice_definition(text, path, bare, int(line or 0)).text))
            except (OSError, UnicodeError, RefactorError):
                continue
    return tuple(found)
