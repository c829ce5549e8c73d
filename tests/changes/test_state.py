"""Files under the folder that ignores itself."""

from pathlib import Path

import pytest

from refactor_tools.changes.state import write_state
from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import FileChange

PLACE = ".refactor-tools/reproductions/test_Pool_1.py"


def test_files_are_written_over_and_ignored(tmp_path: Path) -> None:
    write_state(tmp_path, [FileChange(PLACE, None, b"old")])
    write_state(tmp_path, [FileChange(PLACE, None, b"new")])
    assert (tmp_path / PLACE).read_bytes() == b"new"
    assert (tmp_path / ".refactor-tools/.gitignore").read_text() == "*\n"


def test_what_cannot_be_written_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / PLACE).mkdir(parents=True)
    with pytest.raises(RefactorError, match="cannot be written") as caught:
        write_state(tmp_path, [FileChange(PLACE, None, b"text")])
    assert PLACE in str(caught.value)
