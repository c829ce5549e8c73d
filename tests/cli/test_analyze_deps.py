import importlib.util
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.cli.main import main

CLASS = "from torch import nn\nclass A(nn.Module):\n    def forward(self, x):\n        return x\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A legacy folder in a project whose root is another one, which is the current folder."""
    (tmp_path / "pyproject.toml").write_text("[tool.refactor-tools]\n")
    (tmp_path / "legacy").mkdir()
    (tmp_path / "legacy/a.py").write_text(CLASS)
    (tmp_path / "legacy/train.py").write_text("from a import A\nprint(A)\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["analyze-deps", *arguments, "--output-format", "json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_text(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze-deps", "legacy"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("  2 files, 6 lines ")
    assert "\n  1 module: 1 atomic\n" in out
    assert "legacy/train.py:1" in out
    assert "\x1b" not in out
    assert err == ""


def test_colour_on_request(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    main(["analyze-deps", "legacy", "--color", "always"])
    assert "\x1b[" in capsys.readouterr().out


def test_paths_are_given_from_here_and_printed_from_the_root(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "legacy")
    found = report(capsys, "train.py")
    assert found["root"] == str(root)
    assert [one["path"] for one in found["metrics"]] == ["legacy/train.py"]


def test_default_is_the_current_folder(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(capsys)["files"] == 2


def test_output_file(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze-deps", "legacy", "-o", "out/report.txt", "--color", "always"]) == 0
    assert capsys.readouterr().out == ""
    text = (root / "out/report.txt").read_text()
    assert text.startswith("  2 files")
    assert "\x1b" not in text


def test_only_the_cache_is_written_and_it_ignores_itself(root: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*.py")}
    main(["analyze-deps", "legacy"])
    assert {path: path.read_bytes() for path in root.rglob("*.py")} == before
    assert sorted(path.name for path in root.iterdir()) == [".refactor-tools", "legacy", "pyproject.toml"]
    assert (root / ".refactor-tools/.gitignore").read_text() == "*\n"


def test_no_cache_writes_nothing(root: Path) -> None:
    main(["analyze-deps", "legacy", "--no-cache"])
    assert sorted(path.name for path in root.iterdir()) == ["legacy", "pyproject.toml"]


@pytest.mark.parametrize(
    ("kinds", "code"), [("hidden", 1), ("cycles,hidden", 1), ("cycles", 0), ("duplicates", 0), ("unresolved,cycles", 0)]
)
def test_fail_on(root: Path, kinds: str, code: int) -> None:
    assert main(["analyze-deps", "legacy", "--fail-on", kinds]) == code


def test_fail_on_an_unknown_kind(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze-deps", "--fail-on", "cycle"]) == 2
    assert "'cycle' is not one of duplicates, drift, cycles" in capsys.readouterr().err


def test_missing_path(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze-deps", "gone"]) == 2
    assert capsys.readouterr().err == "error: gone: no such file or folder\n"


def test_path_outside_an_explicit_root(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert main(["analyze-deps", str(elsewhere), "--root", str(root)]) == 2


def test_bad_input_is_counted_and_the_run_goes_on(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "legacy/broken.py").write_text("x = 1\ny = = 2\n")
    (root / "legacy/latin.py").write_bytes(b"\nx = '\xe9'\n")
    (root / "legacy/empty.py").touch()
    (root / "legacy/loop").symlink_to(root / "legacy")
    os.mkfifo(root / "legacy/pipe.py")
    assert main(["analyze-deps", "legacy"]) == 0
    out = capsys.readouterr().out
    assert "4 problems with what was read" in out
    assert "legacy/broken.py:2" in out
    assert "legacy/latin.py:2" in out


def test_package_outside_the_tree_is_named_from_where_it_is_imported(
    root: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path_factory.mktemp("site")
    (site / "pkg/sub").mkdir(parents=True)
    for path in ("pkg/__init__.py", "pkg/sub/__init__.py", "pkg/base.py"):
        (site / path).touch()
    (site / "pkg/sub/a.py").write_text("from pkg import base\nfrom ..base import *\n")
    found = report(capsys, str(site / "pkg/sub"))
    assert found["root"] == str(site)
    assert {one["target"] for one in found["imports"]} == {"pkg/base.py"}
    assert found["unresolved"] == []
    assert sorted(path.name for path in site.iterdir()) == ["pkg"]


def test_installed_torch_nn(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.find_spec("torch")
    assert spec is not None
    assert spec.submodule_search_locations
    found = report(capsys, str(Path(spec.submodule_search_locations[0]) / "nn"))
    modules = {one["name"] for one in found["definitions"] if one["tier"]}
    assert {"Module", "Linear", "Conv2d", "LSTM", "TransformerEncoderLayer"} <= modules
    assert {"Parameter", "CTCLossBackward"}.isdisjoint(modules)
    assert int(str(found["files"])) > 100
    assert found["problems"] == []


def test_json_of_two_runs_differs_in_time_only(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = report(capsys, "legacy"), report(capsys, "legacy")
    assert first.pop("seconds") is not None
    assert second.pop("seconds") is not None
    assert first == second


def test_help_is_fast() -> None:
    def seconds(*command: str) -> float:
        times = []
        for _ in range(5):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *command], capture_output=True, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return min(times)

    own = "from refactor_tools.cli.main import main; raise SystemExit(main(['analyze-deps', '--help']))"
    assert seconds("-c", own) <= 3 * seconds("-c", "import click")
