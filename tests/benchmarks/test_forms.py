"""When two definitions are one form: names do not count, what they compute does."""

import ast
from pathlib import Path

import pytest

from benchmarks.forms import distinct_forms, form
from benchmarks.places import Node

PLAIN = "class A(nn.Module):\n    def forward(self, x):\n        return self.act(self.fc(x))\n"


def node(text: str) -> Node:
    [definition] = ast.parse(text).body
    assert isinstance(definition, Node)
    return definition


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace("A(", "B("),
        PLAIN.replace("(self, x)", "(self, x: Tensor) -> Tensor"),
        PLAIN.replace("x", "hidden"),
        PLAIN.replace("fc", "dense"),
        PLAIN.replace("    def", '    """What it does."""\n\n    def'),
    ],
)
def test_names_layout_and_words_do_not_count(other: str) -> None:
    assert form(node(other)) == form(node(PLAIN))


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace("self.act(self.fc(x))", "self.fc(self.fc(x))"),
        PLAIN.replace("self.act(self.fc(x))", "self.act(x)"),
        PLAIN.replace("nn.Module", "nn.Linear"),
        PLAIN.replace("return", "return 2 *"),
    ],
)
def test_what_is_computed_does(other: str) -> None:
    assert form(node(other)) != form(node(PLAIN))


def test_names_of_torch_are_kept() -> None:
    relu = node("def f(x):\n    return nn.functional.relu(x)\n")
    assert form(relu) != form(node("def f(x):\n    return nn.functional.gelu(x)\n"))


def test_members_are_found_in_the_tree_also_by_line_and_in_classes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(PLAIN + "\n\n" + PLAIN.replace("fc", "dense"), encoding="utf-8")
    (tmp_path / "b.py").write_text("if True:\n    " + PLAIN.replace("\n", "\n    ").rstrip(" "), encoding="utf-8")
    assert distinct_forms(["a.py::A", "a.py::A@6", "b.py::A"], tmp_path) == 1
    assert distinct_forms(["a.py::A", "a.py::A.forward"], tmp_path) == 2
