from textwrap import dedent

import pytest

from refactor_tools.known.statements import read_statements
from refactor_tools.model.known import Statement

BASE = '''
class A(nn.Module):
    """What it is."""

    scale = 2

    def __init__(self, width, p=0.1):
        super().__init__()
        self.first = nn.Linear(width, width)
        self.drop = nn.Dropout(p)

    def forward(self, x, mask=None):
        if mask is not None:
            x = x * mask
        return self.drop(self.first(x)) * self.scale
'''


def statements(text: str, identity: str = "a.py::A", *, with_text: bool = False) -> tuple[Statement, ...]:
    return read_statements(dedent(text), [identity], with_text=with_text)[identity]


def contents(text: str) -> list[str]:
    return [one.content for one in statements(text)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n    scale = 2\n", "\n\n\n    scale = 2  # twice\n"),
        ('"""What it is."""', '"""What it does,\n\n    in other words."""'),
        ('    """What it is."""\n', ""),
        ("width, p=0.1", "width: int, p: float = 0.1"),
        ("(self, x, mask=None):", "(self, x: Tensor, mask: Tensor | None = None) -> Tensor:"),
        ("    scale = 2", "    scale: int = 2"),
        ("x = x * mask", "x = (\n                x\n                * mask\n            )"),
        ("        return self.drop", "        pass\n        y: int\n        'text'\n        return self.drop"),
        ("0.1", "1e-1"),
        ("class A(", "class Renamed("),
    ],
)
def test_what_is_no_change(old: str, new: str) -> None:
    text = BASE.replace(old, new)
    assert text != BASE
    name = "Renamed" if "Renamed" in text else "A"
    assert [one.content for one in statements(text, f"a.py::{name}")] == contents(BASE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("class A", "@register\nclass A"),
        ("(nn.Module)", "(Base)"),
        ("(nn.Module)", "(nn.Module, metaclass=M)"),
        ("p=0.1", "p=0.2"),
        ("p=0.1", "*, p=0.1"),
        ("    def forward", "    @torch.no_grad()\n    def forward"),
        ("mask=None", "mask"),
        ("    def forward", "    async def forward"),
        ("is not None", "is None"),
        ("x * mask", "mask * x"),
        ("self.drop(self.first(x))", "self.first(self.drop(x))"),
        ("            x = x * mask", "            pass\n        x = x * mask"),
        ("    scale = 2", "    scale = 2\n    field: int"),
        ("forward", "call"),
    ],
)
def test_what_is_a_change(old: str, new: str) -> None:
    assert contents(BASE.replace(old, new)) != contents(BASE)


def test_same_change_under_other_names_has_the_same_shape() -> None:
    renamed = BASE.replace("first", "proj").replace("x", "h").replace("mask", "valid")
    assert [one.shape for one in statements(renamed)] == [one.shape for one in statements(BASE)]
    assert contents(renamed) != contents(BASE)
    other = BASE.replace("nn.Linear(width, width)", "nn.Linear(width, 1)")
    assert [one.shape for one in statements(other)] != [one.shape for one in statements(BASE)]


def test_text_and_lines() -> None:
    found = statements(BASE, with_text=True)
    assert [(one.line, one.text) for one in found][:4] == [
        (2, "class A(nn.Module):"),
        (5, "scale = 2"),
        (7, "def __init__(self, width, p=0.1):"),
        (8, "super().__init__()"),
    ]
    assert (found[-3].line, found[-3].text) == (13, "if mask is not None:") or found[-3].text == "if mask is not None:"
    assert {one.text for one in statements(BASE)} == {""}


def test_methods_functions_and_later_definitions() -> None:
    text = BASE + "\ndef f(x):\n    return x\n\ndef f(x):\n    return -x\n"
    line = dedent(text).splitlines().index("    return -x")
    ids = ["a.py::A.forward", "a.py::f", f"a.py::f@{line}", "a.py::gone", "a.py::A.gone"]
    found = read_statements(dedent(text), ids, with_text=True)
    assert {one: statements[-1].text for one, statements in found.items()} == {
        "a.py::A.forward": "return self.drop(self.first(x)) * self.scale",
        "a.py::f": "return x",
        f"a.py::f@{line}": "return -x",
    }


@pytest.mark.parametrize("text", ["class A(:\n", "class A: x = \0", "print 1\n"])
def test_what_does_not_parse_has_none(text: str) -> None:
    assert read_statements(text, ["a.py::A"], with_text=True) == {}


def test_deep_nesting_and_long_numbers_are_read() -> None:
    deep = f"def f(x):\n    return {'+'.join(['x'] * 500)}\n"
    long = f"def f(x):\n    return x + 0x{'f' * 6000}\n"
    for text in (deep, long):
        found = read_statements(text, ["a.py::f"], with_text=True)["a.py::f"]
        assert [one.line for one in found] == [1, 2]
        assert found[1].text
