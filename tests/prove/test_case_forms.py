"""Annotations say how an input is put together."""

from collections import namedtuple
from dataclasses import dataclass, field
from typing import NamedTuple, Optional, Tuple  # noqa: UP035 - legacy code is written so

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from refactor_tools.model.proofs import Listed, Named, TensorSpec
from refactor_tools.prove.case_forms import entry_of, form_of, is_listed, is_packed, several, states

X = TensorSpec(("B", "D"))


@dataclass
class Batch:
    x: Tensor
    mask: "Tensor"
    scale: float = 1.0
    extra: list[int] = field(default_factory=list)


class State(NamedTuple):
    h: Tensor
    c: Tensor


class Plain:
    def __init__(self, x: Tensor, by: int, *rest: int) -> None:
        self.x = x


class Layer(nn.Module):
    pass


Pair = namedtuple("Pair", ["left", "right"])
NAMES = {**globals()}


@pytest.mark.parametrize(
    ("annotation", "parts"),
    [
        (Batch, ("x", "mask")),
        ("Batch", ("x", "mask")),
        ("Optional[Batch]", ("x", "mask")),
        ("Batch | None", ("x", "mask")),
        ("None | Batch", ("x", "mask")),
        ("'Batch'", ("x", "mask")),
        (Optional[Batch], ("x", "mask")),  # noqa: UP045 - legacy code is written so
        (State, ("h", "c")),
        (Plain, ("x", "by")),
        (Pair, ("left", "right")),
    ],
)
def test_a_class_of_the_file_takes_what_it_must_be_given(annotation: object, parts: tuple[str, ...]) -> None:
    form = form_of(annotation, NAMES)
    assert form is not None
    assert tuple(name for name, _ in form.parts) == parts
    made = form.assembled(dict.fromkeys(parts, X))
    assert isinstance(made, Named)
    assert made.name[1:] in NAMES
    assert made.arguments == dict.fromkeys(parts, X)


@pytest.mark.parametrize("annotation", ["Tensor", Tensor, "int", None, "Layer", Layer, "Unknown", "not a type(", dict])
def test_what_is_no_class_of_the_file_has_no_form(annotation: object) -> None:
    assert form_of(annotation, NAMES) is None


@pytest.mark.parametrize("annotation", ["Tuple[Tensor, int]", Tuple[Tensor, int], "tuple[Tensor, int]"])  # noqa: UP006
def test_a_tuple_has_its_entries(annotation: object) -> None:
    form = form_of(annotation, NAMES)
    assert form is not None
    assert [text.rpartition(".")[2] for _, text in form.parts] == ["Tensor", "int"]
    assert form.assembled({"1": 2, "0": X}) == (X, 2)
    assert form_of("Tuple[Tensor, ...]", NAMES) is None


def test_lists_and_their_entries() -> None:
    assert is_listed("List[Tensor]")
    assert is_listed(list[Tensor])
    assert is_listed("Optional[Sequence[int]]")
    assert not is_listed("Tuple[Tensor, ...]")
    assert entry_of("List[int]") == "int"
    assert entry_of("Tensor") == ""
    assert several(X) == (Listed((X, X)), (X, X))


def test_packed_sequences() -> None:
    assert is_packed(PackedSequence)
    assert is_packed("torch.nn.utils.rnn.PackedSequence")
    assert not is_packed("Tensor")


def test_states_are_those_of_the_recurrent_layers() -> None:
    lstm = states(nn.LSTM(5, 7, num_layers=2, bidirectional=True), {"D": 5, "E": 7})
    state = TensorSpec((4, "B", "E"))
    assert list(lstm) == [(state, state), state]
    assert list(states(nn.GRU(5, 6), {"D": 5})) == [TensorSpec((1, "B", 6))]
    assert list(states(nn.LSTMCell(5, 7), {})) == [(TensorSpec(("B", 7)),) * 2, TensorSpec(("B", 7))]
    assert list(states(nn.Linear(5, 7), {})) == []
    assert list(states(torch.relu, {})) == []
