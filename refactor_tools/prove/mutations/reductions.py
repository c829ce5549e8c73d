"""Reductions that go wrong: over another axis, by another rule, with another shape; and what is selected before."""

import ast
from collections.abc import Iterator

from refactor_tools.prove.mutations.syntax import (
    Change,
    called,
    is_constant,
    keyword_of,
    may_have,
    renamed,
    whole_number,
    with_arguments,
    with_keyword,
    without_keyword,
)

_REDUCTIONS = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "amax": "amin",
    "amin": "amax",
    "argmax": "argmin",
    "argmin": "argmax",
    "cumsum": "cumprod",
    "logsumexp": "sum",
}
# Where an axis may stand among the arguments by position.
_BY_AXIS = frozenset(
    (
        *("softmax", "log_softmax", "sum", "mean", "std", "var", "max", "min", "amax", "amin", "argmax", "argmin"),
        *("cat", "stack", "squeeze", "unsqueeze", "transpose", "chunk", "split", "gather", "flip", "size"),
        *("cumsum", "norm", "select", "index_select"),
    )
)
_SPREADS = ("var", "std", "var_mean", "std_mean")
_LENGTHS = ("range", "arange", "linspace")


def other_axis(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Call):
        return
    for name in ("dim", "axis"):
        number = whole_number(keyword_of(node, name) or ast.Constant(None))
        if number is not None:
            wrong = 0 if number == -1 else -1
            yield f"{name} became {wrong}", with_keyword(node, name, ast.Constant(wrong))
    for place, argument in enumerate(node.args if called(node) in _BY_AXIS else ()):
        number = whole_number(argument)
        if number is not None:
            wrong = 0 if number == -1 else -1
            others = [*node.args[:place], ast.Constant(wrong), *node.args[place + 1 :]]
            yield f"the axis became {wrong}", with_arguments(node, others)


def other_reduction(node: ast.AST) -> Iterator[Change]:
    """Mean for sum, kept axes, the divisor of a variance, the reduction of a loss."""
    if isinstance(node, ast.Attribute) and node.attr in _REDUCTIONS:
        yield f"{node.attr} became {_REDUCTIONS[node.attr]}", renamed(node, _REDUCTIONS[node.attr])
    if not isinstance(node, ast.Call):
        return
    if is_constant(keyword_of(node, "keepdim"), True):
        yield "keepdim is lost", without_keyword(node, "keepdim")
    if called(node) in _SPREADS:
        if not (may_have(node, "unbiased") or may_have(node, "correction")):
            yield "the variance became biased", with_keyword(node, "correction", ast.Constant(0))
        elif is_constant(keyword_of(node, "unbiased"), False) or is_constant(keyword_of(node, "correction"), 0):
            unbiased = without_keyword(without_keyword(node, "unbiased"), "correction")
            yield "the variance became unbiased", unbiased
    if isinstance(given := keyword_of(node, "reduction"), ast.Constant) and isinstance(given.value, str):
        wrong = "sum" if given.value == "mean" else "mean"
        yield f"the reduction became {wrong}", with_keyword(node, "reduction", ast.Constant(wrong))


def off_by_one(node: ast.AST) -> Iterator[Change]:
    """Sizes, indices, slices and ranges."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        yield f"{node.value} became {node.value + 1}", ast.Constant(node.value + 1)
    elif isinstance(node, ast.Slice):
        if node.upper is not None and whole_number(node.upper) is None:
            yield "the slice ends early", ast.Slice(node.lower, _less(node.upper), node.step)
        if node.lower is not None and whole_number(node.lower) is None:
            yield "the slice starts early", ast.Slice(_less(node.lower), node.upper, node.step)
    elif called(node) in _LENGTHS and isinstance(node, ast.Call) and node.args:
        last = min(len(node.args), 2) - 1
        if whole_number(node.args[last]) is None and not isinstance(node.args[last], ast.Starred):
            others = [*node.args[:last], _less(node.args[last]), *node.args[last + 1 :]]
            yield "the range ends early", with_arguments(node, others)


def unstable_sort(node: ast.AST) -> Iterator[Change]:
    """A sort that may put equal entries in another order."""
    if isinstance(node, ast.Call) and called(node) in ("sort", "argsort"):
        if is_constant(keyword_of(node, "stable"), True):
            yield "the sort is no longer stable", without_keyword(node, "stable")
        if not may_have(node, "descending"):
            yield "the sort became descending", with_keyword(node, "descending", ast.Constant(True))


def _less(value: ast.expr) -> ast.expr:
    return ast.BinOp(value, ast.Sub(), ast.Constant(1))
