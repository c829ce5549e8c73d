"""What differs between copies, found here, in other processes, or by the run before."""

from pathlib import Path

import pytest

from refactor_tools.api import descriptions
from refactor_tools.api.analyze import analyze
from refactor_tools.model.families import Family
from refactor_tools.settings import Settings
from tests.clones.samples import LAYER, POOLING, PRE_NORM_LAYER, RENAMED

HEAD = "import math\n\nimport torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    copies = [LAYER, PRE_NORM_LAYER, POOLING, POOLING]
    for number, text in enumerate(copies):
        (tmp_path / f"m{number}.py").write_text(HEAD + text, encoding="utf-8")
    original, renamed = next(iter(RENAMED.values()))
    (tmp_path / "original.py").write_text(HEAD + original, encoding="utf-8")
    (tmp_path / "renamed.py").write_text(HEAD + renamed, encoding="utf-8")
    return tmp_path


def families(tree: Path, *, jobs: int = 1, cache: bool = False, near: int | None = None) -> tuple[Family, ...]:
    return analyze(Settings(root=tree), [tree], jobs=jobs, cache=cache, near_proposals=near).families.families


def test_near_families_are_left_out_from_a_number_on(tree: Path) -> None:
    found = families(tree, near=0)
    assert {one.likeness for one in found if one.differences is None} == {"near"}
    assert all(one.differences is not None for one in families(tree) if one.kind != "method")


def test_other_processes_say_the_same(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = families(tree)
    monkeypatch.setattr(descriptions, "_PARALLEL_FROM", 1)
    assert families(tree, jobs=2) == alone


def test_what_the_run_before_said_is_said_again(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = families(tree, cache=True)
    (tree / "more.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr("refactor_tools.unify.describe.describe", _not_again)
    assert families(tree, cache=True) == before


def _not_again(family: Family, *_: object) -> Family:
    raise AssertionError(family.name)
