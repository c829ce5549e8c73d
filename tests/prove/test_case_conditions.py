"""What a test goes back to."""

import pytest

from refactor_tools.prove.case_conditions import Condition, condition_of, read_code

SOURCE = """
class Config:
    pass


def helper(values, limit):
    if values.size(1) > limit:
        return values
    return None


class Part:
    def __init__(self, config, kind, factor=2):
        self.kind = kind
        self.limit = config.width * 4
        self.factor = factor
        self.fixed = 512

    def forward(self, x, mask=None, mode="train"):
        length = x.size(1)
        rows, columns = x.shape
        for part in mask:
            pass
        helper(x, limit=self.limit)
        return self._inner(x, mask)

    def _inner(self, hidden, keep):
        return hidden
"""
CODE = read_code(SOURCE, "Part")


def condition(test: str, function: str = "Part.forward") -> Condition:
    return condition_of(test, function, CODE)


@pytest.mark.parametrize(
    ("test", "function", "inputs"),
    [
        ("mask is None", "Part.forward", {"mask"}),
        ("length > 512", "Part.forward", {"x"}),
        ("columns == 3", "Part.forward", {"x"}),
        ("part is None", "Part.forward", {"mask"}),
        ("hidden.dim() == 2 and keep is None", "Part._inner", {"x", "mask"}),
        ("values.size(1) > limit", "helper", {"x"}),
        ("self.kind == 'a'", "Part.forward", set()),
        ("other is None", "Part.forward", set()),
        ("x > 0", "Part.unknown", set()),
    ],
)
def test_inputs_are_found_through_names_and_calls(test: str, function: str, inputs: set[str]) -> None:
    assert set(condition(test, function).inputs) == inputs


@pytest.mark.parametrize(
    ("test", "function", "names"),
    [
        ("self.kind == 'a'", "Part.forward", {"kind"}),
        ("self.factor > 3", "Part.forward", {"factor"}),
        ("values.size(1) > limit", "helper", {"width", "config"}),
        ("self.limit > 3", "Part.forward", {"limit", "config", "width"}),
    ],
)
def test_arguments_are_found_through_attributes(test: str, function: str, names: set[str]) -> None:
    assert names <= set(condition(test, function).arguments)


def test_constants_and_words_are_those_of_the_test_and_of_what_it_follows() -> None:
    found = condition("x.dim() == 3 and mode in ('train', 'test') and q is k and x.size(0) > self.fixed")
    assert set(found.numbers) == {3, 0, 512}
    assert found.texts == ("train", "test")
    assert {"dim", "size", "is"} <= found.words
    assert "is" not in condition("x.dim() == 3").words


def test_a_function_is_its_own_entry() -> None:
    code = read_code("def part(x, by):\n    if by > 1:\n        return x\n", "part")
    assert condition_of("by > 1", "part", code).inputs == ("by",)


def test_definitions_that_go_in_circles_end() -> None:
    code = read_code("def part(x):\n    a = x\n    b = a\n    a = b\n    return a\n", "part")
    assert condition_of("a", "part", code).inputs == ("x",)
