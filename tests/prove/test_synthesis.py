"""Cases are found without asking where that is possible, and asked for where it is not."""

from textwrap import dedent

import pytest

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import Call, Case, Construction, Named, OriginalTask, ProofTask, TensorSpec
from refactor_tools.prove.children import Limits
from refactor_tools.prove.synthesis import find_case, find_cases

HEAD = """
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

"""


def original(source: str, name: str = "Part") -> OriginalTask:
    return OriginalTask(f"legacy.py::{name}", name, HEAD + dedent(source), Adapter())


def found(source: str, name: str = "Part") -> Case:
    case = find_case(original(source, name))
    assert case.question == ""
    assert case.constructions
    return case


def asked(source: str, name: str = "Part", limits: Limits = Limits(seconds=60)) -> str:  # noqa: B008
    case = find_case(original(source, name), limits)
    assert case.constructions == ()
    return case.question


def shapes(call: Call) -> dict[str, object]:
    return {name: value.shape if isinstance(value, TensorSpec) else value for name, value in call.arguments.items()}


def calls(construction: Construction) -> list[dict[str, object]]:
    return [shapes(call) for call in construction.calls]


POOLING = """
@dataclass
class Config:
    hidden_size: int = 768
    dropout: float = 0.1
    unused: str = "x"


class Part(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.score = nn.Linear(2 * config.hidden_size, 1)
        self.drop = nn.Dropout(config.dropout)

    def forward(self, states, lengths, mask=None):
        scores = self.score(self.drop(states))
        if lengths is not None:
            keep = torch.arange(states.size(1)).unsqueeze(0) < lengths.unsqueeze(1)
            scores = scores.masked_fill(~keep.unsqueeze(-1), float("-inf"))
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        return torch.sum(torch.softmax(scores, dim=1) * states, dim=1)
"""


def test_a_config_is_found_by_what_is_read_of_it() -> None:
    first, *_ = found(POOLING).constructions
    config = first.arguments["config"]
    assert isinstance(config, dict)
    assert set(config) == {"hidden_size", "dropout"}
    assert first.dims["D"] == 2 * config["hidden_size"]
    assert config["hidden_size"] < 128


def test_sizes_differ_from_each_other() -> None:
    dims = found(POOLING).constructions[0].dims
    assert len(set(dims.values())) == len(dims) >= 3


def test_optional_inputs_are_present_and_absent_and_none_is_tried_where_it_is_looked_for() -> None:
    tried = calls(found(POOLING).constructions[0])
    sequence, lengths = {"states": ("B", "L", "D")}, {"lengths": ("B",)}
    assert {**sequence, **lengths} in tried
    assert {**sequence, **lengths, "mask": ("B", "L")} in tried
    assert {**sequence, "lengths": None} in tried


def test_edges_are_called() -> None:
    notes = [call.note for call in found(POOLING).constructions[0].calls]
    assert {"a batch of one", "a length of one", "a row that is all padding"} <= set(notes)


def test_a_padded_row_is_a_mask_without_any_true() -> None:
    (call,) = [call for call in found(POOLING).constructions[0].calls if "padding" in call.note]
    assert call.arguments["mask"] == TensorSpec(("B", "L"), "mask", 0)


def test_a_second_construction_has_other_sizes_and_no_dropout() -> None:
    first, second, *_ = found(POOLING).constructions
    assert first.dims["D"] != second.dims["D"]
    assert [one.arguments["config"]["dropout"] > 0 for one in (first, second)] == [True, False]
    assert second.calls


def test_outputs_are_in_the_letters_of_the_inputs() -> None:
    assert found(POOLING).outputs == (("B", "D"),)


def test_the_same_source_gives_the_same_case() -> None:
    assert found(POOLING) == found(POOLING)


def test_switches_and_choices_are_tried_both_ways() -> None:
    case = found(
        """
        class Part(nn.Module):
            def __init__(self, dim, pre_norm=True, activation="relu"):
                super().__init__()
                self.norm = nn.LayerNorm(dim) if pre_norm else nn.Identity()
                if activation == "relu":
                    self.act = nn.ReLU()
                elif activation == "gelu":
                    self.act = nn.GELU()
                else:
                    raise ValueError(activation)

            def forward(self, x, residual=True, mode="sum"):
                y = self.act(self.norm(x))
                if mode == "mean":
                    y = y / 2
                return x + y if residual else y
        """
    )
    arguments = [construction.arguments for construction in case.constructions]
    assert any(one.get("pre_norm") is False for one in arguments)
    assert any(one.get("activation") == "gelu" for one in arguments)
    tried = calls(case.constructions[0])
    assert any(call.get("residual") is False for call in tried)
    assert any(call.get("mode") == "mean" for call in tried)


def test_optional_parts_are_built_too() -> None:
    case = found(
        """
        class Part(nn.Module):
            def __init__(self, dim, extra_dim=None):
                super().__init__()
                self.first = nn.Linear(dim, dim)
                self.second = nn.Linear(dim, extra_dim) if extra_dim is not None else None

            def forward(self, x):
                x = self.first(x)
                return x if self.second is None else self.second(x)
        """
    )
    assert any("extra_dim" in construction.arguments for construction in case.constructions)


def test_ids_stay_below_the_number_of_embeddings() -> None:
    case = found(
        """
        class Part(nn.Module):
            def __init__(self, vocab_size, dim):
                super().__init__()
                self.embedding = nn.Embedding(vocab_size, dim)

            def forward(self, tokens):
                return self.embedding(tokens).mean(1)
        """
    )
    for construction in case.constructions:
        (spec,) = {call.arguments["tokens"] for call in construction.calls if not call.note}
        assert isinstance(spec, TensorSpec)
        assert (spec.kind, spec.shape) == ("ids", ("B", "L"))
        assert construction.dims[str(spec.high)] == construction.arguments["vocab_size"]


def test_a_batch_is_found_by_the_keys_that_are_read_of_it_and_time_may_come_first() -> None:
    case = found(
        """
        class Part(nn.Module):
            def __init__(self, config):
                super().__init__()
                self.embedding = nn.Embedding(config["vocab"], config["width"])
                self.lstm = nn.LSTM(config["width"], config["width"])
                self.table = nn.Linear(config["n_features"], config["width"])

            def forward(self, batch):
                embedded = self.embedding(batch["text"])
                packed = pack_padded_sequence(embedded, batch["text_length"], enforce_sorted=False)
                states, _ = pad_packed_sequence(self.lstm(packed)[0])
                return states[0] + self.table(batch["tabular"])
        """
    )
    batch = case.constructions[0].calls[0].arguments["batch"]
    assert isinstance(batch, dict)
    assert {name: spec.shape[:2] for name, spec in batch.items() if isinstance(spec, TensorSpec)} == {
        "text": ("L", "B"),
        "text_length": ("B",),
        "tabular": ("B", batch["tabular"].shape[1]),
    }


@pytest.mark.parametrize(
    ("build", "forward", "rank"),
    [
        ("nn.Conv2d(3, width, 3)", "self.net(image)", 4),
        ("nn.Conv1d(width, width, 3)", "self.net(image)", 3),
        ("nn.Conv3d(width, width, 3)", "self.net(image)", 5),
        ("nn.BatchNorm2d(width)", "self.net(image)", 4),
    ],
)
def test_the_number_of_sizes_follows_what_the_layers_take(build: str, forward: str, rank: int) -> None:
    case = found(
        f"""
        class Part(nn.Module):
            def __init__(self, width):
                super().__init__()
                self.net = {build}

            def forward(self, image):
                return {forward}
        """
    )
    shape = shapes(case.constructions[0].calls[0])["image"]
    assert isinstance(shape, tuple)
    assert len(shape) == rank


def test_equal_widths_are_tried_where_distinct_ones_do_not_fit() -> None:
    case = found(
        """
        class Part(nn.Module):
            def __init__(self, in_dim, out_dim):
                super().__init__()
                self.net = nn.Linear(in_dim, out_dim)

            def forward(self, x):
                return x + self.net(x)
        """
    )
    assert {first["in_dim"] == first["out_dim"] for first in (one.arguments for one in case.constructions)} == {True}


def test_a_module_that_is_given_is_made() -> None:
    case = found(
        """
        class Part(nn.Module):
            def __init__(self, dim, fn):
                super().__init__()
                self.norm = nn.LayerNorm(dim)
                self.fn = fn

            def forward(self, x):
                return self.fn(self.norm(x)) + x
        """
    )
    made = case.constructions[0].arguments["fn"]
    assert isinstance(made, Named)
    assert made.name == "torch.nn.Linear"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def part(logits, targets, gamma=2.0):\n"
            "    loss = F.cross_entropy(logits, targets, reduction='none')\n"
            "    return ((1 - torch.exp(-loss)) ** gamma * loss).mean()\n",
            {"logits": ("B", "D"), "targets": ("B",)},
        ),
        (
            "def part(x, mask, dim: int = 1):\n"
            "    return (x * mask.unsqueeze(-1)).sum(dim) / mask.sum(dim, keepdim=True)\n",
            {"x": ("B", "L", "D"), "mask": ("B", "L")},
        ),
        ("def part(left, right):\n    return torch.bmm(left, right.transpose(1, 2))\n", None),
    ],
)
def test_functions_have_cases_too(source: str, expected: dict[str, object] | None) -> None:
    (construction,) = found(source, "part").constructions
    assert construction.arguments == {}
    assert expected is None or shapes(construction.calls[0]) == expected


def test_what_is_known_is_left_as_it_is() -> None:
    known = Case((Construction({"dim": 8}, {}, (Call({"x": TensorSpec((2, 8))}),)),))
    question = Case(question="what is x?")
    part = "class Part(nn.Module):\n    def forward(self, x):\n        return x + 1\n"
    tasks = (
        OriginalTask("a", "Part", HEAD + part, Adapter(), known),
        OriginalTask("b", "Part", HEAD + part, Adapter(), question),
        OriginalTask("c", "Part", HEAD + part, Adapter()),
    )
    heard: list[str] = []
    task = find_cases(ProofTask("lib.Part", "lib", "Part", "class", (), tasks), progress=heard.append)
    assert [one.case for one in task.originals[:2]] == [known, question]
    assert task.originals[2].case is not None
    assert task.originals[2].case.constructions
    assert heard == ["c"]


def test_what_cannot_be_constructed_is_asked_with_what_was_tried() -> None:
    question = asked(
        """
        class Part(nn.Module):
            def __init__(self, magic):
                super().__init__()
                if magic != 4711:
                    raise ValueError("not the number")

            def forward(self, x):
                return x
        """
    )
    assert question.startswith("How is Part constructed?")
    assert "not the number" in question
    assert "case file" in question


def test_what_cannot_be_called_is_asked_with_the_nearest_attempt() -> None:
    question = asked(
        """
        class Part(nn.Module):
            def forward(self, x):
                if tuple(x.shape) != (7, 11, 13):
                    raise ValueError("seven by eleven by thirteen, please")
                return x
        """
    )
    assert question.startswith("What does Part take for x?")
    assert "seven by eleven" in question


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import a_module_that_nobody_has\nclass Part(nn.Module):\n    pass\n", "a_module_that_nobody_has"),
        ("Part = 3\n", "cannot be called"),
        ("class Other(nn.Module):\n    pass\n", "Part"),
        ("class Part:\n    def forward(self, x):\n        return x\n", "no torch module"),
        ("class Part(nn.Module):\n    def forward(self, x):\n        __import__('os')._exit(3)\n", "exited"),
    ],
)
def test_what_does_not_load_or_run_is_asked_with_the_reason(source: str, reason: str) -> None:
    assert reason in asked(source)


def test_a_search_that_does_not_end_is_asked() -> None:
    endless = "class Part(nn.Module):\n    def forward(self, x):\n        while True:\n            pass\n"
    assert "timed out" in asked(endless, limits=Limits(seconds=2))
