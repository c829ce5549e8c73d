from collections.abc import Mapping

import pytest

from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, Listed, Named, TensorSpec
from refactor_tools.unify.plan import Candidate
from refactor_tools.unify.traced_types import type_of, with_traced_types
from tests.unify.conftest import Unify, code_of

X = TensorSpec(("B", "D"))
WRAPPER = """
class Wrapper(nn.Module):
    def __init__(self, fn):
        super().__init__()
        self.fn = fn

    def forward(self, x, places, gate=None):
        def inner(places):
            return places

        return self.fn(x) if gate is None else self.fn(x) * gate + len(inner(places))
"""
LAYER = Named("torch.nn.Identity", {})


def traced(candidate: object, made: Mapping[str, CaseValue], *calls: Mapping[str, CaseValue]) -> str:
    assert isinstance(candidate, Candidate)
    case = Case((Construction(made, {}, tuple(map(Call, calls))),))
    found = with_traced_types(candidate, {member.id: case for member in candidate.members})
    parameters = (*found.constructor, *found.forward)
    code = code_of(found)
    assert all(f"{item.name}: {item.annotation}" in code for item in parameters), (code, parameters)
    return code


def test_a_layer_that_is_given_is_a_module(united: Unify) -> None:
    code = traced(united(WRAPPER), {"fn": LAYER}, {"x": X, "places": (1, 2)})
    assert "def __init__(self, fn: nn.Module)" in code


def test_what_forward_took_is_no_tensor_by_presumption(united: Unify) -> None:
    code = traced(united(WRAPPER), {"fn": LAYER}, {"x": X, "places": (1, 2), "gate": 2})
    assert "def forward(self, x: Tensor, places: tuple[int, ...], gate: int | None = None)" in code
    assert "def inner(places):" in code


def test_all_copies_have_their_say(united: Unify) -> None:
    candidate = united(WRAPPER, WRAPPER.replace("places", "spots").replace("Wrapper", "Other"))
    assert isinstance(candidate, Candidate)
    values = {"copy_0.py::Wrapper": {"x": X, "places": 3}, "copy_1.py::Other": {"x": X, "spots": 0.5}}
    cases = {one: Case((Construction({"fn": LAYER}, {}, (Call(given),)),)) for one, given in values.items()}
    assert "places: float" in code_of(with_traced_types(candidate, cases))


@pytest.mark.parametrize(
    ("made", "given"),
    [
        ({"fn": Named("torch.relu")}, {"x": X, "places": X}),
        ({"fn": Named(".Config", {})}, {"x": X, "places": X}),
        ({}, {"x": X}),
    ],
    ids=["a function", "an object of the tree", "nothing"],
)
def test_what_says_nothing_changes_nothing(
    united: Unify, made: Mapping[str, CaseValue], given: Mapping[str, CaseValue]
) -> None:
    candidate = united(WRAPPER)
    assert traced(candidate, made, given) == code_of(candidate)


def test_values_of_several_kinds_leave_it_open(united: Unify) -> None:
    candidate = united(WRAPPER)
    assert traced(candidate, {"fn": LAYER}, {"x": X, "places": 1}, {"x": X, "places": "a"}).count("places: Tensor") == 1


def test_what_a_person_wrote_stays(united: Unify) -> None:
    candidate = united(WRAPPER.replace("places, gate", "places: Sequence[int], gate"))
    assert "places: Sequence[int]" in traced(candidate, {"fn": LAYER}, {"x": X, "places": (1, 2)})


def test_a_function_is_typed_by_its_calls(united: Unify) -> None:
    candidate = united("def scaled(x, factor):\n    return x * factor\n")
    assert isinstance(candidate, Candidate)
    case = Case((Construction({}, {}, (Call({"x": X, "factor": 0.5}),)),))
    found = with_traced_types(candidate, {member.id: case for member in candidate.members})
    assert "def scaled(x: Tensor, factor: float)" in code_of(found)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (X, "Tensor"),
        (True, "bool"),
        (None, "None"),
        ((1, 2), "tuple[int, ...]"),
        (Listed((X, X)), "list[Tensor]"),
        ((1, "a"), ""),
        ((), ""),
        ({"hidden": 4}, ""),
        (Named("torch.nn.ReLU"), ""),
    ],
)
def test_types_of_values(value: CaseValue, kind: str) -> None:
    assert type_of(value) == kind
