"""Cases without asking: constructor arguments and inputs for an original, found by reading it and by trying.

Importing this module does not import torch; the child that tries does. Tiny real tensors are tried, not fake ones:
they are as fast, and an index out of range or a branch on data shows.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from refactor_tools.model.proofs import Case, OriginalTask, ProofTask
from refactor_tools.prove.children import Limits, call
from refactor_tools.prove.twins import code_of

_SEARCH = "refactor_tools.prove.case_child:find"
_DEFAULT_LIMITS = Limits()


def find_cases(
    task: ProofTask, limits: Limits = _DEFAULT_LIMITS, progress: Callable[[str], None] | None = None
) -> ProofTask:
    """The task with a case for every original that has none; one that cannot be found asks a question instead.

    A case that was found for one copy serves those with the same code.
    """
    originals = []
    known: dict[tuple[str, str], Case] = {}
    for original in task.originals:
        if original.case is None:
            if progress is not None:
                progress(original.id)
            code = code_of(original)
            found = known.get(code) or find_case(original, limits, task.sys_path)
            if not found.question:
                known[code] = found
            original = replace(original, case=found)
        originals.append(original)
    return replace(task, originals=tuple(originals))


def find_case(original: OriginalTask, limits: Limits = _DEFAULT_LIMITS, sys_path: Sequence[str] = ()) -> Case:
    """The case of one original, or the question that a person must answer in the case file."""
    answer = call(_SEARCH, original, limits, sys_path=sys_path)
    if answer.failure is not None:
        return Case(question=f"{original.name} could not be tried: {answer.failure}")
    if not isinstance(answer.value, Case):
        raise TypeError(f"the child answered {answer.value!r}")
    return answer.value
