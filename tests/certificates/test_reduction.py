"""What some of a file's definitions need of it."""

import pytest

from refactor_tools.certificates.reduction import only_what

TEXT = """import math
from torch import Tensor, nn

SIZE = 4
UNUSED = SIZE

def helper(t):
    return t * math.pi


class Pool(nn.Module):
    def forward(self, x):
        return helper(x)


class Other:
    size = SIZE

    def read(self) -> Tensor: ...
"""


def lines(text):
    return [line for line in text.split("\n") if line]


@pytest.mark.parametrize(
    ("names", "kept", "gone"),
    [
        (["Pool"], ["import math", "from torch import nn", "def helper(t):"], ["SIZE = 4", "class Other:", "UNUSED"]),
        (["Other"], ["from torch import Tensor", "SIZE = 4"], ["math", "def helper", "class Pool", "UNUSED", "nn"]),
        (["helper"], ["import math"], ["torch", "class"]),
        (["Pool", "Other"], ["from torch import Tensor, nn", "SIZE = 4", "import math"], ["UNUSED"]),
    ],
)
def test_what_is_needed_stays_and_the_rest_goes(names, kept, gone):
    text = only_what(TEXT, *names)
    assert set(kept) <= set(lines(text))
    assert not [word for word in gone if word in text]


def test_lines_keep_their_numbers():
    text = only_what(TEXT, "Other")
    assert text.split("\n").index("class Other:") == TEXT.split("\n").index("class Other:")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (TEXT, ["Missing"]),
        (TEXT, ["Pool", "Missing"]),
        ("def pool(:", ["pool"]),
        ("from torch import nn\n\nclass Pool(nn.Module): ...\n", ["Pool"]),
        ("from __future__ import annotations\nfrom torch import *\n__all__ = [1]\ndef pool(): ...\n", ["pool"]),
        ("import torch, gone\n\ndef pool(): ...\n\n", ["pool"]),
        ("import warnings\nwarnings.warn('old')\nSTEPS = list(range(3))\ndef pool(): ...\n", ["pool"]),
        ("try:\n    import x\nexcept ImportError:\n    x = 0\ndef pool(): ...\n", ["pool"]),
    ],
)
def test_what_may_do_something_by_itself_stays(text, names):
    assert only_what(text, *names) == text


def test_decorators_go_with_what_they_decorate():
    text = "import functools\n\n@functools.cache\ndef old(): ...\n\ndef pool(): ...\n"
    assert lines(only_what(text, "pool")) == ["def pool(): ..."]
