"""What CI runs outside of this repository: every command line in the action, the hooks and the docs is understood."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from refactor_tools.cli.main import COMMANDS, load
from refactor_tools.pytest_plugin import plugin

ROOT = Path(__file__).resolve().parents[1]
WORKFLOW = ROOT / ".github/workflows/equivalence.yml"
SCRIPTS = ("analyze-deps", "component-index", "check-equivalence")
# Records how it was called, one line a word.
STUB = f"""#!{sys.executable}
import os, sys
from pathlib import Path
with open(os.environ["CALLS"], "a") as calls:
    print(repr([Path(sys.argv[0]).name, *sys.argv[1:]]), file=calls)
raise SystemExit(int(os.environ.get("CODE", "0")))
"""


def document(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


ACTION = document(ROOT / "action.yml")


def require_understood(name: str, *arguments: str) -> None:
    """Raises click.UsageError where the command does not take the arguments."""
    command = load(name)
    with command.make_context(name, list(arguments)):
        pass


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stubs that stand for our commands, python and pip on the PATH record their calls."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in (*SCRIPTS, "python"):
        (folder / name).write_text(STUB)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        (tmp_path / name).touch()
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    return tmp_path / "calls"


def run_action(inputs: dict[str, str], calls: Path) -> tuple[list[list[str]], int]:
    """The calls that the action's own steps make with `inputs`, and the last step's exit code."""
    values = {name: str(entry.get("default", "")) for name, entry in ACTION["inputs"].items()} | inputs
    assert set(values) == set(ACTION["inputs"])
    code = 0
    for step in ACTION["runs"]["steps"]:
        if "run" not in step:
            continue
        assert "${{" not in step["run"], "an input inside of a script is run as code"
        environment = {name: _filled(text, values) for name, text in step.get("env", {}).items()}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        code = subprocess.run(command, env=os.environ | environment, cwd=ROOT, check=False).returncode
    lines = calls.read_text().splitlines()
    return [eval(line) for line in lines], code


def _filled(text: str, values: dict[str, str]) -> str:
    filled = re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: values[match[1]], text)
    return filled.replace("${{ github.action_path }}", "/action")


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"since": "origin/main", "fail-on": "duplicates,drift"},
        {"prove": "stale"},
        {"prove": "all", "since": "v1; echo gone wrong"},
        {"device": "cuda", "prove": "stale", "require": "cuda"},
    ],
    ids=str,
)
def test_the_action_s_commands_are_understood(inputs: dict[str, str], calls: Path) -> None:
    made, code = run_action(inputs, calls)
    assert code == 0
    assert [name for name, *_ in made] == ["python", *SCRIPTS]
    for name, *arguments in made[1:]:
        require_understood(name, *arguments)
    if "since" in inputs:
        assert sum(f"--since={inputs['since']}" in arguments for arguments in made) == 2


def test_the_action_installs_itself_with_what_was_asked_for(calls: Path) -> None:
    made, _ = run_action({"pip-arguments": "--extra-index-url https://example.org/cpu"}, calls)
    assert made[0][-3:] == ["--extra-index-url", "https://example.org/cpu", "/action[torch]"]


def test_the_gate_s_exit_code_is_the_action_s_and_the_summary_is_kept(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "GITHUB_STEP_SUMMARY").write_text("# Equivalence\n")
    monkeypatch.setenv("CODE", "1")
    assert run_action({}, calls)[1] == 1
    assert (tmp_path / "equivalence.md").read_text() == "# Equivalence\n"
    assert (tmp_path / "GITHUB_OUTPUT").read_text() == f"summary={tmp_path}/equivalence.md\n"


def test_every_step_of_the_action_has_a_shell() -> None:
    assert all(("uses" in step) != ("shell" in step) for step in ACTION["runs"]["steps"])


def test_the_workflow_uses_inputs_and_trees_that_exist() -> None:
    jobs = document(WORKFLOW)["jobs"]
    assert set(jobs) == {"cpu", "gpu"}
    for job in jobs.values():
        for root in job["strategy"]["matrix"]["root"]:
            assert (ROOT / root / "component_index/certificates").is_dir()
        uses = [step for step in job["steps"] if step.get("uses") == "./"]
        assert len(uses) == 1
        assert set(uses[0]["with"]) <= set(ACTION["inputs"])
    gpu = next(step["with"] for step in jobs["gpu"]["steps"] if step.get("uses") == "./")
    assert (gpu["device"], gpu["require"]) == ("cuda", "cuda")


def test_the_workflow_s_pytest_is_understood(calls: Path) -> None:
    (step,) = (step for step in document(WORKFLOW)["jobs"]["cpu"]["steps"] if "run" in step)
    subprocess.run(["bash", "-eo", "pipefail", "-c", step["run"]], cwd=ROOT, check=True)
    pytest_call = eval(calls.read_text().splitlines()[-1])
    assert pytest_call[1:3] == ["-m", "pytest"]
    assert _own_options(pytest_call) <= plugin_options()


@pytest.mark.parametrize("hook", document(ROOT / ".pre-commit-hooks.yaml"), ids=lambda hook: hook["id"])
def test_hooks_are_complete_and_understood(hook: dict[str, Any]) -> None:
    assert {"id", "name", "entry", "language", "pass_filenames"} <= set(hook)
    name, *arguments = shlex.split(hook["entry"])
    require_understood(name, *arguments)
    if "files" in hook:
        assert re.search(hook["files"], "src/a.py")
        assert re.search(hook["files"], "component_index/cases/Pool.yaml")
        assert re.search(hook["files"], "sub/component_index/index.json")
        assert not re.search(hook["files"], "notes.md")


def documented() -> list[str]:
    text = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    return [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]


@pytest.mark.parametrize("line", documented())
def test_documented_commands_are_understood(line: str) -> None:
    name, *arguments = shlex.split(line)
    if name == "pytest":
        assert _own_options(arguments) <= plugin_options()
    else:
        assert name in COMMANDS
        require_understood(name, *arguments)


def test_documented_yaml_names_inputs_and_hooks_that_exist() -> None:
    text = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    steps, hooks = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    assert set(steps[1]["with"]) <= set(ACTION["inputs"])
    known = {hook["id"] for hook in document(ROOT / ".pre-commit-hooks.yaml")}
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} == known
    for name in ACTION["inputs"]:
        assert f"| `{name}` |" in text


def test_what_is_not_understood_is_noticed() -> None:
    with pytest.raises(click.UsageError):
        require_understood("check-equivalence", "--no-such-option")
    assert not {"--equivalence-no"} <= plugin_options()


def plugin_options() -> set[str]:
    """What the plugin declares, its short words among it."""
    parser = pytest.Parser(_ispytest=True)
    plugin.pytest_addoption(parser)
    group = parser.getgroup("equivalence")
    return {name for option in group.options for name in option.names()} | set(plugin._SHORT)


def _own_options(arguments: list[str]) -> set[str]:
    """Options that are not pytest's or xdist's."""
    named = {argument.partition("=")[0] for argument in arguments if argument.startswith("--")}
    return named - {"--junitxml"}
