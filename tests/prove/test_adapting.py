import inspect

import pytest

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.prove.adapting import Subject, as_call, bind, evaluate


def legacy(a, b=2, /, c=3, *rest, d=4, **more):
    return (a, b, c, rest, d, more)


@pytest.mark.parametrize("by_position", [False, True])
@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ({"a": 1}, (1, 2, 3, (), 4, {})),
        ({"a": 1, "c": 0}, (1, 2, 0, (), 4, {})),
        ({"a": 1, "d": 0, "b": 9}, (1, 9, 3, (), 0, {})),
        ({"a": 1, "more": {"z": 5}}, (1, 2, 3, (), 4, {"z": 5})),
    ],
)
def test_arguments_become_calls(arguments: dict[str, object], result: object, by_position: bool) -> None:
    positional, keywords = as_call(inspect.signature(legacy), arguments, by_position=by_position)
    assert legacy(*positional, **keywords) == result


def test_variable_positions_follow_the_given_ones() -> None:
    arguments = {"a": 1, "b": 5, "c": 7, "rest": (8, 9)}
    positional, keywords = as_call(inspect.signature(legacy), arguments, by_position=True)
    assert legacy(*positional, **keywords) == (1, 5, 7, (8, 9), 4, {})


def test_binding_fills_defaults() -> None:
    assert bind(lambda a, b=2, *, c=None: None, {"a": 1}) == {"a": 1, "b": 2, "c": None}


def test_expressions_see_parameters_and_names() -> None:
    legacy_values: dict[str, object] = {"width": 4, "sizes": (1, 2)}
    assert evaluate("width", legacy_values, {"width": 9}) == 4
    assert evaluate("[width * size for size in sizes] + [EXTRA]", legacy_values, {"EXTRA": 0}) == [4, 8, 0]


def scaled(x: int, factor: int = 2, *, shift: int = 0) -> int:
    return x * factor + shift


@pytest.mark.parametrize(
    ("adapter", "arguments", "result"),
    [
        (Adapter(forward=(Argument("x", "value"), Argument("shift", "by + 1"))), {"value": 3}, 3 * 2 + 6),
        (Adapter(forward=(Argument("x", "value"),)), {"value": 3, "by": 9}, 6),
    ],
)
def test_component_gets_what_the_adapter_says(adapter: Adapter, arguments: dict[str, object], result: int) -> None:
    subject = Subject("function", lambda value, by=5: value, scaled, adapter)
    assert subject.call_component(None, arguments) == result


def test_empty_adapter_passes_equal_names_on() -> None:
    subject = Subject("function", lambda x, factor=3: x, scaled, Adapter())
    assert subject.call_component(None, {"x": 2, "factor": 5}) == 10
    assert subject.call_original(None, {"x": 2}) == 2


def test_state_keys_are_mapped_by_their_first_part() -> None:
    subject = Subject("class", object, object, Adapter(state=(("net", "ffwd"), ("ffwd", "net"))))
    assert subject.legacy_key("net.0.weight") == "ffwd.0.weight"
    assert subject.legacy_key("ffwd") == "net"
    assert subject.legacy_key("network.net") == "network.net"


def test_the_longest_listed_part_of_a_key_is_exchanged() -> None:
    adapter = Adapter(state=(("net", "layers"), ("net.0", "first")))
    subject = Subject("class", legacy, legacy, adapter)
    keys = ("net.0.weight", "net.1.weight", "net", "network.0.weight", "other.net.0")
    expected = ["first.weight", "layers.1.weight", "layers", "network.0.weight", "other.net.0"]
    assert list(map(subject.legacy_key, keys)) == expected
