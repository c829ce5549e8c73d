"""`check-equivalence` as it is called."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.certificates.store import case_path, certificate_path
from refactor_tools.cli.common import CLEAN, FINDINGS, USAGE
from refactor_tools.cli.main import main
from tests.certified_tree import LIBRARY_FILE, ORIGINAL, contents, edit, write_tree

REPOSITORY = Path(__file__).resolve().parents[2]
REPRODUCTION = ".refactor-tools/reproductions/test_Pool_1.py"
# What a machine that only proves does not have installed.
WITHOUT_ANALYSIS = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("libcst", "networkx", "joblib"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
from refactor_tools.cli.main import main
raise SystemExit(main(sys.argv[1:]))
"""


def run(root: Path, *arguments: str) -> int:
    return main(["check-equivalence", "--root", str(root), *arguments])


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_tree(tmp_path_factory.mktemp("proven"))
    assert run(root, "--prove", "Pool") == CLEAN
    return root


@pytest.fixture
def tree(proven: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(proven, tmp_path / "tree"))


def test_a_proof_is_written_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_tree(tmp_path)
    assert run(root) == FINDINGS
    shown = capsys.readouterr()
    assert "MISSING" in shown.out
    assert "Next: check-equivalence Pool --prove" in shown.err
    assert run(root, "--prove") == CLEAN
    shown = capsys.readouterr()
    assert [line.split() for line in shown.out.splitlines()][1][:4] == ["Pool", "FRESH", "PROVED", "2/2"]
    assert certificate_path("Pool") in shown.err
    assert (root / certificate_path("Pool")).is_file()
    assert run(root) == CLEAN


def test_the_table_fits_a_terminal(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(tree, LIBRARY_FILE, "dim=1)", "dim=0)")
    assert run(tree) == FINDINGS
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["component", "freshness", "verdict", "branches", "bugs", "caught"]
    assert max(map(len, lines)) <= 80


def test_a_failure_shows_both_source_lines(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(tree, LIBRARY_FILE, "torch.softmax(scores, dim=1)", "torch.softmax(scores, dim=0)")
    assert run(tree, "--prove") == FINDINGS
    shown = " ".join(capsys.readouterr().out.split())
    assert "DIFFERENT" in shown
    assert "torch.softmax(scores, dim=0)" in shown
    assert "torch.softmax(scores, dim=1)" in shown


def test_a_failed_proof_leaves_the_certificate_as_it_was(tree: Path) -> None:
    edit(tree, LIBRARY_FILE, "dim=1)", "dim=0)")
    before = contents(tree)
    assert run(tree, "--prove", "--quiet") == FINDINGS
    assert contents(tree) == before


def test_json_has_schema_outcomes_and_certificates(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tree, "--output-format", "json") == CLEAN
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert document["outcomes"] == [{"name": "Pool", "outcome": "FRESH", "reason": ""}]
    (certificate,) = document["certificates"]
    assert certificate["verdict"] == "PROVED"
    assert certificate["passed"] is True
    assert document["files"] == []


def test_markdown_goes_to_a_file(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out" / "equivalence.md"
    assert run(tree, "--output-format", "markdown", "-o", str(target)) == CLEAN
    assert capsys.readouterr().out == ""
    text = target.read_text()
    assert text.startswith("# Equivalence\n\n| component | freshness |")
    assert "| `Pool` | FRESH | PROVED | 2/2 |" in text


def test_text_goes_to_a_file_without_colour(tree: Path, tmp_path: Path) -> None:
    assert run(tree, "--color", "always", "-o", str(tmp_path / "out.txt")) == CLEAN
    text = (tmp_path / "out.txt").read_text()
    assert "FRESH" in text
    assert "\x1b" not in text


def test_no_components_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path) == CLEAN
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "extract-component" in shown.err


def test_no_components_is_a_document_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--output-format", "json") == CLEAN
    assert json.loads(capsys.readouterr().out)["outcomes"] == []


@pytest.mark.parametrize("name", ["Pol", "all"])
def test_an_unknown_name_is_a_usage_error(tree: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tree, "--prove", name) == USAGE
    assert f"no component is called {name}" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--prove=some", "--device=tpu", "--output-format=xml"])
def test_unknown_choices_are_usage_errors(tree: Path, option: str) -> None:
    assert run(tree, option) == USAGE


@pytest.mark.parametrize("damage", ["component_index/keymaps/Pool.json", case_path("Pool")])
def test_unreadable_records_are_usage_errors(tree: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / damage).write_text("{")
    assert run(tree) == USAGE
    assert damage in capsys.readouterr().err


def test_a_damaged_certificate_is_a_finding(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / certificate_path("Pool")).write_text("{")
    assert run(tree) == FINDINGS
    assert "DAMAGED" in capsys.readouterr().out


def test_proving_all_of_a_fresh_tree_changes_no_byte(tree: Path) -> None:
    before = contents(tree)
    assert run(tree, "--prove=all", "--quiet") == CLEAN
    assert contents(tree) == before


@pytest.mark.parametrize("arguments", [[], ["--prove=all"]])
def test_it_runs_where_the_analysis_is_not_installed(tree: Path, arguments: list[str]) -> None:
    command = [sys.executable, "-c", WITHOUT_ANALYSIS, "check-equivalence", "--root", str(tree), *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr.count("Traceback")) == (CLEAN, 0), done.stderr
    assert "FRESH" in done.stdout


def test_a_failed_proof_says_where_it_parts_and_leaves_a_reproduction(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(tree, LIBRARY_FILE, "torch.softmax(scores, dim=1)", "torch.softmax(scores, dim=0)")
    assert run(tree) == FINDINGS
    assert not (tree / REPRODUCTION).exists()
    assert run(tree, "--prove") == FINDINGS
    shown = capsys.readouterr().out
    assert "the original has _softmax(dim=1), the component _softmax(dim=0)" in shown
    assert f"Reproduction: pytest {REPRODUCTION}" in shown
    assert max(map(len, shown.splitlines())) <= 80
    written = (tree / REPRODUCTION).read_bytes()
    assert run(tree, "--prove", "--output-format", "json") == FINDINGS
    (certificate,) = json.loads(capsys.readouterr().out)["certificates"]
    (original,) = certificate["originals"]
    assert original["divergence"]["arguments"] == [{"name": "dim", "original": "1", "component": "0"}]
    assert original["divergence"]["reproduction"] == REPRODUCTION
    assert (tree / REPRODUCTION).read_bytes() == written


def test_calls_of_a_persons_run_become_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_tree(tmp_path)
    (root / "legacy").mkdir()
    (root / "legacy" / "model.py").write_text(ORIGINAL, encoding="utf-8")
    script = (
        "import sys; sys.path.insert(0, 'legacy')\nimport torch\nfrom types import SimpleNamespace\n"
        "from model import Pool\nprint('training')\nPool(SimpleNamespace(width=6))(torch.randn(9, 4, 6))\n"
    )
    (root / "train.py").write_text(script, encoding="utf-8")
    command = f"cd {root} && {sys.executable} train.py"
    assert run(root, "Pool", "--capture", command) == CLEAN
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "training" in shown.err
    assert f"Written: {case_path('Pool')}" in shown.err
    assert "note: captured" in (root / case_path("Pool")).read_text(encoding="utf-8")
    assert not (root / certificate_path("Pool")).is_file()


def test_a_run_that_calls_nothing_says_what_to_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_tree(tmp_path)
    before = contents(root)
    assert run(root, "Pool", "--capture", "echo their output; exit 3") == FINDINGS
    shown = capsys.readouterr().err
    assert "exit code 3" in shown
    assert "their output" in shown
    assert "Check that the command runs this tree's files" in shown
    assert contents(root) == before
