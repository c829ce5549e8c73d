"""What GitHub shows beside the lines of a pull request."""

import pytest

from refactor_tools.model.certificates import Certificate, CertificateStatus, Checked
from refactor_tools.model.proofs import Check, ComponentProof, OriginalProof
from refactor_tools.report.annotations import checked_annotations

PLACES = {"Pool": ("src/lib/pool.py", 7)}


def failed(detail: str = "one\ntwo", name: str = "Pool") -> Checked:
    part = OriginalProof("old.py::Pool", "DIFFERENT", (Check("equal bits", False, detail),))
    status = CertificateStatus(f"lib.{name}", "STALE", "DIFFERENT", "it changed")
    return Checked(name, status, False, proof=ComponentProof(f"lib.{name}", (part,), ()))


def passed(freshness: str = "FRESH", reason: str = "") -> Checked:
    status = CertificateStatus("lib.Pool", freshness, "PROVED", reason)
    return Checked("Pool", status, True, Certificate("lib.Pool", "sha256:1", ()))


def test_a_failure_is_an_error_in_one_line_at_the_definition() -> None:
    (line,) = checked_annotations([failed()], PLACES).splitlines()
    head, message = line.removeprefix("::").split("::", 1)
    assert head == "error file=src/lib/pool.py,line=7,title=Pool%3A STALE%2C DIFFERENT"
    assert message.split("%0A") == ["it changed", "old.py::Pool: DIFFERENT", "  equal bits differs: one", "two"]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("50%", "50%25"), ("a\r\nb", "a%0D%0Ab"), ("::error::x", "::error::x"), ("%0A", "%250A")],
)
def test_a_message_cannot_end_its_command(text: str, escaped: str) -> None:
    shown = checked_annotations([failed(detail=text)], PLACES)
    assert escaped in shown
    assert len(shown.splitlines()) == 1


def test_a_path_keeps_to_its_property() -> None:
    shown = checked_annotations([failed()], {"Pool": ("a,b:c%d.py", 1)})
    assert shown.startswith("::error file=a%2Cb%3Ac%25d.py,line=1,title=")


def test_a_component_without_a_place_is_annotated_all_the_same() -> None:
    assert checked_annotations([failed()], {}).startswith("::error title=Pool%3A STALE")


def test_a_missing_certificate_is_an_error() -> None:
    status = CertificateStatus("lib.Pool", "MISSING", None, "there is no certificate")
    shown = checked_annotations([Checked("Pool", status, False)], PLACES)
    assert shown == "::error file=src/lib/pool.py,line=7,title=Pool%3A MISSING::there is no certificate\n"


def test_drift_is_a_warning() -> None:
    shown = checked_annotations([passed("ENV_DRIFT", "proven with torch 2.11; this is 2.13")], PLACES)
    assert shown.startswith("::warning file=src/lib/pool.py,line=7,title=Pool%3A ENV_DRIFT%2C PROVED::proven with")


@pytest.mark.parametrize("item", [passed(), passed("CARRIED", "the source changed; it computes the same")])
def test_what_holds_is_not_annotated(item: Checked) -> None:
    assert checked_annotations([item], PLACES) == ""
