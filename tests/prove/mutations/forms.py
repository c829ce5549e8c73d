"""Forms in which the cases of a rule are written: one statement in a method, or a constructor."""

import ast
from textwrap import indent

from refactor_tools.prove.mutations.seeding import mutants_of


def wrong(kind: str, body: str, *, constructor: bool = False) -> set[str]:
    """What the rule makes of a method with `body`, each as the lines that stand in it then."""
    head = "def __init__(self, d, p):" if constructor else "def forward(self, x: Tensor, m: bool = True):"
    source = f"class Layer(Module):\n    {head}\n{indent(body, '        ')}\n"
    return {_body(mutant.source) for mutant in mutants_of(ast.parse(source), kind)}


def normal(body: str) -> str:
    return "\n".join(map(ast.unparse, ast.parse(body).body))


def _body(source: str) -> str:
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.ClassDef)
    (function,) = definition.body
    assert isinstance(function, ast.FunctionDef)
    return "\n".join(map(ast.unparse, function.body))
