"""`make demo`, and what a person then types in the folder that it leaves."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AFTER = ROOT / "legacy_fixtures/athelas/after/src/athelas/models"
COMMANDS = (
    "analyze-deps legacy/",
    "extract-component AttentionPooling",
    "check-equivalence",
    "new-component --category fusion",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder after the demonstration; its output stands in `output.txt`."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "legacy_fixtures.demo", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (folder / "output.txt").write_text(done.stdout, encoding="utf-8")
    return folder


def typed(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command line as a person types it, with the environment's commands on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        shell=True,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PATH": path},
    )


def test_the_demonstration_finds_makes_and_proves(demo: Path) -> None:
    output = (demo / "output.txt").read_text(encoding="utf-8")
    assert "AttentionPooling  3 copies" in output
    assert output.count("PROVED") >= 4
    assert (demo / "migrated/src/athelas/models/pytorch/pooling/attention_pooling.py").is_file()
    models = demo / "legacy/src/athelas/models"
    assert sorted(path.name for path in models.iterdir()) == ["__init__.py", "lightning", "names3risk_legacy"]


def test_the_readme_shows_what_it_prints(demo: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("<!-- demo -->\n```text\n")[2].partition("```")[0]
    assert shown
    assert shown in (demo / "output.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path",
    ["pooling/attention_pooling.py", "feedforward/residual_block.py", "feedforward/mlp_block.py"],
)
def test_the_readme_shows_the_components_as_they_came_out(path: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("<!-- components -->")[2].partition("<!-- shim -->")[0]
    assert f"```python\n{without_methods_docstrings(AFTER / 'pytorch' / path)}```" in shown


def test_the_readme_shows_a_shim_as_it_came_out() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("<!-- shim -->\n```python\n")[2].partition("```")[0]
    assert shown.startswith("class AttentionPooling")
    assert shown in (AFTER / "lightning/tabular/pl_tab_ae.py").read_text(encoding="utf-8")


def without_methods_docstrings(path: Path) -> str:
    """The only class of a file, as text."""
    text = path.read_text(encoding="utf-8")
    (node,) = (node for node in ast.parse(text).body if isinstance(node, ast.ClassDef))
    hidden: set[int] = set()
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and ast.get_docstring(method):
            hidden |= set(range(method.body[0].lineno, (method.body[0].end_lineno or 0) + 1))
    lines = text.splitlines(keepends=True)[: node.end_lineno]
    return "".join(line for number, line in enumerate(lines, 1) if number >= node.lineno and number not in hidden)


def test_the_output_fits_eighty_columns(demo: Path) -> None:
    lines = (demo / "output.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 80 and "$" not in line and str(demo) not in line] == []


def test_the_four_commands_run_as_written(demo: Path) -> None:
    for command in COMMANDS:
        done = typed(command, demo)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert (demo / "components/pooling/attention_pooling.py").is_file()
    assert (demo / "components/fusion/basic_fusion.py").is_file()


def test_the_module_runs_the_same_commands(demo: Path) -> None:
    done = typed(f"{sys.executable} -m refactor_tools analyze-deps legacy/", demo)
    assert done.returncode == 0
    assert "Families" in done.stdout
