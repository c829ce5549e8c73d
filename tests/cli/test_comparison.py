"""`check-equivalence A B`, as it is called."""

import json
from pathlib import Path

import pytest

from refactor_tools.cli.common import CLEAN, FINDINGS, USAGE
from refactor_tools.cli.comparison import compared_names
from refactor_tools.cli.main import main
from tests.certified_tree import FILES, write_tree

TREE = FILES | {
    "legacy/a.py": "def f(x):\n    return x * 2\n",
    "legacy/b.py": "def f(x):\n    return 2 * x\n",
    "legacy/c.py": "def f(x):\n    return x * 3\n",
}


def run(root: Path, *arguments: str) -> int:
    return main(["check-equivalence", "--root", str(root), *arguments])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path, TREE)


@pytest.mark.parametrize(
    ("names", "against", "pair"),
    [
        (("Pool", "Other"), None, None),
        ((), None, None),
        (("a.py::f", "Pool"), None, ("a.py::f", "Pool")),
        (("Pool", "Pool@HEAD~1"), None, ("Pool", "Pool@HEAD~1")),
        (("Pool",), "Other", ("Pool", "Other")),
    ],
)
def test_components_are_checked_and_definitions_compared(
    names: tuple[str, ...], against: str | None, pair: tuple[str, str] | None
) -> None:
    assert compared_names(names, against) == pair


def test_text_and_exit_codes(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tree, "legacy/a.py::f", "legacy/b.py::f") == CLEAN
    assert "legacy/b.py::f in the place of legacy/a.py::f: PROVED" in " ".join(capsys.readouterr().out.split())
    assert run(tree, "legacy/a.py::f", "--against", "legacy/c.py::f", "--output-format", "json") == FINDINGS
    assert json.loads(capsys.readouterr().out)["verdict"] == "DIFFERENT"


def test_output_goes_to_a_file(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for output_format in ("text", "markdown"):
        file = tmp_path / f"out.{output_format}"
        assert run(tree, "legacy/a.py::f", "legacy/b.py::f", "--output-format", output_format, "-o", str(file)) == CLEAN
        assert capsys.readouterr().out == ""
        assert "PROVED" in file.read_text()
        assert "\x1b" not in file.read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ("legacy/a.py::f",),
        ("legacy/a.py::f", "Pool", "Pool@HEAD"),
        ("Pool", "Other", "--against", "Third"),
        ("Pool", "Pool@HEAD", "--prove"),
        ("Pool", "Pool@HEAD", "--since", "HEAD"),
        ("Pool", "Pool@HEAD", "--output-format", "github"),
    ],
)
def test_what_makes_no_comparison_is_a_usage_error(tree: Path, arguments: tuple[str, ...]) -> None:
    assert run(tree, *arguments) == USAGE
