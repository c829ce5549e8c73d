"""Rewrites of names that leave alone what only looks like a name: keywords, attributes, definitions."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import libcst as cst

from refactor_tools.unify.syntax import dotted, is_constant

N = TypeVar("N", bound=cst.CSTNode)


class FreeNames(cst.CSTTransformer):
    """Calls `replace` for every plain name that is an expression (or a target); None keeps it."""

    def __init__(self, replace: Callable[[str], cst.BaseExpression | None]) -> None:
        super().__init__()
        self.replace = replace

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        return self.replace(original_node.value) or updated_node

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        value = updated_node.value
        if isinstance(original_node.value, cst.Name) and value is not original_node.value:
            value = bare(value)
        return updated_node.with_changes(keyword=original_node.keyword, value=value)

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        return updated_node.with_changes(name=original_node.name)

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        return updated_node.with_changes(name=original_node.name)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        return updated_node.with_changes(name=original_node.name)


def visited(node: N, transformer: cst.CSTTransformer) -> N:
    """`node` after the transformer, of the same type."""
    result = node.visit(transformer)
    assert isinstance(result, type(node))
    return result


def substitute(node: N, values: Mapping[str, cst.BaseExpression]) -> N:
    """Replace plain names by expressions, parenthesised where they stand inside others."""

    def replace(name: str) -> cst.BaseExpression | None:
        return parenthesised(values[name].deep_clone()) if name in values else None

    if isinstance(node, cst.Name) and node.value in values:
        return values[node.value].deep_clone()  # type: ignore[return-value]  # a lone name becomes the expression
    return node.visit(FreeNames(replace))  # type: ignore[return-value]  # names inside are replaced, not the node


def rename(node: N, names: Mapping[str, str]) -> N:
    """Rename plain names."""
    return substitute(node, {old: cst.Name(new) for old, new in names.items() if old != new})


def parenthesised(value: cst.BaseExpression) -> cst.BaseExpression:
    """The expression with parentheses, unless it binds tightly as it is."""
    tight = (cst.Call, cst.Subscript, cst.Tuple, cst.List, cst.Dict)
    if dotted(value) or is_constant(value) or isinstance(value, tight) or value.lpar:
        return value
    return value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def bare(value: cst.BaseExpression) -> cst.BaseExpression:
    """The expression without outer parentheses, where they only group."""
    return value.with_changes(lpar=[], rpar=[]) if value.lpar and not isinstance(value, cst.Tuple) else value
