"""An expression of the normal form in the words of one file."""

from collections.abc import Mapping

import libcst as cst

from refactor_tools.unify.normal import spelled
from refactor_tools.unify.syntax import code, dotted, expression

_HOUSE = ("nn", "F", "torch")


def in_file(text: str, names: Mapping[str, str]) -> str:
    """`text` with torch's names as the file binds them; `names` maps what its imports bind to qualified names.

    A name that the file does not bind stays as it is.
    """
    if not any(f"{root}." in text for root in _HOUSE):
        return text
    bound = {house: name for name, whole in names.items() if (house := spelled(whole))}
    node = expression(text).visit(_Spelling(bound))
    assert isinstance(node, cst.BaseExpression)
    return code(node)


class _Spelling(cst.CSTTransformer):
    def __init__(self, bound: Mapping[str, str]) -> None:
        super().__init__()
        self.bound = bound

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        whole = dotted(original_node)
        if whole.partition(".")[0] not in _HOUSE:
            return updated_node
        if whole in self.bound:
            return expression(self.bound[whole])
        root, _, rest = whole.partition(".")
        if root not in self.bound and root != "torch" and "torch" in self.bound:
            module = {"nn": "nn", "F": "nn.functional"}[root]
            return expression(f"{self.bound['torch']}.{module}.{rest}")
        return expression(f"{self.bound[root]}.{rest}") if self.bound.get(root, root) != root else updated_node
