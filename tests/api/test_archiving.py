"""What goes to the archive and what stays."""

import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.api.archiving import archive, archive_used
from refactor_tools.api.migrate import write, write_changes
from refactor_tools.certificates.store import dump_keymap, keymap_path
from refactor_tools.changes.undo import undo
from refactor_tools.errors import RefactorError
from refactor_tools.model.adapters import Adapter
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.settings import Settings, load_settings

KEYMAP = KeyMap(
    "lib.pool.Pool",
    "lib.pool",
    "lib",
    "Pool",
    "class",
    (
        OriginalRecord("legacy/pool.py::Pool", "Pool", "d", Adapter(), "none"),
        OriginalRecord("legacy/shim.py::Pool", "Pool", "d", Adapter(), "alias"),
    ),
)
FILES = {
    "pyproject.toml": '[tool.refactor-tools]\nlegacy = ["legacy"]\n[project.scripts]\nx = "legacy.entry:start"\n',
    keymap_path("Pool"): dump_keymap(KEYMAP),
    "legacy/__init__.py": "",
    "legacy/pool.py": "class Pool: pass\nclass _More: pass\n",
    "legacy/one.py": "from .two import Two\nclass One(Two): pass\n",
    "legacy/two.py": "class Two: pass\n",
    "legacy/used.py": "class Used: pass\n",
    "legacy/vrnn.py": "from .used import Used\nclass VRNN(Used): pass\n",
    "legacy/shim.py": "class Pool: pass\n",
    "legacy/entry.py": "def start(): pass\n",
    "legacy/script.py": "if __name__ == '__main__':\n    pass\n",
    "legacy/loop.py": "for x in 'ab':\n    print(x)\n",
    "legacy/test_one.py": "def test_one(): pass\n",
    "legacy/by_config.py": "class ByConfig: pass\n",
    "legacy/inner/__init__.py": "from .core import Core\n",
    "legacy/inner/core.py": "class Core: pass\n",
    "conf.yaml": "_target_: legacy.by_config.ByConfig\n",
    "run.py": "from legacy.vrnn import VRNN\nprint(VRNN.__mro__[1].__name__)\n",
}
GONE = ["legacy/inner/__init__.py", "legacy/inner/core.py", "legacy/one.py", "legacy/pool.py", "legacy/two.py"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return load_settings(tmp_path)


def test_what_nothing_uses_goes(settings: Settings) -> None:
    found = archive(settings)
    assert [row.path for row in found.archived] == GONE
    assert {item.path: item.reason for item in found.stays} == {
        "legacy/__init__.py": "the package of legacy/entry.py",
        "legacy/by_config.py": "used by conf.yaml",
        "legacy/entry.py": "an entry point of the project",
        "legacy/loop.py": "a script (it does something when it is loaded)",
        "legacy/script.py": "a script (it has a `__main__` part)",
        "legacy/shim.py": "holds the shim of Pool until 2.0",
        "legacy/test_one.py": "a test, or a file that a runner loads by its name",
        "legacy/used.py": "used by legacy/vrnn.py",
        "legacy/vrnn.py": "used by run.py",
    }


def test_the_readme_says_what_replaced_what(settings: Settings) -> None:
    write_changes(settings, archive(settings).changes, "archive", allow_dirty=False)
    readme = (settings.root / "archive/README.md").read_text()
    assert "| `archive/legacy/pool.py` | `Pool`, `_More` | `lib.pool.Pool` |" in readme
    assert "| `archive/legacy/two.py` | `Two` | nothing uses it |" in readme
    assert archive(settings).changes.effective == (), "a second run changes nothing"
    assert (settings.root / "archive/legacy/pool.py").read_text() == FILES["legacy/pool.py"]
    undo(settings.root)
    assert not (settings.root / "archive").exists()
    assert (settings.root / "legacy/inner/core.py").exists()


def test_a_readme_of_a_persons_own_is_kept(settings: Settings) -> None:
    readme = settings.root / "archive/README.md"
    readme.parent.mkdir()
    readme.write_text("# Ours\n\nText.")
    write_changes(settings, archive(settings, [settings.root / "legacy/pool.py"]).changes, "archive", allow_dirty=True)
    write_changes(settings, archive(settings).changes, "archive", allow_dirty=True)
    text = readme.read_text()
    assert text.startswith("# Ours\n\nText.\n\n<!-- archive-legacy -->\n")
    assert text.count("<!-- archive-legacy -->") == text.count("| archived file |") == 1
    assert [line for line in text.splitlines() if line.startswith("| `")] == sorted(
        line for line in text.splitlines() if line.startswith("| `")
    )
    assert text.count("`archive/legacy/pool.py`") == 1


@pytest.mark.parametrize(
    ("path", "goes"),
    [
        ("legacy/test_one.py", True),
        ("legacy/script.py", True),
        ("legacy/entry.py", True),
        ("legacy/two.py", False),
        ("legacy/shim.py", False),
        ("legacy/vrnn.py", False),
    ],
)
def test_named_files(settings: Settings, path: str, goes: bool) -> None:
    found = archive(settings, [settings.root / path])
    assert [row.path for row in found.archived] == ([path] if goes else [])
    assert [item.path for item in found.named] == ([] if goes else [path])


def test_used_code_is_imported_from_the_archive(settings: Settings) -> None:
    found, migration = archive_used(settings, "legacy/vrnn.py")
    assert [(row.path, row.new) for row in found.archived] == [("legacy/vrnn.py", "archive/legacy/vrnn.py")]
    write(settings, migration, command="archive", allow_dirty=False)
    root = settings.root
    assert (root / "run.py").read_text().startswith("from archive.legacy.vrnn import VRNN\n")
    assert (root / "archive/legacy/vrnn.py").read_text().startswith("from legacy.used import Used\n")
    done = subprocess.run([sys.executable, "run.py"], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout == "Used\n", done.stderr
    assert "| `archive/legacy/vrnn.py` | `VRNN` | it is still used |" in (root / "archive/README.md").read_text()
    undo(root)
    assert (root / "run.py").read_text() == FILES["run.py"]


def test_a_file_that_is_in_the_archive_already_is_refused(settings: Settings) -> None:
    (settings.root / "archive/legacy").mkdir(parents=True)
    (settings.root / "archive/legacy/two.py").write_text("")
    with pytest.raises(RefactorError, match="exists already"):
        archive(settings)
