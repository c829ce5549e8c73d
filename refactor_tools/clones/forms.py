"""Statements without their names: what `near` compares, weighted by how much each token says.

A token's weight is the number of times it stands in the form, so that a plain longest common subsequence is a weighted
one. Layers and activations give half their weight to their kind (`norm`, `activation`, `conv`): copies exchange those.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from refactor_tools.clones.tokens import ARGUMENT, CONSTANT, EXTERNAL, FIELD, MEMBER, METHOD, OWN, SIBLING, VARIABLE

Form = tuple[str, ...]

_SYNTAX = frozenset(
    {
        *("Assign", "AugAssign", "Return", "Raise", "Assert", "Delete", "Yield", "YieldFrom", "Await"),
        *("If", "For", "While", "With", "Try", "ExceptHandler", "FunctionDef", "Lambda", "Match", "match_case"),
        *("IfExp", "ListComp", "SetComp", "DictComp", "GeneratorExp", "Subscript", "Slice", "Dict", "Starred"),
        *("Add", "Sub", "Mult", "MatMult", "Div", "FloorDiv", "Mod", "Pow", "USub", "Invert", "Not", "And", "Or"),
        *("BitAnd", "BitOr", "BitXor", "LShift", "RShift", "Break", "Continue"),
        *("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE", "Is", "IsNot", "In", "NotIn"),
    }
)
_ACTIVATIONS = frozenset(
    {
        *("relu", "relu6", "gelu", "silu", "swish", "mish", "elu", "selu", "celu", "prelu", "rrelu", "leakyrelu"),
        *("leaky_relu", "tanh", "sigmoid", "softplus", "softsign", "hardswish", "hardsigmoid", "hardtanh", "quickgelu"),
        *("logsigmoid", "threshold", "glu", "geglu", "swiglu"),
    }
)
_DIMENSION = re.compile(r"_?[123]d$", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+")

# Marks the last word of a class or function of the project, which may be anything, unlike the libraries' names.
OURS = "~"
# Marks the name of a layer whose kind stands before it.
SPECIES = ":"
# What every body has, whatever it computes.
WIRING = frozenset({"Assign", "Return", "name", "member", "store", "number", "text", "None", "True", "False"})

_LAYER, _OPERATION, _PLAIN = 3, 2, 1


def near_form(tokens: Sequence[str], kinds: Mapping[str, str]) -> Form:
    """The form of one statement; `kinds` names the class that each attribute of `self` is built from.

    `super().__init__(...)` has the empty form: every class has it. Storing an argument says little more, and what an
    error message is made of says nothing about the algorithm.
    """
    if tokens[0] == "Expr" and tokens[1].endswith("__init__"):
        return ()
    if _stores_a_name(tokens):
        return ("store",)
    if tokens[0] == "Raise":
        return ("Raise",)
    form: list[str] = []
    for token in tokens:
        if token[0] == MEMBER:
            kind = kinds.get(token[1:])
            form.extend(_weighted(kind, _OPERATION) if kind else ("member",))
        else:
            form.extend(_meaning(token))
    return tuple(form)


@lru_cache(maxsize=1 << 16)
def is_operation(token: str) -> bool:
    """Whether a form's token is a layer, function or method of a library (its kind, where it has one)."""
    return token[0] not in (OURS, SPECIES) and token[-1] != "=" and token not in WIRING and token not in _SYNTAX


@lru_cache(maxsize=1 << 16)
def bare(name: str) -> str:
    """A name as compared across spellings: `LayerNorm`, `layer_norm` and the token of either are `layernorm`."""
    return _DIMENSION.sub("", name.lstrip(OURS + SPECIES)).replace("_", "").lower()


@lru_cache(maxsize=1 << 16)
def role_word(name: str) -> str:
    """The last word of a name, digits aside: what a class says that it is (`BertSelfOutput` an `output`)."""
    words = name_words(name)
    return words[-1] if words else name


def words_in(name: str) -> list[str]:
    """The words of a CamelCase or snake_case name as written, digits among them."""
    return _WORD.findall(name)


@lru_cache(maxsize=1 << 16)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a CamelCase or snake_case name in lower case, without digits and dimensions (`1d`)."""
    return tuple(word.lower() for word in _WORD.findall(_DIMENSION.sub("", name)) if not word.isdigit())


def _stores_a_name(tokens: Sequence[str]) -> bool:
    """Whether the statement is `self.x = x`, `self.x = config.x` or `self.x = 0`."""
    if len(tokens) < 4 or tokens[0] != "Assign" or tokens[2][0] != MEMBER or tokens[3][0] not in (VARIABLE, CONSTANT):
        return False
    return all(token[0] == FIELD for token in tokens[4:])


@lru_cache(maxsize=1 << 16)
def _meaning(token: str) -> Form:
    mark, text = token[0], token[1:]
    if mark == VARIABLE or token == OWN:
        return ("name",)
    if mark == EXTERNAL:
        last = text.rpartition(".")[2]
        return _weighted(last, _weight(last, text))
    if mark == SIBLING:
        return _weighted(OURS + role_word(text), _OPERATION)
    if mark == METHOD:
        return _weighted(text, _OPERATION)
    if mark == ARGUMENT:
        return (text + "=",)
    if mark == CONSTANT:
        return (_constant(text),)
    return (token,) if token in _SYNTAX else ()


def _weight(last: str, path: str) -> int:
    if last[:1].isupper() and not last.isupper():
        return _LAYER
    return _OPERATION if "." in path else _PLAIN


def _weighted(name: str, weight: int) -> Form:
    kind = kind_of(name)
    if kind == name or weight == _PLAIN:
        return (name,) * weight
    return (kind,) * (weight - 1) + (SPECIES + name,)


@lru_cache(maxsize=1 << 16)
def kind_of(name: str) -> str:
    """`activation`, `norm` or `dropout`, where the name is that of one; else the name without its dimension."""
    lower = name.lower()
    if lower in _ACTIVATIONS:
        return "activation"
    if lower.endswith("norm") or _DIMENSION.sub("", lower).endswith("norm"):
        return "norm"
    if "dropout" in lower:
        return "dropout"
    return _DIMENSION.sub("", name)


def _constant(text: str) -> str:
    if text in ("None", "True", "False", "Ellipsis"):
        return text
    return "text" if text[:1] in "'\"b" else "number"
