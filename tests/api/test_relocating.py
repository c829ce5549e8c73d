"""Modules and packages moved in a whole tree."""

import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.api.migrate import write
from refactor_tools.api.relocating import relocate
from refactor_tools.changes.undo import undo
from refactor_tools.errors import DirtyTree, RefactorError
from refactor_tools.settings import Settings, load_settings

FILES = {
    "pyproject.toml": '[tool.refactor-tools]\n[project.scripts]\nx = "app.legacy.layers:main"\n',
    "app/__init__.py": "",
    "app/base.py": "class Base: pass\n",
    "app/legacy/__init__.py": "from .layers import Pool\nfrom . import layers\n__all__ = ['Pool', 'layers']\n",
    "app/legacy/layers.py": "from ..base import Base\nclass Pool(Base): pass\nclass _Own: pass\n"
    "if __name__ == '__main__':\n    print('ran')\n",
    "app/legacy/sub/__init__.py": "",
    "app/legacy/sub/deep.py": "from ..layers import Pool\nfrom .. import layers\n",
    "app/legacy/sub/data.txt": "x",
    "run.py": "import app.legacy.layers\nfrom app.legacy.layers import *\nfrom app.legacy.layers import _Own\n"
    "from app.legacy.sub import deep\nX = app.legacy.layers.Pool, deep.Pool\nassert X[0] is X[1]\n",
    "conf.yaml": "_target_: app.legacy.layers.Pool  # x\n",
    "job.sh": "#!/bin/sh\npython -m app.legacy.layers\npython ./app/legacy/layers.py\n",
    "note.ipynb": '{"cells": [{"cell_type": "code", "source": ["from app.legacy import layers"]}]}\n',
}


def python(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return load_settings(tmp_path)


def moved(settings: Settings, old: str, new: str, **options: object) -> Path:
    write(settings, relocate(settings, old, new, **options), command="move", allow_dirty=False)  # type: ignore[arg-type]
    return settings.root


@pytest.mark.parametrize(("old", "new"), [("app.legacy.layers", "app.lib.blocks"), ("app.legacy", "app.old.models")])
def test_everything_follows_and_undo_takes_it_back(settings: Settings, old: str, new: str) -> None:
    before = {
        path: path.read_bytes() for path in settings.root.rglob("*") if path.is_file() and ".git" not in path.parts
    }
    root = moved(settings, old, new, strings=True)
    assert python(root, "run.py").returncode == 0, python(root, "run.py").stderr
    module = "app.lib.blocks" if new.endswith("blocks") else "app.old.models.layers"
    assert (root / "conf.yaml").read_text() == f"_target_: {module}.Pool  # x\n"
    path = module.replace(".", "/")
    assert (root / "job.sh").read_text() == f"#!/bin/sh\npython -m {module}\npython ./{path}.py\n"
    assert f'x = "{module}:main"' in (root / "pyproject.toml").read_text()
    package, _, name = module.rpartition(".")
    bound = name if name == "layers" else f"{name} as layers"
    assert f"from {package} import {bound}" in (root / "note.ipynb").read_text()
    assert python(root, "-m", module).stdout == "ran\n"
    assert not (root / "app/legacy/layers.py").exists()
    assert any(line.startswith("R") for line in git(root, "status", "--porcelain").splitlines())
    assert relocate(settings, old, new).changes.effective == (), "a second run changes nothing"

    undo(root)
    assert {path: path.read_bytes() for path in before} == before
    assert git(root, "status", "--porcelain") == ""


def test_strings_are_reported_by_default(settings: Settings) -> None:
    found = relocate(settings, "app.legacy.layers", "app.lib.blocks")
    assert {item.path for item in found.strings} == {"conf.yaml", "job.sh", "pyproject.toml"}
    assert all(item.reason for item in found.strings)
    assert not {"conf.yaml", "job.sh"} & {change.path for change in found.changes.effective}


def test_a_module_shim_hands_out_the_new_module(settings: Settings) -> None:
    root = moved(settings, "app.legacy.layers", "app.lib.blocks", shims="legacy")
    (root / "outside.py").write_text(
        "import app.legacy.layers\n"
        "from app.legacy.layers import Pool\n"
        "from app.legacy.layers import *\n"
        "import app.lib.blocks\n"
        "assert Pool is app.lib.blocks.Pool is app.legacy.layers.Pool\n"
        "assert app.legacy.layers._Own is app.lib.blocks._Own\n"
        "assert not hasattr(app.legacy.layers, '__wrapped__')\n"
        "import pickle\n"
        "assert pickle.loads(b'capp.legacy.layers\\nPool\\n.') is Pool\n"
    )
    done = python(root, "-W", "always", "outside.py")
    assert done.returncode == 0, done.stderr
    places = [line.split(": ")[0] for line in done.stderr.splitlines() if "DeprecationWarning" in line]
    assert [place.rpartition("outside.py:")[2] for place in places] == ["2", "3", "5", "6", "9"]
    assert "app.legacy.layers moved to app.lib.blocks and goes in 2.0" in done.stderr
    assert python(root, "-W", "error", "-c", "import app.legacy.layers").returncode == 0
    assert python(root, "-m", "app.legacy.layers").stdout == "ran\n"
    missing = python(root, "-c", "from app.legacy.layers import Nothing")
    assert "ImportError" in missing.stderr


def test_a_package_shim_keeps_its_modules_as_the_same_objects(settings: Settings) -> None:
    root = moved(settings, "app.legacy", "app.old.models", shims="legacy")
    assert sorted(path.name for path in (root / "app/legacy").iterdir()) == ["__init__.py"]
    (root / "outside.py").write_text(
        "import app.legacy.sub.deep\n"
        "import app.legacy.layers as L\n"
        "from app.legacy import Pool, layers\n"
        "import app.old.models.sub.deep as deep\n"
        "assert app.legacy.sub.deep is deep and L is layers is app.old.models.layers\n"
        "assert deep.__spec__.name == deep.__name__ == 'app.old.models.sub.deep'\n"
        "assert Pool is L.Pool\n"
    )
    done = python(root, "-W", "always", "outside.py")
    assert done.returncode == 0, done.stderr
    places = [line.split(": ")[0] for line in done.stderr.splitlines() if "DeprecationWarning" in line]
    assert [place.rpartition("outside.py:")[2] for place in places] == ["1", "2", "3"]
    assert "ModuleNotFoundError" in python(root, "-c", "import app.legacy.nothing").stderr
    assert "ran\n" in python(root, "-m", "app.legacy.layers").stdout


def test_data_and_modes_of_a_package_go_with_it(settings: Settings) -> None:
    (settings.root / "app/legacy/sub/data.txt").chmod(0o755)
    git(settings.root, "add", "-A")
    git(settings.root, "commit", "-qm", "mode")
    root = moved(settings, "app/legacy", "app/models")
    assert (root / "app/models/sub/data.txt").stat().st_mode & 0o111
    assert not (root / "app/legacy").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("app.legacy.nothing", "app.lib", "no such module"),
        ("app.legacy.layers", "app.base", "exists already"),
        ("app.legacy.layers", "app.legacy.sub", "exists already"),
        ("app.legacy", "app.legacy.sub.more", "lies in `app.legacy` itself"),
        ("app.legacy.layers", "json.blocks", "the standard library's `json`"),
        ("app.legacy.layers", "click.blocks", "the installed package `click`"),
        ("app.legacy.layers", "app.1st", "is no name of a module"),
    ],
)
def test_refused(settings: Settings, old: str, new: str, message: str) -> None:
    with pytest.raises(RefactorError, match=message):
        relocate(settings, old, new)


def test_a_ring_of_imports_is_refused(settings: Settings) -> None:
    (settings.root / "app/legacy/helpers.py").write_text("x = 1\n")
    layers = settings.root / "app/legacy/layers.py"
    layers.write_text("from .helpers import x\n" + layers.read_text())
    with pytest.raises(RefactorError, match="import each other in a ring: app/legacy/"):
        relocate(settings, "app.legacy.layers", "app.lib.blocks")


def test_a_file_that_does_not_parse_stops_everything(settings: Settings) -> None:
    (settings.root / "broken.py").write_text("from app.legacy.layers import (\n")
    with pytest.raises(RefactorError, match="cannot be parsed"):
        relocate(settings, "app.legacy.layers", "app.lib.blocks")


def test_uncommitted_changes_are_refused(settings: Settings) -> None:
    (settings.root / "run.py").write_text(FILES["run.py"] + "\n")
    with pytest.raises(DirtyTree, match=r"run\.py"):
        moved(settings, "app.legacy.layers", "app.lib.blocks")


def test_a_script_goes_by_its_bare_name(tmp_path: Path) -> None:
    for name, text in {"scripts/net.py": "N = 1\n", "scripts/train.py": "import net\nprint(net.N)\n"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    settings = load_settings(tmp_path)
    found = relocate(settings, "net", "scripts/graph.py")
    after = {change.path: change.after for change in found.changes.effective}
    assert after["scripts/train.py"] == b"import graph as net\nprint(net.N)\n"
