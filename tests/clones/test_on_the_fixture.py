"""What must be found in the legacy system, read by the scan itself."""

import json
from pathlib import Path

from refactor_tools.clones.families import find_families
from refactor_tools.clones.prints import file_prints
from refactor_tools.model.families import Families
from refactor_tools.scan.tree import scan_tree
from refactor_tools.settings import Settings

FIXTURE = Path(__file__).parents[2] / "legacy_fixtures" / "athelas"
ROOT = FIXTURE / "before"
EXPECTED = json.loads((FIXTURE / "expected.json").read_text(encoding="utf-8"))


def found() -> Families:
    settings = Settings(root=ROOT)
    return find_families(scan_tree(ROOT, [ROOT], settings, cache=False, prints=file_prints), settings)


def test_families_and_homonyms_are_those_expected() -> None:
    families = found()
    assert {(f.name, f.kind, f.likeness, f.members) for f in families.families} == {
        (entry["name"], entry["kind"], entry["likeness"], tuple(entry["members"])) for entry in EXPECTED["families"]
    }
    assert [(h.name, list(h.members)) for h in families.homonyms] == [
        (entry["name"], entry["members"]) for entry in EXPECTED["homonyms"]
    ]


def test_what_must_stay_apart_stands_in_no_common_family() -> None:
    for family in found().families:
        for entry in EXPECTED["never_one_family"]:
            assert len(set(entry["members"]) & set(family.members)) < 2, entry["reason"]
