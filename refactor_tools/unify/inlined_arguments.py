"""The arguments of a component in the words of the class that holds its copy."""

import ast
from collections.abc import Iterator

from refactor_tools.codemods.text import Text
from refactor_tools.model.adapters import Argument
from refactor_tools.scan.syntax import FunctionNode
from refactor_tools.unify.inlined_match import Matching
from refactor_tools.unify.inlined_values import Given, Written


class Missing(Exception):
    """A parameter for which the holder has no value."""


class Arguments:
    """Reads arguments off a match; `text` is the holder's file."""

    def __init__(self, text: Text, matching: Matching) -> None:
        self.text, self.matching = text, matching

    def values(self, *, in_init: bool) -> Iterator[Written]:
        """The holder's expressions that are given."""
        for (of_init, _), value in self.matching.arguments.items():
            if of_init == in_init and isinstance(value, Written):
                yield value

    def given(self, function: FunctionNode | None, *, in_init: bool) -> tuple[Argument, ...]:
        """The arguments of a call of `function`: by position as long as nothing is left out, then by name.

        Raises:
            Missing: a parameter without a default has no value.
        """
        found: list[Argument] = []
        in_order = True
        for parameter, default, positional in parameters(function) if function is not None else ():
            value = self.matching.arguments.get((in_init, parameter))
            if value is None or (default is not None and _same(value, default)):
                if default is None:
                    raise Missing(parameter)
                in_order = False
                continue
            in_order = in_order and positional
            found.append(Argument("" if in_order else parameter, self._text(value, parameter)))
        return tuple(found)

    def _text(self, value: object, parameter: str) -> str:
        if isinstance(value, Written):
            return text_of(value.node, self.text)
        if isinstance(value, Given):
            return value.name
        raise Missing(parameter)


def text_of(node: ast.expr, text: Text) -> str:
    """An expression as it is written, on one line."""
    if hasattr(node, "lineno") and node.lineno == node.end_lineno:
        return text.of(node)
    return ast.unparse(node)


def parameters(function: FunctionNode) -> Iterator[tuple[str, ast.expr | None, bool]]:
    """Name, default and whether it may be given by position, of each parameter but `self`."""
    places = [*function.args.posonlyargs, *function.args.args]
    defaults = [None] * (len(places) - len(function.args.defaults)) + list(function.args.defaults)
    for place, default in list(zip(places, defaults, strict=True))[1:]:
        yield place.arg, default, True
    for place, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        yield place.arg, default, False


def _same(value: object, default: ast.expr) -> bool:
    return isinstance(value, Written) and ast.dump(value.node) == ast.dump(default)
