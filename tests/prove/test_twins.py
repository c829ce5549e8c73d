from dataclasses import replace

import pytest

from refactor_tools.model.adapters import Argument
from refactor_tools.model.proofs import OriginalTask, ShimPlace
from refactor_tools.prove import gate
from refactor_tools.prove.assignments import Arms, Assignment
from refactor_tools.prove.children import Limits
from refactor_tools.prove.gate import component_roots, prove
from refactor_tools.prove.synthesis import find_cases
from refactor_tools.prove.twins import groups
from tests.prove.samples import BLOCK_COMPONENT, BLOCK_ORIGINAL, POOL, POOL_COMPONENT, Library

COPY = replace(BLOCK_ORIGINAL, id="copy.py::Block", source=f"# A copy.\n{BLOCK_ORIGINAL.source}\n")


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the originals that a gate examines as a whole."""
    found: list[str] = []
    whole = gate.prove_original

    def heard(assignment: Assignment, limits: Limits) -> tuple[object, Arms]:
        found.append(assignment.original.id)
        return whole(assignment, limits)

    monkeypatch.setattr(gate, "prove_original", heard)
    return found


def test_copies_are_one_computation_whatever_their_comments() -> None:
    assert groups([BLOCK_ORIGINAL, POOL, COPY]) == ((0, 2), (1,))


@pytest.mark.parametrize(
    "other",
    [
        replace(COPY, source=COPY.source.replace("1e-5", "1e-6")),
        replace(COPY, adapter=replace(COPY.adapter, init=(*COPY.adapter.init, Argument("dropout", "0.5")))),
        replace(COPY, case=None),
        replace(COPY, shim=ShimPlace((), "legacy", "Block")),
        replace(COPY, source="class Block(:"),
    ],
    ids=["code", "adapter", "case", "shim", "no code"],
)
def test_copies_that_differ_are_not(other: OriginalTask) -> None:
    assert len(groups([BLOCK_ORIGINAL, other])) == 2


def test_what_is_one_computation_is_examined_once(library: Library, examined: list[str]) -> None:
    proof = prove(library(BLOCK_COMPONENT, BLOCK_ORIGINAL, COPY))
    assert examined == [BLOCK_ORIGINAL.id]
    first, second = proof.originals
    assert (first.id, second.id) == (BLOCK_ORIGINAL.id, COPY.id)
    assert second == replace(first, id=COPY.id)


def test_what_failed_is_examined_for_every_copy(library: Library, examined: list[str]) -> None:
    task = library(BLOCK_COMPONENT.replace("eps=1e-5", "eps=1e-3"), BLOCK_ORIGINAL, COPY)
    assert [one.verdict for one in prove(task).originals] == ["DIFFERENT", "DIFFERENT"]
    assert examined == [BLOCK_ORIGINAL.id, COPY.id]


def test_a_copy_whose_shim_is_broken_is_different(library: Library) -> None:
    task = library(POOL_COMPONENT, POOL)
    whole = ShimPlace(task.sys_path, task.module, task.name)
    broken = replace(whole, name="Missing")
    originals = (replace(POOL, shim=whole), replace(POOL, id="copy.py::Pool", shim=broken))
    first, second = prove(replace(task, originals=originals)).originals
    assert next(check for check in second.checks if check.name == "shim import").passed is False
    assert second.verdict == "DIFFERENT"
    assert not any(check.name == "shim import" for check in first.checks)


def test_roots_are_known_of_every_copy(library: Library) -> None:
    roots = component_roots(library(BLOCK_COMPONENT, BLOCK_ORIGINAL, COPY))
    assert roots[BLOCK_ORIGINAL.id] == roots[COPY.id] != ""


def test_a_case_serves_every_copy(library: Library) -> None:
    task = library(BLOCK_COMPONENT, replace(BLOCK_ORIGINAL, case=None), replace(COPY, case=None))
    first, second = find_cases(task).originals
    assert first.case is not None
    assert first.case == second.case
