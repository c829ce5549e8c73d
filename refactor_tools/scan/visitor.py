"""Walking a syntax tree where `ast.NodeVisitor` would cost more than the parse."""

import ast
from collections.abc import Callable
from typing import Any, ClassVar

# Fields that never hold a node worth visiting.
_LEAVES = frozenset(("ctx", "op", "ops", "kind", "type_comment", "id", "attr", "arg", "conversion", "type_ignores"))


class Visitor:
    """`ast.NodeVisitor` that looks up once per node type which method it has and which fields hold nodes."""

    __slots__ = ()
    _methods: ClassVar[dict[type, Callable[[Any, Any], None]]]
    _fields: ClassVar[dict[type, tuple[str, ...]]] = {ast.Constant: ()}

    def __init_subclass__(cls) -> None:
        cls._methods = {}

    def visit(self, node: ast.AST) -> None:
        kind = node.__class__
        method = self._methods.get(kind)
        if method is None:
            found: Callable[[Any, Any], None] = getattr(type(self), f"visit_{kind.__name__}", Visitor.generic_visit)
            method = self._methods[kind] = found
        method(self, node)

    def generic_visit(self, node: ast.AST) -> None:
        """Visit what `node` holds, in the order of its fields."""
        kind = node.__class__
        fields = self._fields.get(kind)
        if fields is None:
            fields = self._fields[kind] = tuple(name for name in kind._fields if name not in _LEAVES)
        for name in fields:
            value = getattr(node, name, None)
            if value.__class__ is list:
                for item in value:
                    if isinstance(item, ast.AST):
                        self.visit(item)
            elif isinstance(value, ast.AST):
                self.visit(value)
