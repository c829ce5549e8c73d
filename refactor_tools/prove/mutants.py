"""Seeds bugs into a component's source: the mistakes that refactorings of modules make, one at a time."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

_ACTIVATIONS = {
    "ReLU": "GELU",
    "relu": "gelu",
    "GELU": "ReLU",
    "gelu": "relu",
    "SiLU": "ReLU",
    "silu": "relu",
    "Tanh": "Sigmoid",
    "tanh": "sigmoid",
    "Sigmoid": "Tanh",
    "sigmoid": "tanh",
    "softmax": "log_softmax",
    "log_softmax": "softmax",
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
}
_OPERATORS: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Add(),
    ast.Div: ast.Mult(),
}
_COMPARISONS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
}
_BIASED = ("Linear", "Conv1d", "Conv2d", "Conv3d", "LSTM", "GRU", "LayerNorm")

# A change of one node: what is wrong with the result, and the result itself (None: the statement is gone).
_Change = tuple[str, ast.AST | None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A source with one seeded bug, and what the bug is."""

    label: str
    source: str


def seed_bugs(source: str, at_most: int) -> tuple[Mutant, ...]:
    """Up to `at_most` mutants of `source`; kinds of bugs take turns, so that each is represented."""
    tree = ast.parse(source)
    by_kind = [list(_apply(tree, operator)) for operator in _KINDS]
    turns = [mutant for turn in zip_longest(*by_kind) for mutant in turn if isinstance(mutant, Mutant)]
    distinct = {mutant.source: mutant for mutant in reversed(turns) if mutant.source != ast.unparse(tree)}
    return tuple(mutant for mutant in turns if distinct.get(mutant.source) is mutant)[:at_most]


def _apply(tree: ast.Module, operator: Callable[[ast.AST], Iterator[_Change]]) -> Iterator[Mutant]:
    """Every mutant that `operator` makes of a node in a function of `tree`."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) not in inside or not isinstance(node, ast.stmt | ast.expr):
            continue
        for label, changed in operator(node):
            mutated = _Replacing(number, changed).apply(copy.deepcopy(tree))
            yield Mutant(f"line {node.lineno}: {label}", ast.unparse(ast.fix_missing_locations(mutated)))


class _Replacing(ast.NodeTransformer):
    """Puts `changed` where the node of a number stands, in the order of `ast.walk`."""

    def __init__(self, number: int, changed: ast.AST | None) -> None:
        self.number, self.changed = number, changed
        self.target: ast.AST | None = None

    def apply(self, tree: ast.Module) -> ast.AST:
        self.target = next(node for number, node in enumerate(ast.walk(tree)) if number == self.number)
        return self.generic_visit(tree)

    def visit(self, node: ast.AST) -> ast.AST:
        if node is not self.target:
            return self.generic_visit(node)
        return ast.Pass() if self.changed is None else self.changed


def _other_number(node: ast.AST) -> Iterator[_Change]:
    """Axes, factors, sizes and tolerances."""
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool | str | bytes):
        return
    if isinstance(node.value, int):
        yield f"{node.value} became {node.value + 1}", ast.Constant(node.value + 1)
    elif isinstance(node.value, float):
        wrong = node.value * 10 if abs(node.value) < 0.01 else node.value * 1.5 or 0.5
        yield f"{node.value} became {wrong:g}", ast.Constant(wrong)


def _other_axis(node: ast.AST) -> Iterator[_Change]:
    if not isinstance(node, ast.Call):
        return
    for place, keyword in enumerate(node.keywords):
        if keyword.arg in ("dim", "axis") and isinstance(keyword.value, ast.Constant | ast.UnaryOp):
            wrong = 0 if ast.unparse(keyword.value) == "-1" else -1
            yield f"{keyword.arg} became {wrong}", _with_keyword(node, place, ast.Constant(wrong))


def _other_eps(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.Call) and _called(node).endswith("Norm") and not _keyword(node, "eps"):
        yield "eps became 1e-3", _added(node, "eps", ast.Constant(1e-3))


def _dropped_bias(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.Call) and _called(node) in _BIASED and not _keyword(node, "bias"):
        yield f"{_called(node)} lost its bias", _added(node, "bias", ast.Constant(False))


def _other_rate(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.Call) and "dropout" in _called(node).lower() and node.args and _called(node)[:1].isupper():
        halved = ast.BinOp(node.args[0], ast.Div(), ast.Constant(2))
        yield "dropout rate halved", ast.Call(node.func, [halved, *node.args[1:]], node.keywords)


def _other_function(node: ast.AST) -> Iterator[_Change]:
    """Activations and reductions."""
    if isinstance(node, ast.Attribute) and node.attr in _ACTIVATIONS:
        wrong = _ACTIVATIONS[node.attr]
        yield f"{node.attr} became {wrong}", ast.Attribute(node.value, wrong, node.ctx)


def _other_mask_value(node: ast.AST) -> Iterator[_Change]:
    infinite = isinstance(node, ast.Call) and ast.unparse(node) in ("float('-inf')", 'float("-inf")')
    if infinite or (isinstance(node, ast.Attribute) and node.attr == "inf"):
        yield "the mask's value became finite", ast.Constant(-5.0)


def _other_operator(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield "another operator", ast.BinOp(node.left, _OPERATORS[type(node.op)], node.right)


def _swapped_operands(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div | ast.MatMult | ast.Pow):
        yield "operands swapped", ast.BinOp(node.right, node.op, node.left)


def _dropped_operand(node: ast.AST) -> Iterator[_Change]:
    """A residual connection or a scale that is lost."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mult):
        yield "the first operand is lost", node.right


def _swapped_arguments(node: ast.AST) -> Iterator[_Change]:
    plain = isinstance(node, ast.Call) and not any(isinstance(argument, ast.Starred) for argument in node.args)
    if isinstance(node, ast.Call) and plain and len(node.args) > 1:
        yield "arguments swapped", ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)


def _other_condition(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.If):
        yield "condition negated", ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.IfExp):
        yield "condition negated", ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        yield "mask inverted", node.operand


def _other_comparison(node: ast.AST) -> Iterator[_Change]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
        wrong = _COMPARISONS[type(node.ops[0])]
        yield "another comparison", ast.Compare(node.left, [wrong, *node.ops[1:]], node.comparators)


def _detached(node: ast.AST) -> Iterator[_Change]:
    """A gradient that no longer flows, where a submodule's result is used."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("self.") and node.args:
        yield "result detached", ast.Call(ast.Attribute(node, "detach", ast.Load()), [], [])


def _removed_statement(node: ast.AST) -> Iterator[_Change]:
    """A rebinding such as `x = self.drop(x)`, after whose loss the name is still bound."""
    if isinstance(node, ast.AugAssign):
        yield "statement removed", None
    elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        if any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node.value)):
            yield "statement removed", None


def _swapped_submodules(node: ast.AST) -> Iterator[_Change]:
    """Two submodules that are registered in the other order."""
    if not isinstance(node, ast.FunctionDef) or node.name != "__init__":
        return
    for place, (first, second) in enumerate(zip(node.body, node.body[1:], strict=False)):
        if _registers(first) and _registers(second):
            changed = copy.copy(node)
            changed.body = [*node.body[:place], second, first, *node.body[place + 2 :]]
            yield "submodules registered in another order", changed


_KINDS: tuple[Callable[[ast.AST], Iterator[_Change]], ...] = (
    _other_number,
    _other_axis,
    _other_eps,
    _dropped_bias,
    _other_rate,
    _other_function,
    _other_mask_value,
    _other_operator,
    _swapped_operands,
    _dropped_operand,
    _swapped_arguments,
    _other_condition,
    _other_comparison,
    _detached,
    _removed_statement,
    _swapped_submodules,
)


def _called(node: ast.Call) -> str:
    """The last part of the name that is called."""
    return ast.unparse(node.func).rpartition(".")[2]


def _keyword(node: ast.Call, name: str) -> bool:
    return any(keyword.arg in (name, None) for keyword in node.keywords)


def _added(node: ast.Call, name: str, value: ast.expr) -> ast.Call:
    return ast.Call(node.func, node.args, [*node.keywords, ast.keyword(name, value)])


def _with_keyword(node: ast.Call, place: int, value: ast.expr) -> ast.Call:
    keywords = list(node.keywords)
    keywords[place] = ast.keyword(keywords[place].arg, value)
    return ast.Call(node.func, node.args, keywords)


def _registers(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and ast.unparse(statement.targets[0]).startswith("self.")
        and isinstance(statement.value, ast.Call)
    )
