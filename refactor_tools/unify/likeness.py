"""How alike two statements are, names aside: what alignment goes by before names are known."""

from collections import Counter
from itertools import pairwise

import libcst as cst

from refactor_tools.unify.syntax import code, dotted, is_constant, parts, self_attribute
from refactor_tools.unify.template import option_of
from refactor_tools.unify.vocabulary import is_constructor, role

_ROOTS = frozenset({"torch", "nn", "F", "math", "super"})


def alike(left: cst.CSTNode, right: cst.CSTNode) -> float:
    """Dice coefficient over pairs of neighbouring tokens, from 0 to 1."""
    a, b = _pairs(left), _pairs(right)
    total = sum(a.values()) + sum(b.values())
    return 2 * sum((a & b).values()) / total if total else 1.0


def _pairs(node: cst.CSTNode) -> Counter[tuple[str, str]]:
    tokens = ["^", *blind_tokens(node), "$"]
    return Counter(pairwise(tokens))


def blind_tokens(node: cst.CSTNode) -> list[str]:
    """Tokens in source order; local names, members of self and constants all look alike."""
    if isinstance(node, cst.Name):
        return [node.value if node.value in _ROOTS else "name"]
    if self_attribute(node):
        return ["self."]
    if isinstance(node, cst.BaseExpression) and is_constant(node):
        return ["constant"]
    if isinstance(node, cst.Attribute):
        full = dotted(node)
        if full.partition(".")[0] in _ROOTS:
            return [full]
        return [*blind_tokens(node.value), "." + node.attr.value]
    tokens = [type(node).__name__]
    for name, part in parts(node):
        if isinstance(part, cst.CSTNode):
            tokens += [code(part)] if name == "keyword" else blind_tokens(part)
        elif part is not None and not isinstance(part, str):
            tokens += [token for item in part for token in blind_tokens(item)]
    return tokens


def element_likeness(left: cst.BaseExpression, right: cst.BaseExpression) -> float:
    """How well two elements of an `nn.Sequential` pair: by class, else by what the layers are for."""
    option = option_of(left)
    inner = option[1] if option else left
    if not isinstance(inner, cst.Call) or not isinstance(right, cst.Call):
        return 0.5 if type(inner) is type(right) else 0.0
    a, b = dotted(inner.func), dotted(right.func)
    if a == b:
        return 1.0
    if (role(a) == role(b) != "layer") and is_constructor(b):
        return 0.6
    return 0.5 if a.startswith("__hole_") and role(b) != "layer" else 0.0
