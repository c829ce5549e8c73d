"""Edits on a file's text, and the way back to its bytes."""

from collections.abc import Sequence

from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import Edit
from refactor_tools.model.facts import Source


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """`text` with every edit made; insertions at one offset keep their order in `edits`.

    Raises:
        ValueError: an edit lies outside the text, or two overlap.
    """
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not 0 <= edit.start <= edit.end <= len(text):
            raise ValueError(f"{edit} lies outside a text of {len(text)} characters")
        if edit.start < done:
            raise ValueError(f"{edit} overlaps an edit that ends at {done}")
        pieces += (text[done : edit.start], edit.new)
        done = edit.end
    return "".join((*pieces, text[done:]))


def encode(source: Source, text: str) -> bytes:
    """`text` as bytes of the file that `source` was read from: same encoding, same byte order mark.

    Raises:
        RefactorError: the encoding has no bytes for a character of `text`.
    """
    try:
        return text.encode(source.encoding)
    except UnicodeEncodeError as error:
        found = text[error.start : error.end]
        raise RefactorError(
            f"{found!r} cannot be written in {source.encoding}; convert the file to UTF-8 first", source.path
        ) from error
