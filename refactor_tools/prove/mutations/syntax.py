"""What the rules share: a change of a syntax tree, and the parts of calls and statements that they look at."""

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

# What is wrong with the result of a change, and what stands in the node's place, None for nothing. A rule makes every
# change of one kind to the node that it is given, and leaves that node itself as it is.
Change = tuple[str, ast.AST | None]
Rule = Callable[[ast.AST], Iterator[Change]]

Tree = TypeVar("Tree", bound=ast.AST)

# Constructors of modules that have parameters.
WITH_PARAMETERS = ("Linear", "Conv1d", "Conv2d", "Conv3d", "LSTM", "GRU", "RNN", "Embedding", "MultiheadAttention")


def replaced(tree: Tree, node: ast.AST, other: ast.AST | None) -> Tree:
    """A copy of `tree` with `other` where `node` stands in it."""
    return copy.deepcopy(tree, {id(node): ast.Pass() if other is None else other})


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def statement(text: str) -> ast.stmt:
    return ast.parse(text).body[0]


def called(node: ast.AST) -> str:
    """The last part of the name that is called, "" where nothing is."""
    return ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def keyword_of(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def may_have(call: ast.Call, name: str) -> bool:
    """Whether the keyword `name` is given, or may be among those that are unpacked."""
    return any(keyword.arg in (name, None) for keyword in call.keywords)


def with_keyword(call: ast.Call, name: str, value: ast.expr) -> ast.Call:
    """The call with the keyword `name`, in its place where it has one, else at the end."""
    given = [ast.keyword(name, value) if keyword.arg == name else keyword for keyword in call.keywords]
    added = [] if keyword_of(call, name) is not None else [ast.keyword(name, value)]
    return ast.Call(call.func, call.args, [*given, *added])


def without_keyword(call: ast.Call, name: str) -> ast.Call:
    return ast.Call(call.func, call.args, [keyword for keyword in call.keywords if keyword.arg != name])


def with_arguments(call: ast.Call, arguments: Sequence[ast.expr]) -> ast.Call:
    return ast.Call(call.func, list(arguments), call.keywords)


def method(value: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    """`value.name(arguments)`."""
    return ast.Call(ast.Attribute(value, name, ast.Load()), list(arguments), [])


def renamed(node: ast.Attribute, name: str) -> ast.Attribute:
    return ast.Attribute(node.value, name, node.ctx)


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Whether `node` is the constant `value`, with its type: True is not 1."""
    return isinstance(node, ast.Constant) and type(node.value) is type(value) and node.value == value


def whole_number(node: ast.AST) -> int | None:
    """The number that a literal stands for, a negative one too."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = whole_number(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    return None


def calls_submodule(node: ast.AST) -> bool:
    """Whether `node` is a call such as `self.linear(x)`."""
    if not isinstance(node, ast.Call) or called(node).endswith("_"):
        return False
    return ast.unparse(node.func).startswith("self.") and bool(node.args)


def is_constructor(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "__init__"


def attribute_set(node: ast.stmt) -> str:
    """The attribute of `self` that a statement sets to what a call gives, "" where it is no such statement."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Call):
        return ""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    return target.attr if own and isinstance(target, ast.Attribute) else ""


def with_body(function: ast.FunctionDef, body: Sequence[ast.stmt]) -> ast.FunctionDef:
    changed = copy.copy(function)
    changed.body = list(body)
    return changed


def swapped_at(body: Sequence[ast.stmt], place: int) -> list[ast.stmt]:
    """`body` with the statements at `place` and after it in the other order."""
    return [*body[:place], body[place + 1], body[place], *body[place + 2 :]]


def tensor_parameters(function: ast.FunctionDef) -> list[str]:
    """The parameters beside `self` that are tensors as far as their annotations say."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [
        argument.arg
        for argument in arguments
        if argument.arg != "self" and (argument.annotation is None or "Tensor" in ast.unparse(argument.annotation))
    ]
