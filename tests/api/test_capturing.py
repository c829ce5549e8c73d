"""`--capture` as a function: a person's run becomes calls in case files."""

import sys
from pathlib import Path

import pytest

from refactor_tools.api.capturing import CaptureReport, capture
from refactor_tools.certificates.cases import dump_cases, load_cases
from refactor_tools.certificates.store import case_path
from refactor_tools.changes.transaction import apply
from refactor_tools.errors import UnknownName
from refactor_tools.model.proofs import Call, Case, Construction, TensorSpec
from refactor_tools.settings import load_settings
from tests.certified_tree import ID, ORIGINAL, write_tree

TRAIN = """
import torch
from model import Pool


class Config:
    width = 0

    def __init__(self):
        self.width = 6
        self.token = "not for others"


pool = Pool(Config())
for batch in (32, 7):
    pool(torch.randn(batch, 90, 6), torch.ones(batch, 90, dtype=torch.bool))
"""
COMPONENT_USE = """
import torch
from components.pooling import Pool

Pool(dim=6)(x=torch.randn(4, 5, 6))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_tree(tmp_path)
    (tmp_path / "legacy").mkdir()
    (tmp_path / "legacy" / "model.py").write_text(ORIGINAL, encoding="utf-8")
    (tmp_path / "legacy" / "train.py").write_text(TRAIN, encoding="utf-8")
    (tmp_path / "use.py").write_text(COMPONENT_USE, encoding="utf-8")
    return tmp_path


def captured(root: Path, command: str, folder: str = "legacy", *names: str) -> CaptureReport:
    report = capture(load_settings(root), names, f"{sys.executable} {command}", root / folder)
    apply(root, report.changes, "test")
    return report


def cases(root: Path) -> dict[str, Case]:
    return load_cases((root / case_path("Pool")).read_text(encoding="utf-8"), "Pool.yaml")


def test_calls_are_added_to_what_is_found_without_a_run(root: Path) -> None:
    report = captured(root, "train.py")
    assert report.passed
    assert report.missing == ()
    assert report.found == (f"{ID}: 1 calls in 1 constructions",)
    constructions = cases(root)[ID].constructions
    assert len(constructions) > 1
    x, mask = TensorSpec(("B", "L", 6)), TensorSpec(("B", "L"), "mask")
    added = Construction({"config": {"width": 6}}, {"B": 3, "L": 5}, (Call({"x": x, "mask": mask}, "captured"),))
    assert constructions[-1] == added


def test_a_second_run_adds_nothing(root: Path) -> None:
    captured(root, "train.py")
    assert captured(root, "train.py").changes.effective == ()


def test_nothing_of_theirs_is_stored(root: Path) -> None:
    captured(root, "train.py")
    assert "not for others" not in (root / case_path("Pool")).read_text(encoding="utf-8")


def test_a_question_is_answered(root: Path) -> None:
    (root / case_path("Pool")).parent.mkdir(parents=True)
    (root / case_path("Pool")).write_text(dump_cases("Pool", {ID: Case(question="what is x?")}), encoding="utf-8")
    captured(root, "train.py")
    case = cases(root)[ID]
    assert case.question == ""
    assert [call.note for call in case.constructions[-1].calls] == ["captured"]


def test_where_nothing_is_called_the_originals_are_named(root: Path) -> None:
    report = captured(root, "-c 'print(1)'")
    assert not report.passed
    assert report.exit_code == 0
    assert report.missing == (ID,)
    assert report.changes.effective == ()


def test_a_command_that_fails_is_told_and_what_it_called_is_kept(root: Path) -> None:
    (root / "legacy" / "train.py").write_text(TRAIN + "\nraise SystemExit('too bad')\n", encoding="utf-8")
    report = captured(root, "train.py")
    assert not report.passed
    assert report.exit_code == 1
    assert report.tail[-1] == "too bad"
    assert report.found
    assert report.changes.effective


def test_a_components_call_that_does_not_go_back_is_not_used(root: Path) -> None:
    assert captured(root, "use.py", ".").missing == (ID,)


def test_a_name_that_is_none_is_refused_before_anything_runs(root: Path) -> None:
    with pytest.raises(UnknownName, match="Pol"):
        captured(root, '-c \'open("ran", "w")\'', ".", "Pol")
    assert not (root / "ran").exists()
