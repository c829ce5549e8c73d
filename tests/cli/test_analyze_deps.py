import importlib.util
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from refactor_tools.cli.main import main
from refactor_tools.migration_map.read import load_map
from tests.clones.samples import POOL_FILE

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


def report(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["analyze-deps", *arguments, "--output-format", "json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
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


@pytest.mark.slow
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


@pytest.fixture
def copies(root: Path) -> Path:
    for name in ("legacy/one.py", "legacy/two.py"):
        (root / name).write_text(POOL_FILE)
    return root


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_map(copies: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze-deps", "legacy", "--map", "plans/map.yaml"]) == 0
    out, err = capsys.readouterr()
    assert err == "plans/map.yaml: 2 components proposed\n"
    assert out.splitlines()[-1] == "  Next: extract-component Pool"
    first, second = load_map((copies / "plans/map.yaml").read_text(), "map.yaml").rows
    assert (first.component, first.members, first.target, first.category, first.priority) == (
        "Pool",
        ("legacy/one.py::Pool", "legacy/two.py::Pool"),
        "pooling/pool.py",
        "pooling",
        "high",
    )
    assert (second.component, second.priority) == ("A", "standard")


def test_map_is_renewed_while_nobody_edited_it(copies: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["analyze-deps", "legacy", "--map", "map.yaml"])
    written = (copies / "map.yaml").read_text()
    main(["analyze-deps", "legacy", "--map", "map.yaml"])
    assert (copies / "map.yaml").read_text() == written
    (copies / "legacy/two.py").unlink()
    assert main(["analyze-deps", "legacy", "--map", "map.yaml", "--quiet"]) == 0
    renewed = (copies / "map.yaml").read_text()
    assert {row.priority for row in load_map(renewed, "map.yaml").rows} == {"standard"}
    (copies / "map.yaml").write_text(renewed.replace("pooling", "poolings"))
    capsys.readouterr()
    assert main(["analyze-deps", "legacy", "--map", "map.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "error: map.yaml: was edited since it was proposed; give another name, or --force to replace it\n"
    assert "poolings" in (copies / "map.yaml").read_text()
    assert main(["analyze-deps", "legacy", "--map", "map.yaml", "--force"]) == 0
    assert (copies / "map.yaml").read_text() == renewed


def test_map_leaves_the_library_and_what_was_extracted_out(copies: Path) -> None:
    (copies / "components/pooling").mkdir(parents=True)
    (copies / "components/pooling/pool.py").write_text(POOL_FILE)
    assert main(["analyze-deps", "--map", "map.yaml", "-q"]) == 0
    (first, *_) = load_map((copies / "map.yaml").read_text(), "map.yaml").rows
    assert first.members == ("legacy/one.py::Pool", "legacy/two.py::Pool")


def test_baseline(copies: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["analyze-deps", "legacy", "--baseline", "known.json", "--fail-on", "duplicates,drift,hidden"]
    assert main(command) == 0
    out, err = capsys.readouterr()
    assert err == "known.json: written; it accepts 4 findings\n"
    assert "Families" in out
    assert main(command) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "Nothing new against the baseline." in out
    assert "Families" not in out
    (copies / "legacy/two.py").write_text(POOL_FILE.replace("-1e9", "-1e4"))
    assert main(command) == 1
    assert "Pool changed without legacy/one.py::Pool" in capsys.readouterr().out
    (copies / "legacy/two.py").unlink()
    assert main(command) == 0
    assert "vanished and taken out" in capsys.readouterr().err


def test_baseline_in_json(copies: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(capsys, "--baseline", "known.json", "-q")["baseline"] == {
        "path": "known.json",
        "created": True,
        "accepted": 4,
        "removed": 0,
        **{key: [] for key in ("copies", "drift", "cycles", "hidden", "unresolved", "over_limit", "unused")},
    }
    (copies / "legacy/three.py").write_text(POOL_FILE)
    found = report(capsys, "--baseline", "known.json", "-q")
    assert found["baseline"]["copies"] == [
        {
            "name": "Pool",
            "members": ["legacy/one.py::Pool", "legacy/three.py::Pool", "legacy/two.py::Pool"],
            "joined": ["legacy/three.py::Pool"],
            "is_new": False,
        }
    ]
    assert {one["name"]: one["outcome"] for one in found["outcomes"]}["duplicates"] == "found"
    assert {one["name"]: one["outcome"] for one in found["outcomes"]}["hidden"] == "clean"


def test_damaged_baseline_is_exit_code_two(copies: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copies / "known.json").write_text("{}")
    assert main(["analyze-deps", "--baseline", "known.json"]) == 2
    assert "known.json: is not a baseline" in capsys.readouterr().err
    assert (copies / "known.json").read_text() == "{}"


def test_since(copies: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(copies, "init", "-q")
    git(copies, "add", "-A")
    git(copies, "commit", "-q", "-m", "x")
    command = ["analyze-deps", "legacy", "--since", "HEAD", "--fail-on", "duplicates,drift,cycles"]
    assert main(command) == 0
    assert "Nothing new since HEAD (" in capsys.readouterr().out
    (copies / "legacy/three.py").write_text(POOL_FILE)
    (copies / "legacy/two.py").write_text(POOL_FILE.replace("softmax", "sigmoid"))
    assert main(command) == 1
    out = capsys.readouterr().out
    assert "Drift: copies that changed alone since HEAD (" in out
    assert "legacy/three.py::Pool joined legacy/one.py::Pool" in out
    found = report(capsys, "legacy", "--since", "HEAD")["since"]
    (drift,) = found["drift"]
    assert (found["revision"], drift["member"], drift["family"]) == ("HEAD", "legacy/two.py::Pool", "Pool")
    (change,) = drift["changes"]
    assert (change["line"], "softmax" in change["old"], "sigmoid" in change["new"]) == (11, True, True)


@pytest.mark.parametrize("repository", [True, False])
def test_since_what_is_no_revision(copies: Path, capsys: pytest.CaptureFixture[str], repository: bool) -> None:
    if repository:
        git(copies, "init", "-q")
    assert main(["analyze-deps", "--since", "gone"]) == 2
    assert ("git knows no commit 'gone'" if repository else "is in no git repository") in capsys.readouterr().err


def test_drift_needs_an_earlier_state(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze-deps", "--fail-on", "drift"]) == 2
    assert "add --baseline FILE or --since REV" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["over-limit", "unused", "duplicates"])
def test_every_kind_can_fail(copies: Path, kind: str) -> None:
    (copies / "pyproject.toml").write_text("[tool.refactor-tools]\nmax-lines = 10\n")
    (copies / "legacy/spare.py").write_text("def unused():\n    return 1\n")
    assert main(["analyze-deps", "--fail-on", kind]) == 1


@pytest.mark.parametrize(("value", "compared"), [("0", 0), ("1", 1), ("all", 2)])
def test_proposals(copies: Path, capsys: pytest.CaptureFixture[str], value: str, compared: int) -> None:
    (copies / "legacy/two.py").write_text(POOL_FILE.replace("Linear(width, 1)", "Linear(2 * width, 1)"))
    other = POOL_FILE.replace("Pool", "Gate").replace("softmax(dim=1)", "sigmoid()").replace("-1e9", "0.0")
    (copies / "legacy/three.py").write_text(other.replace(".sum(dim=1)", ""))
    (copies / "legacy/four.py").write_text(other.replace(".sum(dim=1)", "").replace("(width, 1)", "(width, 2)"))
    found = report(capsys, "legacy", "--proposals", value)["families"]
    families = [one for one in found if one["kind"] == "class"]
    assert [one["likeness"] for one in families] == ["near", "near"]
    assert sum(one["proposal"] is not None for one in families) == compared


@pytest.mark.parametrize("value", ["-1", "some", "1.5"])
def test_proposals_that_are_no_number(root: Path, capsys: pytest.CaptureFixture[str], value: str) -> None:
    assert main(["analyze-deps", f"--proposals={value}"]) == 2
    assert "is neither a number nor `all`" in capsys.readouterr().err


def test_scheduler_without_dask(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["analyze-deps", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "pip install 'refactor-tools[dask]'" in capsys.readouterr().err


def test_what_is_passed_over_is_counted_and_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("archive/a.py", "archive/b.py", "component_index/originals/1.py.txt", "data/c.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x = 1\n")
    (root / ".gitignore").write_text("data/\n")
    assert main(["analyze-deps"]) == 0
    out = capsys.readouterr().out
    assert "4 files passed over: 2 archived, 1 ignored by .gitignore, 1 kept as originals" in out
    assert "component_index/originals  1 file not read: kept originals of components" in out
    assert "problem" not in out
    found = report(capsys)
    assert found["skipped"] == [
        {"reason": "archive", "files": 2},
        {"reason": "ignored", "files": 1},
        {"reason": "originals", "files": 1},
    ]
    assert [one["path"] for one in found["problems"]] == ["archive", "component_index/originals", "data"]


def test_keep_apart_is_printed(copies: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copies / "pyproject.toml").write_text(
        "[tool.refactor-tools]\nkeep-apart = [{ names = ['Pool'], reason = 'two papers' }]\n"
    )
    assert main(["analyze-deps", "legacy", "--fail-on", "duplicates"]) == 0
    assert "Kept apart on purpose\n  Pool  two papers\n" in capsys.readouterr().out


def test_hints_on_stderr(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["analyze-deps", "legacy", "--verbose"])
    assert capsys.readouterr().err.startswith("read 2 files in ")


def test_names_that_are_no_text_are_printed_escaped(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = os.fsencode(root) + b"/legacy/\xff \xc3\xb6.py"
    with open(raw, "wb") as file:
        file.write(b"x = = 1\n")
    assert main(["analyze-deps", "legacy"]) == 0
    assert "legacy/\\udcff ö.py:1" in capsys.readouterr().out
    found = report(capsys, "legacy", "--baseline", "known.json", "--map", "map.yaml", "-q")
    assert [os.fsencode(one["path"]) for one in found["problems"]] == [b"legacy/\xff \xc3\xb6.py"]
    main(["analyze-deps", "legacy", "-o", "out.txt"])
    assert "\\udcff ö.py" in (root / "out.txt").read_text(encoding="utf-8")


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
