from collections.abc import Iterable

import pytest

from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import Built, Definition, FileFacts, Scan
from refactor_tools.model.families import Difference, Families, Family, KeepApart, Proposal
from refactor_tools.model.graphs import Composition, ImportGraph, Tier
from refactor_tools.model.migration_map import MapRow
from refactor_tools.unify.migration_map import proposed_map

POOLING = Proposal("pooling/pool.py", "pooling")


def definition(identity: str, *builds: str) -> Definition:
    path, _, name = identity.partition("::")
    kind = "function" if name.islower() else "class"
    built = tuple(Built(one, "builds", "x", 1) for one in builds)
    return Definition(identity, kind, name.partition("@")[0], path, 1, 9, built=built, is_module=kind == "class")


def family(name: str, *members: str, proposal: Proposal | None = POOLING, **options: object) -> Family:
    kind = "function" if name.islower() else "class"
    return Family(name, kind, "near", 0.8, members, (), proposal, **options)


def analysis(
    definitions: Iterable[str | Definition],
    families: Iterable[Family] = (),
    used_by: dict[str, tuple[str, ...]] | None = None,
    tiers: dict[str, Tier] | None = None,
) -> Analysis:
    found = [one if isinstance(one, Definition) else definition(one) for one in definitions]
    files = tuple(
        FileFacts(path, "", 9, tuple(one for one in found if one.path == path)) for path in {one.path for one in found}
    )
    known: dict[str, Tier] = {one.id: "atomic" for one in found if one.is_module}
    composition = Composition({}, used_by or {}, {**known, **(tiers or {})})
    return Analysis(Scan("/", files), ImportGraph(), composition, Families(tuple(families)), (), 0.0)


def rows(*arguments: object, left_out: tuple[str, ...] = (), **options: object) -> list[MapRow]:
    return list(proposed_map(analysis(*arguments, **options), left_out).rows)


def test_family_across_files_is_a_row_of_high_priority() -> None:
    members = ("a.py::Pool", "b.py::Pool")
    (row,) = rows(members, [family("Pool", *members)])
    assert row == MapRow("Pool", members, "pooling/pool.py", "pooling", "high")
    assert row.note == "2 copies in 2 files, near 0.80"


def test_priorities_by_the_number_of_files() -> None:
    ids = ["a.py::Pool", "a.py::OtherPool", "a.py::EncoderBlock", "b.py::MLP", "c.py::X", "d.py::Y"]
    used = {"a.py::EncoderBlock": ("c.py::X", "d.py::Y"), "b.py::MLP": ("c.py::X", "c.py::X2")}
    found = rows([*ids, "c.py::X2"], [family("Pool", *ids[:2])], used)
    assert {row.component: row.priority for row in found} == {
        "Pool": "medium",
        "EncoderBlock": "medium",
        "MLP": "standard",
        "X": "standard",
        "Y": "standard",
        "X2": "standard",
    }
    assert next(row.note for row in found if row.component == "EncoderBlock") == "used in 2 files"


def test_rows_are_in_the_order_of_priority_category_name() -> None:
    ids = ["a.py::ZPool", "b.py::ZPool", "c.py::BLoss", "c.py::ALoss", "c.py::Attention"]
    found = rows(ids, [family("ZPool", *ids[:2])])
    assert [row.component for row in found] == ["ZPool", "Attention", "ALoss", "BLoss"]
    assert found == rows(reversed(ids), [family("ZPool", *ids[:2])])


def test_applications_functions_and_plain_classes_without_copies_are_no_rows() -> None:
    plain = Definition("a.py::Config", "class", "Config", "a.py", 1, 9)
    found = rows(
        ["a.py::App", "a.py::f", plain, "a.py::Stack"], tiers={"a.py::App": "application", "a.py::Stack": "composite"}
    )
    assert [row.component for row in found] == ["Stack"]


def test_what_is_left_out_is_in_no_row() -> None:
    ids = ("a.py::Pool", "b.py::Pool", "lib/pool.py::Pool")
    assert [row.members for row in rows(ids, [family("Pool", *ids)], left_out=ids[2:])] == [ids[:2]]
    assert [row.members for row in rows(ids, [family("Pool", *ids)], left_out=ids[1:])] == [ids[:1]]


def test_family_that_cannot_be_merged_is_kept_apart_and_its_modules_stand_alone() -> None:
    ids = ("a.py::Gate", "b.py::Gate")
    found = proposed_map(analysis(ids, [family("Gate", *ids, proposal=Proposal(refusal="the code differs"))]))
    assert found.keep_apart == (KeepApart(ids, "the code differs"),)
    assert [(row.component, row.members, row.priority) for row in found.rows] == [
        ("BGate", ids[1:], "standard"),
        ("Gate", ids[:1], "standard"),
    ]


def test_member_that_the_proposal_leaves_out_stands_alone() -> None:
    ids = ("a.py::Pool", "b.py::Pool", "c.py::Pool")
    left = (Difference("left out", "reads its frame", ((ids[2], "reads its frame"),)),)
    one = Family("Pool", "class", "near", 0.8, ids, left, POOLING)
    first, second = rows(ids, [one])
    assert (first.members, second.members) == (ids[:2], ids[2:])
    assert first.note == "2 copies in 2 files, near 0.80\nnot with c.py::Pool: reads its frame"


def test_definition_in_two_families_stands_in_the_better_one() -> None:
    ids = ("a.py::Pool", "b.py::Pool", "c.py::Pool", "d.py::Pool")
    found = rows(ids, [family("Pool", *ids[:2]), family("Pool", *ids[1:]), family("Pool", ids[0], ids[3])])
    assert {row.component: row.members for row in found} == {"Pool": ids[:2], "CPool": ids[2:]}


def test_methods_are_no_components() -> None:
    one = Family("forward", "method", "exact", 1.0, ("a.py::A.forward", "b.py::B.forward"))
    assert rows(["a.py::A", "b.py::B"], [one])[0].component == "A"
    assert len(rows(["a.py::A", "b.py::B"], [one])) == 2


def test_families_that_were_not_compared_say_so() -> None:
    ids = ("a.py::MeanPool", "b.py::MeanPool")
    (row,) = rows(ids, [family("MeanPool", *ids, proposal=None)])
    assert row.target == "pooling/mean_pool.py"
    assert row.note.endswith("not compared yet")


@pytest.mark.parametrize(
    ("ids", "names"),
    [
        (("a/x.py::Text", "a/y.py::Text"), ["Text", "YText"]),
        (("a/x.py::Text", "b/x.py::Text", "c/x.py::Text"), ["Text", "XText", "CText"]),
        (("a/x.py::Text", "a/x.py::Text@9", "a/x.py::Text@20"), ["Text", "XText", "AText"]),
        (("x.py::text_net", "x.py::TextNet"), ["TextNet"]),
        (("x.py::_Text", "y.py::Text"), ["Text", "YText"]),
        (("x.py::LSTMNet", "y.py::LstmNet"), ["LSTMNet", "YLstmNet"]),
        (("x.py::Text", "3d.py::Text", "4.py::Text"), ["Text", "Text2", "XText"]),
    ],
)
def test_names_and_files_are_each_used_once(ids: tuple[str, ...], names: list[str]) -> None:
    found = rows(ids)
    assert sorted(row.component for row in found) == sorted(names)
    assert len({row.target for row in found}) == len(found)


def test_a_second_name_says_why() -> None:
    found = {row.component: row.note for row in rows(("a/x.py::Text", "a/y.py::Text"))}
    assert found == {"Text": "", "YText": "another component is called Text"}
