"""A file as Python would read it: byte order mark, coding cookie, line ends."""

import hashlib
import io
import tokenize
from pathlib import Path

from refactor_tools.model.facts import Problem, Source


def read_source(root: Path, path: str) -> Source | Problem:
    """The text of `path` under `root`, or why there is none. Line ends stay as they are."""
    try:
        raw = (root / path).read_bytes()
    except OSError as error:
        return Problem(path, 0, f"cannot be read: {error.strerror or error}")
    return decode(path, raw)


def decode(path: str, raw: bytes) -> Source | Problem:
    """Decode `raw` by its byte order mark or coding cookie (PEP 263), UTF-8 where it has neither."""
    if b"\0" in raw:
        line = _line_of(raw, raw.index(b"\0"))
        return Problem(path, line, "holds a NUL byte, so Python cannot read it; is it UTF-16 or no text at all?")
    encoding = _declared_encoding(raw)
    if encoding is None:
        first = raw.split(b"\n", 2)[:2]
        line = 1 if b"coding" in first[0] else 2
        return Problem(path, line, "its coding cookie names an encoding that Python does not know")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        return Problem(path, _line_of(raw, error.start), _undecodable(raw[error.start], encoding))
    except (LookupError, ValueError):
        return Problem(path, 1, f"cannot be read as {encoding}, the encoding that its coding cookie names")
    return Source(path=path, text=text, encoding=encoding, digest=digest(raw))


def digest(raw: bytes) -> str:
    """ "sha256:..." of `raw`."""
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def _declared_encoding(raw: bytes) -> str | None:
    try:
        return tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
    except SyntaxError:
        # The same exception stands for an unknown cookie and for bytes in the first lines that are not UTF-8.
        return None if _has_cookie(raw) else "utf-8"


def _has_cookie(raw: bytes) -> bool:
    return any(line.lstrip().startswith(b"#") and b"coding" in line for line in raw.split(b"\n", 2)[:2])


def _line_of(raw: bytes, offset: int) -> int:
    return raw.count(b"\n", 0, offset) + 1


def _undecodable(byte: int, encoding: str) -> str:
    return (
        f"is not {encoding.upper()} (byte 0x{byte:02x}); convert it, or name its encoding in the first line: "
        "# -*- coding: latin-1 -*-"
    )
