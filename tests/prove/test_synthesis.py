"""Cases are found without asking where that is possible, and asked for where it is not."""

from textwrap import dedent

import pytest

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import (
    Call,
    Case,
    Construction,
    Listed,
    Named,
    OriginalTask,
    ProofTask,
    Same,
    TensorSpec,
)
from refactor_tools.prove.case_child import search
from refactor_tools.prove.children import Limits
from refactor_tools.prove.synthesis import find_case, find_cases

HEAD = """
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

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


def module(forward: str, parameters: str = "x", init: str = "", arguments: str = "") -> str:
    """A class with a linear layer, its constructor's further statements and the body of its forward."""
    body = "\n".join(f"        {line}" for line in dedent(forward).strip().splitlines())
    more = "\n".join(f"        {line}" for line in dedent(init).strip().splitlines())
    return (
        f"class Part(nn.Module):\n"
        f"    def __init__(self, dim{arguments}):\n"
        f"        super().__init__()\n"
        f"        self.net = nn.Linear(dim, dim)\n{more}\n"
        f"    def forward(self, {parameters}):\n{body}\n"
    )


BRANCHES = {
    "None": module("return self.net(x) if mask is None else self.net(x) * mask.unsqueeze(-1)", "x, mask=None"),
    "rank": module("if x.dim() == 2:\n    x = x.unsqueeze(1)\nreturn self.net(x)"),
    "number of sizes": module("if len(x.shape) == 4:\n    x = x.flatten(1, 2)\nreturn self.net(x)"),
    "size": module("if x.size(1) > 300:\n    x = x[:, :300]\nreturn self.net(x)"),
    "size of a local": module("n = x.shape[1]\nlong = n > 40\nif long:\n    x = x[:, :40]\nreturn self.net(x)"),
    "exact size": module("y = self.net(x)\nif x.size(0) == 6:\n    y = y * 2\nreturn y"),
    "size against the constructor": module(
        "if x.size(1) > self.limit:\n    x = x[:, : self.limit]\nreturn self.net(x)", init="self.limit = 2 * dim"
    ),
    "text": module("return self.net(x) if mode == 'train' else x", "x, mode='train'"),
    "text in a tuple": module("if mode in ('a', 'b'):\n    return x\nreturn self.net(x)", "x, mode: str = 'c'"),
    "flag": module("return self.net(x) if apply else x", "x, apply=True"),
    "number": module("return self.net(x) if depth > 7 else x", "x, depth=1"),
    "form": module(
        "if isinstance(x, (tuple, list)):\n    x = x[0]\nreturn self.net(x)",
    ),
    "tensor or not": module("return x * self.net(x) if torch.is_tensor(by) else self.net(x) * by", "x, by"),
    "dtype": module("if x.dtype == torch.float64:\n    x = x.float()\nreturn self.net(x)"),
    "kind of dtype": module("if not x.is_floating_point():\n    x = x.float()\nreturn self.net(x)"),
    "identity": module("return self.net(q) * 2 if q is k else self.net(q) * k", "q, k"),
    "training": module("return self.net(x) if self.training else x"),
    "key": module("y = self.net(batch['x'])\nif 'extra' in batch:\n    y = y + batch['extra']\nreturn y", "batch"),
    "config": module(
        "return self.net(x) if self.kind == 'a' else x", init="self.kind = options.kind", arguments=", options"
    ),
    "switch of the constructor": module(
        "return self.net(x) if self.on else x", init="self.on = on", arguments=", on=False"
    ),
    "number of the constructor": module(
        "return self.net(x) if self.depth > 5 else x", init="self.depth = depth", arguments=", depth=1"
    ),
    "two switches together": module(
        "if self.a and self.b:\n    return x\nreturn self.net(x)",
        init="self.a, self.b = a, b",
        arguments=", a=False, b=False",
    ),
    "helper": module("return self.inner(x)")
    + "\n    def inner(self, hidden):\n        return hidden if hidden.size(1) > 77 else self.net(hidden)\n",
    "loop": module("for part in parts:\n    x = x + self.net(part)\nreturn x", "x, parts"),
}


@pytest.mark.parametrize("source", BRANCHES.values(), ids=BRANCHES)
def test_branches_are_reached(source: str) -> None:
    case, _, missing = search(original(source))
    assert case.question == ""
    assert missing == ()


@pytest.mark.parametrize(
    "source",
    [
        module("return self.net(x) if x.device.type != 'meta' else x"),
        module("return self.net(x) if torch.cuda.is_available() is not None else x"),
        module("if hash(x.shape) == 4711:\n    return x\nreturn self.net(x)"),
    ],
)
def test_branches_that_no_call_reaches_are_told(source: str) -> None:
    case, _, missing = search(original(source))
    assert case.constructions
    assert len(missing) == 1
    assert missing[0].startswith("Part.forward line")


def test_a_call_for_a_branch_says_what_was_changed() -> None:
    notes = [call.note for call in found(BRANCHES["size"]).constructions[0].calls]
    assert "for a branch on x" in notes


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "@dataclass\nclass Batch:\n    x: Tensor\n    mask: Tensor\n\n\n"
            + module("return self.net(batch.x) * batch.mask.unsqueeze(-1)", "batch: Batch"),
            {"batch": Named(".Batch", {"x": TensorSpec(("B", "L", "D")), "mask": TensorSpec(("B", "L"), "mask")})},
        ),
        (
            module("return torch.cat([self.net(part) for part in parts])", "parts: List[Tensor]"),
            {"parts": Listed((TensorSpec(("B", "L", "D")), TensorSpec(("B", "L", "D"))))},
        ),
        (
            module("x, y = parts\nreturn self.net(x) + y.sum(1, keepdim=True)", "parts: Tuple[Tensor, Tensor]"),
            {"parts": (TensorSpec(("B", "L", "D")), TensorSpec(("B", "L", "D")))},
        ),
        (
            module("return self.net(parts['a']) + parts['b']", "parts: Dict[str, Tensor]"),
            {"parts": {"a": TensorSpec(("B", "L", "D")), "b": TensorSpec(("B", "L", "D"))}},
        ),
    ],
)
def test_inputs_follow_annotations(source: str, expected: dict[str, object]) -> None:
    assert found(source).constructions[0].calls[0].arguments == expected


def test_packed_sequences_are_inputs() -> None:
    for parameter in ("sequence: PackedSequence", "sequence"):
        case = found(
            f"""
            class Part(nn.Module):
                def __init__(self, dim):
                    super().__init__()
                    self.net = nn.Linear(dim, dim)

                def forward(self, {parameter}):
                    padded, lengths = pad_packed_sequence(sequence, batch_first=True)
                    return self.net(padded)
            """
        )
        made = case.constructions[0].calls[0].arguments["sequence"]
        assert isinstance(made, Named)
        assert made.name.endswith("pack_padded_sequence")


def test_first_states_of_recurrent_layers_are_inputs() -> None:
    case = found(
        """
        class Part(nn.Module):
            def __init__(self, dim):
                super().__init__()
                self.rnn = nn.LSTM(dim, dim, batch_first=True)

            def forward(self, x, hidden=None):
                return self.rnn(x, hidden)[0]
        """
    )
    state = TensorSpec((1, "B", "D"))
    assert {"x": TensorSpec(("B", "L", "D")), "hidden": (state, state)} in [
        call.arguments for call in case.constructions[0].calls
    ]


def test_one_tensor_is_query_key_and_value() -> None:
    source = module("return torch.softmax(self.net(query) @ key.mT, -1) @ value", "query, key, value")
    calls = [call.arguments for call in found(source).constructions[0].calls]
    assert {"query": TensorSpec(("B", "L", "D")), "key": Same("query"), "value": Same("query")} in calls


def test_constructor_arguments_are_crossed_in_pairs() -> None:
    source = module(
        "return self.act(self.net(x))",
        init="self.act = nn.ReLU() if relu else nn.Identity()\nself.norm = nn.LayerNorm(dim) if norm else None",
        arguments=", relu=True, norm=False",
    )
    arguments = [construction.arguments for construction in found(source).constructions]
    pairs = {(one.get("relu", True), one.get("norm", False)) for one in arguments}
    assert pairs >= {(True, False), (False, True)}
    assert any(isinstance(one["dim"], int) and one["dim"] % 2 for one in arguments)
    assert len(arguments) <= 5


def test_sizes_that_the_constructor_refuses_are_left_out() -> None:
    source = module("return self.net(x)", init="assert dim % 8 == 0")
    dims = [construction.arguments["dim"] for construction in found(source).constructions]
    assert len(dims) >= 2
    assert all(isinstance(dim, int) and dim % 8 == 0 for dim in dims)


def test_a_rate_that_is_none_by_default_is_given() -> None:
    case = found(
        """
        class Part(nn.Module):
            def __init__(self, drop_prob=None):
                super().__init__()
                self.drop = nn.Dropout(float(drop_prob))

            def forward(self, x):
                return self.drop(x)
        """
    )
    assert case.constructions[0].arguments == {"drop_prob": 0.25}
