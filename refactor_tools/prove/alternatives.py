"""Compares two definitions as the gate compares an original and its component, and measures both.

Importing this module does not import torch; the children do.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from refactor_tools.model.comparisons import Comparison, Definition
from refactor_tools.model.proofs import Case, Check, OriginalProof, OriginalTask
from refactor_tools.prove.children import Limits, call
from refactor_tools.prove.gate import ask_for_graphs, raised

_CHILD = "refactor_tools.prove.alternatives_child"
_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Alternatives:
    """`new` against `old`, on `case` in the terms of `old`.

    With `driver`, an original of which `old` is the component, the case is that original's instead, taken through its
    adapter.
    """

    old: Definition
    new: Definition
    case: Case | None = None
    driver: OriginalTask | None = None


@dataclass(frozen=True, slots=True)
class JointAlternatives:
    """Asks for the rung above: `root` is that of the paths, and `same_paths` whether all of them are the same."""

    alternatives: Alternatives
    root: str
    same_paths: bool


def compare_alternatives(
    asked: Alternatives, limits: Limits = _LIMITS, progress: Callable[[str], None] = lambda _: None
) -> Comparison:
    """The verdict on `asked.new` as a stand-in for `asked.old`, and what tells them apart in numbers."""
    if asked.case is None and asked.driver is None:
        progress("looking for inputs")
        answer = call(f"{_CHILD}:find", asked.old, limits)
        if not isinstance(answer.value, Case):
            return _not_run(asked, f"{asked.old.label}: {answer.failure}")
        if answer.value.question:
            return _not_run(asked, answer.value.question)
        asked = replace(asked, case=answer.value)
    progress("comparing")
    answer = call(f"{_CHILD}:examine", asked, limits)
    if not isinstance(answer.value, Comparison):
        return _not_run(asked, str(answer.failure))
    compare = partial(_compare_graphs, asked, limits)
    return replace(answer.value, proof=raised(answer.value.proof, compare))


def _compare_graphs(asked: Alternatives, limits: Limits, root: str, same_paths: bool) -> tuple[Check, str]:
    return ask_for_graphs(f"{_CHILD}:examine_joint", JointAlternatives(asked, root, same_paths), limits)


def _not_run(asked: Alternatives, reason: str) -> Comparison:
    proof = OriginalProof(asked.old.label, "NOT_RUN", (), reason=reason)
    return Comparison(asked.old.label, asked.new.label, proof)
