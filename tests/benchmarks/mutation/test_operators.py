"""Every operator changes what it says, once, and leaves alone what it does not apply to."""

import ast

import pytest

from benchmarks.mutation.operators import OPERATORS, ORDER, differs, mutants
from benchmarks.mutation.subjects import Subject, is_subject

SMALL = """
class Part(nn.Module):
    def __init__(self, dim, rate=0.1):
        super().__init__()
        self.fc = nn.Linear(dim, 2 * dim)
        width = dim * 3
        self.out = nn.Linear(width, dim)

    def forward(self, x):
        y = self.fc(x)
        return self.out(y)
"""
LAYER = """
class Layer(nn.Module):
    '''Words with a number: 7.'''

    def __init__(self, config):
        super().__init__()
        self.part = Part(config.dim, rate=config.rate)
        self.norm = nn.LayerNorm(config.dim)
        self.act = nn.ReLU()

    def forward(self, x, mask=None):
        '''More words.'''
        residual = x
        x = self.norm(x)
        x = self.part(x)
        if mask is not None:
            x = x.masked_fill(mask, 0.0)
        x = residual + x
        return self.act(x)
"""
BARE = """
class Bare(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        for size in sizes:
            setattr(self, 'x', size)

    def forward(self, *inputs):
        return sum(inputs)
"""


def subject(text: str) -> Subject:
    classes = {node.name: node for node in ast.parse(SMALL + text).body if isinstance(node, ast.ClassDef)}
    [node] = ast.parse(text).body
    assert isinstance(node, ast.ClassDef)
    return Subject("a.py", classes[node.name], ast.parse("from torch import nn").body, classes)


def applied(name: str, text: str, seed: int = 0) -> str:
    """The mutant's text, "" where the operator does not apply."""
    made = mutants(OPERATORS[name], [subject(text)], 1, seed)
    return ast.unparse(ast.fix_missing_locations(made[0].mutated.node)) if made else ""


def changes(name: str, text: str, seed: int = 0) -> tuple[set[str], set[str]]:
    """Lines that are gone and lines that are new."""
    before = {line.strip() for line in ast.unparse(ast.parse(text)).splitlines()}
    after = {line.strip() for line in applied(name, text, seed).splitlines()}
    return before - after, after - before


def test_there_are_twelve() -> None:
    assert len(OPERATORS) == 12
    assert ORDER in OPERATORS


@pytest.mark.parametrize("name", OPERATORS)
def test_the_result_compiles_and_the_original_stays(name: str) -> None:
    text = LAYER.replace("(self, config)", "(self, config, depth)")
    for source in (LAYER, text):
        one = subject(source)
        before = ast.dump(one.node)
        for made in mutants(OPERATORS[name], [one], 1, 0):
            compile(ast.unparse(ast.fix_missing_locations(made.mutated.node)), "a.py", "exec")
            assert ast.dump(made.mutated.node) != before
        assert ast.dump(one.node) == before


@pytest.mark.parametrize("name", OPERATORS)
def test_it_does_not_apply_where_there_is_nothing_to_change(name: str) -> None:
    assert applied(name, BARE) == ""


@pytest.mark.parametrize("name", OPERATORS)
def test_the_seed_decides(name: str) -> None:
    assert applied(name, LAYER, 3) == applied(name, LAYER, 3)


def test_an_attribute_is_renamed_wherever_it_stands() -> None:
    text = applied("rename an attribute", LAYER)
    [new] = {
        node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute) and "inner_" in node.attr
    }
    assert text.count(f"self.{new}") == 2
    assert f"self.{new.removeprefix('inner_')}" not in text


def test_arguments_change_places_with_their_defaults() -> None:
    text = LAYER.replace("(self, config)", "(self, config, depth=1, width=2)")
    assert "def __init__(self, config, width=2, depth=1)" in applied("swap constructor arguments", text)


def test_an_argument_with_a_default_does_not_move_before_one_without() -> None:
    assert applied("swap constructor arguments", LAYER.replace("(self, config)", "(self, config, depth=1)")) == ""


def test_a_dropout_is_built_and_applied() -> None:
    gone, new = changes("add a dropout", LAYER)
    assert gone == set()
    assert new == {"self.dropout = nn.Dropout(0.1)", "x = self.dropout(x)"}


def test_a_norm_is_neither_built_nor_called() -> None:
    gone, new = changes("drop a norm", LAYER)
    assert gone == {"self.norm = nn.LayerNorm(config.dim)", "x = self.norm(x)"}
    assert new == set()


def test_a_norm_that_is_used_otherwise_stays() -> None:
    assert applied("drop a norm", LAYER.replace("x = self.norm(x)", "x = self.norm(x) + self.norm.bias")) == ""


def test_the_mask_is_computed_from_lengths() -> None:
    gone, new = changes("mask to lengths", LAYER)
    assert gone == {"def forward(self, x, mask=None):"}
    assert "def forward(self, x, lengths=None):" in new
    assert "mask = steps[None, :] < lengths[:, None]" in new


def test_each_attribute_of_the_config_is_an_argument() -> None:
    _, new = changes("config to keyword arguments", LAYER)
    assert "def __init__(self, *, dim, rate):" in new
    assert "self.part = Part(dim, rate=rate)" in new
    assert not any("config" in line for line in new)


def test_a_config_that_is_passed_on_stays() -> None:
    assert applied("config to keyword arguments", LAYER.replace("nn.LayerNorm(config.dim)", "norm_of(config)")) == ""


def test_a_submodule_is_written_out() -> None:
    gone, new = changes("inline a submodule", LAYER)
    assert gone == {"self.part = Part(config.dim, rate=config.rate)", "x = self.part(x)"}
    assert new == {
        "self.part_fc = nn.Linear(config.dim, 2 * config.dim)",
        "part_width = config.dim * 3",
        "self.part_out = nn.Linear(part_width, config.dim)",
        "part_x = x",
        "part_y = self.part_fc(part_x)",
        "x = self.part_out(part_y)",
    }


def test_a_submodule_that_is_used_twice_stays() -> None:
    assert applied("inline a submodule", LAYER.replace("self.act(x)", "self.act(self.part(x))")) == ""


def test_layers_are_built_in_another_order() -> None:
    text = applied("reorder the constructor", LAYER)
    built = [line.split()[0] for line in text.splitlines() if line.strip().startswith("self.")]
    assert sorted(built) == ["self.act", "self.norm", "self.part"]
    assert built != ["self.part", "self.norm", "self.act"]


def test_what_reads_self_stays_where_it_is() -> None:
    text = LAYER.replace("nn.LayerNorm(config.dim)", "nn.LayerNorm(self.part.dim)")
    assert applied("reorder the constructor", text) == ""


def test_a_number_changes_and_words_do_not() -> None:
    gone, new = changes("change a constant", LAYER)
    assert (gone, new) == ({"x = x.masked_fill(mask, 0.0)"}, {"x = x.masked_fill(mask, 1)"})


def test_forward_is_split_and_hands_over_what_is_needed() -> None:
    text = applied("split forward", LAYER)
    functions = {node.name: node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    assert ast.unparse(functions["forward"].body[-1]).startswith("return self.finish(")
    bound = {arg.arg for arg in functions["finish"].args.args} | {"self"}
    assert {"x"} <= bound <= {"self", "mask", "residual", "x"}
    assert ast.unparse(functions["finish"].body[-1]) == "return self.act(x)"


def test_another_activation() -> None:
    gone, new = changes("change the activation", LAYER)
    assert gone == {"self.act = nn.ReLU()"}
    assert new <= {"self.act = nn.GELU()", "self.act = nn.SiLU()", "self.act = nn.Tanh()"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ["residual = x", "x = self.norm(x)", "x = self.part(x)", "x = residual + x", "return x"],
            ["residual = x", "x = self.part(x)", "x = residual + x", "x = self.norm(x)", "return x"],
        ),
        (
            ["y = self.norm(x)", "y = self.part(y)", "x = x + y", "return x"],
            ["y = x", "y = self.part(y)", "x = x + y", "x = self.norm(x)", "return x"],
        ),
        (
            ["y = self.part(self.norm(x), mask)[0]", "x = y + x", "return x"],
            ["y = self.part(x, mask)[0]", "x = y + x", "x = self.norm(x)", "return x"],
        ),
        (["return x + self.part(self.norm(x))"], ["return self.norm(x + self.part(x))"]),
        (
            ["x = self.act(self.part(self.norm(x))) + x", "return x"],
            ["x = self.norm(self.act(self.part(x)) + x)", "return x"],
        ),
        (["return self.norm(x + mask)"], ["return self.norm(x) + mask"]),
    ],
)
def test_a_norm_changes_its_side_of_the_sum(before: list[str], after: list[str]) -> None:
    head = LAYER[: LAYER.index("        '''More")]

    def layer(lines: list[str]) -> str:
        return head + "".join(f"        {line}\n" for line in lines)

    assert applied(ORDER, layer(before)) == ast.unparse(ast.parse(layer(after)))


def test_there_and_back_again() -> None:
    post = applied(ORDER, LAYER)
    assert applied(ORDER, post) == ast.unparse(ast.parse(LAYER))


@pytest.mark.parametrize(
    "forward", ["return self.norm(self.part(x))", "return self.norm(x) * x", "return self.part(x) + x"]
)
def test_a_norm_without_a_residual_sum_stays(forward: str) -> None:
    head = LAYER[: LAYER.index("        '''More")]
    assert applied(ORDER, f"{head}        {forward}\n") == ""


def test_renamed_attributes_are_renamed_copies_and_moved_norms_are_not() -> None:
    one = subject(LAYER)
    [renamed] = mutants(OPERATORS["rename an attribute"], [one], 1, 0)
    [moved] = mutants(OPERATORS[ORDER], [one], 1, 0)
    assert not differs(renamed)
    assert differs(moved)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LAYER, True),
        (LAYER.replace("nn.Module", "PreTrainedModel"), False),
        (LAYER.replace("forward", "call"), False),
        ("class A(nn.Module):\n    def __init__(self): ...\n    def forward(self, x): ...\n", False),
    ],
)
def test_subjects_are_modules_of_some_size(text: str, expected: bool) -> None:
    [node] = ast.parse(text).body
    assert isinstance(node, ast.ClassDef)
    assert is_subject(node) is expected
