"""Layers built with another argument: eps, bias, momentum, padding, activation."""

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

_ACTIVATIONS = {
    "ReLU": "GELU",
    "relu": "gelu",
    "GELU": "ReLU",
    "gelu": "relu",
    "SiLU": "ReLU",
    "silu": "relu",
    "LeakyReLU": "ReLU",
    "leaky_relu": "relu",
    "Tanh": "Sigmoid",
    "tanh": "sigmoid",
    "Sigmoid": "Tanh",
    "sigmoid": "tanh",
    "Softmax": "LogSoftmax",
    "softmax": "log_softmax",
    "log_softmax": "softmax",
}
_BIASED = ("Linear", "Conv1d", "Conv2d", "Conv3d", "LSTM", "GRU", "LayerNorm")
_CONVOLUTIONS = ("Conv1d", "Conv2d", "Conv3d")


def other_eps(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Call):
        return
    given = keyword_of(node, "eps")
    if given is None and called(node).endswith("Norm") and not may_have(node, "eps"):
        yield "eps became 1e-3", with_keyword(node, "eps", ast.Constant(1e-3))
    elif isinstance(given, ast.Constant) and isinstance(given.value, float):
        yield f"eps became {given.value * 10:g}", with_keyword(node, "eps", ast.Constant(given.value * 10))


def other_bias(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Call) or called(node) not in _BIASED:
        return
    if not may_have(node, "bias"):
        yield f"{called(node)} lost its bias", with_keyword(node, "bias", ast.Constant(False))
    elif is_constant(keyword_of(node, "bias"), False):
        yield f"{called(node)} got a bias", without_keyword(node, "bias")


def other_momentum(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Call) and "BatchNorm" in called(node):
        wrong = 0.2 if keyword_of(node, "momentum") is None else 0.5
        if not is_constant(keyword_of(node, "momentum"), wrong) and len(node.args) < 3:
            yield f"momentum became {wrong}", with_keyword(node, "momentum", ast.Constant(wrong))


def other_padding(node: ast.AST) -> Iterator[Change]:
    """The padding of ids, of convolutions, and of a tensor's sides."""
    if not isinstance(node, ast.Call):
        return
    if called(node) == "Embedding" and len(node.args) < 3:
        if keyword_of(node, "padding_idx") is not None:
            yield "padding_idx is lost", without_keyword(node, "padding_idx")
        elif not may_have(node, "padding_idx"):
            yield "padding_idx became 0", with_keyword(node, "padding_idx", ast.Constant(0))
    elif called(node) in _CONVOLUTIONS:
        for name in ("padding", "padding_mode"):
            if keyword_of(node, name) is not None:
                yield f"{name} is lost", without_keyword(node, name)
        if not may_have(node, "padding") and len(node.args) < 5:
            yield "padding became 1", with_keyword(node, "padding", ast.Constant(1))
    elif called(node) == "pad" and len(node.args) > 1 and isinstance(node.args[1], ast.Tuple | ast.List):
        sides = node.args[1].elts
        other = ast.Tuple([*sides[1::-1], *sides[2:]], ast.Load())
        yield "padded on the other side", with_arguments(node, [node.args[0], other, *node.args[2:]])
    elif called(node) == "pad_sequence" and whole_number(keyword_of(node, "padding_value") or ast.Constant(0)) == 0:
        yield "padded with 1", with_keyword(node, "padding_value", ast.Constant(1))


def other_activation(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Attribute) and node.attr in _ACTIVATIONS:
        wrong = _ACTIVATIONS[node.attr]
        yield f"{node.attr} became {wrong}", renamed(node, wrong)
