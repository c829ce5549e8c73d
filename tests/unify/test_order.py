"""What stands in another order in another copy is said, always; what merely differs is not called one of order."""

from collections.abc import Callable

import pytest

from refactor_tools.model.facts import Source
from refactor_tools.model.families import Difference, Family
from refactor_tools.unify.describe import describe
from refactor_tools.unify.members import load_member
from refactor_tools.unify.order import moved, operations, order_differences

HEAD = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n"
LAYER = """
class {name}(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.{norm} = nn.LayerNorm(dim)
        self.fc = nn.Linear(dim, dim)
        self.drop = nn.Dropout(0.1)

    def forward(self, x):
{body}
"""
STATEMENTS_PRE = "residual = x\nx = self.norm(x)\nx = self.fc(x)\nx = residual + x\nreturn x"
STATEMENTS_POST = "residual = x\nx = self.fc(x)\nx = residual + x\nx = self.norm(x)\nreturn x"


def layer(body: str, name: str = "Layer", norm: str = "norm") -> str:
    lines = [f"        {line}" for line in body.replace("norm(", f"{norm}(").splitlines()]
    return LAYER.format(name=name, norm=norm, body="\n".join(lines)).strip() + "\n"


def orders(*texts: str) -> tuple[Difference, ...]:
    members = []
    for index, text in enumerate(texts):
        name = text.split()[1].partition("(")[0]
        path = f"copy_{index}.py"
        members.append(load_member(Source(path, HEAD + text, "utf-8", ""), f"{path}::{name}"))
    return order_differences(members)


@pytest.mark.parametrize(
    ("pre", "post"),
    [
        (STATEMENTS_PRE, STATEMENTS_POST),
        ("return x + self.fc(self.norm(x))", "return self.norm(x + self.fc(x))"),
        (STATEMENTS_PRE, "return self.norm(x + self.fc(x))"),
        ("y = self.fc(self.norm(x))\ny += x\nreturn y", "y = self.fc(x)\ny += x\nreturn self.norm(y)"),
        ("return self.fc(F.layer_norm(x, x.shape)) + x", "return F.layer_norm(self.fc(x) + x, x.shape)"),
    ],
)
def test_a_norm_that_moved_past_the_residual_sum(pre: str, post: str) -> None:
    [difference] = orders(layer(pre), layer(post))
    assert (difference.kind, difference.where) == ("order", "forward")
    assert dict(difference.values) == {
        "copy_0.py::Layer": "norm -> linear -> +",
        "copy_1.py::Layer": "linear -> + -> norm",
    }


@pytest.mark.parametrize(
    "built", ["nn.BatchNorm1d(dim)", "LlamaRMSNorm(dim)", "keras.layers.LayerNormalization()", "make(dim)"]
)
def test_whatever_norm_it_is(built: str) -> None:
    pre, post = (layer(body).replace("nn.LayerNorm(dim)", built) for body in (STATEMENTS_PRE, STATEMENTS_POST))
    [difference] = orders(pre, post)
    assert dict(difference.values)["copy_1.py::Layer"] == "linear -> + -> norm"


def test_what_it_moved_past_is_named() -> None:
    pre = layer("x = x + self.drop(self.fc(self.norm(x)))\nreturn x")
    post = layer("x = self.norm(x + self.drop(self.fc(x)))\nreturn x")
    [difference] = orders(pre, post)
    assert dict(difference.values)["copy_1.py::Layer"] == "linear -> dropout -> + -> norm"


def test_both_ways_round() -> None:
    [difference] = orders(layer(STATEMENTS_POST), layer(STATEMENTS_PRE))
    assert [text for _, text in difference.values] == ["linear -> + -> norm", "norm -> linear -> +"]


def test_whatever_the_layers_are_called() -> None:
    assert orders(layer(STATEMENTS_PRE), layer(STATEMENTS_POST, name="Other", norm="ln_1"))


def test_only_the_norm_passes_the_sum() -> None:
    [difference] = orders(layer("return self.norm(x) + self.fc(x)"), layer("return self.norm(self.fc(x) + x)"))
    assert dict(difference.values)["copy_1.py::Layer"] == "linear -> + -> norm"


def test_a_norm_between_layers_of_a_sequential() -> None:
    text = layer("return self.norm(x)").replace("nn.LayerNorm(dim)", "nn.Sequential({})")
    first = text.format("nn.LayerNorm(dim), nn.Linear(dim, dim), nn.ReLU()")
    last = text.format("nn.Linear(dim, dim), nn.ReLU(), nn.LayerNorm(dim)")
    [difference] = orders(first, last)
    assert [value for _, value in difference.values] == ["norm -> linear -> activation", "linear -> activation -> norm"]


def test_a_norm_that_moved_inside_a_method_of_its_own() -> None:
    helper = "\n    def block(self, x):\n        return self.norm(x + self.fc(x))\n"
    assert orders(layer("return x + self.fc(self.norm(x))"), layer("return self.block(x)") + helper)


def test_a_dropout_before_or_after_the_norm() -> None:
    [difference] = orders(layer("return self.drop(self.norm(x))"), layer("return self.norm(self.drop(x))"))
    assert [value for _, value in difference.values] == ["norm -> dropout", "dropout -> norm"]


def test_two_that_differ_from_a_third_differ_from_each_other() -> None:
    shorter = layer("x = self.norm(x)\nreturn self.fc(x)")
    [difference] = orders(shorter, layer(STATEMENTS_PRE), layer(STATEMENTS_POST))
    assert dict(difference.values)["copy_1.py::Layer"] != dict(difference.values)["copy_2.py::Layer"]


def test_one_of_many() -> None:
    same = [layer(STATEMENTS_PRE, name=f"Layer{index}") for index in range(3)]
    [difference] = orders(*same, layer(STATEMENTS_POST))
    assert len({text for _, text in difference.values[:3]}) == 1
    assert difference.values[3][1] == "linear -> + -> norm"


@pytest.mark.parametrize(
    "other",
    [
        layer(STATEMENTS_PRE, norm="layer_norm"),
        layer("return x + self.fc(self.norm(x))"),
        layer("return self.fc(self.norm(x)) + x"),
        layer("residual = x\nx = self.norm(x)\nx = self.drop(self.fc(x))\nreturn residual + x"),
        layer("return x + self.fc(x)"),
        layer("return self.norm(self.norm(x + self.fc(self.norm(x))))"),
        layer("x = self.norm(x)\nreturn x + self.fc(F.relu(x))"),
        layer(STATEMENTS_PRE).replace("nn.LayerNorm", "LayerScaleNorm"),
    ],
)
def test_names_spelling_and_what_only_one_copy_has_are_no_difference_of_order(other: str) -> None:
    assert orders(layer(STATEMENTS_PRE), other) == ()


def test_a_recursive_method_is_read_once() -> None:
    text = layer("return self.block(x)") + "\n    def block(self, x):\n        return self.block(self.norm(x))\n"
    assert operations(load_member(Source("a.py", HEAD + text, "utf-8", ""), "a.py::Layer").node) == ("norm",)


@pytest.mark.parametrize(
    "body", ["return (x,) + self.fc(x)", "x = x + 1\nreturn x", "x += (1,)\nreturn x", "return [x] + [x]"]
)
def test_only_sums_of_two_values_count(body: str) -> None:
    assert "+" not in operations(load_member(Source("a.py", HEAD + layer(body), "utf-8", ""), "a.py::Layer").node)


def test_functions_have_an_order_too() -> None:
    first = "def f(x, y):\n    return F.layer_norm(x + y, x.shape)\n"
    [difference] = orders(first, "def f(x, y):\n    return F.layer_norm(x, x.shape) + y\n")
    assert [value for _, value in difference.values] == ["+ -> norm", "norm -> +"]


def test_what_moves_must_pass_something() -> None:
    assert moved(["norm", "linear"], ["norm", "linear"]) == frozenset()
    assert moved(["norm"], ["norm", "norm"]) == frozenset()
    assert moved(["a", "norm", "b"], ["norm", "c"]) == frozenset()
    assert moved(["norm", "a"], ["a", "norm"]) == frozenset({"norm", "a"})
    assert moved(["a", "norm"], ["norm", "a"]) == frozenset({"norm", "a"})


def test_layers_that_changed_places_among_themselves_are_other_layers() -> None:
    assert moved(["query", "key", "norm"], ["key", "query", "norm"]) == frozenset()


@pytest.fixture
def described() -> Callable[..., Family]:
    def run(*texts: str, likeness: str = "near") -> Family:
        sources = {f"{index}.py": Source(f"{index}.py", HEAD + text, "utf-8", "") for index, text in enumerate(texts)}
        ids = tuple(f"{path}::Layer" for path in sources)
        return describe(Family("Layer", "class", likeness, 0.9, ids), sources.get)  # type: ignore[arg-type]

    return run


@pytest.mark.parametrize(
    ("pre", "post"),
    [(STATEMENTS_PRE, STATEMENTS_POST), ("return x + self.fc(self.norm(x))", "return self.norm(x + self.fc(x))")],
)
def test_the_family_says_it_whether_it_can_be_merged_or_not(
    described: Callable[..., Family], pre: str, post: str
) -> None:
    family = described(layer(pre), layer(post))
    assert family.differences is not None
    assert [item.kind for item in family.differences].count("order") == 1


def test_a_family_without_moved_parts_says_nothing_of_order(described: Callable[..., Family]) -> None:
    family = described(layer(STATEMENTS_PRE), layer(STATEMENTS_PRE.replace("self.fc(x)", "self.drop(self.fc(x))")))
    assert family.differences is not None
    assert "order" not in {item.kind for item in family.differences}
