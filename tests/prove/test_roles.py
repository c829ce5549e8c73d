"""Key maps from what tensors are used for: what names, order and shapes do not tell."""

from collections.abc import Callable, Mapping

import pytest
import torch
from torch import Tensor, nn

from refactor_tools.prove.role_check import misplaced, proposal, state_of
from refactor_tools.prove.roles import PairedCall, StateMap, holds, propose_state_map

X = torch.arange(24.0).reshape(2, 3, 4) / 10


def invoke(module: nn.Module, arguments: Mapping[str, object]) -> object:
    return module(**arguments)


def proposed(original: nn.Module, component: nn.Module, x: Tensor = X) -> StateMap:
    return propose_state_map(original, component, [PairedCall({"x": x}, invoke, invoke)])


class Attention(nn.Module):
    """Queries and keys of one shape under names of choice."""

    def __init__(self, query: str, key: str, value: str, *, last_first: bool = False) -> None:
        super().__init__()
        self.names = (query, key, value)
        for name in reversed(self.names) if last_first else self.names:
            self.add_module(name, nn.Linear(4, 4))

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (self.get_submodule(name)(x) for name in self.names)
        return torch.softmax(query @ key.transpose(-2, -1), dim=-1) @ value


class Sum(nn.Module):
    """The sum of branches that all are alike, each an activation between two layers."""

    def __init__(self, *names: str, activations: tuple[Callable[[Tensor], Tensor], ...] = ()) -> None:
        super().__init__()
        self.names, self.activations = names, activations
        for name in names:
            self.add_module(name, nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)))

    def forward(self, x: Tensor) -> Tensor:
        first, second = (
            activation(self.get_submodule(name)(x))
            for name, activation in zip(self.names, self.activations or (torch.relu, torch.relu), strict=True)
        )
        return first + second


class Chain(nn.Module):
    """Layers of one shape one after the other, in the order `order` of a list."""

    def __init__(self, order: tuple[int, ...]) -> None:
        super().__init__()
        self.order = order
        self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in order)

    def forward(self, x: Tensor) -> Tensor:
        for place in self.order:
            x = torch.relu(self.layers[place](x))
        return x


class Tied(nn.Module):
    def __init__(self, first: str, second: str, *, tie: bool = True) -> None:
        super().__init__()
        self.names = (first, second)
        self.add_module(first, nn.Linear(4, 4, bias=False))
        self.add_module(second, nn.Linear(4, 4, bias=False))
        if tie:
            self.get_submodule(second).weight = self.get_submodule(first).weight

    def forward(self, x: Tensor) -> Tensor:
        first, second = map(self.get_submodule, self.names)
        return second(torch.relu(first(x)))


class Norm(nn.Module):
    """A normalisation by hand, gain and shift of one shape."""

    def __init__(self, gain: str, shift: str, unused: str = "", eps: float = 1e-5) -> None:
        super().__init__()
        self.names, self.eps = (gain, shift), eps
        for name in (gain, shift, unused):
            if name:
                self.register_parameter(name, nn.Parameter(torch.ones(4)))

    def forward(self, x: Tensor) -> Tensor:
        gain, shift = map(self.get_parameter, self.names)
        return torch.layer_norm(x, (4,), gain, shift, self.eps)


def with_rest(pairs: Mapping[str, str]) -> dict[str, str]:
    return {f"{key}.{rest}": f"{legacy}.{rest}" for key, legacy in pairs.items() for rest in ("weight", "bias")}


def test_renamed_attributes() -> None:
    found = proposed(Attention("query", "key", "value"), Attention("a", "b", "c"))
    assert (dict(found.pairs), found.exact) == (with_rest({"a": "query", "b": "key", "c": "value"}), True)
    assert state_of(found) == (("a", "query"), ("b", "key"), ("c", "value"))


def test_registration_in_another_order() -> None:
    found = proposed(Attention("query", "key", "value"), Attention("query", "key", "value", last_first=True))
    assert (dict(found.pairs), found.exact) == (with_rest({name: name for name in ("value", "key", "query")}), True)
    assert proposal(found) == "by their roles the keys that both sides have correspond"


def test_swapped_layers_of_one_shape_under_the_same_names() -> None:
    found = proposed(Attention("query", "key", "value"), Attention("key", "query", "value"))
    assert dict(found.pairs) == with_rest({"key": "query", "query": "key", "value": "value"})
    keys = {key: key for key, _ in found.pairs}
    assert misplaced(keys, found) == (
        "parameters key.weight and query.weight are swapped; so are key.bias and query.bias"
    )
    assert misplaced(dict(found.pairs), found) == ""


def test_three_in_each_others_places() -> None:
    found = proposed(Attention("a", "b", "c"), Attention("b", "c", "a"))
    assert "stand in each other's places" in misplaced({key: key for key, _ in found.pairs}, found)


def test_gain_and_shift_of_a_norm() -> None:
    assert dict(proposed(Norm("weight", "bias"), Norm("bias", "weight")).pairs) == {"bias": "weight", "weight": "bias"}
    calls = [PairedCall({"x": X}, original_call, original_call)]
    found = propose_state_map(nn.LayerNorm(4), Norm("gain", "shift"), calls)
    assert dict(found.pairs) == {"gain": "weight", "shift": "bias"}


def test_an_unused_parameter_is_left_for_what_nothing_uses() -> None:
    found = proposed(Norm("weight", "bias", "spare"), Norm("spare", "weight", "bias"))
    assert dict(found.pairs) == {"spare": "weight", "weight": "bias", "bias": "spare"}
    assert found.exact


def test_tied_weights_stay_one_tensor_under_two_names() -> None:
    found = proposed(Tied("first", "second"), Tied("one", "two"))
    assert (dict(found.pairs), found.exact) == ({"one.weight": "first.weight", "two.weight": "second.weight"}, True)


def test_a_tie_that_only_one_side_has_is_no_exact_map() -> None:
    found = proposed(Tied("first", "second"), Tied("one", "two", tie=False))
    assert not found.exact
    assert found.unpaired != ((), ())


def test_lists_in_another_order() -> None:
    found = proposed(Chain((0, 1, 2)), Chain((2, 0, 1)))
    assert dict(found.pairs) == with_rest({"layers.2": "layers.0", "layers.0": "layers.1", "layers.1": "layers.2"})
    assert state_of(found) is None
    assert "layers.2.weight: layers.0.weight" in proposal(found)


def test_nested_modules() -> None:
    original = nn.Sequential(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), nn.Linear(4, 4))
    component = nn.ModuleDict({"z": nn.Linear(4, 4), "a": nn.ModuleDict({"b": nn.Linear(4, 4)})})

    def call(module: nn.Module, arguments: Mapping[str, object]) -> object:
        return component_forward(module, arguments["x"])

    def component_forward(module: nn.Module, x: object) -> object:
        return module.get_submodule("z")(torch.relu(module.get_submodule("a.b")(x)))

    found = propose_state_map(original, component, [PairedCall({"x": X}, original_call, call)])
    assert dict(found.pairs) == with_rest({"a.b": "0.0", "z": "1"})
    assert found.exact


def original_call(module: nn.Module, arguments: Mapping[str, object]) -> object:
    return module(arguments["x"])


def test_interchangeable_experts_are_paired_by_name_and_keep_their_parts_together() -> None:
    found = proposed(Sum("left", "right"), Sum("right_expert", "left_expert"))
    pairs = dict(found.pairs)
    assert found.exact
    assert {pairs[f"left_expert.{part}.{kind}"] for part in (0, 1) for kind in ("weight", "bias")} == {
        f"left.{part}.{kind}" for part in (0, 1) for kind in ("weight", "bias")
    }


def test_either_map_of_interchangeable_experts_holds() -> None:
    experts, calls = Sum("a", "b"), [PairedCall({"x": X}, invoke, invoke)]
    assert holds(experts, experts, calls, str)
    assert holds(experts, experts, calls, lambda key: {"a": "b", "b": "a"}[key[0]] + key[1:])


def test_a_map_that_mixes_up_what_is_used_otherwise_does_not_hold() -> None:
    attention, calls = Attention("q", "k", "v"), [PairedCall({"x": X}, invoke, invoke)]
    assert holds(attention, attention, calls, str)
    assert not holds(attention, attention, calls, lambda key: {"q": "k", "k": "q"}.get(key[0], key[0]) + key[1:])
    assert not holds(attention, attention, calls, lambda key: f"other.{key}")


def test_interchangeable_experts_without_a_common_word_are_paired_in_order() -> None:
    pairs = dict(proposed(Sum("left", "right"), Sum("one", "two")).pairs)
    assert (pairs["one.0.weight"], pairs["two.1.bias"]) == ("left.0.weight", "right.1.bias")


def test_experts_that_are_used_differently_are_told_apart() -> None:
    original = Sum("a", "b", activations=(torch.relu, torch.tanh))
    found = proposed(original, Sum("a", "b", activations=(torch.tanh, torch.relu)))
    assert dict(found.pairs)["a.0.weight"] == "b.0.weight"
    assert found.exact


def test_alike_in_modules_that_differ_is_ambiguous() -> None:
    original, component = nn.Sequential(Sum("a", "b"), nn.ReLU()), nn.Sequential(Sum("a", "b"), nn.Tanh())
    found = propose_state_map(original, component, [PairedCall({"x": X}, original_call, original_call)])
    assert not found.exact
    assert (("0.a.0.weight", "0.b.0.weight"), ("0.a.0.weight", "0.b.0.weight")) in found.ambiguous
    assert "ambiguous" in proposal(found)
    assert misplaced({key: key for key, _ in found.pairs}, found) == ""


def test_a_difference_elsewhere_leaves_what_stands_around_a_tensor() -> None:
    original = nn.Sequential(Norm("weight", "bias", eps=1e-5), nn.Linear(4, 4))
    component = nn.Sequential(Norm("gain", "shift", eps=1e-6), nn.Linear(4, 4))
    found = propose_state_map(original, component, [PairedCall({"x": X}, original_call, original_call)])
    pairs = dict(found.pairs)
    assert not found.exact
    assert (pairs["0.gain"], pairs["1.weight"], pairs["1.bias"]) == ("0.weight", "1.weight", "1.bias")


def test_another_constant_everywhere_leaves_every_role() -> None:
    original = nn.Sequential(*(nn.Sequential(nn.LayerNorm(4, eps=1e-5), nn.Linear(4, 4)) for _ in range(6)))
    component = nn.Sequential(*(nn.Sequential(nn.LayerNorm(4, eps=1e-6), nn.Linear(4, 4)) for _ in range(6)))
    found = propose_state_map(original, component, [PairedCall({"x": X}, original_call, original_call)])
    assert (found.exact, found.ambiguous, len(found.pairs)) == (False, (), 24)
    assert all(ours == theirs for ours, theirs in found.pairs)


def test_what_has_no_counterpart_is_named() -> None:
    found = proposed(nn.Linear(4, 4), nn.Linear(4, 4, bias=False), X[0])
    assert found.unpaired == ((), ("bias",))


def test_buffers_that_training_writes() -> None:
    found = proposed(nn.BatchNorm1d(3), nn.BatchNorm1d(3))
    assert all(ours == theirs for ours, theirs in found.pairs)
    assert len(found.pairs) == 5
    assert found.exact


@pytest.mark.parametrize("count", [2, 3])
def test_modules_are_left_as_they_are(count: int) -> None:
    module = nn.Sequential(*(nn.BatchNorm1d(3) for _ in range(count)))
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    propose_state_map(module, module, [PairedCall({"x": X}, original_call, original_call)])
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
