from dataclasses import replace

import pytest

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.proofs import Call, Case, Construction, OriginalProof, OriginalTask, ProofTask, TensorSpec
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.children import Limits
from refactor_tools.prove.gate import prove, prove_original
from tests.prove.samples import BLOCK_COMPONENT, BLOCK_ORIGINAL, DIMS, POOL, POOL_COMPONENT, Library, X

# What a person could have got wrong: the component's text, where it goes wrong, and what the gate must name.
WRONG_BLOCKS = {
    "another eps": ("eps=1e-5", "eps=1e-6", "native_layer_norm"),
    "missing bias": ("self.fc2 = nn.Linear(dim, dim)", "self.fc2 = nn.Linear(dim, dim, bias=False)", "state keys"),
    "swapped order of submodules": (
        "self.fc1 = nn.Linear(dim, dim)\n        self.fc2 = nn.Linear(dim, dim)",
        "self.fc2 = nn.Linear(dim, dim)\n        self.fc1 = nn.Linear(dim, dim)",
        "at place 1 the original has first.weight, the component second.weight",
    ),
    "swapped parameters of one shape": (
        "self.fc1(hidden)\n        hidden = F.relu(hidden)\n        hidden = self.drop(self.fc2(hidden))",
        "self.fc2(hidden)\n        hidden = F.relu(hidden)\n        hidden = self.drop(self.fc1(hidden))",
        "equal bits",
    ),
    "extra dropout": ("return x + hidden", "return x + self.drop(hidden)", "equal bits"),
    "dead extra dropout": ("return x + hidden", "self.drop(x)\n        return x + hidden", "random"),
    "detach": ("hidden = self.norm(x)", "hidden = self.norm(x.detach())", "gradient of"),
    "changed initialisation": (
        'self.register_buffer("scale"',
        'nn.init.zeros_(self.fc2.bias)\n        self.register_buffer("scale"',
        "seeded initialisation",
    ),
    "initialisation draws more": (
        'self.register_buffer("scale"',
        'torch.rand(1)\n        self.register_buffer("scale"',
        "seeded initialisation",
    ),
    "frozen parameter": (
        'self.register_buffer("scale"',
        'self.norm.requires_grad_(False)\n        self.register_buffer("scale"',
        "requires_grad",
    ),
    "tied parameters": (
        'self.register_buffer("scale"',
        'self.fc2.weight = self.fc1.weight\n        self.register_buffer("scale"',
        "parameter order",
    ),
    "changed input": (
        "return x + hidden * self.scale",
        "result = x + hidden * self.scale\n        x.mul_(2)\n        return result",
        "",
    ),
    "non-persistent buffer": ("torch.ones(dim))", "torch.ones(dim), persistent=False)", "state keys"),
    "buffer as parameter": (
        'self.register_buffer("scale", torch.ones(dim))',
        "self.scale = nn.Parameter(torch.ones(dim))",
        "",
    ),
    "dropout ignores eval": ("self.drop(self.fc2(hidden))", "F.dropout(self.fc2(hidden), 0.1)", "equal bits"),
    "stays in training": (
        "    def forward",
        "    def train(self, mode=True):\n        return super().train(True)\n\n    def forward",
        "train and eval",
    ),
    "another activation": ("F.relu(hidden)", "F.gelu(hidden)", "gelu"),
    "raises": ("hidden = self.norm(x)", "raise ValueError('no')", "ValueError: no"),
    "does not parse": ("    def forward", "    def def", "does not load"),
    "constructor lacks a parameter": ("*, dropout: float = 0.1", "*, rate: float = 0.1", "cannot be built"),
    "sets the seed": ("hidden = self.norm(x)", "torch.manual_seed(0); hidden = self.norm(x)", ""),
    "another output form": ("return x + hidden * self.scale", "return (x + hidden * self.scale,)", "output"),
    "another dtype": ("return x + hidden * self.scale", "return (x + hidden * self.scale).double()", "float64"),
    "exits": ("hidden = self.norm(x)", "raise SystemExit(3)", "sys.exit(3)"),
}

WRONG_POOLS = {
    "dropped mask": ("if mask is not None:", "if False:", "masked_fill"),
    "softmax on another axis": ("F.softmax(scores, dim=1)", "F.softmax(scores, dim=-1)", "_softmax"),
    "finite mask value": ('float("-inf")', "-1e9", ""),
    "off by one": ("< lengths.unsqueeze(1)", "<= lengths.unsqueeze(1)", "le.Tensor"),
    "mean instead of sum": ("torch.sum(", "torch.mean(", "mean"),
    "nan removed": ("F.softmax(scores, dim=1) * x", "F.softmax(scores, dim=1).nan_to_num() * x", "nan_to_num"),
}

LEGITIMATE_BLOCKS = {
    "as it is": ("", ""),
    "torch.relu": ("F.relu(hidden)", "torch.relu(hidden)"),
    "module activation": ("F.relu(hidden)", "nn.ReLU()(hidden)"),
    "commuted add": ("x + hidden * self.scale", "hidden * self.scale + x"),
    "commuted product": ("hidden * gate", "gate * hidden"),
    "renamed local": ("hidden", "inner"),
    "method for operator": ("hidden * gate", "hidden.mul(gate)"),
    "keyword for position": ("nn.LayerNorm(dim, eps=1e-5)", "nn.LayerNorm(normalized_shape=dim)"),
    "default left out": ("nn.LayerNorm(dim, eps=1e-5)", "nn.LayerNorm(dim)"),
    "helper function": ("self.drop(self.fc2(hidden))", "(lambda value: self.drop(value))(self.fc2(hidden))"),
    "early statement": ("hidden = self.norm(x)", "residual = x\n        hidden = self.norm(x)"),
    "no-op view": ("hidden = self.norm(x)", "hidden = self.norm(x).contiguous()"),
}


def proof_of(task: ProofTask) -> OriginalProof:
    (proof,) = prove(task).originals
    return proof


def edited(source: str, old: str, new: str) -> str:
    assert old in source
    return source.replace(old, new)


@pytest.mark.parametrize("mistake", WRONG_BLOCKS)
def test_wrong_block_is_different(mistake: str, library: Library) -> None:
    old, new, named = WRONG_BLOCKS[mistake]
    proof = proof_of(library(edited(BLOCK_COMPONENT, old, new), BLOCK_ORIGINAL))
    assert proof.verdict == "DIFFERENT"
    assert named in proof.reason


@pytest.mark.parametrize("mistake", WRONG_POOLS)
def test_wrong_pool_is_different(mistake: str, library: Library) -> None:
    old, new, named = WRONG_POOLS[mistake]
    proof = proof_of(library(edited(POOL_COMPONENT, old, new), POOL))
    assert proof.verdict == "DIFFERENT"
    assert named in proof.reason


@pytest.mark.parametrize("rewrite", LEGITIMATE_BLOCKS)
def test_legitimate_block_is_proved(rewrite: str, library: Library) -> None:
    proof = proof_of(library(edited(BLOCK_COMPONENT, *LEGITIMATE_BLOCKS[rewrite]), BLOCK_ORIGINAL))
    assert (proof.verdict, proof.reason) == ("PROVED", "")


def test_root_is_the_component_s_own(library: Library) -> None:
    first = proof_of(library(BLOCK_COMPONENT, BLOCK_ORIGINAL))
    again = proof_of(library(edited(BLOCK_COMPONENT, "F.relu(hidden)", "torch.relu(hidden)"), BLOCK_ORIGINAL))
    wrong = proof_of(library(edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6"), BLOCK_ORIGINAL))
    worse = proof_of(library(edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-4"), BLOCK_ORIGINAL))
    assert first.root == again.root != ""
    assert len({first.root, wrong.root, worse.root, ""}) == 4


def test_both_lines_of_the_first_diverging_operation_are_named(library: Library) -> None:
    proof = proof_of(library(edited(POOL_COMPONENT, "F.softmax(scores, dim=1)", "F.softmax(scores, dim=-1)"), POOL))
    assert "legacy/text.py::Pool:18: return torch.sum(F.softmax(scores, dim=1) * states, dim=1)" in proof.reason
    assert "component.py:18: return torch.sum(F.softmax(scores, dim=-1) * x, dim=1)" in proof.reason


def test_backward_divergence_points_to_its_forward_line(library: Library) -> None:
    source = edited(BLOCK_COMPONENT, "hidden = F.relu(hidden)", "hidden = hidden.clamp(min=0)")
    proof = proof_of(library(source, BLOCK_ORIGINAL))
    assert "hidden = hidden.clamp(min=0)" in proof.reason


def test_other_operations_with_equal_bits_are_bit_equal(library: Library) -> None:
    source = edited(BLOCK_COMPONENT, "hidden = hidden * gate", "hidden = (hidden.double() * gate.double()).to(x.dtype)")
    only_forward = edited(BLOCK_COMPONENT, "hidden = F.relu(hidden)", "hidden = F.relu(F.relu(hidden))")
    assert proof_of(library(only_forward, BLOCK_ORIGINAL)).verdict == "BIT_EQUAL"
    assert proof_of(library(source, BLOCK_ORIGINAL)).verdict in ("BIT_EQUAL", "DIFFERENT")


def test_unreached_branch_keeps_a_proof_from_the_higher_rung(library: Library) -> None:
    case = Case((Construction({"width": 8}, DIMS, (Call({"x": X}),)),))
    proof = proof_of(library(BLOCK_COMPONENT, replace(BLOCK_ORIGINAL, case=case)))
    assert (proof.verdict, proof.branches) == ("BIT_EQUAL", "1/2")
    assert "forward line 16 (true)" in proof.reason


def test_default_of_the_component_counts_where_the_adapter_does_not_set_it(library: Library) -> None:
    adapter = replace(BLOCK_ORIGINAL.adapter, init=(Argument("dim", "width"),))
    original = replace(BLOCK_ORIGINAL, adapter=adapter)
    assert proof_of(library(BLOCK_COMPONENT, original)).verdict == "PROVED"
    other = edited(BLOCK_COMPONENT, "dropout: float = 0.1", "dropout: float = 0.2")
    assert proof_of(library(other, original)).verdict == "DIFFERENT"


def test_component_is_as_good_as_its_worst_original(library: Library) -> None:
    stray = replace(POOL, id="legacy/other.py::Pool", source=edited(POOL.source, "dim=1) * states", "dim=2) * states"))
    proof = prove(library(POOL_COMPONENT, POOL, stray))
    assert [original.verdict for original in proof.originals] == ["PROVED", "DIFFERENT"]
    assert (proof.verdict, proof.passed) == ("DIFFERENT", False)


def test_component_coverage_is_that_of_all_originals(library: Library) -> None:
    assert prove(library(POOL_COMPONENT, POOL)).branches == "4/4"


def test_environment_names_versions_and_no_machine(library: Library) -> None:
    environment = dict(prove(library(POOL_COMPONENT, POOL)).environment)
    assert environment["threads"] == "1"
    assert environment["device"] == "cpu"
    assert set(environment) == {"python", "torch", "device", "dtype", "threads", "deterministic algorithms"}


def test_question_and_missing_case_are_not_run(library: Library) -> None:
    asking = replace(POOL, case=Case(question="What is `config.hidden_size`?"))
    caseless = replace(POOL, case=None)
    silent = replace(POOL, case=Case((Construction({"config": {"hidden_size": 4}}, DIMS, ()),)))
    proofs = prove(library(POOL_COMPONENT, asking, caseless, silent)).originals
    assert [proof.verdict for proof in proofs] == ["NOT_RUN", "NOT_RUN", "NOT_RUN"]
    assert proofs[0].reason == "What is `config.hidden_size`?"


def test_progress_hears_every_original(library: Library) -> None:
    heard: list[str] = []
    prove(library(POOL_COMPONENT, replace(POOL, case=None), replace(POOL, id="b", case=None)), progress=heard.append)
    assert heard == ["legacy/text.py::Pool", "b"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2 * config.hidden_size", "config.nothing", "cannot be built"),
        ("scores = self.attention(states)", "raise RuntimeError('old and broken')", "old and broken"),
        ("scores = self.attention(states)", "import os; os._exit(7)", "exited with 7"),
        ("class Pool", "import sys; sys.exit(1)\nclass Pool", "sys.exit(1)"),
    ],
)
def test_broken_legacy(old: str, new: str, said: str, library: Library) -> None:
    proof = proof_of(library(POOL_COMPONENT, replace(POOL, source=edited(POOL.source, old, new))))
    assert proof.verdict == "LEGACY_BROKEN"
    assert said in proof.reason


def test_nondeterministic_original_is_reported_as_that(library: Library) -> None:
    noisy = "import os\nimport torch\n\ndef noise(x):\n    return x + int.from_bytes(os.urandom(2), 'big')\n"
    original = OriginalTask(
        "noise", "noise", noisy, Adapter(), Case((Construction({}, {}, (Call({"x": TensorSpec((3,))}),)),))
    )
    proof = proof_of(library(noisy, original))
    steady = {check.name: check for check in proof.checks}["deterministic"]
    assert steady.passed is None
    assert "output differs" in steady.detail


@pytest.mark.slow
def test_the_verdict_does_not_depend_on_the_seed(library: Library) -> None:
    task = library(BLOCK_COMPONENT, BLOCK_ORIGINAL)
    proofs = [prove_original(Assignment(task, BLOCK_ORIGINAL, seed=seed), Limits())[0] for seed in (0, 7)]
    assert [proof.verdict for proof in proofs] == ["PROVED", "PROVED"]
    assert proofs[0] == prove_original(Assignment(task, BLOCK_ORIGINAL), Limits())[0]


def test_a_component_that_differs_for_some_values_differs_from_some_seed(library: Library) -> None:
    rare = BLOCK_COMPONENT.replace(
        "return x + hidden", "return x + (hidden if (x.nan_to_num(0, 0) < 3.2).all() else 2 * hidden)"
    )
    task = library(rare, BLOCK_ORIGINAL)
    proofs = [prove_original(Assignment(task, BLOCK_ORIGINAL, seed=seed), Limits())[0] for seed in range(5)]
    assert {proof.verdict for proof in proofs} > {"DIFFERENT"}
