from pathlib import Path

import pytest

from refactor_tools.api.files import read_file, write_file
from refactor_tools.errors import RefactorError


def test_bytes_that_are_no_text_come_through(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff \xc3\xb6\r\n")
    text = read_file(tmp_path / "a")
    assert text is not None
    write_file(tmp_path / "deep/er/b", text)
    assert (tmp_path / "deep/er/b").read_bytes() == b"\xff \xc3\xb6\r\n"
    assert [path.name for path in (tmp_path / "deep/er").iterdir()] == ["b"]


def test_what_is_not_there(tmp_path: Path) -> None:
    assert read_file(tmp_path / "a") is None


def test_what_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(RefactorError, match="cannot be read: Is a directory"):
        read_file(tmp_path)
    (tmp_path / "a").write_text("x")
    with pytest.raises(RefactorError, match="cannot be written"):
        write_file(tmp_path / "a/b", "x")
    (tmp_path / "c").mkdir()
    with pytest.raises(RefactorError, match="cannot be written: Is a directory"):
        write_file(tmp_path / "c", "x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]
