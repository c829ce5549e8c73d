"""Decisions taken the other way, and statements that are missing."""

import ast
from collections.abc import Iterator

from refactor_tools.prove.mutations.syntax import Change, called

_COMPARISONS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
}


# With a number drawn from an interval, no run tells `<` from `<=`.
_TURNED: dict[type[ast.cmpop], ast.cmpop] = {ast.Lt: ast.Gt(), ast.LtE: ast.GtE(), ast.Gt: ast.Lt(), ast.GtE: ast.LtE()}
_DRAWN = ("rand", "rand_like", "randn", "randn_like", "uniform_", "normal_", "random")


def negated_condition(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.If):
        yield "condition negated", ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.IfExp):
        yield "condition negated", ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)


def other_comparison(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
        drawn = any(called(part) in _DRAWN for part in ast.walk(node) if isinstance(part, ast.Call))
        wrong = (_TURNED if drawn else _COMPARISONS).get(type(node.ops[0]), ast.NotEq())
        yield "another comparison", ast.Compare(node.left, [wrong, *node.ops[1:]], node.comparators)


def lost_statement(node: ast.AST) -> Iterator[Change]:
    """A rebinding such as `x = self.norm(x)`, after whose loss the name is still bound."""
    if isinstance(node, ast.AugAssign):
        yield "statement removed", None
    elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        if any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node.value)):
            yield "statement removed", None


def other_exception(node: ast.AST) -> Iterator[Change]:
    """An error of another type, or none."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        wrong = "TypeError" if ast.unparse(node.exc.func) == "RuntimeError" else "RuntimeError"
        raised = ast.Call(ast.Name(wrong, ast.Load()), node.exc.args, node.exc.keywords)
        yield f"raises {wrong}", ast.Raise(raised, node.cause)
    if isinstance(node, ast.Raise | ast.Assert):
        yield "no longer raises", None
