"""Where near copies are looked for: here or in other processes, anew or where the run before left off."""

from itertools import pairwise
from pathlib import Path

import pytest

from refactor_tools.clones import near
from refactor_tools.clones.families import find_families
from refactor_tools.clones.judging import Judge
from refactor_tools.model.facts import Scan
from refactor_tools.model.families import Family
from refactor_tools.settings import Settings
from tests.clones.samples import LAYER, LAYERED_BLOCK, MASKED_POOLING, NARROW_BLOCK, POOLING, PRE_NORM_LAYER, WIDE_BLOCK
from tests.clones.scans import scan_of, with_imports

TEXTS = (LAYER, PRE_NORM_LAYER, LAYERED_BLOCK, WIDE_BLOCK, NARROW_BLOCK, POOLING, MASKED_POOLING)
# Several in one file, so that for some pairs it counts where they stand.
TREE = {f"{number}.py": with_imports(f"{left}\n{right}") for number, (left, right) in enumerate(pairwise(TEXTS))}


def found(scan: Scan, root: Path, *, jobs: int = 1, cache: bool = False) -> tuple[Family, ...]:
    return find_families(scan, Settings(root=root), jobs=jobs, cache=cache).families


def test_several_processes_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = scan_of(TREE)
    alone = found(scan, tmp_path)
    assert any(family.likeness == "near" for family in alone)
    monkeypatch.setattr(near, "_PAIRS_AT_ONCE", 2)
    assert found(scan, tmp_path, jobs=2) == alone


def test_a_tree_without_changes_is_not_judged_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = scan_of(TREE)
    before = found(scan, tmp_path, cache=True)
    monkeypatch.setattr(Judge, "judge", _never)
    assert found(scan, tmp_path, cache=True) == before


def test_after_a_change_only_what_it_concerns_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(scan_of(TREE), tmp_path, cache=True)
    changed = {
        **TREE,
        "more.py": with_imports(POOLING.replace("AttentionPooling", "Pooling").replace("dim=1", "dim=2")),
    }
    asked: list[tuple[frozenset[str], frozenset[str]]] = []
    judge = Judge.judge

    def seen(self: Judge, pair: near.Pair) -> near.Judgement | None:
        asked.append((self.profiles[pair.left].paths, self.profiles[pair.right].paths))
        return judge(self, pair)

    monkeypatch.setattr(Judge, "judge", seen)
    again = found(scan_of(changed), tmp_path, cache=True)
    assert asked
    assert all("more.py" in left | right for left, right in asked)
    monkeypatch.undo()
    assert again == found(scan_of(changed), tmp_path)


def _never(*_: object) -> None:
    raise AssertionError
