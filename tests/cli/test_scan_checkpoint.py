"""`scan-checkpoint` as it is called."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.cli.common import CLEAN, FINDINGS, USAGE
from refactor_tools.cli.main import main
from tests.checkpoint_tree import migrated_tree


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_tree(tmp_path_factory.mktemp("tree") / "project")


def scan(tree: Path, *files: str) -> int:
    return main(["scan-checkpoint", *(str(tree / file) for file in files), "--root", str(tree)])


def rows(tree: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    main(["scan-checkpoint", str(file), "--root", str(tree), "--output-format", "json"])
    return {row["name"]: row for row in json.loads(capsys.readouterr().out)["files"][0]["names"]}


def test_moved_names_are_said_with_where_they_live_now(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(tree, "table_model.pt", "training.pt") == CLEAN
    out = capsys.readouterr().out
    assert "moved        table_model.Summary -> components.pooling.Summary" in out
    assert "in the tree  table_model.TableModel" in out
    assert "2 keys in model: state dict" in out


def test_the_json_has_every_name_and_key(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["scan-checkpoint", str(tree / "table_model.pt"), "--root", str(tree), "--output-format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert document["outcomes"] == [{"name": "table_model.pt", "outcome": "loads", "reason": ""}]
    (file,) = document["files"]
    assert file["states"][0]["owner"] == "table_model.TableModel"
    assert [item["key"] for item in file["states"][0]["tensors"]][:1] == ["summary.score.weight"]
    names = {row["name"]: row["status"] for row in file["names"]}
    assert names["table_model.Stretched"] == "moved"
    assert names["torch.nn.modules.linear.Linear"] == "outside"


class Named:
    """Pickled under a name that a test chooses."""

    def __init__(self, name: str) -> None:
        self.name = name

    def data(self) -> bytes:
        module, _, name = self.name.rpartition(".")
        return b"c" + module.encode() + b"\n" + name.encode() + b"\n."


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("legacy.table_model.Summary", "moved"),
        ("table_model.TableModel", "in the tree"),
        ("table_model.Gone", "missing"),
        ("table_model.stretch", "in the tree"),
        ("__main__.Stretched", "moved"),
        ("__main__.Summary", "ambiguous"),
        ("__main__.Trainer", "outside"),
        ("unrelated.Summary", "outside"),
        ("components.pooling.Summary", "in the tree"),
        ("components.pooling.summary.Summary", "in the tree"),
        ("collections.OrderedDict", "outside"),
    ],
)
def test_what_became_of_a_name(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, status: str
) -> None:
    (tmp_path / "a.pkl").write_bytes(Named(name).data())
    assert rows(tree, tmp_path / "a.pkl", capsys)[name]["status"] == status


def test_a_name_whose_shim_is_gone_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = migrated_tree(tmp_path / "project")
    text = (root / "legacy/table_model.py").read_text(encoding="utf-8")
    (root / "legacy/table_model.py").write_text(text.replace("class Summary(", "class Other("), encoding="utf-8")
    capsys.readouterr()
    assert scan(root, "table_model.pt") == FINDINGS
    assert "removed      table_model.Summary" in capsys.readouterr().out


def test_a_payload_does_not_run(tree: Path, tmp_path: Path) -> None:
    class Payload:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(tmp_path / "mark"),)

    (tmp_path / "bad.pkl").write_bytes(pickle.dumps(Payload()))
    assert main(["scan-checkpoint", str(tmp_path / "bad.pkl"), "--root", str(tree)]) == CLEAN
    assert not (tmp_path / "mark").exists()


def test_a_damaged_file_is_an_error(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.pt").write_bytes(b"PK\x03\x04 and nothing else")
    assert main(["scan-checkpoint", str(tmp_path / "a.pt"), "--root", str(tree)]) == USAGE
    assert "is damaged or no checkpoint" in capsys.readouterr().err


def test_it_needs_no_torch(tree: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\nfrom refactor_tools.cli.main import main\n"
        f"sys.exit(main(['scan-checkpoint', {str(tree / 'table_model.pt')!r}, '--root', {str(tree)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == CLEAN, done.stderr
