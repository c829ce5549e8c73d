"""`prune-shims` as it is called: what goes, what stays and why, expiry, the log, and that a run can be taken back."""

import json
import shutil
from pathlib import Path

import pytest

from refactor_tools.cli.common import CLEAN, FINDINGS, USAGE
from refactor_tools.cli.main import main
from tests.checkpoint_tree import migrated_tree, python
from tests.extraction_tree import contents

USER = "from table_model import Stretched\nprint(Stretched)\n"


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_tree(tmp_path_factory.mktemp("tree") / "project")


@pytest.fixture
def tree(migrated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    shutil.copytree(migrated, tmp_path / "project")
    capsys.readouterr()
    return tmp_path / "project"


def prune(tree: Path, *options: str) -> int:
    return main(["prune-shims", "--allow-dirty", "--root", str(tree), *options])


def state(tree: Path, version: str) -> None:
    text = (tree / "pyproject.toml").read_text(encoding="utf-8")
    (tree / "pyproject.toml").write_text(f'[project]\nname = "x"\nversion = "{version}"\n{text}', encoding="utf-8")


def outcomes(tree: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, str]:
    prune(tree, "--dry-run", "--output-format", "json", *options)
    return {row["name"]: row["outcome"] for row in json.loads(capsys.readouterr().out)["outcomes"]}


def test_what_nobody_uses_goes_and_old_models_still_load(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prune(tree) == CLEAN
    out = capsys.readouterr().out
    assert "1 shim removed, 2 kept" in out
    assert "table_model.Summary -> components.pooling.Summary: 1 use" in out
    text = (tree / "legacy/table_model.py").read_text(encoding="utf-8")
    assert "__getattr__" not in text
    assert "self.stretched = _Stretched(config.width)" in text
    python(
        tree,
        """
        import torch
        from components import _legacy
        with torch.serialization.safe_globals(_legacy.SAFE_GLOBALS):
            assert type(torch.load("stretched.pt")).__module__ == "components.feedforward.stretched"
            torch.load("table_model.pt")
        """,
    )
    assert '"form": "none"' in (tree / "component_index/keymaps/Stretched.json").read_text(encoding="utf-8")


def test_a_second_run_changes_nothing_and_the_first_can_be_undone(tree: Path) -> None:
    before = contents(tree)
    assert prune(tree) == CLEAN
    after = contents(tree)
    assert prune(tree) == CLEAN
    assert contents(tree) == after
    assert prune(tree, "--check") == CLEAN
    assert main(["undo", "--root", str(tree)]) == CLEAN
    assert contents(tree) == before


def test_nothing_is_written_by_a_dry_run_a_check_or_a_diff(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(tree)
    assert prune(tree, "--dry-run") == CLEAN
    assert prune(tree, "--check") == FINDINGS
    capsys.readouterr()
    assert prune(tree, "--diff") == CLEAN
    assert "--- a/legacy/table_model.py" in capsys.readouterr().out
    assert contents(tree) == before


def test_users_keep_a_shim(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "legacy/train.py").write_text(USER, encoding="utf-8")
    assert prune(tree) == CLEAN
    out = capsys.readouterr().out
    assert "kept     table_model.Stretched" in out
    assert "legacy/train.py:1 (import)" in out
    assert prune(tree, "--check") == CLEAN


def test_a_name_in_the_log_is_used(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "uses.tsv"
    python(
        tree,
        f"""
        import os, warnings
        os.environ["REFACTOR_TOOLS_SHIM_LOG"] = {str(log)!r}
        warnings.simplefilter("ignore")
        from table_model import Stretched
        """,
    )
    assert log.read_text(encoding="utf-8").startswith("table_model.Stretched\t")
    assert outcomes(tree, capsys)["table_model.Stretched"] == "unused"
    assert outcomes(tree, capsys, "--log", str(log))["table_model.Stretched"] == "kept"


@pytest.mark.parametrize("content", ["no log at all\n", "a.b\tfile\n", None])
def test_a_log_that_is_none_is_an_error(tree: Path, tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "log").write_text(content, encoding="utf-8")
    assert prune(tree, "--log", str(tmp_path / "log")) == USAGE


@pytest.mark.parametrize(("version", "gone"), [("1.9", False), ("2.0rc1", False), ("2.0", True), ("2.1", True)])
def test_only_what_has_expired(tree: Path, capsys: pytest.CaptureFixture[str], version: str, gone: bool) -> None:
    state(tree, version)
    assert outcomes(tree, capsys, "--expired")["table_model.Stretched"] == ("unused" if gone else "kept")
    assert prune(tree, "--expired", "--check") == (FINDINGS if gone else CLEAN)


def test_an_expired_shim_that_is_used_is_a_finding(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state(tree, "2.0")
    assert prune(tree) == CLEAN
    capsys.readouterr()
    assert prune(tree, "--check") == FINDINGS
    assert "table_model.Summary: 1 use" in capsys.readouterr().err
    assert outcomes(tree, capsys)["table_model.Summary"] == "expired"


def test_without_a_version_nothing_expires(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prune(tree, "--expired") == CLEAN
    assert "states no version" in capsys.readouterr().out
    assert prune(tree, "--expired", "--check") == CLEAN


def test_a_dirty_tree_is_left_alone(tree: Path) -> None:
    text = (tree / "legacy/table_model.py").read_text(encoding="utf-8")
    (tree / "legacy/table_model.py").write_text(text + "# mine\n", encoding="utf-8")
    assert main(["prune-shims", "--root", str(tree)]) == USAGE
