"""Training and evaluation taken for each other."""

import ast
from collections.abc import Iterator

from refactor_tools.prove.mutations.syntax import (
    Change,
    called,
    calls_submodule,
    is_constant,
    keyword_of,
    with_keyword,
    without_keyword,
)


def other_mode(node: ast.AST) -> Iterator[Change]:
    """The flag ignored, and dropout that is on, or off, in both modes."""
    if isinstance(node, ast.Attribute) and ast.unparse(node) == "self.training" and isinstance(node.ctx, ast.Load):
        yield "always as in training", ast.Constant(True)
        yield "always as in evaluation", ast.Constant(False)
    if not isinstance(node, ast.Call):
        return
    if called(node) == "dropout" and not calls_submodule(node):
        if keyword_of(node, "training") is not None:
            yield "the training flag is lost", without_keyword(node, "training")
        elif len(node.args) < 3:
            yield "dropout is off", with_keyword(node, "training", ast.Constant(False))
    elif calls_submodule(node) and "drop" in called(node):
        layer = ast.unparse(node.func)
        fresh = ast.parse(f"type({layer})({layer}.p)", mode="eval").body
        yield "dropout is on in both modes", ast.Call(fresh, node.args, node.keywords)
    if called(node) == "batch_norm" and not is_constant(keyword_of(node, "training"), True):
        yield "statistics of the batch in both modes", with_keyword(node, "training", ast.Constant(True))
