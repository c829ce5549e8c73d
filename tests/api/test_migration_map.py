import json
from pathlib import Path
from typing import Any

import pytest

from refactor_tools.api.analyze import analyze
from refactor_tools.api.migration_map import propose_map, require_unedited, write_map
from refactor_tools.errors import RefactorError
from refactor_tools.migration_map.read import load_map
from refactor_tools.model.analysis import Analysis
from refactor_tools.settings import Settings

ROOT = Path(__file__).resolve().parents[2] / "legacy_fixtures/athelas"


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze(Settings(root=ROOT / "before"), [ROOT / "before"], cache=False, near_proposals=None)


def test_every_atomic_and_composite_module_stands_in_one_row(analysis: Analysis) -> None:
    proposal = propose_map(Settings(root=ROOT / "before"), analysis)
    members = [member for row in proposal.rows for member in row.members]
    wanted = {one for one, tier in analysis.composition.tiers.items() if tier != "application"}
    assert len(members) == len(set(members))
    assert wanted <= set(members)
    assert not [one for one, tier in analysis.composition.tiers.items() if tier == "application" and one in members]


def test_duplicated_components_come_first(analysis: Analysis) -> None:
    """Families of copies in several files are of high priority, all that has no copy follows them."""
    proposal = propose_map(Settings(root=ROOT / "before"), analysis)
    high = {row.component for row in proposal.rows if row.priority == "high"}
    expected = json.loads((ROOT / "expected.json").read_text(encoding="utf-8"))["families"]
    assert high == {family["name"] for family in expected if _is_found(family) and _files(family) > 1}
    assert {row.component for row in proposal.rows[: len(high)]} == high
    assert all(len(row.members) == 1 for row in proposal.rows if row.priority == "standard")


def _is_found(family: dict[str, Any]) -> bool:
    return family["kind"] != "method" and family.get("reported") != []


def _files(family: dict[str, Any]) -> int:
    return len({member.partition("::")[0] for member in family["members"]})


def test_what_is_written_is_what_was_proposed(analysis: Analysis, tmp_path: Path) -> None:
    settings = Settings(root=ROOT / "before")
    proposal = write_map(settings, analysis, tmp_path / "map.yaml")
    text = (tmp_path / "map.yaml").read_text(encoding="utf-8")
    assert load_map(text, "map.yaml") == proposal == propose_map(settings, analysis)
    write_map(settings, analysis, tmp_path / "again.yaml")
    assert (tmp_path / "again.yaml").read_text(encoding="utf-8") == text


def test_what_was_extracted_is_left_out(tmp_path: Path) -> None:
    after = Settings(root=ROOT / "after", library="src/athelas/models/pytorch", package="athelas.models.pytorch")
    found = analyze(after, [after.root / "src"], cache=False, proposals=False)
    members = {member for row in propose_map(after, found).rows for member in row.members}
    assert not [one for one in members if "AttentionPooling" in one or one.startswith(after.library)]


def test_edited_maps_stay(analysis: Analysis, tmp_path: Path) -> None:
    settings, file = Settings(root=ROOT / "before"), tmp_path / "map.yaml"
    require_unedited(file)
    file.write_text("schema: 1\ncomponents: []\n")
    for write in (lambda: require_unedited(file), lambda: write_map(settings, analysis, file)):
        with pytest.raises(RefactorError, match="was edited"):
            write()
    assert file.read_text() == "schema: 1\ncomponents: []\n"
    write_map(settings, analysis, file, force=True)
    require_unedited(file)
