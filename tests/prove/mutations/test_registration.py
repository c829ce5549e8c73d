"""Attributes used for each other: the one rule that looks at a whole class."""

import ast

from refactor_tools.prove.mutations.seeding import mutants_of

ALIKE = """
class Head(Module):
    def __init__(self, d):
        self.query = Linear(d, d)
        self.key = Linear(d, d)

    def forward(self, x):
        return self.query(x) - self.key(x) + x.key
"""


def _swapped(source: str) -> list[str]:
    return [mutant.source for mutant in mutants_of(ast.parse(source), "swapped parameters")]


def test_attributes_built_alike_are_used_for_each_other() -> None:
    (source,) = _swapped(ALIKE)
    assert "return self.key(x) - self.query(x) + x.key" in source
    assert "self.query = Linear(d, d)\n        self.key = Linear(d, d)" in source


def test_attributes_of_other_shapes_or_without_parameters_are_not() -> None:
    assert _swapped(ALIKE.replace("self.key = Linear(d, d)", "self.key = Linear(d, 2 * d)")) == []
    assert _swapped(ALIKE.replace("Linear", "ReLU")) == []
    assert _swapped("class Empty:\n    pass\n") == []


def test_the_class_itself_is_left_as_it_is() -> None:
    tree = ast.parse(ALIKE)
    before = ast.unparse(tree)
    assert len(list(mutants_of(tree, "swapped parameters"))) == 1
    assert ast.unparse(tree) == before
