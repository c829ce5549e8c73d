"""The rung PROVED: which rewrites reach it, and what must not."""

from dataclasses import replace

import pytest

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.proofs import JOINT_GRAPHS, Call, Case, Construction, OriginalProof, OriginalTask, TensorSpec
from refactor_tools.prove.children import Limits
from refactor_tools.prove.gate import prove
from tests.prove.samples import DIMS, Library, X

HEAD = """
import torch
from torch import nn
from torch.nn import functional as F


class Head(nn.Module):
    def __init__(self, width, rate=0.25):
        super().__init__()
        self.query = nn.Linear(width, width)
        self.layers = nn.ModuleList([nn.Linear(width, width)])
        self.drop = nn.Dropout(rate)
        self.register_buffer("seen", torch.zeros(1))

    def forward(self, x, mask):
        query = self.query(x)
        scores = torch.matmul(query, x.transpose(-2, -1)) * 0.5
        scores = scores.masked_fill(mask.unsqueeze(1), float("-inf"))
        out = torch.matmul(self.drop(torch.softmax(scores, dim=-1)), x)
        for layer in self.layers:
            out = F.relu(layer(out))
        self.seen += self.training
        return query + out
"""
CALL = Call({"x": X, "mask": TensorSpec(("B", "L"), "mask")})
ORIGINAL = OriginalTask(
    "legacy/head.py::Head",
    "Head",
    HEAD,
    Adapter((Argument("width", "width"),), (Argument("x", "x"), Argument("mask", "mask"))),
    Case((Construction({"width": 8}, DIMS, (CALL,)),)),
)
RANGE = "x (s0, s1, 8), mask (s0, s1) with s0, s1 >= 2"

LOOP = "        for layer in self.layers:\n            out = F.relu(layer(out))\n"
LAST = "        self.seen += self.training\n        return query + out\n"

# Each stands in the component for the first text.
PROVED = {
    "operator for function": ("torch.matmul(query, x.transpose(-2, -1))", "(query @ x.transpose(-2, -1))"),
    "mT for transpose": ("x.transpose(-2, -1)", "x.mT"),
    "permute for transpose": ("x.transpose(-2, -1)", "x.permute(0, 2, 1)"),
    "functional linear": ("self.query(x)", "F.linear(x, self.query.weight, self.query.bias)"),
    "functional dropout": ("self.drop(", "F.dropout(training=self.training, p=self.drop.p, input="),
    "loop written out": (LOOP, "        out = F.relu(self.layers[0](out))\n"),
    "sequential for list": ("nn.ModuleList([nn.Linear(width, width)])", "nn.Sequential(nn.Linear(width, width))"),
    "explicit defaults": ("torch.softmax(scores, dim=-1)", "F.softmax(scores, -1, dtype=None)"),
    "commuted sum": ("query + out", "out.add(query, alpha=1)"),
    "commuted product": (
        "torch.matmul(query, x.transpose(-2, -1)) * 0.5",
        "0.5 * torch.matmul(query, x.transpose(-2, -1))",
    ),
    "casts to the same type": ("self.query(x)", "self.query(x.to(x.dtype)).float()"),
    "copies": ("self.query(x)", "self.query(x).clone().contiguous()"),
    "views": ("self.query(x)", "self.query(x).flatten(0, 1).view(x.shape)"),
    "reshape": ("self.query(x)", "self.query(x).reshape(-1, x.size(-1)).reshape(*x.shape)"),
    "a slice of the whole": ("self.query(x)", "self.query(x)[:, : x.size(1)]"),
    "an expansion to the same sizes": ("self.query(x)", "self.query(x).expand(x.shape)"),
    "an axis from the front": ("torch.softmax(scores, dim=-1)", "torch.softmax(scores, dim=2)"),
    "a new axis from the back": ("mask.unsqueeze(1)", "mask.unsqueeze(-2)"),
    "dead code": ("        query =", "        unused = x.sum() * 2\n        query ="),
    "other order of statements": (
        LAST,
        "        out = query + out\n        self.seen += self.training\n        return out\n",
    ),
    "helper": ("F.relu(layer(out))", "(lambda value: F.relu(layer(value)))(out)"),
}

# The same bits in every run, but not one graph, with what the gate says of it.
NOT_PROVED = {
    "an operation more": ("F.relu(layer(out))", "F.relu(F.relu(layer(out)))", "BIT_EQUAL", "the component aten.relu"),
    "another way for other sizes": (
        "self.query(x)",
        "self.query(x if x.size(1) < 50 else x * 2)",
        "PROVED_ON_PATHS",
        "for the component x (s0, s1, 8), mask (s0, s1) with s0, s1 >= 2 and s1 < 50",
    ),
    "a size written out": (
        "self.query(x)",
        "self.query(x).view(-1, 5, 8)",
        "PROVED_ON_PATHS",
        "the original has aten.addmm.default, the component aten.addmm.default",
    ),
    "another way for other values": (
        "self.query(x)",
        "self.query(x if bool((x.nan_to_num(0, 0) < 99).all()) else x * 2)",
        "PROVED_ON_PATHS",
        "the component has no joint graph",
    ),
    "an attribute set": (
        "        query =",
        "        self.shape = tuple(x.shape)\n        query =",
        "PROVED_ON_PATHS",
        "the component has no joint graph: it sets the attribute shape",
    ),
}

# What both sides do, and no graph shows.
NOT_EXPORTED = {
    "chance that torch does not know": ("* 0.5", "* __import__('random').random()", "it changes Python's random state"),
    "a way that depends on values": ("* 0.5", "* (0.5 if x.sum() > 0 else 0.5)", "DataDependent"),
    "a tensor that is no parameter": ("* 0.5", "* Head.kept", "neither a parameter nor a constant"),
    "a size that depends on values": ("* 0.5", "* mask.nonzero().sum()", "data"),
}

# Held against what the original computes; each must be seen.
WRONG = {
    "scale": ("* 0.5", "* 0.25"),
    "operands of a product": ("(query, x.transpose(-2, -1))", "(x, query.transpose(-2, -1))"),
    "operands of a difference": ("query + out", "query - out"),
    "axis": ("dim=-1", "dim=-2"),
    "new axis": ("mask.unsqueeze(1)", "mask.unsqueeze(-1)"),
    "a slice of a part": ("self.query(x)", "self.query(x)[:, :1]"),
    "mask": ("mask.unsqueeze(1)", "~mask.unsqueeze(1)"),
    "value of the mask": ('float("-inf")', "-1e4"),
    "activation": ("F.relu", "F.leaky_relu"),
    "bias": ("self.query(x)", "F.linear(x, self.query.weight)"),
    "dropout's rate": ("rate=0.25", "rate=0.5"),
    "dropout's place": ("self.drop(torch.softmax(scores, dim=-1))", "torch.softmax(self.drop(scores), dim=-1)"),
    "dropout's order": ("query = self.query(x)", "query = self.query(x)\n        self.drop(query)"),
    "dropout in eval": ("self.drop(torch", "F.dropout(torch"),
    "detach": ("F.relu(layer(out))", "F.relu(layer(out.detach()))"),
    "parameters of one shape": (LOOP, LOOP.replace("layer(out)", "self.query(out)")),
    "precision": ("self.query(x)", "self.query(x).half().float()"),
    "change of an input": (LAST, LAST.replace("return", "x.add_(1)\n        return")),
    "change of a buffer": ("self.seen += self.training", "self.seen += 1"),
}


def edited(old: str, new: str) -> str:
    assert old in HEAD
    return HEAD.replace(old, new)


def proof_of(library: Library, component: str, original: OriginalTask = ORIGINAL) -> OriginalProof:
    (proof,) = prove(library(component, original)).originals
    return proof


def said(proof: OriginalProof) -> str:
    """What the check of the joint graphs says."""
    (check,) = (check for check in proof.checks if check.name == JOINT_GRAPHS)
    return check.detail


@pytest.mark.parametrize("rewrite", PROVED)
def test_rewrite_is_proved(rewrite: str, library: Library) -> None:
    proof = proof_of(library, edited(*PROVED[rewrite]))
    assert (proof.verdict, proof.reason) == ("PROVED", "")
    assert said(proof).startswith(RANGE)


@pytest.mark.parametrize("rewrite", NOT_PROVED)
def test_what_is_not_one_graph_stays_below(rewrite: str, library: Library) -> None:
    old, new, verdict, named = NOT_PROVED[rewrite]
    proof = proof_of(library, edited(old, new))
    assert proof.verdict == verdict
    assert named in said(proof)


@pytest.mark.parametrize("doing", NOT_EXPORTED)
def test_what_no_graph_shows_stays_on_its_paths(doing: str, library: Library) -> None:
    old, new, named = NOT_EXPORTED[doing]
    source = edited(old, new) + "\n\nHead.kept = torch.full((), 0.5, requires_grad=True)\n"
    proof = proof_of(library, source, replace(ORIGINAL, source=source))
    assert (proof.verdict, proof.reason) == ("PROVED_ON_PATHS", "")
    assert "the original has no joint graph: " in said(proof)
    assert named in said(proof)


@pytest.mark.slow
def test_an_export_that_does_not_end_leaves_the_lower_rungs(library: Library) -> None:
    wait = "(type(x) is not torch.Tensor and time.sleep(60), x)[1]"
    source = "import time\n" + edited("self.query(x)", f"self.query({wait})")
    task = library(source, replace(ORIGINAL, source=source))
    (proof,) = prove(task, Limits(seconds=5.0)).originals
    assert proof.verdict == "PROVED_ON_PATHS"
    assert "their export ended" in said(proof)


@pytest.mark.parametrize("mistake", WRONG)
def test_wrong_component_is_different(mistake: str, library: Library) -> None:
    proof = proof_of(library, edited(*WRONG[mistake]))
    assert proof.verdict == "DIFFERENT"
    assert not any(check.name == JOINT_GRAPHS for check in proof.checks)
