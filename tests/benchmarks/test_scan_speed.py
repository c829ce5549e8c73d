"""Ratios from single runs, and the trees that are measured."""

from pathlib import Path

import pytest

from benchmarks.processes import MIB
from benchmarks.samples import copied, lines, part_of
from benchmarks.scan_speed import figures


def test_figures_are_ratios_of_medians() -> None:
    runs = {
        "jscpd": [10, 100, 12],
        "cold": [18, 15, 90],
        "warm": [1.8, 2, 1],
        "changed": [3.6, 3.6, 3.6],
        "jscpd, a quarter": [3, 3, 3],
        "cold, a quarter": [4.5, 4.5, 4.5],
    }
    peaks = {"cold": 700 * MIB, "warm": 900 * MIB, "changed": 800 * MIB, "cold, a quarter": 2000 * MIB}
    assert figures(runs, peaks, 4.0) == pytest.approx(
        {"cold": 1.5, "warm": 0.1, "changed": 0.2, "memory": 900, "growth": 1.0}
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for number in range(20):
        folder = tmp_path / "pkg" / f"part{number}"
        folder.mkdir(parents=True)
        for name in ("a.py", "b.py"):
            (folder / name).write_text("x = 1\n" * 5, encoding="utf-8")
        (folder / "notes.txt").write_text("x\n", encoding="utf-8")
    return tmp_path / "pkg"


def test_a_copy_holds_the_python_files_alone(tree: Path, tmp_path: Path) -> None:
    target = copied(tree, tmp_path / "copy")
    assert target == tmp_path / "copy" / "pkg"
    assert lines(target) == lines(tree) == 200
    assert not list(target.rglob("*.txt"))


def test_a_part_is_whole_folders_and_as_large_as_asked(tree: Path, tmp_path: Path) -> None:
    part = part_of(tree, tmp_path / "part", 0.25, seed=1)
    assert lines(part) == 50
    assert all(len(list(folder.iterdir())) == 2 for folder in part.iterdir())


def test_the_seed_decides_which(tree: Path, tmp_path: Path) -> None:
    names = [
        sorted(path.name for path in part_of(tree, tmp_path / str(n), 0.25, seed).iterdir())
        for n, seed in enumerate((1, 1, 2))
    ]
    assert names[0] == names[1] != names[2]
