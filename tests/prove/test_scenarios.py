"""The runs that a case asks for, made."""

from dataclasses import dataclass

import torch
from torch import Tensor

from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, Named, Same, TensorSpec
from refactor_tools.prove.scenarios import Scenario, settings_of

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
