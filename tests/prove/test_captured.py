"""What the hook noted down becomes a case that a person can read."""

from typing import Any

import pytest

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, Listed, Named, Same, TensorSpec
from refactor_tools.prove.captured import NOTE, Reading, case_of, in_legacy_names, merged

FILE = "/tree/part.py"
SOURCE = """
class Part(nn.Module):
    def __init__(self, config, kind):
        self.width = config.width
        self.kind = kind == "wide"

    def forward(self, x, batch: Batch = None, mask=None, lengths=None):
        return x
"""
READING = Reading(FILE, SOURCE, is_class=True)


def plain(value: object) -> dict[str, Any]:
    return {"is": "plain", "value": value}


def tensor(*shape: int, dtype: str = "float32", **more: Any) -> dict[str, Any]:
    return {"is": "tensor", "object": more.pop("object", id(more)), "shape": list(shape), "dtype": dtype, **more}


def record(call: dict[str, Any], built: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"key": "P", "built": {} if built is None else built, "call": call}


def only(*records: dict[str, Any]) -> Construction:
    (construction,) = case_of(records, READING)[0].constructions
    return construction


def value(described: dict[str, Any], name: str = "x") -> CaseValue:
    return only(record({name: described})).calls[0].arguments[name]


def test_sizes_that_tensors_share_become_letters() -> None:
    call = {"x": tensor(16, 50, 24, object=1), "mask": tensor(16, 50, dtype="bool", object=2)}
    construction = only(record(call))
    assert construction.dims == {"B": 16, "L": 50}
    assert construction.calls == (
        Call({"x": TensorSpec(("B", "L", 24)), "mask": TensorSpec(("B", "L"), "mask")}, NOTE),
    )


def test_sizes_that_differ_between_calls_become_letters() -> None:
    construction = only(record({"x": tensor(4, 24)}), record({"x": tensor(4, 40)}))
    assert construction.dims == {"B": 4, "D": 24}
    assert [call.arguments for call in construction.calls] == [{"x": TensorSpec(("B", "D"))}]


def test_calls_of_another_form_are_kept_and_few() -> None:
    calls = [record({"x": tensor(4, *[3] * rank)}) for rank in range(6)]
    construction = only(*calls, record({"x": tensor(4, 3), "mask": tensor(4, 3, dtype="bool")}))
    assert len(construction.calls) == 3
    assert "mask" in construction.calls[0].arguments


def test_every_set_of_constructor_arguments_is_a_construction() -> None:
    records = [record({"x": tensor(2, 8)}, {"kind": plain(number)}) for number in range(5)]
    constructions = case_of(records, READING)[0].constructions
    assert [construction.arguments for construction in constructions] == [{"kind": number} for number in range(3)]


@pytest.mark.parametrize(
    ("described", "name", "expected"),
    [
        (plain(None), "x", None),
        (plain(2.5), "x", 2.5),
        (plain("wide"), "x", "wide"),
        (tensor(2, dtype="float64"), "x", TensorSpec(("B",), dtype="float64")),
        (tensor(2, dtype="bool"), "x", TensorSpec(("B",), "mask")),
        (tensor(2, dtype="int64", least=0, largest=40), "ids", TensorSpec(("B",), "ids", 41)),
        (tensor(2, dtype="int32", least=0, largest=40), "ids", TensorSpec(("B",), "ids", 41, "int32")),
        (tensor(2, dtype="int64", least=1, largest=9), "lengths", TensorSpec(("B",), "lengths", 9)),
        (tensor(2, dtype="int64", least=0, largest=1), "mask", TensorSpec(("B",), "mask", dtype="int64")),
        ({"is": "name", "name": "torch.float16"}, "x", Named("torch.float16")),
        ({"is": "list", "entries": [plain(1), plain(2)]}, "x", Listed((1, 2))),
        ({"is": "tuple", "entries": [plain(1), plain(2)]}, "x", (1, 2)),
        (
            {"is": "made", "name": "torch.nn.GELU", "entries": {"approximate": plain("wide")}},
            "x",
            Named("torch.nn.GELU", {"approximate": "wide"}),
        ),
    ],
)
def test_values(described: dict[str, Any], name: str, expected: CaseValue) -> None:
    assert value(described, name) == expected


def test_lengths_go_up_to_the_length_of_what_they_measure() -> None:
    call = {"x": tensor(4, 9, 8, object=1), "lengths": tensor(4, dtype="int64", least=1, largest=9, object=2)}
    assert only(record(call)).calls[0].arguments["lengths"] == TensorSpec(("B",), "lengths", "L")


def test_one_tensor_for_two_arguments_is_the_same() -> None:
    call = {"x": tensor(4, 8, object=1), "mask": tensor(4, 8, object=1)}
    assert only(record(call)).calls[0].arguments == {"x": TensorSpec(("B", 8)), "mask": Same("x")}


def test_a_config_keeps_what_the_source_reads() -> None:
    entries = {"width": plain(8), "secret": plain("a key"), "other": {"is": "unknown", "type": "Thing"}}
    config = {"is": "object", "name": "Config", "file": "/other.py", "plain": False, "entries": entries}
    assert only(record({"x": tensor(2, 8)}, {"config": config})).arguments == {"config": {"width": 8}}


def test_an_object_of_the_originals_file_is_named() -> None:
    batch = {"is": "object", "name": "Batch", "file": FILE, "plain": True, "entries": {"any": tensor(4, 8)}}
    assert value(batch, "batch") == Named(".Batch", {"any": TensorSpec(("B", 8))})
    assert isinstance(value({**batch, "entries": {"x": tensor(4, 8)}, "file": "/other.py"}, "batch"), dict)


def test_a_packed_sequence_says_what_is_packed() -> None:
    made = value({"is": "packed", "batch": 4, "length": 9, "width": [8], "dtype": "float32"})
    assert isinstance(made, Named)
    assert made.arguments is not None
    assert made.arguments["input"] == TensorSpec(("B", "L", 8))


@pytest.mark.parametrize(
    ("described", "problem"),
    [
        ({"is": "unknown", "type": "Thing"}, "`x` is a Thing"),
        (plain("somebody's words"), "`x` is a text that its source does not name"),
        ({"is": "list", "entries": [{"is": "unknown", "type": "Thing"}]}, "`x[0]` is a Thing"),
    ],
)
def test_what_no_case_can_hold_is_told(described: dict[str, Any], problem: str) -> None:
    case, problems = case_of([record({"x": described}), record({"x": tensor(2, 8)})], READING)
    assert problems == (problem,)
    assert len(case.constructions) == 1


def test_an_object_whose_constructor_did_not_run_is_told() -> None:
    call = {"key": "P", "built": None, "call": {"x": tensor(2, 8)}}
    case, problems = case_of([call], READING)
    assert case == Case()
    assert "constructor did not run" in problems[0]
    assert case_of([call], Reading(FILE, SOURCE, is_class=False))[0].constructions


KNOWN = Case((Construction({"kind": 1}, {"B": 3}, (Call({"x": TensorSpec(("B", 8))}),)),), outputs=(("B",),))


def test_a_question_is_answered() -> None:
    found = Case((Construction({}, {}, (Call({"x": 1}),)),))
    assert merged(Case(question="what is x?", accepted="later"), found) == Case(found.constructions, accepted="later")
    assert merged(None, found) == found


def test_what_is_new_is_added() -> None:
    new = Construction({"kind": 2}, {"B": 4, "D": 5}, (Call({"x": TensorSpec(("B", 8))}, NOTE),))
    joined = merged(KNOWN, Case((new,)))
    assert joined.constructions == (*KNOWN.constructions, Construction({"kind": 2}, {"B": 4}, new.calls))
    assert joined.outputs == KNOWN.outputs


def test_what_is_known_is_not_added() -> None:
    again = Construction({"kind": 1}, {"B": 99}, (Call({"x": TensorSpec(("B", 8))}, NOTE),))
    assert merged(KNOWN, Case((again,))) == KNOWN
    other = Construction({"kind": 1}, {"B": 4}, (Call({"x": TensorSpec(("B", 2, 8))}, NOTE),))
    assert len(merged(KNOWN, Case((other,))).constructions) == 2


def test_a_components_call_goes_back_to_the_originals_names() -> None:
    adapter = Adapter(init=(Argument("dim", "width"),), forward=(Argument("x", "states"), Argument("mask", "None")))
    call = {"x": tensor(2, 8, object=1), "mask": plain(None)}
    found = in_legacy_names(record(call, {"dim": plain(8)}), adapter, alone=True)
    assert found == record({"states": call["x"]}, {"width": plain(8)})


def test_what_is_computed_from_legacy_arguments_does_not_go_back() -> None:
    adapter = Adapter(init=(Argument("dim", "2 * config.width"),), forward=(Argument("x", "x"),))
    call = record({"x": tensor(2, 8)}, {"dim": plain(8)})
    assert in_legacy_names(call, adapter, alone=True) is None
    assert in_legacy_names(call, Adapter(forward=(Argument("x", "x"),)), alone=False) is None
    assert in_legacy_names(call, Adapter(), alone=False) == call
