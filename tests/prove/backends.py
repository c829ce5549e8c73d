"""Calls of two small classes in this process, as the checks of the backends take them."""

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import Call, Case, Construction, OriginalTask, TensorSpec
from refactor_tools.prove.backend_calls import BackendCall
from refactor_tools.prove.pairs import pair_up
from refactor_tools.prove.scenarios import settings_of
from tests.prove.loaded import edited, subject_of

GATE = """
import torch
from torch import nn


class Gate(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.drop = nn.Dropout(0.5)

    def forward(self, x, scale=2.0):
        return self.drop(torch.relu(self.norm(x)) * scale)
"""
BODY = "return self.drop(torch.relu(self.norm(x)) * scale)"
FUNCTION = "import torch\n\n\ndef gate(x):\n    return torch.relu(x) * 2\n"

# What the same text in another form does.
COMMUTED = "return self.drop(scale * torch.relu(self.norm(x)))"
WITH_A_BREAK = f"print(end='')\n        {BODY}"
ON_DATA = f"scale = scale if float(x.sum()) < 1e9 else 0.0\n        {BODY}"
TWICE = "return self.drop(torch.relu(torch.relu(self.norm(x))) * scale)"
IN_DOUBLE = "return self.drop(torch.relu(self.norm(x).double() * scale).to(x.dtype))"


def gate_with(body: str) -> str:
    return edited(GATE, BODY, body)


def call_of(original: str, component: str, *, exact: bool = True) -> BackendCall:
    """The first call of a class `Gate`, or of a function `gate`."""
    name = "Gate" if "class Gate" in original else "gate"
    case = Case((Construction({}, {"B": 3}, (Call({"x": TensorSpec(("B", 4))}),)),))
    subject = subject_of(OriginalTask("legacy.py", name, original, Adapter(), case), component)
    (setting,) = settings_of(case)
    return BackendCall(subject, setting, pair_up(subject, setting), exact)
