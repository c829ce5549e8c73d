"""A walk over a syntax tree that costs one look-up a node."""

import ast
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

# Fields that hold text, numbers, or what carries no name (contexts, operators).
_PLAIN = frozenset(
    (
        *("arg", "asname", "attr", "id", "kind", "module", "name", "names", "rest", "str", "tag", "type_comment"),
        *("conversion", "ctx", "is_async", "kwd_attrs", "level", "op", "ops", "simple", "type_ignores"),
    )
)
_LEAVES = frozenset(("Constant", "MatchSingleton", "TypeIgnore"))


def _children(node: type[ast.AST]) -> tuple[str, ...]:
    if node.__name__ in _LEAVES:
        return ()
    # Only in `type X = ...` is a name a node.
    return tuple(field for field in node._fields if field not in _PLAIN or node.__name__ == "TypeAlias")


_CHILDREN: Mapping[type[ast.AST], tuple[str, ...]] = {
    node: _children(node) for node in vars(ast).values() if isinstance(node, type) and issubclass(node, ast.AST)
}


class Visitor:
    """`ast.NodeVisitor`, faster: methods are found by type, and only fields that can hold nodes are read.

    A subclass names its methods `visit_<type of node>`; whatever has none is passed through to its children.
    """

    __slots__ = ()
    _methods: ClassVar[Mapping[type[ast.AST], Callable[[Any, Any], None]]] = {}

    def __init_subclass__(cls) -> None:
        cls._methods = {node: getattr(cls, f"visit_{node.__name__}", cls.generic_visit) for node in _CHILDREN}

    def visit(self, node: ast.AST) -> None:
        self._methods[type(node)](self, node)

    def generic_visit(self, node: ast.AST) -> None:
        methods = self._methods
        for field in _CHILDREN[type(node)]:
            value = getattr(node, field, None)
            if type(value) is list:
                for item in value:
                    if item is not None:
                        methods[type(item)](self, item)
            elif value is not None:
                methods[type(value)](self, value)
