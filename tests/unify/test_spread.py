"""Keyword arguments that come from a dict beside the call."""

from textwrap import dedent, indent

import libcst as cst
import pytest

from refactor_tools.unify.spread import with_written_out

WRITTEN_OUT = [
    ("given = {'a': a, 'b': 2}\nself.x = Part(1, **given)", "self.x = Part(1, a = a, b = 2)"),
    (
        "given = {'a': a}\nself.x = Part(**given)\nself.y = Part(b, **given, c=1)",
        "self.x = Part(a = a)\nself.y = Part(b, a = a, c=1)",
    ),
    (
        "given = {'a': a}\nself.x = Part(**given)\nself.y = Other(**given)",
        "given = {'a': a}\nself.x = Part(a = a)\nself.y = Other(**given)",
    ),
    ("given = {}\nself.x = Part(1, **given)", "self.x = Part(1)"),
]

KEPT = [
    "given = {'a': a}\ngiven['b'] = 2\nself.x = Part(**given)",
    "given = {'a': a}\ngiven = {'a': b}\nself.x = Part(**given)",
    "given = {'a': a}\na = 2\nself.x = Part(**given)",
    "given = {'a': make()}\nself.x = Part(**given)",
    "given = {**a}\nself.x = Part(**given)",
    "given = {'not a name': a}\nself.x = Part(**given)",
    "given = {key: a}\nself.x = Part(**given)",
    "self.x = Part(**b)",
    "given = [a]\nself.x = Part(*given)",
    "given = {'a': a}\nself.x = Other(**given)",
]


def method(body: str) -> str:
    return "def __init__(self, a, b):\n" + indent(dedent(body), " " * 4) + "\n"


def written_out(body: str) -> str:
    function = cst.parse_module(method(body)).body[0]
    assert isinstance(function, cst.FunctionDef)
    return cst.Module(body=[with_written_out(function, "Part")]).code.replace(", )", ")")


@pytest.mark.parametrize(("body", "expected"), WRITTEN_OUT)
def test_a_known_dict_is_written_out(body: str, expected: str) -> None:
    plain = str.maketrans("", "", " ")
    assert written_out(body).translate(plain) == method(expected).translate(plain)


@pytest.mark.parametrize("body", KEPT)
def test_what_may_be_another_dict_by_then_is_kept(body: str) -> None:
    assert written_out(body) == method(body)
