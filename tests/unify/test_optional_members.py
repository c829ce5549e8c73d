"""Members that may be None."""

from textwrap import dedent, indent

import libcst as cst
import pytest

from refactor_tools.unify.optional_members import with_declared_members

DECLARED = [
    (
        "if p:\n    self.drop = nn.Dropout(p)\nelse:\n    self.drop = None",
        "if p:\n    self.drop: nn.Dropout | None = nn.Dropout(p)\nelse:\n    self.drop = None",
    ),
    (
        "self.pool = None\nif p:\n    self.pool = Pool(p)",
        "self.pool: Pool | None = None\nif p:\n    self.pool = Pool(p)",
    ),
    (
        "self.a = None\nif p:\n    self.a = nn.ReLU()\n    self.a = nn.GELU()",
        "self.a: Any = None\nif p:\n    self.a = nn.ReLU()\n    self.a = nn.GELU()",
    ),
    ("self.seen = None", "self.seen: Any = None"),
    ("self.seen = self.kept = None", "self.seen: Any = None\nself.kept = None"),
]

KEPT = [
    "self.kept = None",
    "self.drop = nn.Dropout(p)",
    "self.drop = nn.Dropout(p) if p else None",
    "other.seen = None",
    "self.drop: int = 1",
    "self.a = self.b = nn.ReLU()",
]


def declared(body: str) -> str:
    node = cst.parse_module(module(body)).body[0]
    assert isinstance(node, cst.ClassDef)
    return cst.Module(body=[with_declared_members(node)]).code


def module(body: str) -> str:
    inside = indent(dedent(body), " " * 8)
    forward = "    def forward(self, x):\n        self.seen = x\n"
    return f"class A(nn.Module):\n    def __init__(self, p):\n{inside}\n\n{forward}"


@pytest.mark.parametrize(("body", "expected"), DECLARED)
def test_the_first_assignment_says_what_the_member_may_be(body: str, expected: str) -> None:
    assert declared(body) == module(expected)


@pytest.mark.parametrize("body", KEPT)
def test_the_rest_stays(body: str) -> None:
    assert declared(body) == module(body)


def test_a_class_without_a_constructor_stays() -> None:
    node = cst.parse_module("class A(nn.Module):\n    x = None\n").body[0]
    assert isinstance(node, cst.ClassDef)
    assert with_declared_members(node) is node
