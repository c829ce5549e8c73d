"""Through the gate: what a case asks for is checked in children, and what fails there makes the verdict."""

from dataclasses import replace
from importlib.util import find_spec

import pytest

from refactor_tools.model.proofs import Case, Check, OriginalProof, OriginalTask
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.backend_onnx import PACKAGES
from refactor_tools.prove.backends import with_backends
from refactor_tools.prove.children import Limits
from refactor_tools.prove.gate import prove
from tests.prove.samples import BLOCK_COMPONENT, BLOCK_ORIGINAL, Library
from tests.prove.test_gate import edited


def asking(*checks: str, original: OriginalTask = BLOCK_ORIGINAL) -> OriginalTask:
    case = original.case or Case()
    return replace(original, case=replace(case, checks=checks))


def found(proof: OriginalProof, name: str) -> Check:
    (check,) = [check for check in proof.checks if check.name == name]
    return check


def test_what_a_case_asks_for_stands_among_the_checks(library: Library) -> None:
    (proof,) = prove(library(BLOCK_COMPONENT, asking("compile", "export"))).originals
    assert proof.verdict == "PROVED"
    assert found(proof, "torch.compile") == Check("torch.compile", True, "with the backend aot_eager")
    assert found(proof, "torch.export") == Check("torch.export", True, "both export")


def test_nothing_is_checked_that_no_case_asks_for(library: Library) -> None:
    (proof,) = prove(library(BLOCK_COMPONENT, BLOCK_ORIGINAL)).originals
    assert not {"torch.compile", "torch.export", "onnx"} & {check.name for check in proof.checks}


def test_a_failing_check_makes_the_verdict_different(library: Library) -> None:
    source = edited(BLOCK_COMPONENT, "hidden = F.relu(hidden)", "print(end='')\n        hidden = F.relu(hidden)")
    (proof,) = prove(library(source, asking("compile"))).originals
    assert proof.verdict == "DIFFERENT"
    assert "torch.compile: construction 0, call 0, train: the component has 1 graph breaks" in proof.reason


def test_what_is_different_already_is_not_run_elsewhere(library: Library) -> None:
    source = edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-4")
    (proof,) = prove(library(source, asking("compile"))).originals
    assert "torch.compile" not in {check.name for check in proof.checks}


def test_a_backend_that_ends_leaves_the_verdict(library: Library) -> None:
    original = asking("export")
    assignment = Assignment(library(BLOCK_COMPONENT, original), original)
    proof = with_backends(OriginalProof(original.id, "BIT_EQUAL", ()), assignment, Limits(seconds=0.001))
    assert (proof.verdict, proof.checks[0].passed) == ("BIT_EQUAL", None)
    assert "timed out" in proof.checks[0].detail


@pytest.mark.skipif(not any(find_spec(name) is None for name in PACKAGES), reason="all of its packages are installed")
def test_onnx_without_its_packages_says_what_to_install(library: Library) -> None:
    (proof,) = prove(library(BLOCK_COMPONENT, asking("onnx"))).originals
    check = found(proof, "onnx")
    assert (proof.verdict, check.passed) == ("PROVED", None)
    assert check.detail.endswith("pip install 'refactor-tools[onnx]'")
