import subprocess
from pathlib import Path

import pytest

from refactor_tools.changes.preview import patch
from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import ChangeSet, FileChange

CASES = {
    "changed": [("a.py", b"1\n2\n3\n", b"1\n3\n")],
    "far apart": [("a.py", b"x\n" * 40, b"y\n" + b"x\n" * 38 + b"z\n")],
    "new in a folder": [("lib/pool/a.py", None, b"x = 1\n")],
    "deleted": [("a.py", b"x = 1\ny = 2\n", None)],
    "new and empty": [("lib/__init__.py", None, b"")],
    "deleted and empty": [("a.py", b"", None)],
    "emptied": [("a.py", b"1\n", b"")],
    "filled": [("a.py", b"", b"1\n")],
    "no newline before": [("a.py", b"1\n2", b"1\n2\n")],
    "no newline after": [("a.py", b"1\n2\n", b"1\n2")],
    "no newline at all": [("a.py", b"1\n2", b"1\n3")],
    "carriage returns": [("a.py", b"1\r\n2\r\n3", b"1\r\n4\r\n3")],
    "line ends change": [("a.py", b"1\r\n2\r\n", b"1\n2\n")],
    "old Mac line ends": [("a.py", b"1\r2\r3", b"1\r4\r3")],
    "other line breaks": [("a.py", "'\u2028'\x0c\n\x0b\x1c\n1\n".encode(), "'\u2028'\x0c\n\x0b\x1c\n2\n".encode())],
    "byte order mark": [("a.py", b"\xef\xbb\xbfx = 1\n", b"\xef\xbb\xbfx = 2\n")],
    "lines like headers": [("a.py", b"-- a\n++ b\n", b"-- b\n@@ -1 +1 @@\n")],
    "blank in the name": [("a b/c d.py", b"1\n", b"2\n"), ("e f.py", None, b"1\n"), ("g h.py", b"1\n", None)],
    "quotes in the name": [('a"b\\c.py', b"1\n", b"2\n"), ("d\te.py", None, b"1\n"), ("f\ng.py", b"", None)],
    "letters in the name": [("größe/模型.py", b"1\n", b"2\n"), ("ü.py", None, b"")],
    "several": [("a.py", b"1\n", b"2\n"), ("b.py", None, b"1"), ("c.py", b"1\n", None), ("d.py", b"1", b"1")],
}


@pytest.mark.parametrize("in_repository", [True, False], ids=["repository", "plain"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_git_takes_the_patch(tmp_path: Path, case, in_repository: bool) -> None:
    root = tmp_path / "project/sub"
    root.mkdir(parents=True)
    if in_repository:
        subprocess.run(["git", "init", "-q", ".."], cwd=root, check=True)
    for path, before, _ in case:
        if before is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(before)
    changes = ChangeSet("case", tuple(FileChange(*change) for change in case))
    text = patch(changes, "sub/" if in_repository else "")
    file = tmp_path / "run.patch"
    file.write_bytes(text.encode())
    environment = {"PATH": "/usr/bin:/bin", "GIT_CEILING_DIRECTORIES": str(tmp_path), "HOME": str(tmp_path)}
    for options in (["--check"], []):
        subprocess.run(["git", "apply", *options, str(file)], cwd=root, env=environment, check=True)
    for path, _, after in case:
        assert ((root / path).read_bytes() if (root / path).exists() else None) == after


def test_nothing_effective_is_no_patch() -> None:
    assert patch(ChangeSet("none", (FileChange("a.py", b"1", b"1"),))) == ""


@pytest.mark.parametrize("data", [b"\x00\x01", b"caf\xe9\n", b"text\x00\n"])
def test_what_is_not_text_is_refused(data: bytes) -> None:
    for change in (FileChange("w.bin", None, data), FileChange("w.bin", data, None)):
        with pytest.raises(RefactorError, match=r"w\.bin: is binary or not UTF-8"):
            patch(ChangeSet("binary", (change,)))


def test_an_empty_file_between_others_does_not_confuse_git(tmp_path: Path) -> None:
    changes = ChangeSet(
        "t",
        (FileChange("a.txt", None, b"1\n"), FileChange("b.txt", None, b""), FileChange("c.txt", None, b"3\n")),
    )
    subprocess.run(("git", "init", "-q"), cwd=tmp_path, check=True)
    subprocess.run(("git", "apply"), input=patch(changes).encode(), cwd=tmp_path, check=True)
    assert [(tmp_path / name).read_bytes() for name in ("a.txt", "b.txt", "c.txt")] == [b"1\n", b"", b"3\n"]
