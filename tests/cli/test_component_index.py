"""`component-index` as it is called: exit codes, what is written, how it reads."""

import json
from pathlib import Path

import pytest

from refactor_tools.cli.main import main


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "components" / "pooling"
    folder.mkdir(parents=True)
    (folder / "mean_pooling.py").write_text('class MeanPooling:\n    """Averages positions."""\n', encoding="utf-8")
    return tmp_path


def call(tree: Path, *arguments: str) -> int:
    return main(["component-index", *arguments, "--root", str(tree)])


def test_build_then_check(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tree, "check") == 1
    assert "component_index/README.md (missing)" in capsys.readouterr().out
    assert call(tree) == 0
    assert "1 component; wrote 3 files:" in capsys.readouterr().out
    assert call(tree, "check") == 0
    assert call(tree, "--check") == 0
    assert "Next: component-index search TEXT" in capsys.readouterr().out
    assert call(tree) == 0
    assert "as it should be: 1 component" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--dry-run", "--diff", "--check"])
def test_nothing_is_written(tree: Path, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tree, option) == (1 if option == "--check" else 0)
    assert [path.name for path in tree.iterdir()] == ["components"]
    assert "component_index/pages/MeanPooling.md" in capsys.readouterr().out


def test_search_prints_lines_for_80_columns(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tree, "search", "average", "positions", "quickly", "and", "well") == 0
    out = capsys.readouterr().out
    assert "from components.pooling.mean_pooling import MeanPooling" in out
    assert out.splitlines()[-1] == "Next: component_index/pages/MeanPooling.md"
    assert all(len(line) <= 80 for line in out.splitlines())


def test_search_without_a_hit(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tree, "search", "quaternion") == 0
    assert 'No component holds a word of "quaternion".' in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [("search",), ("build", "extra"), ("unknown",)])
def test_wrong_usage(tree: Path, arguments: tuple[str, ...]) -> None:
    assert call(tree, *arguments) == 2


def test_a_broken_library_file_ends_with_its_place(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "components/pooling/broken.py").write_text("def (\n", encoding="utf-8")
    assert call(tree) == 2
    assert "error: components/pooling/broken.py: does not parse (line 1)" in capsys.readouterr().err


def test_json(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tree, "check", "--output-format", "json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert document["outcomes"][0] == {"name": "component_index/README.md", "outcome": "missing", "reason": ""}
    assert call(tree, "search", "average", "--output-format", "json") == 0
    (hit,) = json.loads(capsys.readouterr().out)["outcomes"]
    assert (hit["name"], hit["outcome"]) == ("MeanPooling", "found")


def test_markdown_to_a_file(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    output = tmp_path_factory.mktemp("out") / "index.md"
    assert call(tree, "--dry-run", "--output-format", "markdown", "-o", str(output)) == 0
    assert output.read_text(encoding="utf-8").startswith("# Component index\n")
