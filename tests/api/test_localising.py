"""From a failed proof to its divergences and their reproductions."""

from dataclasses import replace
from pathlib import Path

from refactor_tools.api.localising import localised
from refactor_tools.model.proofs import (
    Call,
    Case,
    ComponentProof,
    Construction,
    OriginalProof,
    OriginalTask,
    ProofTask,
    TensorSpec,
)
from tests.certified_tree import ADAPTER, COMPONENT, ID, LIBRARY_FILE, ORIGINAL, edit, write_tree

CASE = Case(
    (Construction({"config": {"width": 4}}, {"B": 2, "L": 3, "D": 4}, (Call({"x": TensorSpec(("B", "L", "D"))}),)),)
)


def task(root: Path, *originals: OriginalTask) -> ProofTask:
    return ProofTask(
        "components.pooling.pool.Pool", "components.pooling.pool", "Pool", "class", (str(root),), originals
    )


def test_only_what_differs_is_localised_and_reproductions_are_numbered(tmp_path: Path) -> None:
    edit(write_tree(tmp_path), LIBRARY_FILE, "dim=1)\n        return", "dim=0)\n        return")
    first = OriginalTask(ID, "Pool", ORIGINAL, ADAPTER, CASE)
    second = replace(first, id="legacy/other.py::Pool")
    proof = ComponentProof("Pool", (OriginalProof(ID, "PROVED", ()), OriginalProof(second.id, "DIFFERENT", ())), ())
    heard: list[str] = []
    found, files = localised(tmp_path, task(tmp_path, first, second), proof, heard.append)
    assert found.originals[0] == proof.originals[0]
    assert found.originals[1].divergence is not None
    assert found.originals[1].divergence.reproduction == ".refactor-tools/reproductions/test_Pool_2.py"
    assert [(file.path, file.before) for file in files] == [(".refactor-tools/reproductions/test_Pool_2.py", None)]
    assert heard == [f"Pool: looking for where it parts from {second.id}"]
    assert not (tmp_path / files[0].path).exists()


def test_why_there_is_no_reproduction_is_said(tmp_path: Path) -> None:
    write_tree(tmp_path)
    (tmp_path / LIBRARY_FILE).write_text(COMPONENT.replace("weights * x", "weights + x"), encoding="utf-8")
    # Legacy code that behaves otherwise outside of the gate.
    outside = "dim=1) + x if __name__ == 'original' else torch.softmax(scores, dim=1) * x"
    cautious = ORIGINAL.replace("dim=1) * x", outside)
    original = OriginalTask(ID, "Pool", cautious, ADAPTER, CASE)
    proof = ComponentProof("Pool", (OriginalProof(ID, "DIFFERENT", ()),), ())
    found, files = localised(tmp_path, task(tmp_path, original), proof, lambda _: None)
    assert found.originals[0].divergence is not None
    assert (found.originals[0].divergence.reproduction, files) == ("", ())
    assert found.originals[0].divergence.unreproduced == "the difference does not show outside of the gate"
