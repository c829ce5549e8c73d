"""A change set as a patch that `git apply` takes."""

import difflib
from collections.abc import Iterator

from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import ChangeSet, FileChange

_ESCAPES = {"\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", '"': '"', "\\": "\\"}
_LAST = "\\ No newline at end of file\n"


def patch(changeset: ChangeSet) -> str:
    """The effective changes in git's extended diff format, paths relative to the root; "" where there are none.

    Raises:
        RefactorError: a file is binary or not UTF-8, so that no text can show its change exactly.
    """
    return "".join(line for change in changeset.effective for line in _file(change))


def _file(change: FileChange) -> Iterator[str]:
    before, after = _lines(change.before, change.path), _lines(change.after, change.path)
    old, new = _name("a/", change.path), _name("b/", change.path)
    yield f"diff --git {old} {new}\n"
    if change.before is None:
        yield "new file mode 100644\n"
    elif change.after is None:
        yield "deleted file mode 100644\n"
    # git wants no blank in an unquoted name without a tab that ends it.
    tab = "\t" if " " in change.path else ""
    hunks = difflib.unified_diff(
        before,
        after,
        "/dev/null" if change.before is None else old + tab,
        "/dev/null" if change.after is None else new + tab,
    )
    for line in hunks:
        yield line if line.endswith("\n") else f"{line}\n{_LAST}"


def _lines(data: bytes | None, path: str) -> list[str]:
    """Lines as git counts them: only a line feed ends one."""
    if data is None:
        return []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise RefactorError("is binary or not UTF-8, which a patch cannot show; see the list with --dry-run", path)
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _name(side: str, path: str) -> str:
    """A path as git writes it: quoted where a character would end it early."""
    name = side + path
    if not any(character in _ESCAPES or character < " " for character in name):
        return name
    return '"' + "".join(_escaped(character) for character in name) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return "\\" + _ESCAPES[character]
    return f"\\{ord(character):03o}" if character < " " else character
