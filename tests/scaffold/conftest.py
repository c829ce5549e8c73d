"""A small tree with an extracted component, as `extract-component` leaves it."""

from pathlib import Path

import pytest

from refactor_tools.certificates.store import original_name, original_path
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.model.facts import Parameter
from refactor_tools.model.proofs import Call, Case, Construction, TensorSpec
from refactor_tools.scaffold.component_test import ComponentTestRequest

COMPONENT = '''\
"""Residual block."""

import torch
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    def __init__(self, dim: int, hidden_dim: int, *, pre_norm: bool = False, dropout: float | None = None) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.LayerNorm(dim)] if pre_norm else []
        layers += [nn.Linear(dim, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, dim)]
        if dropout is not None:
            layers.append(nn.Dropout(dropout))
        self.net = nn.Sequential(*layers)

    def forward(self, x: Tensor, *, mask: Tensor | None = None, lengths: Tensor | None = None) -> Tensor:
        if lengths is not None:
            mask = torch.arange(x.size(1)) < lengths.unsqueeze(1)
        result = x + self.net(x)
        return result if mask is None else result * mask.unsqueeze(-1)
'''

TEXT_COPY = """\
import torch
import torch.nn as nn

WIDEN = 4


class ResidualBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = 2 * config.hidden_size
        self.ffwd = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, WIDEN * width), nn.ReLU(), nn.Linear(WIDEN * width, width)
        )

    def forward(self, sequences, lengths):
        mask = torch.arange(sequences.size(1)) < lengths.unsqueeze(1)
        return (sequences + self.ffwd(sequences)) * mask.unsqueeze(-1)
"""

TABLE_COPY = """\
import torch.nn as nn


class Block(nn.Module):
    def __init__(self, width, rate=0.25):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width), nn.Dropout(rate))

    def forward(self, x, mask=None):
        x = x + self.net(x)
        return x if mask is None else x * mask.unsqueeze(-1)
"""

BATCH = TensorSpec(("B", "L", "D"))
CASES = {
    "legacy/text.py::ResidualBlock": Case(
        (
            Construction(
                {"config": {"hidden_size": 4}},
                {"B": 3, "L": 5, "D": 8},
                (Call({"sequences": BATCH, "lengths": TensorSpec(("B",), "lengths", "L")}),),
            ),
        ),
        outputs=(("B", "L", "D"),),
    ),
    "legacy/table.py::Block": Case(
        (
            Construction(
                {"width": 6},
                {"B": 2, "L": 4, "D": 6},
                (
                    Call({"x": BATCH}),
                    Call({"x": BATCH, "mask": TensorSpec(("B", "L"), "mask")}),
                    Call({"x": TensorSpec((0, "L", "D")), "mask": TensorSpec((0, "L"), "mask")}, "empty batch"),
                ),
            ),
            Construction({"width": 6, "rate": 0.5}, {"B": 2, "L": 1, "D": 6}, (Call({"x": BATCH}),)),
        ),
        outputs=(("B", "L", "D"),),
    ),
}
KEYMAP = KeyMap(
    component="components.feedforward.residual_block.ResidualBlock",
    module="components.feedforward.residual_block",
    exported_from="components.feedforward",
    name="ResidualBlock",
    kind="class",
    originals=(
        OriginalRecord(
            "legacy/text.py::ResidualBlock",
            "ResidualBlock",
            original_name(TEXT_COPY),
            Adapter(
                init=(
                    Argument("dim", "2 * config.hidden_size"),
                    Argument("hidden_dim", "WIDEN * (2 * config.hidden_size)"),
                    Argument("pre_norm", "True"),
                ),
                forward=(Argument("x", "sequences"), Argument("lengths", "lengths")),
                state=(("net", "ffwd"),),
            ),
            "adapted",
            (Parameter("config"),),
            (Parameter("sequences"), Parameter("lengths")),
        ),
        OriginalRecord(
            "legacy/table.py::Block",
            "Block",
            original_name(TABLE_COPY),
            Adapter(
                init=(Argument("dim", "width"), Argument("hidden_dim", "width"), Argument("dropout", "rate")),
                forward=(Argument("x", "x"), Argument("mask", "mask")),
            ),
            "adapted",
            (Parameter("width"), Parameter("rate", default="0.25")),
            (Parameter("x"), Parameter("mask", default="None")),
        ),
    ),
)
REQUEST = ComponentTestRequest(
    path="tests/components/test_residual_block.py",
    keymap=KEYMAP,
    cases=CASES,
    parameters=(Parameter("dim"), Parameter("hidden_dim"), Parameter("pre_norm", "keyword-only", "False")),
    forward=(
        Parameter("x"),
        Parameter("mask", "keyword-only", "None"),
        Parameter("lengths", "keyword-only", "None"),
    ),
)


@pytest.fixture
def request_() -> ComponentTestRequest:
    return REQUEST


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    files = {
        "components/__init__.py": "",
        "components/feedforward/__init__.py": "from .residual_block import ResidualBlock\n",
        "components/feedforward/residual_block.py": COMPONENT,
        original_path(original_name(TEXT_COPY)): TEXT_COPY,
        original_path(original_name(TABLE_COPY)): TABLE_COPY,
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path
