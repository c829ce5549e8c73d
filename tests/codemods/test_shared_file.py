"""One more component in a file of the library."""

import ast

import pytest

from refactor_tools.codemods.shared_file import Clash, joined, with_docstrings

STANDING = '''"""
Time

- `Encode`: makes cosines
"""

import math

from torch import Tensor, nn

PERIOD = 10.0


def scaled(t: Tensor) -> Tensor:
    return t / math.pi


class Encode(nn.Module):
    """Makes cosines."""

    def forward(self, t: Tensor) -> Tensor:
        return scaled(t).cos()
'''

ADDED = '''import math

import torch
from torch import Tensor, nn

from lib.embeddings.temporal import Encode
from lib.masks import keep

# One turn.
TURN = 2 * math.pi


def scaled(t: Tensor) -> Tensor:
    return t / math.pi


class Encoder(nn.Module):
    """Adds a straight line."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = Encode()

    def forward(self, t: Tensor) -> Tensor:
        return torch.cat([keep(t), scaled(self.encode(t)) * TURN])
'''


def test_imports_are_merged_and_what_both_have_stands_once() -> None:
    text = joined(STANDING, ADDED, "lib.embeddings.temporal")
    assert isinstance(text, str)
    head, body = text.split("PERIOD")
    assert head.endswith("import math\n\nimport torch\nfrom torch import Tensor, nn\n\nfrom lib.masks import keep\n\n")
    assert head.startswith('"""\nTime\n\n- `Encode`: makes cosines\n"""\n\n')
    assert body.count("def scaled") == 1
    assert body.index("class Encode(") < body.index("# One turn.\nTURN") < body.index("class Encoder(")


def test_nothing_of_either_is_lost() -> None:
    text = joined(STANDING, ADDED, "lib.embeddings.temporal")
    assert isinstance(text, str)
    kinds = ast.ClassDef | ast.FunctionDef | ast.Assign
    there = [ast.dump(node) for node in ast.parse(text).body if isinstance(node, kinds)]
    wanted = {ast.dump(node) for side in (STANDING, ADDED) for node in ast.parse(side).body if isinstance(node, kinds)}
    assert len(there) == len(set(there))
    assert set(there) == wanted


def test_a_name_that_means_two_things_is_a_clash() -> None:
    found = joined(STANDING, ADDED.replace("t / math.pi", "t * math.pi"), "lib.embeddings.temporal")
    assert isinstance(found, Clash)
    assert found.name == "scaled"
    assert "t / math.pi" in found.standing
    assert "t * math.pi" in found.added


def test_an_import_of_the_same_name_from_another_file_stays() -> None:
    text = joined(STANDING, ADDED, "lib.embeddings.other")
    assert isinstance(text, str)
    assert "from lib.embeddings.temporal import Encode\n" in text


@pytest.mark.parametrize(
    "text",
    [
        '"""Old."""\n\n\nclass Pool:\n    """Old."""\n\n    size = 1\n',
        "class Pool:\n    size = 1\n",
    ],
)
def test_docstrings_are_set_where_they_were_or_first(text: str) -> None:
    found = ast.parse(with_docstrings(text, '"""New."""', {"Pool": '    """Its own."""'}))
    assert ast.get_docstring(found) == "New."
    pool = next(node for node in found.body if isinstance(node, ast.ClassDef))
    assert ast.get_docstring(pool) == "Its own."
    assert ast.unparse(pool.body[-1]) == "size = 1"


def test_a_function_with_decorated_insides_gets_its_docstring_first() -> None:
    text = "def make():\n    @cache\n    def inner(): ...\n    return inner\n"
    found = ast.parse(with_docstrings(text, '"""Makes."""', {"make": '    """Made."""'}))
    function = found.body[-1]
    assert isinstance(function, ast.FunctionDef)
    assert ast.get_docstring(function) == "Made."
    assert isinstance(function.body[1], ast.FunctionDef)
    assert [ast.unparse(item) for item in function.body[1].decorator_list] == ["cache"]
