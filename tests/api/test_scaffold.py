"""What `new-component` plans: names, places, and what it must not touch."""

from pathlib import Path

import pytest

from refactor_tools.api.scaffold import Scaffolded, new_component
from refactor_tools.errors import RefactorError
from refactor_tools.settings import Settings


def write(root: Path, made: Scaffolded) -> None:
    for change in made.changes.effective:
        (root / change.path).parent.mkdir(parents=True, exist_ok=True)
        assert change.after is not None
        (root / change.path).write_bytes(change.after)


def test_planning_writes_nothing(tmp_path: Path) -> None:
    made = new_component(Settings(tmp_path), "fusion")
    assert list(tmp_path.iterdir()) == []
    assert [change.path for change in made.changes.effective] == [
        "components/__init__.py",
        "components/py.typed",
        "tests/components/conftest.py",
        "components/fusion/__init__.py",
        "components/fusion/basic_fusion.py",
        "tests/components/test_basic_fusion.py",
        "component_index/cases/BasicFusion.yaml",
        "component_index/README.md",
        "component_index/index.json",
        "component_index/pages/BasicFusion.md",
    ]


def test_default_names_are_numbered(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    names = []
    for _ in range(3):
        made = new_component(settings, "fusion")
        write(tmp_path, made)
        names.append(made.name)
    assert names == ["BasicFusion", "BasicFusion2", "BasicFusion3"]
    init = (tmp_path / "components/fusion/__init__.py").read_text(encoding="utf-8")
    assert '__all__ = ["BasicFusion", "BasicFusion2", "BasicFusion3"]' in init


@pytest.mark.parametrize("name", ["gated_join", "GatedJoin", "gatedjoin"])
def test_a_taken_name_is_refused(tmp_path: Path, name: str) -> None:
    settings = Settings(tmp_path)
    write(tmp_path, new_component(settings, "fusion", "gated_join"))
    with pytest.raises(RefactorError, match="is taken"):
        new_component(settings, "pooling", name)


def test_an_existing_test_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "tests/components").mkdir(parents=True)
    (tmp_path / "tests/components/test_join.py").write_text("mine\n", encoding="utf-8")
    with pytest.raises(RefactorError, match=r"tests/components/test_join.py: `Join` is taken"):
        new_component(Settings(tmp_path), "fusion", "join")


def test_what_stands_in_init_files_stays(tmp_path: Path) -> None:
    folder = tmp_path / "components/fusion"
    folder.mkdir(parents=True)
    (tmp_path / "components/__init__.py").write_text("VERSION = 1\n", encoding="utf-8")
    (folder / "__init__.py").write_text(
        '"""Fusion."""\n\nfrom .old import Old\n\n__all__ = ["Old"]\n', encoding="utf-8"
    )
    (folder / "old.py").write_text("class Old: ...\n", encoding="utf-8")
    made = new_component(Settings(tmp_path), "fusion")
    after = {change.path: change.after for change in made.changes.effective}
    assert "components/__init__.py" not in after
    assert after["components/fusion/__init__.py"] == (
        b'"""Fusion."""\n\nfrom .basic_fusion import BasicFusion\nfrom .old import Old\n\n'
        b'__all__ = ["BasicFusion", "Old"]\n'
    )
    assert b"[Old](pages/Old.md)" in (after["component_index/README.md"] or b"")


def test_the_import_path_follows_the_source_root(tmp_path: Path) -> None:
    package = tmp_path / "src/shop"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    made = new_component(Settings(tmp_path, library="src/shop/layers"), "pooling")
    texts = {change.path: (change.after or b"").decode() for change in made.changes.effective}
    assert made.package == "shop.layers.pooling"
    assert "from shop.layers.pooling import AttentionPooling" in texts["tests/components/test_attention_pooling.py"]
    assert '"../../src"' in texts["tests/components/conftest.py"]
    assert "`shop.layers`" in texts["component_index/README.md"]


def test_an_unknown_category_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefactorError, match="unknown category `colour`; known: attention"):
        new_component(Settings(tmp_path), "colour")
