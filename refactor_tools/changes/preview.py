"""A change set as a patch that `git apply` takes."""

import difflib
from collections.abc import Iterator

from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import ChangeSet, FileChange

_ESCAPES = {"\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", '"': '"', "\\": "\\"}
_LAST = "\\ No newline at end of file\n"


def patch(changeset: ChangeSet, prefix: str = "") -> str:
    """The effective changes, paths relative to the root; "" where there are none.

    `git apply` run in the root takes the patch, also where the root lies below the top of a repository: it reads plain
    headers relative to the current folder. Only making or deleting an empty file needs an extended header, which git
    reads relative to the top: `prefix` is the root's path from there (`git.repository_prefix`). Such files come last,
    since git takes a plain header behind an extended one for a part of it.

    Raises:
        RefactorError: a file is binary or not UTF-8, so that no text can show its change exactly.
    """
    changes = sorted(changeset.effective, key=_is_empty)
    return "".join(line for change in changes for line in _file(change, prefix))


def _is_empty(change: FileChange) -> bool:
    return not change.before and not change.after


def _file(change: FileChange, prefix: str) -> Iterator[str]:
    before, after = _lines(change.before, change.path), _lines(change.after, change.path)
    if _is_empty(change):
        yield f"diff --git {_name('a/', prefix + change.path)} {_name('b/', prefix + change.path)}\n"
        yield f"{'new' if change.before is None else 'deleted'} file mode 100644\n"
        return
    # A blank in a name that is not quoted needs a tab behind the name, where git looks for a date.
    tab = "\t" if " " in change.path else ""
    old = "/dev/null" if change.before is None else _name("a/", change.path) + tab
    new = "/dev/null" if change.after is None else _name("b/", change.path) + tab
    for line in difflib.unified_diff(before, after, old, new):
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
