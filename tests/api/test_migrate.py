"""Migrations of a whole tree."""

from pathlib import Path

import pytest

from refactor_tools.api.migrate import migrate, write
from refactor_tools.certificates.store import dump_keymap, keymap_path
from refactor_tools.changes.undo import undo
from refactor_tools.errors import RefactorError, UnreadableRecord
from refactor_tools.model.adapters import Adapter
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.settings import Settings, load_settings

KEYMAP = KeyMap(
    component="lib.pooling.attention.Pool",
    module="lib.pooling.attention",
    exported_from="lib.pooling",
    name="Pool",
    kind="class",
    originals=(
        OriginalRecord("legacy/layers.py::Pool", "Pool", "d", Adapter(), "alias"),
        OriginalRecord("legacy/old.py::Pool", "Pool", "d", Adapter(), "none"),
    ),
)
FILES = {
    "pyproject.toml": '[tool.refactor-tools]\nlibrary = "lib"\n',
    keymap_path("Pool"): dump_keymap(KEYMAP),
    "lib/__init__.py": "",
    "lib/pooling/__init__.py": "from lib.pooling.attention import Pool as Pool\n",
    "lib/pooling/attention.py": "from legacy.layers import Pool\nclass Pool:\n    def __init__(self, size): pass\n",
    "legacy/__init__.py": "",
    "legacy/layers.py": "from .layers import Pool\n",
    "legacy/old.py": "class Pool: pass\n",
    "run.py": "from legacy.layers import Pool\nfrom legacy.old import Pool as Old\n",
    "tests/components/test_pool.py": "from legacy.layers import Pool\n",
    "archive/run.py": "from legacy.layers import Pool\n",
}


def tree(root: Path, **changed: bytes) -> Settings:
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for name, data in changed.items():
        (root / f"{name}.py").write_bytes(data)
    return load_settings(root)


def test_only_consumers_change_and_undo_gives_them_back(tmp_path: Path) -> None:
    settings = tree(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.py")}
    migration = migrate(settings)
    assert [change.path for change in migration.changes.effective] == ["run.py"]
    assert {path: path.read_bytes() for path in before} == before, "nothing is written before it is asked for"

    write(settings, migration, command="migrate-imports", allow_dirty=False)
    text = (tmp_path / "run.py").read_text()
    assert text == "from lib.pooling import Pool\nfrom legacy.old import Pool as Old\n"
    assert migrate(settings).changes.effective == ()
    assert migrate(settings).rewritten == ()

    undo(tmp_path, None)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            b"\xef\xbb\xbffrom legacy.layers import Pool\r\nx = '\xc3\xa9'",
            b"\xef\xbb\xbffrom lib.pooling import Pool\r\nx = '\xc3\xa9'",
        ),
        (
            b"# -*- coding: latin-1 -*-\nx = '\xe9'; from legacy.layers import Pool\n",
            b"# -*- coding: latin-1 -*-\nx = '\xe9'; from lib.pooling import Pool\n",
        ),
        (b"if 1:\n\tfrom legacy.layers import Pool\n\x0c\n", b"if 1:\n\tfrom lib.pooling import Pool\n\x0c\n"),
        (
            b"#!/usr/bin/env python\nfrom legacy.layers import Pool",
            b"#!/usr/bin/env python\nfrom lib.pooling import Pool",
        ),
    ],
)
def test_bytes_outside_the_spans_stay(tmp_path: Path, before: bytes, after: bytes) -> None:
    settings = tree(tmp_path, run=before)
    assert [change.after for change in migrate(settings).changes.effective] == [after]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"x = 1\nfrom legacy.layers import (Pool\n", "run.py:2"),
        (b"x = 1\nprint Pool\n", "run.py:2"),
        (b"x = 1\ny = '\xff'  # Pool\n", "run.py:2"),
        (b"Pool = 1\n\0", "run.py:2"),
    ],
)
def test_a_file_that_cannot_be_read_stops_the_run(tmp_path: Path, data: bytes, place: str) -> None:
    settings = tree(tmp_path, run=data, good=b"from legacy.layers import Pool\n")
    with pytest.raises(RefactorError) as raised:
        migrate(settings)
    assert raised.value.place == place
    assert migrate(settings, [tmp_path / "good.py"]).changes.effective, "out of scope it does not matter"


@pytest.mark.parametrize("data", [b"def f(:\n", b"x = '\xff'\n", b"Pooling = (\n", b""])
def test_a_broken_file_without_the_name_does_not_matter(tmp_path: Path, data: bytes) -> None:
    settings = tree(tmp_path, good=b"from legacy.layers import Pool\n", bad=data)
    assert [change.path for change in migrate(settings).changes.effective] == ["good.py", "run.py"]


def test_files_without_the_name_are_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from refactor_tools.codemods import import_tree

    settings = tree(tmp_path, unrelated=b"x = 1\n")
    parsed: list[str] = []
    read_names = import_tree.SourceTree.names
    monkeypatch.setattr(
        import_tree.SourceTree, "names", lambda self, path: parsed.append(path) or read_names(self, path)
    )
    migrate(settings)
    assert "run.py" in parsed
    assert "unrelated.py" not in parsed


def test_paths_limit_the_run(tmp_path: Path) -> None:
    settings = tree(tmp_path)
    assert migrate(settings, [tmp_path / "legacy"]).changes.effective == ()
    assert len(migrate(settings, [tmp_path / "run.py"]).changes.effective) == 1


def test_a_damaged_key_map_is_named(tmp_path: Path) -> None:
    settings = tree(tmp_path)
    (tmp_path / keymap_path("Pool")).write_bytes(b"\xff{")
    with pytest.raises(UnreadableRecord, match=r"component_index/keymaps/Pool\.json"):
        migrate(settings)


def test_a_tree_without_components_has_nothing_to_migrate(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text("from legacy.layers import Pool\n")
    migration = migrate(load_settings(tmp_path))
    assert (migration.changes.effective, migration.rewritten, migration.kept) == ((), (), ())


def test_stated_imports_replace_absolute_and_relative_ones(tmp_path: Path) -> None:
    settings = tree(tmp_path, run=b"from legacy.layers import Pool, Other\nfrom legacy.old import Pool as P\n")
    (tmp_path / "legacy/model.py").write_text("from .layers import Pool\n")
    migration = migrate(
        settings, [tmp_path], old="from legacy.layers import Pool, Other", new="from fresh.nn import Pooling, Other"
    )
    assert {change.path: change.after for change in migration.changes.effective} == {
        "run.py": b"from fresh.nn import Pooling as Pool, Other\nfrom legacy.old import Pool as P\n",
        "legacy/model.py": b"from fresh.nn import Pooling as Pool\n",
    }


def test_stated_imports_leave_the_new_place_alone(tmp_path: Path) -> None:
    settings = tree(tmp_path, fresh=b"from legacy.layers import Pool\n")
    migration = migrate(settings, old="from legacy.layers import Pool", new="from fresh import Pool")
    assert [change.path for change in migration.changes.effective] == ["run.py"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import a", "import b"),
        ("from . import X", "from b import X"),
        ("from a import *", "from b import *"),
        ("from a import X", "from b import X, Y"),
        ("from a import X", "from b import"),
        ("from a import X as Y", "from b import X"),
    ],
)
def test_stated_imports_must_pair(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(RefactorError):
        migrate(load_settings(tmp_path), old=old, new=new)
