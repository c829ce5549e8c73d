"""`after/`: what the tools made of the first system behaves as `before/`, and is what they make today."""

import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.api.migration_map import read_map
from refactor_tools.catalogue.records import read_entries
from refactor_tools.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
ATHELAS = ROOT / "legacy_fixtures" / "athelas"
# Everything is annotated. What legacy bodies do with members of nn.Module and with one name of two kinds is theirs.
_THEIRS = ("arg-type", "assignment", "call-overload", "misc", "operator", "return-value", "union-attr")
STRICT = ["--strict", "--no-warn-return-any", *(f"--disable-error-code={code}" for code in _THEIRS)]


def run(*command: str, cwd: Path = ROOT, path: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_models_states_and_pickles_are_those_of_before() -> None:
    """Outputs, gradients, optimizer steps, keys, random numbers, old states and old pickles, bit by bit."""
    done = run("benchmarks/athelas_models.py", str(ATHELAS / "before"), str(ATHELAS / "after"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "43 of 43 equal" in done.stdout


def test_the_scripts_still_run(tmp_path: Path) -> None:
    source = ATHELAS / "after/src"
    for folder, *script in (
        ("names3risk_legacy", "train.py", "--max-steps", "1", "--out", str(tmp_path)),
        ("names3risk_legacy", "score.py"),
        ("lightning/trimodal", "fit_trimodal.py", "--model", "cross_attn", "--max-steps", "1", "--rows", "24"),
    ):
        done = run(*script, cwd=source / "athelas/models" / folder, path=str(source))
        assert done.returncode == 0, done.stderr


def test_the_generated_tests_and_examples_pass() -> None:
    library = "src/athelas/models/pytorch"
    options = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", "--doctest-modules"]
    done = run("-m", "pytest", *options, "tests", library, cwd=ATHELAS / "after", path=str(ATHELAS / "after/src"))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--isolated", "--line-length", "120", "athelas/models/pytorch"],
        ["ruff", "format", "--check", "--isolated", "--line-length", "120", "athelas/models/pytorch"],
        ["mypy", *STRICT, "--explicit-package-bases", "-p", "athelas.models.pytorch"],
    ],
)
def test_the_library_is_clean(command: list[str], tmp_path: Path) -> None:
    done = run("-m", *command, "--cache-dir", str(tmp_path), cwd=ATHELAS / "after/src")
    assert done.returncode == 0, done.stdout


def test_certificates_are_fresh() -> None:
    done = run("-m", "refactor_tools", "check-equivalence", "--root", str(ATHELAS / "after"), path=str(ROOT))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("FRESH") == len(list((ATHELAS / "after/component_index/keymaps").iterdir()))


def test_every_row_of_the_map_stands_at_its_target_and_is_proven() -> None:
    rows = read_map(ATHELAS / "before/migration_map.yaml").rows
    made = {entry.record.name: entry for entry in read_entries(load_settings(ATHELAS / "after"))}
    assert {row.component: row.target for row in rows} == {
        name: entry.record.path.removeprefix("src/athelas/models/pytorch/") for name, entry in made.items()
    }
    assert {row.component: set(row.members) for row in rows} == {
        name: set(entry.record.legacy) for name, entry in made.items()
    }
    assert {name for name, entry in made.items() if entry.record.verdict not in ("PROVED", "PROVED_ON_PATHS")} == set()
