"""`extract-component --map`, as people use it."""

from pathlib import Path

import pytest

from refactor_tools.cli.main import main
from tests.extraction_tree import contents, write_tree

MAP = """schema: 1
components:
  - component: Stretch
    members: [legacy/table_model.py::Stretched]
    target: blocks/stretch.py
    category: blocks
    priority: high
  - component: Encoder
    members: [legacy/table_model.py::Encoder, legacy/text_model.py::Encoder]
    target: blocks/encoder.py
    category: blocks
    priority: high
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "project")


def extract(tree: Path, *options: str) -> int:
    return main(["extract-component", "--root", str(tree), "--quiet", *options])


def test_a_map_is_followed_and_what_it_cannot_have_is_said(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "map.yaml").write_text(MAP, encoding="utf-8")
    assert extract(tree, "--map", str(tree / "map.yaml"), "--no-prove", "--no-tests") == 1
    said = capsys.readouterr().out
    assert "-> components/blocks/stretch.py" in said
    assert "Encoder  refused" in said
    assert (tree / "components/blocks/stretch.py").is_file()
    assert not (tree / "components/blocks/encoder.py").exists()


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (MAP, ["--category", "blocks", "--as", "X"], "--category, --as cannot be given with --map"),
        (MAP.replace("high", "now"), [], "map.yaml:7:15: `priority` is one of high, medium, standard, not 'now'"),
        (MAP.replace("py::Stretched", "py::Stretchd"), [], "map.yaml:3:16: Stretch: no definition"),
        (None, [], "there is no such map"),
    ],
)
def test_a_map_that_cannot_be_followed_stops_the_run(
    tree: Path, capsys: pytest.CaptureFixture[str], text: str | None, options: list[str], message: str
) -> None:
    if text is not None:
        (tree / "map.yaml").write_text(text, encoding="utf-8")
    before = contents(tree)
    assert extract(tree, "--map", str(tree / "map.yaml"), *options) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert contents(tree) == before
