"""Divisions on a tree: planned, proven in children, written, undone."""

import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.api.runs import undo
from refactor_tools.api.split import split_module, write
from refactor_tools.model.splits import Split, SplitRequest
from refactor_tools.settings import Settings, load_settings
from tests.extraction_tree import contents
from tests.repositories import git
from tests.split_tree import MONOLITH, write_tree


def divide(root: Path, file: str = "app/models.py", *, prove: bool = True, **files: list[str]) -> Split:
    request = SplitRequest(file, tuple((stem, tuple(names)) for stem, names in files.items()), prove=prove)
    return split_module(load_settings(root), request)


def carry_out(root: Path, division: Split, *, commit: bool = False) -> Settings:
    settings = load_settings(root)
    write(settings, division, command="split-module", allow_dirty=True, commit=commit)
    return settings


def run(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-B", *arguments], cwd=root, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_module_becomes_a_package_that_its_importers_do_not_notice(tmp_path: Path) -> None:
    root = write_tree(tmp_path)
    before = contents(root)
    division = divide(root)
    assert division.verdict == "SAME", division
    assert contents(root) == before
    settings = carry_out(root, division)
    assert run(root, "use.py").startswith("1e-06 <class 'app.models.model.Block'> FocalLoss()")
    for part in division.parts:
        run(root, "-c", f"import {part.path.removesuffix('.py').replace('/', '.')}")
    undo(settings)
    assert contents(root) == before


def test_old_pickles_load(tmp_path: Path) -> None:
    root = write_tree(tmp_path)
    run(root, "-c", "import app.models as m, pickle; pickle.dump([m.Model, m._Hidden()], open('old.pkl', 'wb'))")
    assert b"app.models" in (root / "old.pkl").read_bytes()
    carry_out(root, divide(root, prove=False))
    out = run(root, "-c", "import pickle; a, b = pickle.load(open('old.pkl', 'rb')); print(a.__module__, b.kind)")
    assert out == "app.models.model private\n"


def test_a_second_run_finds_nothing_more_to_divide(tmp_path: Path) -> None:
    root = write_tree(tmp_path)
    carry_out(root, divide(root, prove=False))
    again = divide(root, "app/models/__init__.py", prove=False)
    assert again.changes.effective == ()
    assert again.refusal is None


def test_git_follows_the_moved_lines(tmp_path: Path) -> None:
    root = write_tree(tmp_path)
    first = git(root, "rev-parse", "HEAD")
    division = divide(root, prove=False)
    carry_out(root, division, commit=True)
    assert git(root, "status", "--short", "--", "app", "use.py") == ""
    old = {line.strip() for line in MONOLITH.splitlines() if line.strip()}
    moved = followed = 0
    for part in division.parts:
        blamed = git(root, "blame", "-C", "-C", "-s", "-l", part.path).splitlines()
        for line, written in zip(blamed, (root / part.path).read_text().splitlines(), strict=True):
            if written.strip() in old and not written.startswith(("import", "from")):
                moved += 1
                followed += line.lstrip("^").startswith(first[:39])
    assert moved > 70
    assert followed / moved >= 0.9


def test_a_commit_holds_exactly_what_was_written(tmp_path: Path) -> None:
    root = write_tree(tmp_path)
    (root / "other.py").write_text("x = 1\n")
    git(root, "add", "other.py")
    division = divide(root, prove=False)
    carry_out(root, division, commit=True)
    listed = git(root, "show", "--name-only", "--no-renames", "--format=%s").splitlines()
    assert listed[0] == "Divide app/models.py into 4 files"
    assert sorted(line for line in listed[1:] if line) == sorted(change.path for change in division.changes.effective)
    assert git(root, "diff", "--cached", "--name-only") == "other.py"


SCRIPT = """import torch
from helpers import SIZE


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Linear(SIZE, SIZE)


class MeanPooling(torch.nn.Module):
    def forward(self, x):
        return x.mean(1)


def main():
    print(Encoder.__name__, MeanPooling()(torch.ones(1, 2)).item())


if __name__ == "__main__":
    main()
"""


def test_a_script_stays_where_it_is_and_runs_as_before(tmp_path: Path) -> None:
    root = write_tree(
        tmp_path,
        legacy__train=SCRIPT,
        legacy__helpers="SIZE = 3\n",
        legacy__eval="from train import Encoder\nprint(Encoder)\n",
    )
    division = divide(root, "legacy/train.py")
    assert division.verdict == "SAME", division
    assert {part.path for part in division.parts} == {
        "legacy/train_parts/encoder.py",
        "legacy/train_parts/mean_pooling.py",
    }
    assert [item.name for item in division.staying] == ["main"]
    carry_out(root, division)
    assert run(root, "legacy/train.py") == "Encoder 1.0\n"
    assert "train_parts.encoder.Encoder" in run(root, "legacy/eval.py")
    assert "train_parts.encoder.Encoder" in run(
        root, "-c", "import sys; sys.path.append('legacy'); import legacy.train as t; print(t.Encoder)"
    )


def test_a_script_folder_s_module_becomes_a_package_that_bare_imports_find(tmp_path: Path) -> None:
    text = "import helpers\nclass A:\n    x = helpers.SIZE\nclass B:\n    y = 1\n"
    root = write_tree(
        tmp_path, old__nets=text, old__helpers="SIZE = 3\n", old__use="from nets import A, B\nprint(A, B.y)\n"
    )
    division = divide(root, "old/nets.py", a_part=["A"], b_part=["B"])
    assert division.verdict == "SAME", division
    carry_out(root, division)
    assert run(root, "old/use.py") == "<class 'nets.a_part.A'> 1\n"


def test_what_the_child_sees_differently_is_refused(tmp_path: Path) -> None:
    text = "def f():\n    return 1\nclass A: pass\n__all__ = [name for name in dir() if name[0] != '_']\n"
    root = write_tree(tmp_path, app__odd=text)
    division = divide(root, "app/odd.py", one=["f"], two=["A"])
    assert division.verdict == "DIFFERENT"
    assert division.refusal is not None
    assert division.refusal.details == (("a star import would also bring one, two",),)
    assert division.changes.effective == ()


def test_a_long_class_is_divided_and_shown_to_be_the_same(tmp_path: Path) -> None:
    filler = "".join(f"        value = value + {number}\n" for number in range(40))
    text = (
        "import torch\n\n\nclass Trainer(torch.nn.Module):\n    def __init__(self, size=3):\n"
        "        super().__init__()\n        self.a = torch.nn.Linear(size, size)\n        self.__b = size\n\n"
        f"    def train_step(self, value):\n{filler}        return value + self.__b\n\n"
        f"    def valid_step(self, value):\n{filler}        return value\n\n\nclass Small(Trainer):\n    pass\n"
    )
    root = write_tree(tmp_path, text, use2="from app.models import Small\nprint(Small().train_step(0))\n")
    (root / "pyproject.toml").write_text("[tool.refactor-tools]\nmax-lines = 75\n")
    before = run(root, "use2.py")
    division = divide(root)
    assert division.verdict == "SAME", division
    assert any(part.names == ("Trainer.train_step",) for part in division.parts)
    assert max(part.lines for part in division.parts) <= 75
    carry_out(root, division)
    assert run(root, "use2.py") == before


def test_a_missing_package_is_named_and_the_rest_was_shown(tmp_path: Path) -> None:
    root = write_tree(tmp_path, app__odd="import package_not_there\nclass A: pass\nclass B: pass\n")
    division = divide(root, "app/odd.py", one=["A"], two=["B"])
    assert division.verdict == "NOT_RUN"
    assert "package_not_there" in division.reason
    assert division.refusal is None
    assert division.changes.effective


@pytest.mark.parametrize(
    ("test", "stays"),
    [
        ("from unittest.mock import patch\npatch('app.models.default')\n", True),
        ("from app.models import default\n", False),
    ],
)
def test_what_tests_patch_stays_where_they_patch_it(tmp_path: Path, test: str, stays: bool) -> None:
    root = write_tree(tmp_path, tests__test_it=test)
    division = divide(root, prove=False)
    assert any(item.name == "default" for item in division.staying) is stays


def test_files_that_exist_are_not_overwritten(tmp_path: Path) -> None:
    root = write_tree(tmp_path, app__models_parts__losses="x = 1\n")
    settings = load_settings(root)
    request = SplitRequest(
        "app/models.py", (("losses", ("FocalLoss", "DiceLoss", "register", "EPS")),), "app/models_parts"
    )
    division = split_module(settings, request)
    assert division.refusal is not None
    assert division.refusal.reason.startswith("app/models_parts/losses.py exists already")
    assert "losses" not in {
        Path(part.path).stem
        for part in split_module(settings, SplitRequest("app/models.py", into="app/models_parts", prove=False)).parts
    }
