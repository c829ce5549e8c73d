from pathlib import Path

import pytest

from refactor_tools.model.facts import Problem, Source
from refactor_tools.scan.read import decode, read_source


def test_utf8_with_its_line_ends() -> None:
    source = decode("a.py", "x = 'é'\r\ny = 1\n".encode())
    assert source == Source("a.py", "x = 'é'\r\ny = 1\n", "utf-8", source.digest)
    assert source.digest.startswith("sha256:")


def test_byte_order_mark_is_no_text() -> None:
    source = decode("a.py", b"\xef\xbb\xbfx = 1\n")
    assert isinstance(source, Source)
    assert (source.text, source.encoding) == ("x = 1\n", "utf-8-sig")


def test_coding_cookie_is_honoured() -> None:
    source = decode("a.py", b"# -*- coding: latin-1 -*-\nx = '\xe9'\n")
    assert isinstance(source, Source)
    assert source.encoding == "iso-8859-1"
    assert "é" in source.text


def test_empty_file_is_a_source() -> None:
    source = decode("a.py", b"")
    assert isinstance(source, Source)
    assert source.text == ""


@pytest.mark.parametrize(
    ("raw", "line", "words"),
    [
        (b"x = 1\ny = 2\nz = '\xe9'\n", 3, "is not UTF-8 (byte 0xe9)"),
        (b"x = '\xe9'\n", 1, "is not UTF-8"),
        (b"x = 1\ny = '\0'\n", 2, "NUL byte"),
        (b"# coding: martian\nx = 1\n", 1, "encoding that Python does not know"),
        (b"#!/usr/bin/env python\n# coding: martian\n", 2, "encoding that Python does not know"),
        ("x = 1\n".encode("utf-16"), 1, "NUL byte"),
    ],
)
def test_problem_with_its_line(raw: bytes, line: int, words: str) -> None:
    problem = decode("a.py", raw)
    assert isinstance(problem, Problem)
    assert problem.line == line
    assert words in problem.message


def test_unreadable_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").mkdir()
    problem = read_source(tmp_path, "a.py")
    assert isinstance(problem, Problem)
    assert "cannot be read" in problem.message
