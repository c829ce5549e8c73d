import pytest

from refactor_tools.codemods.slicing import helpers, slice_definition
from refactor_tools.errors import RefactorError

SOURCE = '''"""Doc."""
from __future__ import annotations

import math
import os
import cv2
from torch import nn

LIMIT = 3
SCALE = LIMIT * 2


def gain(x):
    return math.sqrt(x) * SCALE


def unrelated():
    return os.getcwd() + cv2.__version__


@decorate
class Other(nn.Module):
    pass


class Layer(nn.Module):
    def forward(self, x):
        # a comment that stays
        return gain(x)


if __name__ == "__main__":
    print(Layer())
'''


def test_a_slice_holds_what_the_definition_needs() -> None:
    found = slice_definition(SOURCE, "a.py", "Layer")
    assert found.names == ("LIMIT", "SCALE", "gain")
    assert "# a comment that stays" in found.text
    assert "import math" in found.text
    assert "from __future__ import annotations" in found.text


@pytest.mark.parametrize("absent", ["cv2", "import os", "unrelated", "Other", "__main__", '"""Doc."""'])
def test_a_slice_holds_nothing_else(absent: str) -> None:
    assert absent not in slice_definition(SOURCE, "a.py", "Layer").text


def test_a_slice_of_a_slice_is_the_same() -> None:
    once = slice_definition(SOURCE, "a.py", "Layer").text
    assert slice_definition(once, "a.py", "Layer").text == once


def test_a_slice_runs_alone() -> None:
    source = SOURCE.replace("from torch import nn\n", "").replace("nn.Module", "object").replace("@decorate\n", "")
    namespace: dict[str, object] = {}
    exec(compile(slice_definition(source, "a.py", "gain").text, "slice", "exec"), namespace)
    assert namespace["SCALE"] == 6


def test_the_definition_at_a_line_is_meant() -> None:
    source = "def f():\n    return 1\n\n\ndef f():\n    return 2\n"
    assert "return 2" in slice_definition(source, "a.py", "f", 5).text


def test_decorators_belong_to_the_definition() -> None:
    assert slice_definition(SOURCE, "a.py", "Other").text.endswith("@decorate\nclass Other(nn.Module):\n    pass\n")


def test_helpers_come_in_the_files_order_without_imports() -> None:
    found = helpers(SOURCE, "a.py", ["gain"], frozenset())
    assert found.text.startswith("LIMIT = 3\n")
    assert found.text.endswith("return math.sqrt(x) * SCALE\n")
    assert "import" not in found.text
    assert "math" in found.reads


def test_helpers_stop_at_what_stays() -> None:
    assert "class Layer" not in helpers(SOURCE, "a.py", ["Layer", "gain"], frozenset({"Layer"})).text


def test_no_helpers_is_no_text() -> None:
    assert helpers(SOURCE, "a.py", [], frozenset()).text == ""


@pytest.mark.parametrize(("text", "name"), [("def f(:\n", "f"), ("x = 1\n", "f"), ("if True:\n    pass\n", "f")])
def test_what_cannot_be_sliced_is_said(text: str, name: str) -> None:
    with pytest.raises(RefactorError, match=r"a\.py"):
        slice_definition(text, "a.py", name)


def test_a_form_feed_is_no_line_end() -> None:
    source = "x = 1\n\x0c\ndef f():\n    return x\n\n\ndef g():\n    return 2\n"
    assert slice_definition(source, "a.py", "f").text == "x = 1\n\n\ndef f():\n    return x\n"
