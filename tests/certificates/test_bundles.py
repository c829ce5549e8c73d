"""Results that travel: what is merged, and what is refused."""

import json
from dataclasses import replace

import pytest

from refactor_tools.certificates.bundles import dump_bundle, load_bundle, merged, mismatch
from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.certificates import Certificate, CertifiedOriginal, Closure, Result

HERE = Result("cpu", "float32", "2.13.0+cpu", "PROVED")
GPU = Result("cuda", "float32", "2.11.0+cu128", "PROVED")
ROOT = ("cpu", "2.13", "r")
ORIGINAL = CertifiedOriginal("old.py::X", "sha256:s", "sha256:c", Adapter(), "PROVED", (ROOT,), "", (), (HERE,))
HOME = Certificate("lib.x.X", Closure("sha256:1", "sha256:2"), (ORIGINAL,))


def elsewhere(**changed: object) -> Certificate:
    original = replace(ORIGINAL, results=(GPU, HERE), roots=(ROOT, ("cuda", "2.11", "g")))
    return replace(HOME, originals=(replace(original, **changed),))  # type: ignore[arg-type]


def results(certificate: Certificate) -> tuple[Result, ...]:
    (original,) = certificate.originals
    return original.results


def test_results_of_other_devices_are_taken_in() -> None:
    found = merged(HOME, elsewhere())
    assert results(found) == (HERE, GPU)
    assert found.originals[0].roots == (ROOT, ("cuda", "2.11", "g"))
    assert found.originals[0].verdict == "PROVED"
    assert merged(found, elsewhere()) == found


def test_results_for_the_cpu_are_this_machines_own() -> None:
    other = elsewhere(results=(replace(HERE, verdict="BIT_EQUAL"), replace(HERE, dtype="bfloat16")), roots=())
    assert merged(HOME, other) == HOME


def test_for_one_place_the_newer_result_holds() -> None:
    old = merged(HOME, elsewhere())
    newer = replace(GPU, torch="2.11.1+cu128", verdict="BIT_EQUAL")
    assert results(merged(old, elsewhere(results=(newer,)))) == (HERE, newer)
    later = replace(GPU, torch="2.13.0+cu130")
    assert results(merged(old, elsewhere(results=(later,)))) == (HERE, GPU, later)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (replace(elsewhere(), closure=Closure("sha256:1", "sha256:9")), "another text of the component"),
        (replace(elsewhere(), originals=()), "another source or case of old.py::X"),
        (elsewhere(source="sha256:9"), "another source or case of old.py::X"),
        (elsewhere(case="sha256:9"), "another source or case of old.py::X"),
        (elsewhere(adapter=Adapter(init=(Argument("a", "1"),))), "another adapter of old.py::X"),
    ],
)
def test_what_is_about_something_else_is_refused(other: Certificate, said: str) -> None:
    assert said in mismatch(HOME, other)
    with pytest.raises(ValueError, match="made"):
        merged(HOME, other)


def test_looks_of_the_component_do_not_count() -> None:
    assert mismatch(HOME, replace(elsewhere(), closure=Closure("sha256:9", "sha256:2"))) == ""


def test_a_bundle_reads_back_in_the_order_of_names() -> None:
    other = replace(elsewhere(), component="lib.a.A")
    text = dump_bundle((elsewhere(), other))
    assert load_bundle(text, "b.json") == (other, elsewhere())
    assert dump_bundle((other, elsewhere())) == text
    assert load_bundle(dump_bundle(()), "b.json") == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"verdict": "PROVED"', '"verdict": "BIT_EQUAL"', "does not match its seal"),
        ('"schema": 1,\n  "certificates"', '"schema": 2,\n  "certificates"', "has schema 2"),
        ("]", "", "is not JSON"),
        ('"certificates": [', '"certificates": [3, ', "must be a mapping"),
    ],
)
def test_an_edited_bundle_is_refused(old: str, new: str, said: str) -> None:
    text = dump_bundle((elsewhere(),))
    assert old in text
    with pytest.raises(UnreadableRecord, match=said):
        load_bundle(text.replace(old, new), "b.json")


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"schema": 1, "certificates": 3})])
def test_what_is_no_bundle_is_refused(text: str) -> None:
    with pytest.raises(UnreadableRecord):
        load_bundle(text, "b.json")
