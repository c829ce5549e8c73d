"""The members of a class from its source, beside what torch says of an object of it."""

from refactor_tools.checkpoints.layouts import layout

SOURCE = """
from torch import nn
import torch


class Base(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(width, width)


class Block(Base):
    def __init__(self, width, norm=None):
        super().__init__(width)
        self.width = width
        self.kind = "block"
        self.act = nn.ReLU()
        self.seq = nn.Sequential(nn.Linear(width, width))
        self.rnn: nn.Module = nn.LSTM(width, width)
        self.scale = nn.Parameter(torch.ones(1))
        self.drop = nn.Dropout(0.1) if norm else None
        if norm:
            self.norm = nn.LayerNorm(width)
        self.register_buffer("mean", torch.zeros(1))
        self.register_buffer("scratch", torch.zeros(1), persistent=False)
        self.add_module("extra", norm)


class Foreign(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(1, 1)
"""


def test_what_is_always_there_and_what_may_be() -> None:
    found = layout(SOURCE, "Block")
    assert found is not None
    assert found.required == {"first", "rnn", "scale"}
    assert {name for name, _ in found.parts} == {
        *("first", "width", "seq", "rnn", "scale", "drop", "norm", "mean", "extra"),
    }
    assert found.closed


def test_what_follows_a_member() -> None:
    found = layout(SOURCE, "Block")
    assert found is not None
    parts = dict(found.parts)
    assert parts["first"] == "weight|bias"
    assert parts["scale"] == parts["mean"] == ""
    assert parts["drop"] is None


def test_a_base_that_is_not_in_the_source_may_have_more() -> None:
    found = layout(SOURCE, "Foreign")
    assert found is not None
    assert not found.closed


def test_a_class_that_is_not_there_has_no_layout() -> None:
    assert layout(SOURCE, "Gone") is None
