"""`pytest --equivalence`, as a person calls it."""

import re
import shutil
import xml.etree.ElementTree as ElementTree
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from refactor_tools.api.check import check
from refactor_tools.certificates.store import certificate_path
from refactor_tools.changes.journal import history
from refactor_tools.settings import load_settings
from tests.certified_tree import LIBRARY_FILE, contents, edit, write_tree
from tests.repositories import commit_all

pytest_plugins = ["pytester"]

PLUGIN = "refactor_tools.pytest_plugin.plugin"
REPOSITORY = Path(__file__).resolve().parents[2]
AFTER = REPOSITORY / "legacy_fixtures/athelas/after"
HEAD = "src/athelas/models/pytorch/attention/self_attention.py"
COMPONENTS = sorted(path.stem for path in (AFTER / "component_index/keymaps").glob("*.json"))


class Tree:
    """A tree, and pytest called in it as a process of its own."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester, self.root = pytester, pytester.path

    def run(self, *arguments: str) -> pytest.RunResult:
        known = any(entry.value == PLUGIN for entry in entry_points(group="pytest11"))
        return self.pytester.runpytest_subprocess(*(() if known else ("-p", PLUGIN)), *arguments)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")


@pytest.fixture
def tree(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Tree:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return Tree(pytester)


@pytest.fixture
def certified(tree: Tree) -> Tree:
    """A copy of the bundled system, whose components are proven."""
    shutil.copytree(AFTER, tree.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    return tree


@pytest.fixture
def unproven(tree: Tree) -> Tree:
    """One component without its certificate."""
    write_tree(tree.root)
    return tree


LOADED = """
import sys

def pytest_sessionfinish():
    heavy = ("torch", "click", "rich", "refactor_tools.api.check", "refactor_tools.prove.gate")
    print("LOADED", *(name for name in (*heavy, "refactor_tools.pytest_plugin.session") if name in sys.modules), "END")
"""


def test_without_the_option_nothing_is_collected_or_loaded(certified: Tree) -> None:
    certified.write("conftest.py", LOADED)
    certified.write("tests/test_one.py", "def test_one(): pass\n")
    result = certified.run("-s")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*LOADED END*"])


def test_collection_loads_no_torch_and_lists_every_check(certified: Tree) -> None:
    certified.write("conftest.py", LOADED)
    result = certified.run("--equivalence", "--collect-only", "-q", "-s")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["LOADED refactor_tools.pytest_plugin.session END"])
    for name in COMPONENTS:
        for check_name in ("freshness", "verdict", "equal bits", "joint graphs", "sensitivity"):
            assert f"component_index/certificates/{name}.json::cpu::{check_name}" in result.outlines


def test_fresh_certificates_pass_and_nothing_is_written(certified: Tree) -> None:
    index = certified.root / "component_index"
    before = contents(index)
    result = certified.run("--equivalence", "-q", "--junitxml", "../report.xml")
    assert result.ret == 0
    assert contents(index) == before
    assert not (certified.root / ".refactor-tools").exists()
    cases = ElementTree.parse(certified.root.parent / "report.xml").findall(".//testcase")
    outcomes = result.parseoutcomes()
    assert len(cases) == outcomes["passed"] + outcomes.get("skipped", 0)
    (case,) = (case for case in cases if case.get("name") == "verdict" and "Head.json" in str(case.get("classname")))
    found = {entry.get("name"): entry.get("value") for entry in case.iter("property")}
    assert found["equivalence.verdict"] == "PROVED"
    assert found["equivalence.freshness"] == "FRESH"
    assert found["equivalence.device"] == "cpu"
    roots = (found["equivalence.root"] or "").split()
    # One for each of the two originals.
    assert len(roots) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", root) for root in roots)
    assert re.fullmatch(r"(\d+)/\1", found["equivalence.caught"] or "")


def test_a_changed_computation_shows_where_it_parts_and_no_traceback(certified: Tree) -> None:
    edit(certified.root, HEAD, "dim=-1", "dim=1")
    result = certified.run("--equivalence", "-k", "SelfAttentionHead.json", "-rs")
    assert result.ret == 1
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] == 1
    assert "passed" not in outcomes
    shown = result.stdout.str()
    assert "STALE: the source of athelas.models.pytorch.attention.SelfAttentionHead changed; it no longer" in shown
    assert "dim=1" in shown
    assert "Traceback" not in shown
    assert "outcomes.py" not in shown
    assert "NotEquivalent" not in shown.replace("- NotEquivalent", "")


@pytest.mark.parametrize(("damage", "outcome"), [(None, "MISSING"), ("{", "DAMAGED")])
def test_a_certificate_that_is_missing_or_damaged_fails(certified: Tree, damage: str | None, outcome: str) -> None:
    file = certified.root / certificate_path("SelfAttentionHead")
    file.unlink()
    if damage is not None:
        file.write_text(damage)
    result = certified.run("--equivalence", "-k", "certificates and SelfAttentionHead.json")
    result.assert_outcomes(failed=1, skipped=2, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines([f"*{outcome}: *"])


def test_one_failure_ends_the_session_where_that_is_asked(certified: Tree) -> None:
    for name in COMPONENTS:
        (certified.root / certificate_path(name)).unlink()
    assert certified.run("--equivalence", "-x").parseoutcomes() == {"failed": 1}


def test_a_single_check_by_its_id(certified: Tree) -> None:
    result = certified.run("--equivalence", "component_index/certificates/SelfAttentionHead.json::cpu::equal bits")
    result.assert_outcomes(passed=1)


def test_named_paths_run_beside_the_gate_and_the_rest_of_the_tests_does_not(certified: Tree) -> None:
    for name in ("one", "two"):
        certified.write(f"tests/test_{name}.py", f"def test_{name}(): pass\n")
    gate = certified.run("--equivalence").parseoutcomes()
    result = certified.run("--equivalence", "tests/test_one.py", "-v")
    result.assert_outcomes(passed=gate["passed"] + 1, skipped=gate.get("skipped", 0))
    result.stdout.no_fnmatch_line("*test_two*")


def test_without_components_it_says_what_to_do(tree: Tree) -> None:
    result = tree.run("--equivalence")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*has no components yet; `extract-component` makes one*"])


def test_another_device(certified: Tree) -> None:
    result = certified.run("--equivalence", "--device", "cuda", "-k", "MLPBlock")
    assert result.ret == 1
    assert {name: result.parseoutcomes()[name] for name in ("passed", "failed")} == {"passed": 1, "failed": 1}
    result.stdout.fnmatch_lines(["there is no result for cuda*"])
    result = certified.run("--equivalence", "--equivalence-prove=all", "--device=auto")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_a_damaged_key_map_is_said_without_a_traceback(certified: Tree) -> None:
    certified.write("component_index/keymaps/SelfAttentionHead.json", "{")
    result = certified.run("--equivalence")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*component_index/keymaps/SelfAttentionHead.json: is not JSON*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_since_runs_what_the_change_can_reach(certified: Tree) -> None:
    commit_all(certified.root)
    edit(certified.root, HEAD, "import torch", "import torch  # edited")
    result = certified.run("--equivalence", "--since", "HEAD", "-v", "-p", "no:cacheprovider")
    assert result.ret == 0
    named = set(re.findall(r"certificates/(\w+)\.json", result.stdout.str()))
    assert named == {"SelfAttentionHead", "MultiHeadAttention", "TransformerBlock"}
    left = len(COMPONENTS) - len(named)
    result.stdout.fnmatch_lines([f"Left out: {left} components that the change since HEAD cannot reach."])


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_change_that_reaches_nothing_is_a_success(certified: Tree, workers: tuple[str, ...]) -> None:
    commit_all(certified.root)
    result = certified.run("--equivalence", "--since=HEAD", "-p", "no:cacheprovider", *workers)
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"Left out: {len(COMPONENTS)} components that the change since HEAD cannot reach."])
    assert certified.run("--equivalence", "-k", "nothing").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_since_an_unknown_revision_says_what_to_do(certified: Tree) -> None:
    commit_all(certified.root)
    result = certified.run("--equivalence", "--since", "gone")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*git knows no commit 'gone' here; fetch it, or give a commit*"])


def test_short_options_are_left_to_whoever_declares_them(certified: Tree) -> None:
    conftest = """
        def pytest_addoption(parser):
            parser.addoption("--since")
            parser.addoption("--device", default="mine")

        def pytest_report_header(config):
            return f"theirs {config.getoption('since')} {config.getoption('device')}"
    """
    certified.pytester.makeconftest(conftest)
    result = certified.run("--equivalence", "--since", "theirs", "--device=tpu", "-k", "SelfAttentionHead and verdict")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["theirs theirs tpu"])


def test_short_options_are_not_taken_without_equivalence(certified: Tree) -> None:
    assert certified.run("--since", "HEAD").ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize("options", [(), ("--dist=loadscope",)])
def test_each_component_is_checked_by_one_worker(certified: Tree, options: tuple[str, ...]) -> None:
    result = certified.run("--equivalence", "-v", "-n", "2", *options)
    assert result.ret == 0
    workers: dict[str, set[str]] = {}
    for worker, name in re.findall(r"\[(gw\d)\].*certificates/(\w+)\.json", result.stdout.str()):
        workers.setdefault(name, set()).add(worker)
    assert sorted(workers) == COMPONENTS
    assert all(len(found) == 1 for found in workers.values())


def test_the_checks_of_a_component_are_a_group_for_xdist(certified: Tree) -> None:
    result = certified.run("--equivalence", "-m", "xdist_group", "-q", "--collect-only")
    assert "deselected" not in result.parseoutcomes()


def test_what_workers_prove_is_written_once_by_one_process(unproven: Tree) -> None:
    result = unproven.run("--equivalence", "--equivalence-prove=stale", "-n", "2", "--dist=load")
    assert result.ret == 0
    assert [run.command for run in history(unproven.root)] == ["pytest --equivalence"]
    report = check(load_settings(unproven.root))
    assert [item.status.freshness for item in report.checked] == ["FRESH"]
    result = unproven.run("--equivalence", "--equivalence-prove=stale")
    assert result.ret == 0
    assert len(history(unproven.root)) == 1


def test_a_proof_that_is_refused_names_both_lines_and_keeps_the_certificate_away(unproven: Tree) -> None:
    edit(unproven.root, LIBRARY_FILE, "torch.softmax(scores, dim=1)", "torch.softmax(scores, dim=0)")
    result = unproven.run("--equivalence", "--equivalence-prove=stale")
    assert result.ret == 1
    shown = result.stdout.str()
    assert "DIFFERENT: " in shown
    assert "weights = torch.softmax(scores, dim=0)" in shown
    assert "torch.softmax(scores, dim=1) * x" in shown
    assert not (unproven.root / certificate_path("Pool")).exists()
