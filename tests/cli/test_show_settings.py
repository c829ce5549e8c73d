import json
import tomllib
from pathlib import Path

import pytest

from refactor_tools.cli.main import main

SETTINGS = """
[tool.refactor-tools]
library = "src/größe \\"x\\""
legacy = ["old"]
max-branches = 3
keep-apart = [{ names = ["A", "B"], reason = "two papers" }]
"""


def test_the_text_is_settings_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    assert main(["show-settings", "--root", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    again = tmp_path / "again"
    again.mkdir()
    (again / "pyproject.toml").write_text(shown, encoding="utf-8")
    assert main(["show-settings", "--root", str(again)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == shown.splitlines()[1:]
    written = tomllib.loads(SETTINGS)["tool"]["refactor-tools"]
    assert written.items() <= tomllib.loads(shown)["tool"]["refactor-tools"].items()


def test_defaults_are_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    main(["show-settings", "--root", str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    assert "max-branches = 3" in lines
    assert "max-parameters = 6  # default" in lines


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    assert main(["show-settings", "--root", str(tmp_path), "--output-format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert document["settings"]["keep-apart"] == [{"names": ["A", "B"], "reason": "two papers"}]
    assert document["settings"]["remove-in"] == "2.0"


def test_what_cannot_be_used_is_exit_code_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.refactor-tools]\nlibary = 'x'\n")
    assert main(["show-settings", "--root", str(tmp_path)]) == 2
    assert "did you mean `library`?" in capsys.readouterr().err
