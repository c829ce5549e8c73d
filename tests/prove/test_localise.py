"""What the gate finds out about an original that is DIFFERENT, in children of their own."""

from dataclasses import replace

import pytest

from refactor_tools.certificates.cases import load_cases
from refactor_tools.model.proofs import Check, OriginalProof, OriginalTask
from refactor_tools.prove.children import Limits
from refactor_tools.prove.gate import localise
from tests.prove.loaded import edited
from tests.prove.samples import BLOCK_COMPONENT, BLOCK_ORIGINAL, POOL, POOL_COMPONENT, Library

LIMITS = Limits()
DIFFERENT = OriginalProof(BLOCK_ORIGINAL.id, "DIFFERENT", (Check("equal bits", False, "output differs"),))


def localised(library: Library, component: str, original: OriginalTask = BLOCK_ORIGINAL) -> OriginalProof:
    return localise(library(component, original), original, replace(DIFFERENT, id=original.id), LIMITS)


def test_everything_about_a_divergence(library: Library) -> None:
    found = localised(library, edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6")).divergence
    assert found is not None
    assert found.message == "the original has native_layer_norm(eps=1e-05), the component native_layer_norm(eps=1e-06)"
    assert found.culprits == ("norm",)
    assert found.shrunken_mode == "inference"
    (construction,) = load_cases(found.case, "")[BLOCK_ORIGINAL.id].constructions
    assert construction.dims == {"B": 1, "L": 1, "D": 2}
    assert found.roles == ""


def test_swapped_parameters_are_a_check_of_their_own(library: Library) -> None:
    source = edited(
        edited(BLOCK_COMPONENT, "self.fc1(hidden)", "self.fc0(hidden)").replace("self.fc2(hidden)", "self.fc1(hidden)"),
        "self.fc0(hidden)",
        "self.fc2(hidden)",
    )
    proof = localised(library, source)
    said = "parameters first.weight and second.weight are swapped; so are first.bias and second.bias"
    assert proof.checks[-1] == Check("roles", False, said)
    assert proof.divergence is not None
    assert proof.divergence.roles == said


def test_keys_without_counterparts_get_a_proposal(library: Library) -> None:
    original = replace(BLOCK_ORIGINAL, adapter=replace(BLOCK_ORIGINAL.adapter, state=()))
    proof = localised(library, BLOCK_COMPONENT, original)
    assert proof.divergence is not None
    assert proof.divergence.roles == "by their roles the key map is `state: {fc1: first, fc2: second}`"


def test_a_statement_whose_result_is_not_used_stands_alone(library: Library) -> None:
    source = edited(BLOCK_COMPONENT, "return x + hidden", "self.drop(x)\n        return x + hidden")
    found = localised(library, source).divergence
    assert found is not None
    assert found.original is None
    assert found.component is not None
    assert found.component.line == "component.py:23: self.drop(x)"
    assert found.message.startswith("only the component has ")


def test_functions_have_no_submodules_and_no_roles(library: Library) -> None:
    source = "import torch\n\n\ndef pool(x):\n    return torch.sum(x, dim=1)\n"
    original = OriginalTask(
        "legacy/f.py::pool", "pool", source, BLOCK_ORIGINAL.adapter.__class__(), BLOCK_ORIGINAL.case
    )
    assert original.case is not None
    calls = tuple(replace(call, arguments={"x": call.arguments["x"]}) for call in original.case.constructions[0].calls)
    construction = replace(original.case.constructions[0], arguments={}, calls=calls)
    original = replace(original, case=replace(original.case, constructions=(construction,)))
    found = localised(library, edited(source, "torch.sum", "torch.mean"), original).divergence
    assert found is not None
    assert (found.bisection, found.culprits, found.roles) == ("", (), "")
    assert "mean" in found.message


@pytest.mark.parametrize(
    ("old", "new"),
    [("    def forward", "    def def"), ("hidden = self.norm(x)", "raise SystemExit(3)")],
    ids=["does not load", "exits"],
)
def test_what_cannot_be_run_keeps_its_reason(old: str, new: str, library: Library) -> None:
    assert localised(library, edited(BLOCK_COMPONENT, old, new)) == DIFFERENT


def test_a_child_that_ends_leaves_the_rest(library: Library) -> None:
    # Only the transplanted copy, in which nothing differs any more, gets as far as the exit.
    source = edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6")
    source = edited(
        source,
        "hidden = self.norm(x)",
        "hidden = self.norm(x)\n        if self.norm.eps == 1e-5:\n            raise SystemExit",
    )
    found = localised(library, source).divergence
    assert found is not None
    assert found.bisection == ""
    assert found.shrunken_mode == "inference"


@pytest.mark.parametrize("verdict", ["PROVED", "NOT_RUN", "LEGACY_BROKEN", "BIT_EQUAL"])
def test_only_what_differs_is_localised(verdict: str, library: Library) -> None:
    proof = OriginalProof(POOL.id, verdict, ())  # type: ignore[arg-type]  # parametrize gives plain text
    task = library(edited(POOL_COMPONENT, "torch.sum(", "torch.mean("), POOL)
    assert localise(task, POOL, proof, LIMITS) is proof
