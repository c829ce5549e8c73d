from dataclasses import replace

from refactor_tools.certificates.freshness import changes
from refactor_tools.certificates.mint import minor, mint
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.certificates import Result
from refactor_tools.model.proofs import (
    Call,
    Case,
    Check,
    ComponentProof,
    Construction,
    OriginalProof,
    OriginalTask,
    ProofTask,
)

CASE = Case((Construction({"width": 8}, {"B": 2}, (Call({}),)),))
ADAPTER = Adapter(init=(Argument("a", "1"), Argument("b", "2")))
ORIGINAL = OriginalTask("old.py::X", "X", "class X: pass\n", ADAPTER, CASE)
TASK = ProofTask("lib.x.X", "lib.x", "X", "class", (), (ORIGINAL,))
PROOF = ComponentProof(
    "lib.x.X",
    (OriginalProof("old.py::X", "PROVED_ON_PATHS", (Check("outputs", True),), "root1", "2/2"),),
    (("torch", "2.13.0+cpu"), ("device", "cpu")),
)


def changed(**original):
    return replace(TASK, originals=(replace(ORIGINAL, **original),))


def test_a_certificate_says_what_was_proven():
    (original,) = mint(TASK, PROOF, "sha256:1").originals
    assert original.roots == (("cpu", "2.13", "root1"),)
    assert original.results == (Result("cpu", "float32", "2.13.0+cpu", "PROVED_ON_PATHS"),)
    assert (original.verdict, original.branches) == ("PROVED_ON_PATHS", "2/2")


def test_the_minor_of_a_version():
    assert [minor(text) for text in ("2.13.0+cpu", "2.9", "3.0.1")] == ["2.13", "2.9", "3.0"]


def cuda(certificate):
    (original,) = certificate.originals
    result = Result("cuda", "float32", "2.11.0", "PROVED")
    roots = (*original.roots, ("cuda", "2.11", "other"))
    return replace(certificate, originals=(replace(original, roots=roots, results=(*original.results, result)),))


def test_results_of_other_devices_stand_while_the_root_is_the_same():
    previous = cuda(mint(TASK, PROOF, "sha256:1"))
    assert mint(TASK, PROOF, "sha256:2", previous).originals == previous.originals


def test_results_of_other_devices_fall_with_the_root():
    previous = cuda(mint(TASK, PROOF, "sha256:1"))
    proof = replace(PROOF, originals=(replace(PROOF.originals[0], root="root2"),))
    (original,) = mint(TASK, proof, "sha256:2", previous).originals
    assert [result.device for result in original.results] == ["cpu"]
    assert original.roots == (("cpu", "2.13", "root2"),)


def test_nothing_changed_is_fresh():
    assert changes(mint(TASK, PROOF, "sha256:1"), TASK, "sha256:1") == ()


def test_looks_and_the_order_of_keyword_arguments_are_fresh():
    certificate = mint(TASK, PROOF, "sha256:1")
    assert changes(certificate, changed(source="class X:  # note\n    pass\n"), "sha256:1") == ()
    assert changes(certificate, changed(adapter=Adapter(init=tuple(reversed(ADAPTER.init)))), "sha256:1") == ()


def test_each_change_is_named():
    certificate = mint(TASK, PROOF, "sha256:1")
    assert changes(certificate, TASK, "sha256:2") == ("the source of lib.x.X changed",)
    assert changes(certificate, changed(source="class X: y = 1"), "sha256:1") == (
        "the kept source of old.py::X changed",
    )
    assert changes(certificate, changed(case=None), "sha256:1") == ("the case of old.py::X changed",)
    assert changes(certificate, changed(adapter=Adapter()), "sha256:1") == ("the adapter of old.py::X changed",)
    assert changes(certificate, replace(TASK, originals=()), "sha256:1") == ("old.py::X is no longer an original",)
    assert changes(certificate, changed(id="new.py::X"), "sha256:1")[0] == "new.py::X is not in the certificate"
