"""Copies of a tree to measure on: the whole, and a part that is drawn folder by folder."""

import random
import shutil
from pathlib import Path


def copied(tree: Path, folder: Path) -> Path:
    """A copy of the tree's Python files, without what earlier runs left there."""
    target = folder / tree.name
    for file in sorted(tree.rglob("*.py")):
        _copy(file, tree, target)
    return target


def part_of(tree: Path, folder: Path, share: float, seed: int) -> Path:
    """A copy of whole folders of the tree, drawn at random until they hold `share` of its lines."""
    files: dict[Path, list[Path]] = {}
    for file in sorted(tree.rglob("*.py")):
        files.setdefault(file.parent, []).append(file)
    drawn = list(files)
    random.Random(seed).shuffle(drawn)
    wanted, taken = share * lines(tree), 0
    target = folder / tree.name
    for place in drawn:
        if taken >= wanted:
            break
        for file in files[place]:
            _copy(file, tree, target)
            taken += _lines(file)
    return target


def lines(tree: Path) -> int:
    """Lines of all Python files."""
    return sum(_lines(file) for file in tree.rglob("*.py"))


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n")


def _copy(file: Path, tree: Path, target: Path) -> None:
    place = target / file.relative_to(tree)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, place)
