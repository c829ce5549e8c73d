import json

from benchmarks.unify_families import FILE, PACKAGES, ListedFamily, counts, dumped, listed


def test_the_committed_list_is_what_is_written() -> None:
    families = listed()
    assert dumped(families) == FILE.read_text(encoding="utf-8")
    assert {family.package for family in families} == set(PACKAGES)
    assert {family.rule for family in families} == {"simple", "other"}
    assert all(len(family.members) > 1 for family in families)


def test_counts_have_a_row_for_every_package() -> None:
    families = [
        ListedFamily("one==1", "A", "simple", ("one/a.py::A", "one/b.py::A")),
        ListedFamily("one==1", "B", "other", ("one/a.py::B", "one/b.py::B", "one/c.py::B")),
    ]
    assert counts(families).splitlines()[1].split() == ["one==1", "2", "1", "1", "5"]


def test_records_name_the_rule_class() -> None:
    family = ListedFamily("one==1", "A", "simple", ("one/a.py::A", "one/b.py::A"))
    [record] = json.loads(dumped([family]))
    assert record == {"package": "one==1", "name": "A", "members": list(family.members), "class": "simple"}
