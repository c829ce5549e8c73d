"""Annotations of methods: what some copy says, else what can be seen, else `Any`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from refactor_tools.unify.members import signature
from refactor_tools.unify.syntax import children, code, dotted, expression, is_constant, reads

_PLAIN = {cst.Integer: "int", cst.Float: "float", cst.SimpleString: "str"}


@dataclass(frozen=True, slots=True)
class Written:
    """A method as a copy's file has it. What it says in terms of `in_tree`, names of the legacy tree, is not taken."""

    function: cst.FunctionDef
    in_tree: frozenset[str]

    def usable(self, text: str | None) -> bool:
        return bool(text) and not reads(expression(text or "None")) & self.in_tree


def annotated(function: cst.FunctionDef, written: Sequence[Written]) -> cst.FunctionDef:
    """The method with annotations on every parameter and on what it returns; `written` are the copies' own."""
    listed = [(copy, item) for copy in written for item in signature(copy.function)]
    known = {item.name: item.annotation for copy, item in listed if item.annotation and copy.usable(item.annotation)}
    stated = [(copy, code(copy.function.returns.annotation)) for copy in written if copy.function.returns is not None]
    returns = next((text for copy, text in stated if copy.usable(text)), "")
    decorated = {dotted(item.decorator) for item in function.decorators}
    first = None if "staticmethod" in decorated else next(iter(function.params.params), None)
    params = function.params.visit(_Annotating(known, first.name.value if first is not None else ""))
    assert isinstance(params, cst.Parameters)
    text = returns or ("Any" if any(_gives_something(item) for item in _own(function.body)) else "None")
    return function.with_changes(params=params, returns=cst.Annotation(expression(text)))


def annotation_texts(node: cst.CSTNode) -> Iterator[str]:
    """The annotations of all functions and assignments below."""
    for item in _below(node):
        if isinstance(item, cst.AnnAssign):
            yield code(item.annotation.annotation)
        if isinstance(item, cst.FunctionDef):
            listed = [*item.params.posonly_params, *item.params.params, *item.params.kwonly_params]
            listed += [one for one in (item.params.star_arg, item.params.star_kwarg) if isinstance(one, cst.Param)]
            yield from (code(one.annotation.annotation) for one in listed if one.annotation is not None)
            if item.returns is not None:
                yield code(item.returns.annotation)


def _below(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in children(node):
        yield from _below(child)


def _own(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Everything below but the bodies of functions inside."""
    yield node
    for child in children(node):
        if not isinstance(child, (cst.FunctionDef, cst.Lambda)):
            yield from _own(child)


def _gives_something(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Yield) or (isinstance(node, cst.Return) and node.value is not None)


class _Annotating(cst.CSTTransformer):
    def __init__(self, known: dict[str, str], first: str) -> None:
        super().__init__()
        self.known, self.first = known, first

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        name = original_node.name.value
        if original_node.annotation is not None or name == self.first:
            return updated_node
        text = self.known.get(name) or _of_default(original_node.default)
        return updated_node.with_changes(annotation=cst.Annotation(expression(text)))


def _of_default(default: cst.BaseExpression | None) -> str:
    if isinstance(default, cst.Name) and default.value in ("True", "False"):
        return "bool"
    return _PLAIN.get(type(default), "Any") if default is not None and is_constant(default) else "Any"
