"""Ranges of sizes: what lies in them, and how they read."""

from collections.abc import Sequence

import pytest
import sympy

from refactor_tools.prove.shape_range import shape_range

A, B, C = sympy.symbols("s71 s12 s5", integer=True, positive=True)


def unchanged(expression: sympy.Expr) -> sympy.Expr:
    return expression


def test_symbols_are_named_in_the_order_of_the_sizes() -> None:
    found = shape_range([(A, B, 8), (B, A)], [B > 3], unchanged)
    assert found.text(["x", "mask"]) == "x (s0, s1, 8), mask (s1, s0) with s0, s1 >= 2 and s1 > 3"


def test_what_symbols_turned_out_to_be_is_put_in() -> None:
    known = {A: sympy.Integer(8), B: C}
    found = shape_range([(A, B), (C,)], [sympy.Eq(B, C), sympy.Eq(A, 8)], lambda expression: expression.xreplace(known))
    assert found.text(["x", "y"]) == "x (8, s0), y (s0,) with s0 >= 2"
    assert found.fixed == {(0, 0)}


@pytest.mark.parametrize(
    ("sizes", "inside"),
    [
        ([(3, 5, 8), (6,)], True),
        ([(2, 4, 8), (4,)], True),
        ([(1, 5, 8), (2,)], False),
        ([(3, 3, 8), (6,)], False),
        ([(3, 5, 7), (6,)], False),
        ([(3, 5, 8), (7,)], False),
        ([(3, 5), (6,)], False),
        ([(3, 5, 8)], False),
    ],
)
def test_what_lies_in_a_range(sizes: Sequence[Sequence[int]], inside: bool) -> None:
    assert (sizes in shape_range([(A, B, 8), (2 * A,)], [B > 3], unchanged)) is inside


def test_no_sizes_are_a_range_too() -> None:
    assert [()] in shape_range([()], [], unchanged)
    assert shape_range([()], [], unchanged).text(["x"]) == "x ()"
