"""What a check of certificates shows."""

import json

import pytest
from rich.console import Console

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.certificates import Certificate, CertificateStatus, CertifiedOriginal, Checked, Closure
from refactor_tools.model.proofs import Check, ComponentProof, OriginalProof, Sensitivity
from refactor_tools.report.proofs import checked_json, checked_markdown, render

ID = "legacy/a.py::Pool"
SURVIVED = Sensitivity(14, 12, 2, ("drop the mask", "another eps"))


def fresh(branches: str = "3/3", name: str = "Pool") -> Checked:
    original = CertifiedOriginal(ID, "s", "c", Adapter(), "PROVED_ON_PATHS", (), branches, (Check("x", True),), ())
    certificate = Certificate(f"lib.{name}", Closure("sha256:1", "sha256:1"), (original,), Sensitivity(14, 14, 2))
    return Checked(name, CertificateStatus(f"lib.{name}", "FRESH", "PROVED_ON_PATHS"), True, certificate)


def different(detail: str = "the original has a at old.py:3, the component b at new.py:5") -> Checked:
    part = OriginalProof(ID, "DIFFERENT", (Check("state keys", True), Check("equal bits", False, detail)), reason="")
    proof = ComponentProof("lib.Pool", (part,), (), SURVIVED)
    return Checked("Pool", CertificateStatus("lib.Pool", "STALE", "DIFFERENT", "it changed"), False, proof=proof)


def missing() -> Checked:
    return Checked("Pool", CertificateStatus("lib.Pool", "MISSING", None, "there is no certificate"), False)


def shown(*checked: Checked) -> str:
    console = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115 - recorded, not written
    console.print(render(checked))
    return console.export_text()


def test_a_fresh_component_is_one_line_without_comment() -> None:
    lines = [line.split() for line in shown(fresh()).splitlines()]
    assert lines == [
        ["component", "freshness", "verdict", "branches", "bugs", "caught"],
        ["Pool", "FRESH", "PROVED_ON_PATHS", "3/3", "14", "of", "14"],
    ]


def test_a_forward_without_branches_says_none() -> None:
    assert " none " in shown(fresh(branches="0/0"))


def test_a_failure_shows_the_reason_the_original_and_what_differs() -> None:
    text = " ".join(shown(different()).split())
    assert "it changed" in text
    assert f"{ID}: DIFFERENT" in text
    assert "equal bits differs: the original has a at old.py:3, the component b at new.py:5" in text
    assert "bugs that went unnoticed: drop the mask, another eps" in text
    assert "state keys" not in text


def test_what_was_said_is_not_said_again() -> None:
    part = OriginalProof(ID, "DIFFERENT", (Check("equal bits", False, "x differs"),), reason="equal bits: x differs")
    status = CertificateStatus("lib.Pool", "STALE", "DIFFERENT", f"{ID}: equal bits: x differs")
    text = shown(Checked("Pool", status, False, proof=ComponentProof("lib.Pool", (part,), ())))
    assert text.count("x differs") == 1


def test_nothing_is_known_of_a_missing_certificate() -> None:
    assert ["Pool", "MISSING", "-", "-", "-"] in [line.split() for line in shown(missing()).splitlines()]


def test_long_lines_are_folded() -> None:
    assert max(map(len, shown(different("word " * 60), fresh(name="A" * 70)).splitlines())) <= 80


def test_json_holds_everything() -> None:
    document = json.loads(checked_json([different(), fresh()], ["component_index/certificates/Pool.json"]))
    assert [item["outcome"] for item in document["outcomes"]] == ["STALE", "FRESH"]
    first, second = document["certificates"]
    assert (first["passed"], second["passed"]) == (False, True)
    assert first["originals"][0]["checks"][1]["passed"] is False
    assert first["sensitivity"] == {"seeded": 14, "caught": 12, "equal_roots": 2, "survivors": list(SURVIVED.survivors)}
    assert document["files"] == ["component_index/certificates/Pool.json"]


@pytest.mark.parametrize("detail", ["a | b", "two\nlines"])
def test_markdown_survives_any_text(detail: str) -> None:
    text = checked_markdown([different(detail), missing()])
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 4
    assert {line.replace("\\|", "").count("|") for line in table} == {6}
    assert "## Pool" in text
