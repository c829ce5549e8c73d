"""A test result says what `check-equivalence` found: whatever fails there fails one test at least."""

from dataclasses import replace

import pytest

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.certificates import Certificate, CertificateStatus, CertifiedOriginal, Checked, Result
from refactor_tools.model.proofs import Check, ComponentProof, OriginalProof, Sensitivity
from refactor_tools.pytest_plugin.outcomes import check_names, devices, outcome, properties

CHECKS = (Check("equal bits", True), Check("joint graphs", None, "a size depends on data"))
CPU = Result("cpu", "float32", "2.13.0", "PROVED")
CUDA = Result("cuda", "float32", "2.13.0", "PROVED_ON_PATHS")
ORIGINAL = CertifiedOriginal(
    "a.py::Pool", "s", "c", Adapter(), "PROVED", (("cpu", "2.13", "r1"),), "2/2", CHECKS, (CPU,)
)
CERTIFICATE = Certificate("lib.Pool", "sha256:1", (ORIGINAL,), Sensitivity(14, 14, 2))


def checked(freshness: str = "FRESH", certificate: Certificate | None = CERTIFICATE, passed: bool = True) -> Checked:
    verdict = certificate.verdict if certificate else None
    return Checked("Pool", CertificateStatus("lib.Pool", freshness, verdict, "because"), passed, certificate)


def refused(*checks: Check, sensitivity: Sensitivity | None = None) -> Checked:
    part = OriginalProof("a.py::Pool", "DIFFERENT", checks, root="r2", branches="2/2", reason="it differs")
    proof = ComponentProof("lib.Pool", (part,), (), sensitivity)
    status = CertificateStatus("lib.Pool", "STALE", "DIFFERENT", "it differs")
    return Checked("Pool", status, False, proof=proof)


def kinds(item: Checked, device: str = "cpu") -> dict[str, str]:
    names = check_names(item.certificate or CERTIFICATE, device)
    return {name: outcome(item, name, device, ["said"]).kind for name in names}


@pytest.mark.parametrize("freshness", ["FRESH", "CARRIED", "ENV_DRIFT"])
def test_what_holds_passes_and_what_does_not_apply_is_skipped_with_its_reason(freshness: str) -> None:
    item = checked(freshness)
    assert kinds(item) == {
        "freshness": "passed",
        "verdict": "passed",
        "equal bits": "passed",
        "joint graphs": "skipped",
        "sensitivity": "passed",
    }
    assert outcome(item, "joint graphs", "cpu", []).text == "a size depends on data"


@pytest.mark.parametrize("freshness", ["STALE", "MISSING", "DAMAGED"])
def test_a_certificate_that_no_longer_holds_fails_once_and_its_checks_are_not_shown_as_passed(freshness: str) -> None:
    item = checked(freshness, passed=False)
    assert set(kinds(item).values()) == {"failed", "skipped"}
    assert [name for name, kind in kinds(item).items() if kind == "failed"] == ["freshness"]
    assert outcome(item, "freshness", "cpu", ["one", "two"]).text == f"{freshness}: one\ntwo"
    assert outcome(item, "equal bits", "cpu", ["one"]).text == f"{freshness}: because"


def test_a_verdict_that_nobody_accepted_fails() -> None:
    close = replace(CERTIFICATE, originals=(replace(ORIGINAL, verdict="CLOSE"),))
    assert kinds(checked(certificate=close, passed=False))["verdict"] == "failed"
    assert kinds(checked(certificate=close))["verdict"] == "passed"


def test_a_refused_proof_names_the_check_that_differs() -> None:
    item = refused(Check("state keys", True), Check("equal bits", False, "output differs"))
    assert kinds(item)["freshness"] == kinds(item)["verdict"] == kinds(item)["equal bits"] == "failed"
    assert outcome(item, "equal bits", "cpu", []).text == "a.py::Pool: output differs"
    assert outcome(item, "state keys", "cpu", []).kind == "passed"
    assert outcome(item, "joint graphs", "cpu", []) == outcome(item, "anything", "cpu", [])
    assert outcome(item, "joint graphs", "cpu", []).kind == "skipped"


def test_one_failing_original_is_enough() -> None:
    other = replace(ORIGINAL, id="b.py::Pool", checks=(Check("equal bits", False, "x"),))
    item = checked(certificate=replace(CERTIFICATE, originals=(ORIGINAL, other)), passed=False)
    assert outcome(item, "equal bits", "cpu", []).text == "b.py::Pool: x"


def test_sensitivity() -> None:
    assert outcome(refused(), "sensitivity", "cpu", []).kind == "skipped"
    weak = outcome(refused(sensitivity=Sensitivity(14, 12, 0, ("a", "b"))), "sensitivity", "cpu", [])
    assert (weak.kind, weak.text) == ("failed", "2 of 14 seeded bugs went unnoticed: a, b")


def test_another_device_has_its_results_and_no_checks() -> None:
    both = replace(CERTIFICATE, originals=(replace(ORIGINAL, results=(CPU, CUDA)),))
    assert check_names(both, "cuda") == ("freshness", "verdict")
    assert kinds(checked(certificate=both), "cuda") == {"freshness": "passed", "verdict": "passed"}
    assert outcome(checked(certificate=both), "verdict", "cuda", []).text.startswith("PROVED_ON_PATHS")
    assert kinds(checked("STALE", both, passed=False), "cuda") == {"freshness": "failed", "verdict": "skipped"}


def test_a_device_without_a_result_for_every_original_fails() -> None:
    half = replace(CERTIFICATE, originals=(replace(ORIGINAL, results=(CPU, CUDA)), replace(ORIGINAL, id="b.py::Pool")))
    for certificate in (half, CERTIFICATE):
        found = outcome(checked(certificate=certificate), "verdict", "cuda", [])
        assert (found.kind, found.text[:27]) == ("failed", "there is no result for cuda")


def test_which_devices() -> None:
    both = replace(CERTIFICATE, originals=(replace(ORIGINAL, results=(CPU, CUDA)),))
    assert devices(both, "auto") == ("cpu", "cuda")
    assert devices(CERTIFICATE, "auto") == devices(None, "auto") == ("cpu",)
    assert devices(CERTIFICATE, "cuda") == ("cuda",)


def test_without_a_certificate_three_checks_are_known() -> None:
    assert check_names(None, "cpu") == ("freshness", "verdict", "sensitivity")


def test_properties() -> None:
    assert properties(checked(), "cpu") == {
        "equivalence.component": "lib.Pool",
        "equivalence.device": "cpu",
        "equivalence.freshness": "FRESH",
        "equivalence.verdict": "PROVED",
        "equivalence.root": "r1",
        "equivalence.branches": "2/2",
        "equivalence.caught": "14/14",
    }
    assert (
        properties(checked(), "cuda")["equivalence.verdict"] == properties(checked(), "cuda")["equivalence.root"] == ""
    )
    assert properties(refused(), "cpu")["equivalence.root"] == "r2"
