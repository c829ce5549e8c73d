"""Members of self that may be None, declared where they are first assigned."""

from collections.abc import Iterator

import libcst as cst

from refactor_tools.unify.members import method
from refactor_tools.unify.rewriting import visited
from refactor_tools.unify.syntax import dotted, expression, self_attribute, walk


def with_declared_members(node: cst.ClassDef) -> cst.ClassDef:
    """The class with `self.dropout: nn.Dropout | None = ...` for what its constructor sets to None and something else.

    Annotations in functions do nothing when they run. A member of several kinds is `Any`.
    """
    constructor = method(node, "__init__")
    if constructor is None:
        return node
    values: dict[str, list[cst.BaseExpression]] = {}
    for function in node.body.body:
        for name, value in _assigned(function):
            values.setdefault(name, []).append(value)
    empty = {name for name, value in _assigned(constructor) if _is_none(value)}
    kinds = {name: _kind(values[name]) for name in empty if not all(map(_is_none, values[name]))}
    declared = visited(constructor, _Declaring(kinds))
    body = [declared if item is constructor else item for item in node.body.body]
    return node.with_changes(body=node.body.with_changes(body=body))


def _assigned(node: cst.CSTNode) -> Iterator[tuple[str, cst.BaseExpression]]:
    for item in walk(node):
        if isinstance(item, cst.Assign):
            for target in item.targets:
                name = self_attribute(target.target)
                if name:
                    yield name, item.value
        elif isinstance(item, cst.AugAssign) and self_attribute(item.target):
            yield self_attribute(item.target), item.value


def _is_none(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Name) and value.value == "None"


def _kind(values: list[cst.BaseExpression]) -> str:
    made = {_made(value) for value in values if not _is_none(value)}
    return f"{made.pop()} | None" if len(made) == 1 and "" not in made else "Any"


def _made(value: cst.BaseExpression) -> str:
    """The class that an expression makes an object of, "" where it is none by its name."""
    name = dotted(value.func) if isinstance(value, cst.Call) else ""
    return name if name.rpartition(".")[2][:1].isupper() else ""


class _Declaring(cst.CSTTransformer):
    """Annotates the first assignment of every member; `a = b = None` becomes two statements."""

    def __init__(self, kinds: dict[str, str]) -> None:
        super().__init__()
        self.kinds = dict(kinds)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        assign = updated_node.body[0]
        if len(updated_node.body) != 1 or not isinstance(assign, cst.Assign):
            return updated_node
        names = [self_attribute(target.target) for target in assign.targets]
        if not set(names) & set(self.kinds) or (len(names) > 1 and not _is_none(assign.value)):
            return updated_node
        lines = []
        for target, name in zip(assign.targets, names, strict=True):
            kind = self.kinds.pop(name, "")
            annotation = cst.Annotation(expression(kind)) if kind else None
            made: cst.BaseSmallStatement = assign.with_changes(targets=[target])
            if annotation is not None:
                made = cst.AnnAssign(target.target, annotation, assign.value)
            lines.append(cst.SimpleStatementLine([made]))
        lines[0] = lines[0].with_changes(leading_lines=updated_node.leading_lines)
        lines[-1] = lines[-1].with_changes(trailing_whitespace=updated_node.trailing_whitespace)
        return cst.FlattenSentinel(lines)
