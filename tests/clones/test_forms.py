import ast

import pytest

from refactor_tools.clones.forms import Form, name_words, near_form, role_word
from refactor_tools.clones.tokens import Names, Reader

NAMES = Names({"torch": "torch", "nn": "torch.nn", "F": "torch.nn.functional"}, frozenset({"BertMix", "RobertaMix"}))


def form(statement: str) -> Form:
    reader = Reader(NAMES, "Own", local={"x", "y", "mask", "config"})
    return near_form(reader.statement(ast.parse(statement).body[0]), {"norm": "LayerNorm"})


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x = F.softmax(y, dim=1)", "y = x.softmax(dim=2)"),
        ("self.a = nn.Linear(config.width, 1)", "self.out = nn.Linear(config.hidden_size, 2)"),
        ("self.mix = BertMix(config)", "self.mixer = RobertaMix(config)"),
        ("raise ValueError(f'bad {x}')", "raise TypeError('worse')"),
        ("self.width = config.width", "self.depth = x"),
    ],
)
def test_names_do_not_count(left: str, right: str) -> None:
    assert form(left) == form(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x = x + self.norm(y)", "x = self.norm(x + y)"),
        ("x = self.norm(x)", "x = self.drop(x)"),
        ("x = x * mask", "x = x + mask"),
        ("self.a = nn.Linear(4, 1)", "self.a = nn.Conv1d(4, 1)"),
        ("x = x.sum(dim=1)", "x = x.mean(dim=1)"),
        ("return x", "yield x"),
    ],
)
def test_what_is_computed_counts(left: str, right: str) -> None:
    assert form(left) != form(right)


def test_layers_of_one_kind_share_most_of_their_weight() -> None:
    left, right = form("self.a = nn.LayerNorm(x)"), form("self.a = nn.BatchNorm1d(x)")
    assert left != right
    assert sum(a == b for a, b in zip(left, right, strict=True)) == len(left) - 1


def test_super_calls_weigh_nothing() -> None:
    assert form("super().__init__()") == form("super(Own, self).__init__(config)") == ()


@pytest.mark.parametrize(
    ("name", "words", "role"),
    [
        ("BertSelfOutput", ["bert", "self", "output"], "output"),
        ("ResidualBlock2", ["residual", "block"], "block"),
        ("Conv2d", ["conv"], "conv"),
        ("max_pool1d", ["max", "pool"], "pool"),
        ("_", [], "_"),
    ],
)
def test_words_of_names(name: str, words: list[str], role: str) -> None:
    assert (name_words(name), role_word(name)) == (tuple(words), role)
