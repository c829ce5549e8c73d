"""Two alternatives, or two versions, on one case: the verdict, the numbers and the cost."""

from pathlib import Path

import pytest

from refactor_tools.api.compare import compare, names_definition
from refactor_tools.certificates.store import case_path, dump_cases
from refactor_tools.errors import RefactorError, UnknownName
from refactor_tools.model.comparisons import Comparison
from refactor_tools.model.proofs import Call, Case, Construction, TensorSpec
from refactor_tools.settings import load_settings
from tests.certified_tree import FILES, ID, LIBRARY_FILE, ORIGINAL, edit, write_tree
from tests.repositories import commit_all

# In the terms of the original, which takes a config.
CASE = Case(
    (
        Construction(
            {"config": {"width": 8}},
            {"B": 3, "L": 5, "D": 8},
            (
                Call({"x": TensorSpec(("B", "L", "D")), "mask": TensorSpec(("B", "L"), "mask")}),
                Call({"x": TensorSpec(("B", "L", "D"))}),
            ),
        ),
    )
)
SCALE = """
from .helpers import factor
def scale(x):
    return x * factor
"""
TWICE = """
def scale(x):
    torch = __import__("torch")
    ones = torch.ones(1, 5000)
    return x * 2.0 + (ones @ ones.T - 5000).squeeze()
"""
TREE = {
    **FILES,
    case_path("Pool"): dump_cases("Pool", {ID: CASE}),
    "legacy/__init__.py": "",
    "legacy/helpers.py": "factor = 2.0\n",
    "legacy/one.py": SCALE,
    "legacy/same.py": SCALE.replace("x * factor", "factor * x"),
    "other/helpers.py": "factor = 3.0\n",
    "other/one.py": SCALE.replace(".helpers", "helpers"),
    "other/twice.py": TWICE,
    "other/pool.py": ORIGINAL,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    commit_all(write_tree(tmp_path, TREE))
    return tmp_path


def compared(root: Path, old: str, new: str) -> Comparison:
    return compare(load_settings(root), old, new)


@pytest.mark.parametrize(
    ("text", "is_definition"),
    [("a.py::Pool", True), ("Pool@HEAD", True), ("Pool", False), ("lib.pool.Pool", False), ("src/pool.py", False)],
)
def test_what_is_a_definition(text: str, is_definition: bool) -> None:
    assert names_definition(text) == is_definition


def test_a_legitimate_rewrite_is_proved_on_inputs_that_were_found(root: Path) -> None:
    found = compared(root, "legacy/one.py::scale", "legacy/same.py::scale")
    assert found.proof.verdict == "PROVED"
    assert found.distance is not None
    assert found.distance.absolute == found.distance.relative == 0.0
    assert [cost.mode for cost in found.costs] == ["train", "inference"]
    assert all(cost.old == cost.new and cost.old.operations for cost in found.costs)


def test_modules_of_the_same_name_are_told_apart(root: Path) -> None:
    found = compared(root, "other/one.py::scale", "legacy/one.py::scale")
    assert found.proof.verdict == "DIFFERENT"
    assert found.distance is not None
    assert found.distance.absolute > 0.1


def test_a_costlier_alternative_shows_what_it_costs(root: Path) -> None:
    found = compared(root, "legacy/one.py::scale", "other/twice.py::scale")
    assert found.proof.verdict == "BIT_EQUAL"
    for cost in found.costs:
        assert cost.old.flops == 0 < cost.new.flops
        assert cost.old.peak_bytes < cost.new.peak_bytes
        assert cost.old_seconds > 0 < cost.new_seconds


def test_a_version_is_compared_on_the_component_s_own_case(root: Path) -> None:
    edit(root, LIBRARY_FILE, "weights * x", "weights * x * 1.01")
    found = compared(root, "Pool@HEAD", "Pool")
    assert (found.old, found.new, found.proof.verdict) == ("Pool@HEAD", "Pool", "DIFFERENT")
    assert "1.01" in found.proof.reason
    assert found.proof.branches == "2/2"
    assert found.distance is not None
    assert found.distance.relative == pytest.approx(0.01, rel=0.1)
    edit(root, LIBRARY_FILE, "weights * x * 1.01", "x * weights")
    assert compared(root, "Pool@HEAD", "Pool").proof.verdict == "PROVED"


def test_an_alternative_that_takes_something_else_cannot_stand_in(root: Path) -> None:
    found = compared(root, "Pool", "other/pool.py::Pool")
    assert found.proof.verdict == "DIFFERENT"
    assert "the component cannot be built" in found.proof.reason
    assert found.distance is None


def test_a_class_and_a_function_are_no_alternatives(root: Path) -> None:
    found = compared(root, "Pool", "legacy/one.py::scale")
    assert found.proof.verdict == "DIFFERENT"
    assert "not both classes or both functions" in found.proof.reason


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("legacy/gone.py::scale", "there is no file gone.py for it"),
        ("legacy/one.py::Scale", "one.py defines no Scale at its top level"),
        ("legacy/one.py::scale@gone", "git knows no commit 'gone'"),
        ("Pol@HEAD", "no component is called Pol; the nearest are Pool"),
    ],
)
def test_what_is_not_there_is_said(root: Path, name: str, message: str) -> None:
    with pytest.raises((RefactorError, UnknownName), match=message):
        compared(root, "legacy/one.py::scale", name)
