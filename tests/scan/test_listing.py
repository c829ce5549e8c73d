"""What an analysis follows from, beside the files."""

import sys
from pathlib import Path

import pytest

from refactor_tools.scan.listing import Listing


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


def digest() -> str:
    return Listing(Path(), (), ()).digest()


@pytest.mark.parametrize("name", ["timm", "einops.py", "einops-0.8.0.dist-info", "fast.abi3.so"])
def test_what_is_installed_counts(installed: Path, name: str) -> None:
    before = digest()
    (installed / name).mkdir()
    assert digest() != before


@pytest.mark.parametrize("name", ["report.json", "notes.txt", ".refactor-tools"])
def test_other_files_beside_it_do_not(installed: Path, name: str) -> None:
    before = digest()
    (installed / name).write_text("{}", encoding="utf-8")
    assert digest() == before


def test_a_folder_that_is_gone(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(installed / "gone")])
    assert digest() == digest()
