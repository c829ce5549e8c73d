"""The runs that a case asks for, made."""

from dataclasses import dataclass

import torch
from torch import Tensor

from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, Named, Same, TensorSpec
from refactor_tools.prove.scenarios import Scenario, settings_of, without_edges


def _scenarios(**arguments: CaseValue) -> dict[str, Scenario]:
    (setting,) = settings_of(Case((Construction({}, {"B": 3, "L": 4}, (Call(arguments),)),)))
    assert [scenario for scenario in setting.scenarios if not scenario.edge] == list(without_edges(setting).scenarios)
    return {scenario.label: scenario for scenario in setting.scenarios}


def _tensor(scenario: Scenario, name: str) -> Tensor:
    value = scenario.arguments[name]
    assert isinstance(value, Tensor)
    return value


def test_floats_are_tried_with_nan_and_infinity() -> None:
    found = _scenarios(x=TensorSpec(("B", "L")), ids=TensorSpec(("B",), "ids"))
    x = _tensor(found["not finite"], "x")
    assert x.shape == (3, 4)
    assert x[0, 0].isnan()
    assert x[-1, -1] == float("inf")
    assert x[1].isfinite().all()
    assert _tensor(found["not finite"], "ids").dtype == torch.int64


def test_the_case_s_own_call_stays_finite() -> None:
    for label, scenario in _scenarios(x=TensorSpec(("B", "L"))).items():
        assert _tensor(scenario, "x").isfinite().all() == (label != "not finite")


def test_whole_numbers_alone_are_not() -> None:
    assert "not finite" not in _scenarios(ids=TensorSpec(("B",), "ids"))


def test_configs_keep_their_form() -> None:
    found = _scenarios(batch={"x": TensorSpec(("B", "L")), "size": 3})["not finite"].arguments["batch"]
    assert isinstance(found, dict)
    assert found["x"][0, 0].isnan()
    assert found["size"] == 3


def test_seeds_give_other_values_and_one_seed_the_same() -> None:
    case = Case((Construction({}, {"B": 3, "L": 4}, (Call({"x": TensorSpec(("B", "L"))}),)),))

    def first(seed: int = 0) -> Tensor:
        return _tensor(settings_of(case, seed=seed)[0].scenarios[0], "x")

    assert torch.equal(first(), first(0))
    assert torch.equal(first(5), first(5))
    assert not torch.equal(first(), first(5))
    assert settings_of(case, seed=5)[0].seed == 5


X = TensorSpec(("B", "L", "D"))
DIMS = {"B": 3, "L": 4, "D": 5}
PACKED = Named(
    "torch.nn.utils.rnn.pack_padded_sequence",
    {"input": X, "lengths": TensorSpec(("B",), "lengths", "L"), "batch_first": True, "enforce_sorted": False},
)


@dataclass(frozen=True)
class Batch:
    x: Tensor


def scenarios(**arguments: CaseValue) -> dict[str, Scenario]:
    case = Case((Construction({}, DIMS, (Call(arguments),)),))
    (setting,) = settings_of(case, {"Batch": Batch})
    return {scenario.label: scenario for scenario in setting.scenarios}


def test_one_tensor_for_two_arguments_stays_one_in_every_edge() -> None:
    found = scenarios(query=X, key=Same("query"))
    assert {"call 0", "batch 1", "batch 0", "non-contiguous"} <= set(found)
    for scenario in found.values():
        assert scenario.arguments["key"] is scenario.arguments["query"]


def test_edges_reach_tensors_within_objects() -> None:
    found = scenarios(batch=Named(".Batch", {"x": X}))
    made = found["batch 1"].arguments["batch"], found["non-contiguous"].arguments["batch"]
    assert all(isinstance(batch, Batch) for batch in made)
    assert made[0].x.shape == (1, 4, 5)
    assert not made[1].x.is_contiguous()
    assert torch.equal(made[1].x, found["call 0"].arguments["batch"].x) is False


def test_an_edge_that_cannot_be_made_is_left_out() -> None:
    found = scenarios(sequence=PACKED)
    assert "batch 1" in found
    assert "batch 0" not in found
