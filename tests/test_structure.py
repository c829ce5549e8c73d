"""The shape of the package itself."""

import ast
import subprocess
import sys
from pathlib import Path

import click
import pytest

from refactor_tools.cli import entry
from refactor_tools.cli.main import COMMANDS, load

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "refactor_tools").rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_are_small_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    if path.name not in ("__init__.py", "__main__.py"):
        assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_value_types_are_frozen(path: Path) -> None:
    if path.parent.name != "model":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            assert any("frozen=True" in ast.unparse(decorator) for decorator in node.decorator_list), node.name


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_called_as_it_is_registered_and_has_help(name: str) -> None:
    command = load(name)
    assert command.name == name
    help_text = command.get_help(click.Context(command, info_name=name))
    assert len(help_text.splitlines()) > 5


def test_every_console_script_exists() -> None:
    scripts = (
        (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[project.scripts]")[2].partition("[tool")[0]
    )
    named = [line.rpartition(":")[2].strip().strip('"') for line in scripts.splitlines() if "cli.entry:" in line]
    assert len(named) == 8
    assert all(callable(getattr(entry, name)) for name in named)


@pytest.mark.parametrize("command", ["analyze-deps", "extract-component", "check-equivalence", "refactor-tools"])
def test_help_imports_nothing_heavy(command: str) -> None:
    arguments = ["--help"] if command == "refactor-tools" else [command, "--help"]
    code = (
        f"import sys; from refactor_tools.cli.main import main; main({arguments!r})\n"
        "heavy = {'torch', 'libcst', 'networkx', 'rich', 'jinja2', 'numpy', 'joblib', 'yaml'} & set(sys.modules)\n"
        "sys.exit(' '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_static_commands_run_without_torch(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("from torch import nn\n\n\nclass A(nn.Module):\n    pass\n", encoding="utf-8")
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from refactor_tools.cli.main import main\n"
        f"place = ['--root', {str(tmp_path)!r}]\n"
        "commands = (['analyze-deps', place[1]], ['new-component', '--category', 'fusion'], ['component-index'])\n"
        "sys.exit(max(main([*command, *place]) for command in commands))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
