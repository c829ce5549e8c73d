from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refactor_tools.certificates.case_values import map_specs, specs_in, symbols_in
from refactor_tools.certificates.cases import dump_cases, load_cases
from refactor_tools.certificates.digests import case_digest
from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.proofs import Call, Case, Construction, Listed, Named, Same, TensorSpec

CASE = Case(
    constructions=(
        Construction(
            arguments={
                "config": {"hidden_size": 24, "dropout": 0.1, "name": "yes", "eps": 1e-05},
                "sizes": (1, (2, 3)),
            },
            dims={"B": 3, "L": 5, "D": 48},
            calls=(
                Call({"x": TensorSpec(("B", "L", "D")), "lengths": TensorSpec(("B",), "lengths", "L")}, "everything"),
                Call({"x": TensorSpec(("B", 1, "D"), dtype="float64"), "lengths": None}),
                Call({"q": TensorSpec(("B", "D")), "k": Same("q"), "parts": Listed((TensorSpec(("B",)), 2, (3,)))}),
                Call({"batch": Named(".Batch", {"x": TensorSpec(("B", "D")), "ids": Listed((1, 2))})}),
                Call({"ids": TensorSpec(("B", "L"), "ids", 40), "flag": True, "mode": "off", "scale": float("inf")}),
            ),
        ),
    ),
    outputs=(("B", "D"), (3,)),
)
CASES = {
    "a.py::X": CASE,
    "b.py::X": Case(question="What does `batch` hold?"),
    "c.py::X": Case(accepted="broken since 2020"),
}


def test_cases_come_back_as_they_were():
    assert load_cases(dump_cases("X", CASES), "X.yaml") == CASES


def test_the_file_begins_with_how_to_edit_it_and_is_deterministic():
    text = dump_cases("X", CASES)
    assert text.startswith("# How X is exercised")
    assert "`check-equivalence X --prove`" in text
    assert text == dump_cases("X", dict(reversed(CASES.items())))


def test_a_tensor_stands_on_one_line_with_its_letters():
    assert "x: !tensor {shape: [B, L, D]}" in dump_cases("X", CASES)


def test_a_person_can_write_a_case():
    text = """
    schema: 1
    originals:
      legacy/a.py::X:
        constructions:
          - arguments: {width: 8}
            dims: {B: 2}
            calls:
              - arguments:
                  x: !tensor {shape: [B, 8]}   # a comment
    """
    (construction,) = load_cases(text, "X.yaml")["legacy/a.py::X"].constructions
    assert construction == Construction({"width": 8}, {"B": 2}, (Call({"x": TensorSpec(("B", 8))}),))


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("!tensor {shape: [B, Z]}", "uses the size Z"),
        ("!tensor {shape: [B], kind: ids, high: V}", "uses the size V"),
        ("!tensor {size: [B]}", "no `size`"),
        ("!tensor {kind: mask}", "needs `shape`"),
        ("!tensor {shape: [B], kind: maks}", "`kind` is one of"),
        ("!tensor {shape: [-1]}", "needs `shape`"),
        ("!tensor {shape: [B], high: 1.5}", "`high`"),
        ("!tensor 3", "write `!tensor"),
        ("!object torch.nn.ReLU", "write `!object"),
        ("!object {name: 3}", "write `!object"),
        ("!object {name: a, arguments: {b: 2020-01-01}}", "a case holds numbers"),
        ("!!python/object/apply:os.getcwd []", "could not determine a constructor"),
        ("!list 3", "write `!list"),
        ("!list [2020-01-01]", "a case holds numbers"),
        ("!list [!tensor {shape: [Z]}]", "uses the size Z"),
        ("!same [x]", "write `!same"),
        ("!same x", "`originals.a.constructions[0].calls[0].arguments.x` is the same as x"),
        ("!same y", "no other argument of the call"),
        ("2020-01-01", "a case holds numbers"),
        ("{1: 2}", "put it in quotes"),
    ],
)
def test_what_cannot_be_used_is_said(argument, message):
    call = f"{{arguments: {{x: {argument}}}}}"
    text = f"schema: 1\noriginals: {{a: {{constructions: [{{dims: {{B: 2}}, calls: [{call}]}}]}}}}"
    with pytest.raises(UnreadableRecord) as caught:
        load_cases(text, "X.yaml")
    assert message in caught.value.message
    assert caught.value.place == "X.yaml"


def test_an_answered_question_has_to_go():
    text = "schema: 1\noriginals: {a: {question: what, constructions: [{calls: []}]}}"
    with pytest.raises(UnreadableRecord, match="delete the question"):
        load_cases(text, "X.yaml")


@given(st.text())
def test_no_text_breaks_the_reader(text):
    with pytest.raises(UnreadableRecord):
        load_cases(text, "X.yaml")


@pytest.mark.parametrize(
    "originals", ["schema: 1", "schema: 1\noriginals: []", "a: *b", "schema: 1\noriginals: {a: 3}", "[" * 9999]
)
def test_foreign_documents_are_rejected(originals):
    with pytest.raises(UnreadableRecord):
        load_cases(f"schema: 1{originals}", "X.yaml")


def test_tensors_are_found_and_replaced_wherever_they_stand():
    inner = TensorSpec(("B", "D"), "ids", "V")
    value = {"a": (1, inner), "b": Listed((inner,)), "c": Named(".Batch", {"x": inner}), "d": Named("torch.nn.ReLU")}
    assert list(specs_in(value)) == [inner] * 3
    assert set(symbols_in(value)) == {"B", "D", "V"}
    other = map_specs(lambda spec: replace(spec, shape=(2,)), value)
    assert [spec.shape for spec in specs_in(other)] == [(2,)] * 3
    assert other["a"][0] == 1
    assert other["d"] == value["d"]


def test_checks_that_are_asked_for_come_back_and_count():
    asking = replace(CASE, checks=("compile", "onnx"))
    assert load_cases(dump_cases("X", {"a.py::X": asking}), "X.yaml") == {"a.py::X": asking}
    assert case_digest(asking) != case_digest(CASE)
    assert "checks:" not in dump_cases("X", {"a.py::X": CASE}).partition("originals:")[2]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("[complie]", "`complie`, which is no check; did you mean `compile`"),
        ("[jax]", "it holds some of compile, export, onnx"),
        ("onnx", "must be a list"),
    ],
)
def test_a_check_that_does_not_exist_is_named(asked: str, message: str):
    text = f"schema: 1\noriginals:\n  a.py::X:\n    checks: {asked}\n"
    with pytest.raises(UnreadableRecord, match=message):
        load_cases(text, "X.yaml")
