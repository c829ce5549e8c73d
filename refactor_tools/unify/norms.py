"""Where a norm stands: before the layers or after them, which is never the same."""

from collections.abc import Sequence

import libcst as cst

from refactor_tools.unify.syntax import children, self_attribute


def norm_first(ours: Sequence[cst.CSTNode], others: Sequence[cst.CSTNode]) -> bool | None:
    """Whether `ours` evaluates the norm earlier than `others` do; None where that is not what they differ in."""
    left, right = ([name for node in side for name in called(node)] for side in (ours, others))
    if sorted(left) != sorted(right) or left == right:
        return None
    norms = [name for name in left if "norm" in name or name.startswith("ln")]
    if not norms or left.index(norms[0]) == right.index(norms[0]):
        return None
    return left.index(norms[0]) < right.index(norms[0])


def called(node: cst.CSTNode) -> list[str]:
    """The members of self that are called, in the order in which they are evaluated."""
    below = [name for child in children(node) for name in called(child)]
    own = self_attribute(node.func) if isinstance(node, cst.Call) else ""
    return [*below, own] if own else below
