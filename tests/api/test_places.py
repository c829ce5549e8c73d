"""Where annotations point to."""

from pathlib import Path

import pytest

from refactor_tools.api.places import definition_places
from refactor_tools.certificates.store import keymap_path
from refactor_tools.settings import load_settings
from tests.certified_tree import COMPONENT, LIBRARY_FILE, write_tree
from tests.repositories import git

LINE = COMPONENT.splitlines().index("class Pool(nn.Module):") + 1


def test_the_line_of_the_class(tmp_path: Path) -> None:
    root = write_tree(tmp_path)
    assert definition_places(load_settings(root), ["Pool"]) == {"Pool": (LIBRARY_FILE, LINE)}


def test_paths_are_the_repository_s(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    root = write_tree(tmp_path / "a/b")
    assert definition_places(load_settings(root), ["Pool"]) == {"Pool": (f"a/b/{LIBRARY_FILE}", LINE)}


@pytest.mark.parametrize("text", [None, "def (", "class Other:\n    pass\n"])
def test_a_definition_that_is_gone_is_placed_at_its_key_map(tmp_path: Path, text: str | None) -> None:
    root = write_tree(tmp_path)
    (root / LIBRARY_FILE).unlink()
    if text is not None:
        (root / LIBRARY_FILE).write_text(text)
    assert definition_places(load_settings(root), ["Pool"]) == {"Pool": (keymap_path("Pool"), 1)}


def test_no_names_no_places(tmp_path: Path) -> None:
    assert definition_places(load_settings(write_tree(tmp_path)), []) == {}
