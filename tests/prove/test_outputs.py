"""Forms of inputs and outputs, and functions, go through the gate as single tensors do."""

import pytest

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.proofs import (
    PASSING,
    Call,
    Case,
    CaseValue,
    Construction,
    Listed,
    Named,
    OriginalProof,
    OriginalTask,
    Same,
    TensorSpec,
)
from refactor_tools.prove.gate import prove
from tests.prove.samples import Library

DIMS = {"B": 3, "L": 4, "D": 5}
X = TensorSpec(("B", "L", "D"))
LENGTHS = TensorSpec(("B",), "lengths", "L")
HEAD = """
from collections import namedtuple
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


@dataclass(frozen=True)
class Batch:
    x: torch.Tensor
    mask: torch.Tensor


@dataclass
class Result:
    value: torch.Tensor
    note: str = "none"


Pair = namedtuple("Pair", ["left", "right"])


"""


def function_proof(library: Library, body: str, wrong: str = "", **arguments: CaseValue) -> OriginalProof:
    """The proof of a function against itself, or against a wrong copy of it."""
    parameters = ", ".join(arguments)
    source = f"{HEAD}def process({parameters}):\n    return {{}}\n"
    case = Case((Construction({}, DIMS, (Call(arguments),)),))
    adapter = Adapter(forward=tuple(Argument(name, name) for name in arguments))
    original = OriginalTask("old.py::process", "process", source.replace("{}", body), adapter, case)
    (proof,) = prove(library(source.replace("{}", wrong or body), original)).originals
    return proof


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("(x, x * 2)", "(x, x * 3)"),
        ("(x, x * 2)", "[x, x * 2]"),
        ("{'a': x, 'b': None}", "{'a': x, 'b': 0}"),
        ("{'a': x}", "{'b': x}"),
        ("Result(x + 1)", "Result(x + 1, 'some')"),
        ("Result(x + 1)", "Pair(x + 1, 'none')"),
        ("Pair(x, [x.sum(), {'deep': x.mean()}])", "Pair(x, [x.sum(), {'deep': x.sum()}])"),
        ("None", "x"),
        ("(None, {'a': {'b': x + 1}})", "(None, {'a': {'b': x - 1}})"),
        ("3.5", "3.25"),
        ("float('nan')", "1.0"),
        ("x > 0", "x >= 0.1"),
        ("x.argmax(-1)", "x.argmin(-1)"),
        ("torch.fft.rfft(x)", "torch.fft.rfft(x * 2)"),
        ("x.double()", "x"),
        ("x[:0]", "x[:1]"),
        ("x.log()", "x.log().nan_to_num()"),
    ],
)
def test_forms_of_output(body: str, wrong: str, library: Library) -> None:
    assert function_proof(library, body, x=X).verdict == "PROVED"
    assert function_proof(library, body, wrong, x=X).verdict == "DIFFERENT"


def test_sparse_outputs_have_no_joint_graph(library: Library) -> None:
    assert function_proof(library, "x.relu().to_sparse()", x=X).verdict == "PROVED_ON_PATHS"
    assert function_proof(library, "x.relu().to_sparse()", "x.to_sparse()", x=X).verdict == "DIFFERENT"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (
            "pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)",
            "pack_padded_sequence(x * 2, lengths, batch_first=True, enforce_sorted=False)",
        ),
        (
            "pad_packed_sequence(pack_padded_sequence(x, lengths, True, False), True)[0]",
            "pad_packed_sequence(pack_padded_sequence(x, lengths.clamp(max=1), True, False), True)[0]",
        ),
    ],
)
def test_packed_sequences(body: str, wrong: str, library: Library) -> None:
    assert function_proof(library, body, x=X, lengths=LENGTHS).verdict == "PROVED_ON_PATHS"
    assert function_proof(library, body, wrong, x=X, lengths=LENGTHS).verdict == "DIFFERENT"


@pytest.mark.parametrize(
    "values",
    [
        {"config": {"scale": 3, "inner": {"shift": X}}},
        {"config": {"scale": 3, "inner": {"shift": TensorSpec(("B",), dtype="int64")}}},
    ],
)
def test_config_objects_are_inputs(values: dict[str, CaseValue], library: Library) -> None:
    assert function_proof(library, "config.inner.shift * config.scale", **values).verdict == "PROVED"
    wrong = function_proof(library, "config.inner.shift * config.scale", "config.inner.shift * 2", **values)
    assert wrong.verdict == "DIFFERENT"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("x.mul_(2).sum()", "(x * 2).sum()"),
        ("(x * 2).sum()", "x.mul_(2).sum()"),
    ],
)
def test_inputs_change_as_they_did(body: str, wrong: str, library: Library) -> None:
    assert function_proof(library, body, x=X).verdict == "PROVED"
    assert function_proof(library, body, wrong, x=X).verdict == "DIFFERENT"


def test_exceptions_of_edges_are_compared_by_type(library: Library) -> None:
    body = "x.view(x.size(0), -1) if x.size(0) else (_ for _ in ()).throw(ValueError('empty'))"
    assert function_proof(library, body, x=X).verdict == "PROVED"
    wrong = function_proof(library, body, body.replace("ValueError", "KeyError"), x=X)
    assert wrong.verdict == "DIFFERENT"
    assert "batch 0" in wrong.reason


def test_adapter_expressions_see_the_slices_names(library: Library) -> None:
    source = "WIDTH = 3\n\n\ndef scaled(x, by=None):\n    return x * (WIDTH if by is None else by)\n"
    component = "def scaled(values, *, factor):\n    return values * factor\n"
    adapter = Adapter(forward=(Argument("values", "x"), Argument("factor", "WIDTH if by is None else by")))
    case = Case((Construction({}, DIMS, (Call({"x": X}), Call({"x": X, "by": 2}))),))
    original = OriginalTask("old.py::scaled", "scaled", source, adapter, case)
    assert prove(library(component, original)).verdict == "PROVED"


def test_an_output_that_is_no_longer_contiguous_differs(library: Library) -> None:
    proof = function_proof(library, "x.mT.contiguous() + 1", "x.mT + 1", x=X)
    assert proof.verdict == "DIFFERENT"
    assert "output is contiguous in the original only" in proof.reason


def test_an_output_that_became_contiguous_does_not(library: Library) -> None:
    assert function_proof(library, "x.mT + 1", "x.mT.contiguous() + 1", x=X).verdict == "BIT_EQUAL"


BATCH = Named(".Batch", {"x": X, "mask": TensorSpec(("B", "L"), "mask")})
PACKED = Named(
    "torch.nn.utils.rnn.pack_padded_sequence",
    {"input": X, "lengths": LENGTHS, "batch_first": True, "enforce_sorted": False},
)


@pytest.mark.parametrize(
    ("body", "wrong", "values"),
    [
        ("batch.x * batch.mask.unsqueeze(-1)", "batch.x * ~batch.mask.unsqueeze(-1)", {"batch": BATCH}),
        ("packed.data * 2", "packed.data * 3", {"packed": PACKED}),
        ("torch.cat(parts) if isinstance(parts, list) else parts[0]", "parts[0]", {"parts": Listed((X, X))}),
        ("q * 2 if q is k else q * k", "q * 2", {"q": X, "k": X}),
        ("q * 2 if q is k else q * k", "q * k", {"q": X, "k": Same("q")}),
    ],
)
def test_forms_of_input(body: str, wrong: str, values: dict[str, CaseValue], library: Library) -> None:
    assert function_proof(library, body, wrong, **values).verdict == "DIFFERENT"
    assert function_proof(library, body, **values).verdict in PASSING
