"""Build, check and search through the api."""

from pathlib import Path

from refactor_tools.api.index import build_index, check_index, search_index
from refactor_tools.changes.transaction import apply
from refactor_tools.settings import Settings


def library(root: Path) -> Settings:
    folder = root / "components" / "pooling"
    folder.mkdir(parents=True)
    (folder / "mean.py").write_text('class Mean:\n    """Averages."""\n', encoding="utf-8")
    return Settings(root)


def test_drift_is_listed_until_it_is_written(tmp_path: Path) -> None:
    settings = library(tmp_path)
    assert check_index(settings) == (
        ("component_index/README.md", "missing"),
        ("component_index/index.json", "missing"),
        ("component_index/pages/Mean.md", "missing"),
    )
    apply(tmp_path, build_index(settings), "component-index")
    assert check_index(settings) == ()


def test_edited_and_left_over_files_are_drift(tmp_path: Path) -> None:
    settings = library(tmp_path)
    apply(tmp_path, build_index(settings), "component-index")
    (tmp_path / "component_index/README.md").write_text("edited\n", encoding="utf-8")
    (tmp_path / "component_index/pages/Old.md").touch()
    assert check_index(settings) == (
        ("component_index/README.md", "changed"),
        ("component_index/pages/Old.md", "left over"),
    )


def test_records_of_people_are_left_alone(tmp_path: Path) -> None:
    settings = library(tmp_path)
    kept = tmp_path / "component_index/cases/Mean.yaml"
    kept.parent.mkdir(parents=True)
    kept.write_text("schema: 1\n", encoding="utf-8")
    assert not any(change.path.endswith("Mean.yaml") for change in build_index(settings).files)


def test_search(tmp_path: Path) -> None:
    (hit,) = search_index(library(tmp_path), "average")
    assert hit.record.name == "Mean"
