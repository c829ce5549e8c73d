"""What must be found in the legacy system, read by the scan itself."""

import json
from functools import cache
from pathlib import Path

from refactor_tools.clones.families import find_families
from refactor_tools.clones.prints import file_prints
from refactor_tools.model.families import Families
from refactor_tools.scan.tree import scan_tree
from refactor_tools.settings import Settings

FIXTURE = Path(__file__).parents[2] / "legacy_fixtures" / "athelas"
ROOT = FIXTURE / "before"
EXPECTED = json.loads((FIXTURE / "expected.json").read_text(encoding="utf-8"))


@cache
def found() -> Families:
    settings = Settings(root=ROOT)
    return find_families(scan_tree(ROOT, [ROOT], settings, cache=False, prints=file_prints), settings)


def test_families_and_homonyms_are_those_expected() -> None:
    families = found()
    assert {(f.name, f.kind, f.likeness, f.members) for f in families.families} == {
        (reported["name"], entry["kind"], entry["likeness"], tuple(reported["members"]))
        for entry in EXPECTED["families"]
        for reported in entry.get("reported", [entry])
    }
    assert [(h.name, list(h.members)) for h in families.homonyms] == [
        (entry["name"], entry["members"]) for entry in EXPECTED["homonyms"]
    ]


def test_what_is_known_to_be_overlooked_is_a_part_of_its_family_and_has_a_reason() -> None:
    """An entry that is found as a whole by now must lose its `reported`."""
    for entry in EXPECTED["families"]:
        for reported in entry.get("reported", ()):
            assert set(reported["members"]) < set(entry["members"])
        assert ("reported" in entry) == ("why" in entry)


def test_what_must_stay_apart_stands_in_no_common_family() -> None:
    for family in found().families:
        for entry in EXPECTED["never_one_family"]:
            assert len(set(entry["members"]) & set(family.members)) < 2, entry["reason"]


def test_what_is_written_out_inside_larger_classes_is_found() -> None:
    assert sorted((one.component.rpartition("::")[2], one.holder) for one in found().implicit) == sorted(
        (entry["component"], entry["holder"]) for entry in EXPECTED["written_out"] if entry.get("reported", True)
    )
