from dataclasses import replace

from refactor_tools.certificates.freshness import changes
from refactor_tools.certificates.mint import minor, mint
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.certificates import Certificate, Closure, Result
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
FIRST, SECOND = Closure("sha256:1", "sha256:1"), Closure("sha256:2", "sha256:2")
PROOF = ComponentProof(
    "lib.x.X",
    (OriginalProof("old.py::X", "PROVED_ON_PATHS", (Check("outputs", True),), "root1", "2/2"),),
    (("torch", "2.13.0+cpu"), ("device", "cpu")),
)


def changed(**original):
    return replace(TASK, originals=(replace(ORIGINAL, **original),))


def test_a_certificate_says_what_was_proven():
    (original,) = mint(TASK, PROOF, FIRST).originals
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
    previous = cuda(mint(TASK, PROOF, FIRST))
    assert mint(TASK, PROOF, SECOND, previous).originals == previous.originals


def test_results_of_other_devices_fall_with_the_root():
    previous = cuda(mint(TASK, PROOF, FIRST))
    proof = replace(PROOF, originals=(replace(PROOF.originals[0], root="root2"),))
    (original,) = mint(TASK, proof, SECOND, previous).originals
    assert [result.device for result in original.results] == ["cpu"]
    assert original.roots == (("cpu", "2.13", "root2"),)


def test_nothing_changed_is_fresh():
    assert not changes(mint(TASK, PROOF, FIRST), TASK, FIRST)


def test_looks_and_the_order_of_keyword_arguments_are_fresh():
    certificate = mint(TASK, PROOF, FIRST)
    assert not changes(certificate, changed(source="class X:  # note\n    pass\n"), FIRST)
    assert not changes(certificate, changed(adapter=Adapter(init=tuple(reversed(ADAPTER.init)))), FIRST)


def test_each_change_is_named():
    certificate = mint(TASK, PROOF, FIRST)
    assert said(certificate, TASK, SECOND) == "the source of lib.x.X changed"
    assert said(certificate, changed(source="class X: y = 1")) == "the kept source of old.py::X changed"
    assert said(certificate, changed(case=None)) == "the case of old.py::X changed"
    assert said(certificate, changed(adapter=Adapter())) == "the adapter of old.py::X changed"
    assert said(certificate, replace(TASK, originals=())) == "old.py::X is no longer an original"
    assert said(certificate, changed(id="new.py::X")).startswith("new.py::X is not in the certificate")


def test_names_of_variables_are_told_from_other_changes():
    certificate = mint(TASK, PROOF, FIRST)
    assert changes(certificate, TASK, Closure("sha256:2", FIRST.computation)).renamed
    assert not changes(certificate, TASK, SECOND).renamed
    assert changes(certificate, TASK, SECOND).others == ()


def said(certificate: Certificate, task: ProofTask, closure: Closure = FIRST) -> str:
    return str(changes(certificate, task, closure))
