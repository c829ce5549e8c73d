"""A small family: two pooling classes that grew apart, a block with another attribute name, and their components."""

from collections.abc import Callable

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.proofs import Call, Case, Construction, OriginalTask, ProofTask, TensorSpec

TEXT_POOL = """
import torch
from torch import nn
from torch.nn import functional as F


class Pool(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.attention = nn.Linear(2 * config.hidden_size, 1)

    def forward(self, states, lengths=None):
        scores = self.attention(states)
        if lengths is not None:
            keep = torch.arange(states.size(1), device=states.device).unsqueeze(0) < lengths.unsqueeze(1)
            scores = scores.masked_fill(~keep.unsqueeze(-1), float("-inf"))
        return torch.sum(F.softmax(scores, dim=1) * states, dim=1)
"""

BLOCK = """
from torch import nn


class Block(nn.Module):
    def __init__(self, width, rate=0.1):
        super().__init__()
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=1e-5)
        self.drop = nn.Dropout(rate)
        self.register_buffer("scale", __import__("torch").ones(width))

    def forward(self, x, gate=None):
        hidden = self.drop(self.second(nn.functional.relu(self.first(self.norm(x)))))
        if gate is not None:
            hidden = hidden * gate
        return x + hidden * self.scale
"""

BLOCK_COMPONENT = """
import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, dim: int, *, dropout: float = 0.1) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dim, dim)
        self.fc2 = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim, eps=1e-5)
        self.drop = nn.Dropout(dropout)
        self.register_buffer("scale", torch.ones(dim))

    def forward(self, x: Tensor, *, gate: Tensor | None = None) -> Tensor:
        hidden = self.norm(x)
        hidden = self.fc1(hidden)
        hidden = F.relu(hidden)
        hidden = self.drop(self.fc2(hidden))
        if gate is not None:
            hidden = hidden * gate
        return x + hidden * self.scale
"""

POOL_COMPONENT = """
import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Pool(nn.Module):
    def __init__(self, input_dim: int) -> None:
        super().__init__()
        self.attention = nn.Linear(input_dim, 1)

    def forward(self, x: Tensor, *, lengths: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        scores = self.attention(x)
        if lengths is not None:
            mask = torch.arange(x.size(1), device=x.device).unsqueeze(0) < lengths.unsqueeze(1)
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        return torch.sum(F.softmax(scores, dim=1) * x, dim=1)
"""

X = TensorSpec(("B", "L", "D"))
DIMS = {"B": 3, "L": 5, "D": 8}

POOL_ADAPTER = Adapter(
    init=(Argument("input_dim", "2 * config.hidden_size"),),
    forward=(Argument("x", "states"), Argument("lengths", "lengths")),
)
POOL_CASE = Case(
    (
        Construction(
            {"config": {"hidden_size": 4}},
            DIMS,
            (Call({"states": X, "lengths": TensorSpec(("B",), "lengths", "L")}), Call({"states": X})),
        ),
    )
)
BLOCK_ADAPTER = Adapter(
    init=(Argument("dim", "width"), Argument("dropout", "rate")),
    forward=(Argument("x", "x"), Argument("gate", "gate")),
    state=(("fc1", "first"), ("fc2", "second")),
)
BLOCK_CASE = Case((Construction({"width": 8}, DIMS, (Call({"x": X, "gate": X}), Call({"x": X}))),))

POOL = OriginalTask("legacy/text.py::Pool", "Pool", TEXT_POOL, POOL_ADAPTER, POOL_CASE)
BLOCK_ORIGINAL = OriginalTask("legacy/block.py::Block", "Block", BLOCK, BLOCK_ADAPTER, BLOCK_CASE)

Library = Callable[..., ProofTask]
