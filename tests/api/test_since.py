"""A change reaches what it can reach: no less, and not everything."""

from dataclasses import replace
from pathlib import Path

import pytest

from refactor_tools.api.since import reached_since
from refactor_tools.api.tasks import read_keymaps
from refactor_tools.certificates.store import (
    case_path,
    certificate_path,
    dump_keymap,
    keymap_path,
    original_name,
    original_path,
)
from refactor_tools.errors import RefactorError
from refactor_tools.model.components import OriginalRecord
from refactor_tools.settings import load_settings
from tests.certified_tree import ADAPTER, COMPONENT, FILES, KEYMAP, LIBRARY_FILE, ORIGINAL, write_tree
from tests.repositories import commit_all, git

# Beside `Pool` stand `Gate`, which uses a helper of the library and has a shim, and a file that belongs to neither.
GATE_ORIGINAL = ORIGINAL.replace("Pool", "Gate")
GATE = replace(
    KEYMAP,
    component="components.gating.gate.Gate",
    module="components.gating.gate",
    exported_from="components.gating",
    name="Gate",
    originals=(OriginalRecord("legacy/model.py::Gate", "Gate", original_name(GATE_ORIGINAL), ADAPTER, "alias"),),
)
TREE = {
    **FILES,
    "components/gating/__init__.py": "",
    "components/gating/gate.py": "from components.shared.scores import score\n" + COMPONENT.replace("Pool", "Gate"),
    "components/shared/__init__.py": "",
    "components/shared/scores.py": "def score(x):\n    return x\n",
    "legacy/model.py": "from components.gating.gate import Gate\nfrom helpers import size\n",
    "legacy/helpers.py": "size = 3\n",
    "notes.md": "notes\n",
    "tools/other.py": "x = 1\n",
    keymap_path("Gate"): dump_keymap(GATE),
    original_path(original_name(GATE_ORIGINAL)): GATE_ORIGINAL,
    case_path("Gate"): "schema: 1\n",
    certificate_path("Gate"): "{}\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    commit_all(write_tree(tmp_path, TREE))
    return tmp_path


def reached(root: Path, revision: str = "HEAD") -> set[str]:
    settings = load_settings(root)
    return {keymap.name for keymap in reached_since(settings, read_keymaps(root), revision)}


def append(root: Path, path: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    with (root / path).open("a") as file:
        file.write("\n")


def test_no_change_reaches_nothing(root: Path) -> None:
    assert reached(root) == set()


@pytest.mark.parametrize("path", ["notes.md", "tools/other.py", "tools/new.py", "components/gating/unused.py"])
def test_files_that_no_proof_depends_on_reach_nothing(root: Path, path: str) -> None:
    append(root, path)
    assert reached(root) == set()


@pytest.mark.parametrize(
    "path",
    [
        "components/gating/gate.py",
        "components/gating/__init__.py",
        "components/shared/scores.py",
        "components/shared/__init__.py",
        "legacy/model.py",
        "legacy/helpers.py",
        keymap_path("Gate"),
        case_path("Gate"),
        certificate_path("Gate"),
        original_path(original_name(GATE_ORIGINAL)),
    ],
)
def test_files_of_one_proof_reach_one_component(root: Path, path: str) -> None:
    append(root, path)
    assert reached(root) == {"Gate"}
    commit_all(root)
    assert reached(root) == set()
    assert reached(root, "HEAD~1") == {"Gate"}


def test_the_library_s_own_package_reaches_everything(root: Path) -> None:
    append(root, "components/__init__.py")
    assert reached(root) == {"Gate", "Pool"}


def test_an_untracked_case_counts(root: Path) -> None:
    append(root, case_path("Pool"))
    assert reached(root) == {"Pool"}


def test_a_file_that_was_renamed_away_counts(root: Path) -> None:
    git(root, "mv", original_path(original_name(ORIGINAL)), "kept.txt")
    assert reached(root) == {"Pool"}


def test_a_file_that_is_gone_from_the_library_may_reach_anything(root: Path) -> None:
    (root / "components/shared/scores.py").unlink()
    assert reached(root) == {"Gate", "Pool"}


def test_a_removed_certificate_counts(root: Path) -> None:
    (root / certificate_path("Gate")).unlink()
    assert reached(root) == {"Gate"}


def test_settings_reach_everything_and_the_rest_of_their_file_nothing(root: Path) -> None:
    with (root / "pyproject.toml").open("a") as file:
        file.write("[tool.other]\nx = 1\n")
    assert reached(root) == set()
    (root / "pyproject.toml").write_text('[tool.refactor-tools]\nremove-in = "3.0"\n')
    assert reached(root) == {"Gate", "Pool"}


def test_settings_that_could_not_be_read_then_reach_everything(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.refactor-tools\n")
    commit_all(root)
    (root / "pyproject.toml").write_text("[tool.refactor-tools]\n")
    assert reached(root) == {"Gate", "Pool"}


def test_a_root_below_the_top_of_its_repository(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "sub", TREE)
    (tmp_path / "components").mkdir()
    commit_all(tmp_path)
    (tmp_path / LIBRARY_FILE).parent.mkdir(parents=True)
    (tmp_path / LIBRARY_FILE).write_text("x = 1\n")
    assert reached(root) == set()
    append(root, LIBRARY_FILE)
    assert reached(root) == {"Pool"}


def test_what_is_no_revision_says_what_to_do(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(RefactorError, match="git knows no commit 'gone' here; fetch it, or give a commit"):
        reached(root, "gone")
    with pytest.raises(RefactorError, match="is in no git repository"):
        reached(write_tree(tmp_path_factory.mktemp("bare"), TREE))


def test_a_class_that_holds_components_is_reached_by_its_file_and_by_components(root: Path) -> None:
    holder = replace(GATE, name="Model@legacy-model", holder="legacy/model.py::Model", module="model")

    def names(path: str) -> set[str]:
        file = root / path
        before = file.read_text(encoding="utf-8")
        file.write_text(before + "\n# changed\n", encoding="utf-8")
        found = {keymap.name for keymap in reached_since(load_settings(root), [holder], "HEAD")}
        file.write_text(before, encoding="utf-8")
        return found

    assert names("legacy/model.py") == names("components/gating/gate.py") == {"Model@legacy-model"}
    assert names("tools/other.py") == names("notes.md") == set()
