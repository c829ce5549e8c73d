"""`extract-component --explain`, as people use it."""

import json
from pathlib import Path

import pytest

from refactor_tools.cli.main import main
from tests.extraction_tree import contents, write_tree

REFUSED = ["Encoder", "--members", "legacy/text_model.py::Encoder,legacy/table_model.py::Encoder", "--explain"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "project")


def extract(tree: Path, *options: str) -> int:
    return main(["extract-component", "--root", str(tree), "--quiet", "--no-prove", *options])


def test_a_preview_shows_what_becomes_a_parameter(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(tree)
    assert extract(tree, "Summary", "--explain", "--dry-run") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  Summary  2 copies compared" in lines
    at = lines.index("  2           self.attention = nn.Linear(2 * config.hidden_size, 1)")
    assert lines[at + 2].strip() == "-> input_dim"
    assert max(map(len, lines)) <= 80
    assert contents(tree) == before


def test_a_refused_family_is_compared_too(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert extract(tree, *REFUSED) == 1
    said = capsys.readouterr().out
    assert "Encoder  2 copies compared; refused: " in said
    assert "return self.rnn(x)[0][:, -1]" in said
    assert "candidate 1, for 1-2: none: " in said


def test_a_file_gets_it_as_markdown(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tree / "build" / "encoder.md"
    assert extract(tree, *REFUSED, "-o", str(file)) == 1
    assert file.read_text(encoding="utf-8").startswith("# Copies side by side\n\n## Encoder\n")
    assert "side by side" not in capsys.readouterr().out


def test_json_holds_it(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert extract(tree, *REFUSED, "--output-format", "json") == 1
    document = json.loads(capsys.readouterr().out)
    [explanation] = document["explanations"]
    assert [method["name"] for method in explanation["methods"]] == ["", "__init__", "forward"]
    [refused] = document["refused"]
    assert refused["attempts"][0]["reason"] == refused["reason"]


def test_without_it_nothing_is_compared(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert extract(tree, *REFUSED[:-1], "--output-format", "json") == 1
    assert "explanations" not in json.loads(capsys.readouterr().out)
