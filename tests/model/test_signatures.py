import ast

import pytest

from refactor_tools.model.facts import Parameter
from refactor_tools.model.signatures import signature_text


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ((), "self"),
        ((Parameter("x"),), "self, x"),
        ((Parameter("x", annotation="int", default="1"),), "self, x: int = 1"),
        ((Parameter("x", default="1"),), "self, x=1"),
        ((Parameter("x"), Parameter("y", "keyword-only", "None")), "self, x, *, y=None"),
        ((Parameter("x", "positional-only"), Parameter("y")), "self, x, /, y"),
        ((Parameter("x", "positional-only"),), "self, x, /"),
        ((Parameter("a", "var-positional"), Parameter("b", "keyword-only")), "self, *a, b"),
        ((Parameter("a", "keyword-only"), Parameter("k", "var-keyword")), "self, *, a, **k"),
    ],
)
def test_text(parameters: tuple[Parameter, ...], text: str) -> None:
    assert signature_text(parameters, method=True) == text
    ast.parse(f"def f({text}): ...")


def test_a_function_has_no_self() -> None:
    assert signature_text((Parameter("x"),), method=False) == "x"
