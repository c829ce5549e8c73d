"""The rung CLOSE: which differences are rounding, and which bugs are as small and are not."""

from dataclasses import replace

import pytest

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.proofs import Call, Case, Construction, OriginalTask, fails
from refactor_tools.prove.gate import prove
from tests.prove.samples import DIMS, Library, X

ENCODER = """
import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query, self.key, self.value = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.drop = nn.Dropout(0.25)

    def forward(self, x):
        query, key, value = self.query(x), self.key(x), self.value(x)
        weights = self.drop(torch.softmax(query @ key.transpose(1, 2) * 0.5, dim=-1))
        out = weights @ value
        return self.norm(F.gelu(out) + x)
"""
ORIGINAL = OriginalTask(
    "legacy/encoder.py::Encoder",
    "Encoder",
    ENCODER,
    Adapter((Argument("width", "width"),), (Argument("x", "x"),)),
    Case((Construction({"width": 8}, DIMS, (Call({"x": X}),)),)),
)
ROUNDING = {
    "einsum": ("query @ key.transpose(1, 2) * 0.5", "torch.einsum('bqd,bkd->bqk', query * 0.5, key)"),
    "scaled before": (
        "query @ key.transpose(1, 2) * 0.5",
        "(query * 0.7071067811865476) @ (key * 0.7071067811865476).mT",
    ),
    "softmax written out": (
        "torch.softmax(query @ key.transpose(1, 2) * 0.5, dim=-1)",
        "torch.exp(s := query @ key.transpose(1, 2) * 0.5) / torch.exp(s).sum(-1, keepdim=True)",
    ),
    "norm written out": (
        "self.norm(F.gelu(out) + x)",
        "((y := F.gelu(out) + x) - y.mean(-1, keepdim=True)) * self.norm.weight"
        " * torch.rsqrt(y.var(-1, correction=0, keepdim=True) + 1e-5) + self.norm.bias",
    ),
    "explicit single precision": ("weights @ value", "torch.einsum('bqk,bkd->bqd', weights.float(), value.float())"),
    "order of calls": (
        "query, key, value = self.query(x), self.key(x), self.value(x)",
        "value, key, query = self.value(x), self.key(x), self.query(x)",
    ),
}
BUGS = {
    "eps": ("nn.LayerNorm(width)", "nn.LayerNorm(width, eps=1e-6)"),
    "tanh": ("F.gelu(out)", "F.gelu(out, approximate='tanh')"),
    "scale": ("* 0.5", "* 0.500001"),
    "half precision inside": ("weights @ value", "(weights.bfloat16() @ value.bfloat16()).float()"),
    "detached": ("F.gelu(out) + x", "F.gelu(torch.einsum('bld->bld', out * 1)) + x.detach()"),
    "constant in half precision": ("* 0.5, dim", "* torch.tensor(0.3).half().item() / 0.3 * 0.5, dim"),
    "another draw": ("return self.norm(F.gelu(out) + x)", "return self.norm(F.gelu(self.drop(out)) + x)"),
}


def edited(old: str, new: str) -> str:
    assert old in ENCODER
    return ENCODER.replace(old, new)


@pytest.mark.parametrize("rewrite", ROUNDING)
def test_rounding_is_close(rewrite: str, library: Library) -> None:
    (proof,) = prove(library(edited(*ROUNDING[rewrite]), ORIGINAL)).originals
    assert proof.verdict in ("CLOSE", "BIT_EQUAL"), proof.reason
    assert proof.verdict == "BIT_EQUAL" or "equal but for rounding" in proof.reason


@pytest.mark.parametrize("bug", BUGS)
def test_bugs_are_different(bug: str, library: Library) -> None:
    (proof,) = prove(library(edited(*BUGS[bug]), ORIGINAL)).originals
    assert proof.verdict == "DIFFERENT"


def test_close_passes_with_a_reason_only(library: Library) -> None:
    assert ORIGINAL.case is not None
    (proof,) = prove(library(edited(*ROUNDING["softmax written out"]), ORIGINAL)).originals
    assert proof.verdict == "CLOSE"
    assert fails(proof.verdict, ORIGINAL.case)
    assert not fails(proof.verdict, replace(ORIGINAL.case, accepted="one kernel instead of two"))


def test_whole_numbers_are_equal_or_different(library: Library) -> None:
    last = "return self.norm(F.gelu(out) + x)"
    task = replace(ORIGINAL, source=edited(last, "return self.norm(F.gelu(out) + x).argmax(-1)"))
    (proof,) = prove(library(edited(last, "return self.norm(x - F.gelu(out)).argmax(-1)"), task)).originals
    assert proof.verdict == "DIFFERENT"


def test_a_gradient_that_is_zero_but_for_rounding_is_no_difference(library: Library) -> None:
    """The bias of the keys shifts all scores of a row alike, so that its gradient is noise in both."""
    (proof,) = prove(library(edited(*ROUNDING["scaled before"]), ORIGINAL)).originals
    assert proof.verdict == "CLOSE", proof.reason
    assert any(check.name == "training steps" and check.passed for check in proof.checks)
