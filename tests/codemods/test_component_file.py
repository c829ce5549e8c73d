import libcst as cst
import pytest

from refactor_tools.codemods.component_file import Docstrings, component_source, import_lines

NONE = Docstrings("", "", "", "")


def definition(text: str) -> cst.ClassDef | cst.FunctionDef:
    node = cst.parse_module(text).body[0]
    assert isinstance(node, (cst.ClassDef, cst.FunctionDef))
    return node


def test_docstrings_stand_where_they_belong() -> None:
    node = definition(
        "class A(nn.Module):\n    def __init__(self):\n        pass\n\n    def forward(self, x):\n        return x\n"
    )
    docs = Docstrings('"""\nTitle\n"""', '    """A."""', '        """Init."""', '        """Forward."""')
    assert component_source(node, docs, ("from torch import nn",), "", "Tensor") == (
        '"""\nTitle\n"""\n\nfrom torch import nn\n\n\nclass A(nn.Module):\n    """A."""\n\n'
        '    def __init__(self) -> None:\n        """Init."""\n        pass\n\n'
        '    def forward(self, x) -> Tensor:\n        """Forward."""\n        return x\n'
    )


def test_a_constant_after_the_imports_needs_one_blank_line() -> None:
    text = component_source(definition("def f(x):\n    return x * N\n"), NONE, ("import torch",), "N = 2\n", "")
    assert text == "import torch\n\nN = 2\n\n\ndef f(x):\n    return x * N\n"


def test_what_is_too_long_gets_a_line_for_each() -> None:
    parameters = ", ".join(f"parameter_{number}: int = {number}" for number in range(8))
    layers = ", ".join(f"nn.Linear(parameter_{number}, 10)" for number in range(8))
    node = definition(f"def f({parameters}):\n    layers += [{layers}]\n")
    lines = component_source(node, NONE, (), "", "Tensor").splitlines()
    assert max(map(len, lines)) <= 120
    assert "    parameter_0: int = 0," in lines
    assert "        nn.Linear(parameter_7, 10)," in lines
    assert ") -> Tensor:" in lines


def test_what_fits_stays_on_its_line() -> None:
    assert "def f(x: int = 1):" in component_source(definition("def f(x: int = 1):\n    pass\n"), NONE, (), "", "")


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ({"torch", "nn", "Tensor"}, ("import torch", "from torch import Tensor, nn")),
        ({"F"}, ("from torch.nn import functional as F",)),
        ({"math", "nn"}, ("import math", "", "from torch import nn")),
        ({"np"}, ("import numpy as np",)),
        ({"rearrange"}, ("from einops import rearrange",)),
        ({"Head"}, ("from lib.attention.head import Head",)),
        ({"Callable", "Any"}, ("from collections.abc import Callable", "from typing import Any")),
        ({"unknown", "x"}, ()),
    ],
)
def test_imports_are_those_that_are_used(used: set[str], expected: tuple[str, ...]) -> None:
    names = {"math": "math", "np": "numpy", "rearrange": "einops.rearrange", "os": "os"}
    assert import_lines(frozenset(used), names, {"Head": "lib.attention.head"}) == expected
