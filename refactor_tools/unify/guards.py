"""Where one copy computes what another receives.

`if lengths is not None: mask = ...; scores = f(scores, mask)` and `if mask is not None: scores = f(scores, mask)`
become two statements: the first computes the mask from the lengths, the second uses whichever mask there is.
"""

from collections.abc import Iterator

import libcst as cst

from refactor_tools.unify.expressions import ExpressionFold
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.syntax import assigned_name, dotted, statements
from refactor_tools.unify.template import hoist_of, hoisted, merged


def guard_of(node: cst.CSTNode) -> str:
    """`p` for a statement `if p is not None:` without an else, "" for anything else."""
    if not isinstance(node, cst.If) or node.orelse is not None or not isinstance(node.test, cst.Comparison):
        return ""
    [*targets] = node.test.comparisons
    if len(targets) == 1 and isinstance(targets[0].operator, cst.IsNot) and dotted(targets[0].comparator) == "None":
        return node.test.left.value if isinstance(node.test.left, cst.Name) else ""
    return ""


def unite_guards(fold: ExpressionFold, left: cst.BaseStatement, right: cst.BaseStatement) -> cst.If | None:
    """One hoisted pair for two guarded statements of which one computes what the other receives, else None."""
    known = hoist_of(left)
    if known is not None:
        return _join(fold, *known, right)
    if not isinstance(left, cst.If) or not isinstance(right, cst.If):
        return None
    ours, theirs = guard_of(left), guard_of(right)
    if not ours or not theirs or ours in fold.local or theirs in fold.local.values():
        return None
    mine, other = statements(left.body), statements(right.body)
    if len(mine) > len(other):
        return _we_compute(fold, left, mine, theirs, other)
    return _they_compute(fold, left, ours, right, other) if len(other) > len(mine) else None


def _we_compute(
    fold: ExpressionFold, left: cst.If, mine: list[cst.BaseStatement], theirs: str, other: list[cst.BaseStatement]
) -> cst.If | None:
    prelude, tail = mine[: -len(other)], mine[-len(other) :]
    for name in _assigned(prelude):
        body = _united(fold, tail, other, name, theirs)
        if body is not None:
            test = cst.parse_expression(f"{name} is not None")
            second = cst.If(test=test, body=cst.IndentedBlock(body=body))
            first = left.with_changes(body=cst.IndentedBlock(body=prelude))
            return _recorded(fold, first, second, frozenset(range(fold.count)))
    return None


def _they_compute(
    fold: ExpressionFold, left: cst.If, ours: str, right: cst.If, other: list[cst.BaseStatement]
) -> cst.If | None:
    mine = statements(left.body)
    prelude, tail = other[: -len(mine)], other[-len(mine) :]
    for name in _assigned(prelude):
        body = _united(fold, mine, tail, ours, name)
        if body is not None:
            first = fold.translated(right.with_changes(body=cst.IndentedBlock(body=prelude)))
            assert isinstance(first, cst.If)
            second = left.with_changes(body=cst.IndentedBlock(body=body))
            return _recorded(fold, first, second, frozenset({fold.count}))
    return None


def _united(
    fold: ExpressionFold, left: list[cst.BaseStatement], right: list[cst.BaseStatement], ours: str, theirs: str
) -> list[cst.BaseStatement] | None:
    """The two bodies as one without any option, with `ours` and `theirs` the same name; None where that fails."""
    before, cost = fold.state(), len(fold.options)
    try:
        if fold.bind_local(ours, theirs):
            body = fold.block(left, right)
            if len(fold.options) == cost:
                return body
    except Mismatch:
        pass
    fold.restore(before)
    return None


def _recorded(fold: ExpressionFold, first: cst.If, second: cst.If, members: frozenset[int]) -> cst.If:
    number = len(fold.hoists)
    fold.hoists[number] = members
    return hoisted(number, first, second)


def _join(fold: ExpressionFold, number: int, first: cst.If, second: cst.If, right: cst.BaseStatement) -> cst.If | None:
    """A further member at a hoisted pair: it either receives the value or computes it."""
    before, options = fold.state(), len(fold.options)
    try:
        united = fold.statement(second, right)
        if len(fold.options) == options:
            assert isinstance(united, cst.If)
            return hoisted(number, first, united)
    except Mismatch:
        pass
    fold.restore(before)
    try:
        whole = fold.statement(merged(first, second), right)
    except Mismatch:
        whole = None
    if whole is None or len(fold.options) != options or not isinstance(whole, cst.If):
        fold.restore(before)
        return None
    fold.hoists[number] |= {fold.count}
    body, head = statements(whole.body), len(statements(first.body))
    return hoisted(
        number,
        whole.with_changes(body=cst.IndentedBlock(body=body[:head])),
        second.with_changes(body=cst.IndentedBlock(body=body[head:])),
    )


def _assigned(prelude: list[cst.BaseStatement]) -> Iterator[str]:
    for statement in reversed(prelude):
        assigned = assigned_name(statement)
        if assigned is not None:
            yield assigned[0]
