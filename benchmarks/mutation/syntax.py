"""What the operators ask of a class, as `ast` has it."""

import ast
from collections.abc import Callable, Iterator

Body = list[ast.stmt]


def method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == name), None)


def init_and_forward(node: ast.ClassDef) -> tuple[ast.FunctionDef, ast.FunctionDef]:
    """Both exist in every subject."""
    init, forward = method(node, "__init__"), method(node, "forward")
    assert init is not None
    assert forward is not None
    return init, forward


def own(node: ast.AST) -> str:
    """`x` for `self.x`, "" for anything else."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return node.attr
    return ""


def set_on_self(statement: ast.stmt) -> str:
    """`x` for a statement `self.x = ...`, "" for anything else."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return own(statement.targets[0])
    return ""


def set_name(statement: ast.stmt) -> str:
    """`x` for a statement `x = ...`, "" for anything else."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return ""


def members(node: ast.ClassDef) -> set[str]:
    """Names of everything that is read from or set on self."""
    return {name for item in ast.walk(node) if (name := own(item))}


def layers(node: ast.ClassDef) -> dict[str, str]:
    """The last name of the class that each member of self is built from, by the constructor's top-level statements."""
    init, _ = init_and_forward(node)
    found = {}
    for statement in init.body:
        name = set_on_self(statement)
        if name and isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            found[name] = ast.unparse(statement.value.func).rpartition(".")[2]
    return found


def called(node: ast.AST) -> str:
    """`x` for a call `self.x(value)` with that one argument and no more, "" for anything else."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        return "" if isinstance(node.args[0], ast.Starred) else own(node.func)
    return ""


def reads(node: ast.AST) -> set[str]:
    """Plain names that are read anywhere below."""
    return {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load)}


def stores(node: ast.AST) -> set[str]:
    """Plain names that are bound anywhere below."""
    return {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and not isinstance(item.ctx, ast.Load)}


def parameters(function: ast.FunctionDef) -> list[ast.arg]:
    """All named parameters but `self`."""
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return every[1:] if every and every[0].arg == "self" else every


def bodies(function: ast.FunctionDef) -> Iterator[Body]:
    """Every list of statements of a function, its own first."""
    for node in ast.walk(function):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list) and body:
                yield body


def statement(text: str) -> ast.stmt:
    [found] = ast.parse(text).body
    return found


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


class Replacing(ast.NodeTransformer):
    """Replaces every node for which `choose` gives another."""

    def __init__(self, choose: Callable[[ast.AST], ast.AST | None]) -> None:
        self.choose = choose

    def visit(self, node: ast.AST) -> ast.AST:
        visited = self.generic_visit(node)
        return self.choose(visited) or visited


def replaced(node: ast.AST, choose: Callable[[ast.AST], ast.AST | None]) -> None:
    """Replace below `node`, in place."""
    Replacing(choose).generic_visit(node)


def without(body: Body, dropped: set[int]) -> None:
    """Take statements (by identity) out of a body, which stays legal."""
    body[:] = [item for item in body if id(item) not in dropped] or [ast.Pass()]


def docstrings(node: ast.AST) -> set[int]:
    """Identities of the constants that are docstrings."""
    found = set()
    for item in ast.walk(node):
        body = getattr(item, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            found.add(id(body[0].value))
    return found
