"""How the files of the legacy system hang together, as a person read them."""

import json
from pathlib import Path

import pytest

from refactor_tools.api.analyze import analyze
from refactor_tools.model.analysis import Analysis
from refactor_tools.settings import Settings

FIXTURE = Path(__file__).parents[2] / "legacy_fixtures" / "athelas"
EXPECTED = json.loads((FIXTURE / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    before = FIXTURE / "before"
    return analyze(Settings(root=before), [before], cache=False, proposals=False)


def test_imports_are_those_expected(analysis: Analysis) -> None:
    found = {(one.source, one.target, one.kind) for one in analysis.imports.edges if not one.external}
    assert found == {(entry["source"], entry["target"], entry["kind"]) for entry in EXPECTED["imports"]}
    assert analysis.imports.unresolved == ()


def test_hidden_dependencies_are_those_expected(analysis: Analysis) -> None:
    found = {(one.path, one.target, one.how) for one in analysis.imports.hidden}
    assert found == {(entry["source"], entry["target"], entry["how"]) for entry in EXPECTED["hidden"]}


def test_cycles_are_those_expected(analysis: Analysis) -> None:
    found = {(one.paths, one.at_runtime) for one in analysis.imports.cycles}
    assert found == {(tuple(entry["paths"]), entry["at_runtime"]) for entry in EXPECTED["cycles"]}


def test_only_what_a_person_saw_too_is_called_unused(analysis: Analysis) -> None:
    found = {one.message for one in analysis.findings}
    seen = [entry for entry in EXPECTED["findings"] if "masked" not in entry["kind"]]
    assert len(found) == len(seen)
    for entry in seen:
        assert [text for text in found if entry["name"] in text and entry["where"].rpartition("::")[2] in text]
