"""`new-component` as it is called: exit codes, what is written, how it reads."""

import json
from pathlib import Path

import pytest

from refactor_tools.cli.main import main


def call(tree: Path, *arguments: str) -> int:
    return main(["new-component", *arguments, "--root", str(tree)])


def test_without_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "--category", "fusion") == 0
    out = capsys.readouterr().out
    assert "BasicFusion (fusion; no NAME was given: called after its template, basic_fusion)" in out
    assert out.splitlines()[-1].startswith("Next: python -m pytest tests/components/test_basic_fusion.py")
    assert all(len(line) <= 100 for line in out.splitlines())
    for path in ("components/fusion/basic_fusion.py", "component_index/pages/BasicFusion.md"):
        assert (tmp_path / path).is_file()


def test_with_a_name_in_either_place(tmp_path: Path) -> None:
    assert call(tmp_path, "gated_join", "--category", "fusion", "--template", "gate_fusion") == 0
    assert call(tmp_path, "--name", "MeanView", "--category", "pooling") == 0
    assert "class GatedJoin(nn.Module):" in (tmp_path / "components/fusion/gated_join.py").read_text(encoding="utf-8")
    assert "class MeanView(nn.Module):" in (tmp_path / "components/pooling/mean_view.py").read_text(encoding="utf-8")


def test_the_run_can_be_taken_back(tmp_path: Path) -> None:
    assert call(tmp_path, "--category", "fusion") == 0
    assert main(["undo", "--root", str(tmp_path)]) == 0
    assert not any(path.is_file() for path in (tmp_path / "components").rglob("*"))


def test_an_existing_name_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "join", "--category", "fusion") == 0
    component = tmp_path / "components/fusion/join.py"
    component.write_text("class Join: ...\n", encoding="utf-8")
    assert call(tmp_path, "Join", "--category", "fusion") == 2
    assert "components/fusion/join.py: `Join` is taken" in capsys.readouterr().err
    assert component.read_text(encoding="utf-8") == "class Join: ...\n"


@pytest.mark.parametrize("option", ["--dry-run", "--diff", "--check"])
def test_nothing_is_written(tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "--category", "fusion", option) == (1 if option == "--check" else 0)
    assert list(tmp_path.iterdir()) == []
    assert ("components/fusion/basic_fusion.py" in capsys.readouterr().out) == (option != "--check")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--category", "colour"), "unknown category `colour`; known: attention"),
        (
            ("--category", "fusion", "--template", "basicfusion"),
            "`basicfusion`; did you mean `basic_fusion`?",
        ),
        (("2bad", "--category", "fusion"), "`2bad` is no name for a component"),
        (("one", "--name", "two", "--category", "fusion"), "two names"),
        ((), "--category is missing; known: attention"),
        (("--category", "fusion", "--framework", "theano"), "theano"),
    ],
)
def test_wrong_usage(
    tmp_path: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, *arguments) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_templates_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "--list-templates", "--category", "fusion") == 0
    out = capsys.readouterr().out
    assert [name in out for name in ("basic_fusion", "gate_fusion", "focal_loss")] == [True, True, False]
    assert all(len(line) <= 80 for line in out.splitlines())
    assert call(tmp_path, "--list-templates", "--output-format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)["templates"]) >= 10


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "Join", "--category", "fusion", "--output-format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["outcomes"] == [{"name": "Join", "outcome": "written", "reason": ""}]
    assert "components/fusion/join.py" in document["files"]
