"""What a tree may hold that nobody would write: each file is accounted for, and the run goes on."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from refactor_tools.cli.main import main
from refactor_tools.scan import listing
from refactor_tools.scan.discover import Discovered, discover

GOOD = "from torch import nn\nclass Good(nn.Module):\n    def forward(self, x):\n        return x\n"
NESTED = "x = " + "-" * 100_000 + "1\n"
CHAIN = "x = a" + ".b" * 50_000 + "\n"
BLOCKS = "".join(" " * depth + "if x:\n" for depth in range(1500)) + " " * 1500 + "pass\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "good.py").write_text(GOOD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    assert main(["analyze-deps", "--no-cache", "--output-format", "json", *options]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert "Good" in {one["name"] for one in found["definitions"]}
    return found


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b'print "x"\n', 1, "does not parse: Missing parentheses"),
        (b"try:\n    f()\nexcept E, e:\n    pass\n", 3, "does not parse: multiple exception types"),
        (b"x = 1\n\0\n", 2, "holds a NUL byte"),
        ("x = 1\n".encode("utf-16"), 1, "holds a NUL byte"),
        (b"\nx = '\xe9'\n", 2, "is not UTF-8 (byte 0xe9)"),
        (b"# coding: no-such\n", 1, "names an encoding that Python does not know"),
        (b"# coding: hex\nx = 1\n", 1, "cannot be read as hex"),
        (b"# coding: rot13\nx = 1\n", 1, "cannot be read as rot13"),
        (b"# coding: undefined\nx = 1\n", 1, "cannot be read as undefined"),
        (b"x = " + b"(" * 5000 + b")" * 5000, 1, "does not parse: too many nested parentheses"),
        (NESTED.encode(), 0, "is nested too deeply"),
        (CHAIN.encode(), 0, "is nested too deeply"),
        (BLOCKS.encode(), 101, "does not parse: too many levels of indentation"),
        (b"x = (\n", 1, "does not parse: '(' was never closed"),
        (b'class A:\n    """x\n', 2, "does not parse: unterminated triple-quoted string"),
        (b"x = [\n" + b"1,\n" * 1_700_000 + b"]\n", 0, "has 5,100,008 bytes; files over 2,000,000 are not read"),
    ],
)
def test_what_cannot_be_read(
    root: Path, capsys: pytest.CaptureFixture[str], content: bytes, line: int, message: str
) -> None:
    (root / "bad.py").write_bytes(content)
    (problem,) = report(capsys)["problems"]
    assert (problem["path"], problem["line"]) == ("bad.py", line)
    assert message in problem["message"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n" * 100_000,
        b"\xef\xbb\xbfx = 1\n",
        b"x = 1\rclass A: pass\ry = 2\r",
        b"# coding: latin-1\nx = '\xe9'\n",
        b"x = '\\ud800'\nclass A:\n    y = '\\udfff'\n",
        b"x = '" + b"a" * 1_500_000 + b"'\n",
        b"from . import bad\nimport bad\nfrom .bad import *\n",
        b"__all__ = [*x, 'a'] + y\n__all__ += 3\n",
        b"import warnings\nx = '\\d'\nx is 1\n",
    ],
)
def test_odd_files_that_are_read(root: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    (root / "bad.py").write_bytes(content)
    found = report(capsys)
    assert found["problems"] == []
    assert found["files"] == 2


def test_what_is_no_file(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(root / "pipe.py")
    (root / "device.py").symlink_to("/dev/zero")
    (root / "ring.py").symlink_to("ring.py")
    (root / "folder.py").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.py")
        problems = {one["path"]: one["message"] for one in report(capsys)["problems"]}
    regular = "is not a regular file (a pipe, a socket or a device); not read"
    assert problems == {
        "device.py": regular,
        "pipe.py": regular,
        "ring.py": "is a link that leads nowhere",
        "socket.py": regular,
    }


def test_file_that_vanishes_while_the_tree_is_read(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def discover_then_lose(*arguments: Any) -> Discovered:
        found = discover(*arguments)
        (root / "lost.py").unlink()
        return found

    (root / "lost.py").write_text(GOOD)
    monkeypatch.setattr(listing, "discover", discover_then_lose)
    assert report(capsys)["problems"] == [
        {"path": "lost.py", "line": 0, "message": "cannot be read: No such file or directory"}
    ]


def test_folder_that_may_not_be_listed(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "closed").mkdir()
    (root / "closed/a.py").write_text("x = 1\n")
    scandir = os.scandir

    def refuse(folder: Any) -> Any:
        if Path(folder).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    # Not chmod: a superuser may read everything.
    monkeypatch.setattr("os.scandir", refuse)
    (problem,) = report(capsys)["problems"]
    assert (problem["path"], problem["message"]) == ("closed", "cannot be listed: Permission denied")


def test_copies_that_nest_deeply_are_compared_or_accounted_for(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deep = " + ".join(["y"] * 400)
    body = f"        y = x.softmax(-1)\n        z = {deep}\n        return z * y\n"
    for name in ("a.py", "b.py"):
        head = "from torch import nn\nclass Deep(nn.Module):\n    def forward(self, x):\n"
        (root / name).write_text(head + body)
    found = report(capsys, "--map", "map.yaml", "--baseline", "known.json", "-q")
    read = [one for one in found["definitions"] if one["name"] == "Deep"]
    assert len(read) + len(found["problems"]) == 2
