"""Key maps: applied all at once, in the place where the members say that the component stands, or not at all."""

import pytest

from refactor_tools.checkpoints.keys import at_prefix, find_renamings, renamed_all
from refactor_tools.errors import RefactorError
from refactor_tools.model.checkpoints import MemberLayout, Renaming, Replaced

LINEAR = "weight|bias"
TABLE = Replaced(
    "Summary",
    "table.py::Summary",
    MemberLayout(frozenset({"score"}), (("score", LINEAR),)),
    (("attention", "score"),),
)
TEXT = Replaced("Summary", "text.py::Summary", MemberLayout(frozenset({"attention"}), (("attention", LINEAR),)))
SWAPPED = Replaced(
    "Pair",
    "pair.py::Pair",
    MemberLayout(frozenset({"a", "b"}), (("a", LINEAR), ("b", None))),
    (("b", "a"), ("a", "b")),
)


def keys(*names: str) -> list[str]:
    return [f"{name}.{leaf}" for name in names for leaf in ("weight", "bias")]


def moved(names: list[str], replaced: list[Replaced], to: str = "component") -> list[str]:
    renamings = find_renamings(names, replaced, to)  # type: ignore[arg-type]  # one of the two directions
    return [new for _, new in renamed_all(names, renamings)]


@pytest.mark.parametrize("prefix", ["", "summary.", "module.", "_orig_mod.", "module.encoder._orig_mod.blocks.3."])
def test_a_component_is_found_wherever_it_stands(prefix: str) -> None:
    names = [f"{prefix}score.weight", f"{prefix}score.bias"]
    assert moved(names, [TABLE, TEXT]) == [f"{prefix}attention.weight", f"{prefix}attention.bias"]


def test_what_is_compiled_inside_is_the_member_still() -> None:
    assert moved(["s.score._orig_mod.weight"], [TABLE]) == ["s.attention._orig_mod.weight"]


@pytest.mark.parametrize(
    "names",
    [
        keys("s.score", "s.other"),
        keys("s.scores"),
        ["s.score.weight_g"],
        ["s.score"],
        keys("s.attention"),
        ["s.score.weight.deeper"],
    ],
)
def test_what_has_other_members_is_left_alone(names: list[str]) -> None:
    assert moved(names, [TABLE]) == names


def test_names_that_change_places_are_not_confused() -> None:
    assert moved([*keys("p.a"), "p.b.x", "p.b.y"], [SWAPPED]) == [*keys("p.b"), "p.a.x", "p.a.y"]


def test_a_component_inside_another_is_renamed_in_the_same_go() -> None:
    names = [*keys("m.a"), *keys("m.b.score")]
    assert moved(names, [SWAPPED, TABLE]) == [*keys("m.b"), *keys("m.a.attention")]


def test_back_again() -> None:
    names = [*keys("x.a"), *keys("x.b.score"), "other.weight"]
    there = moved(names, [SWAPPED, TABLE])
    renamings = [
        Renaming(("x",), "Pair", "pair.py::Pair", (("b", "a"), ("a", "b"))),
        Renaming(("x", "a"), "Summary", "table.py::Summary", (("attention", "score"),)),
    ]
    assert [new for _, new in renamed_all(there, renamings)] == names


def test_two_originals_that_fit_one_place_are_a_question() -> None:
    with pytest.raises(RefactorError) as caught:
        moved(keys("s.attention"), [TABLE, TEXT], "legacy")
    assert "--component Summary --original table.py::Summary --prefix s" in str(caught.value)
    assert "--component Summary --original text.py::Summary --prefix s" in str(caught.value)


def test_two_originals_that_rename_alike_are_none() -> None:
    twin = Replaced("Other", "other.py::Other", TABLE.layout, TABLE.pairs)
    assert moved(keys("s.score"), [TABLE, twin]) == keys("s.attention")


def test_a_class_with_unknown_bases_is_never_found() -> None:
    layout = MemberLayout(TABLE.layout.required, TABLE.layout.parts, closed=False)
    opened = Replaced("Summary", "table.py::Summary", layout, TABLE.pairs)
    assert moved(keys("s.score"), [opened]) == keys("s.score")
    assert [item.pairs for item in at_prefix(keys("s.score"), "s", opened, "component")] == [(("score", "attention"),)]


@pytest.mark.parametrize("prefix", ["encoder", "encoder.", "module.encoder"])
def test_a_place_can_be_named_without_its_wrappers(prefix: str) -> None:
    names = keys("module.encoder._orig_mod.score")
    (only,) = at_prefix(names, prefix, TABLE, "component")
    assert only.prefix == ("module", "encoder", "_orig_mod")


@pytest.mark.parametrize(("prefix", "words"), [("decoder", "no key begins with"), ("", "there is none of score")])
def test_a_place_that_is_not_there_is_said(prefix: str, words: str) -> None:
    with pytest.raises(RefactorError, match=words):
        at_prefix(keys("encoder.score"), prefix, TABLE, "component")


def test_dotted_members_move_positions() -> None:
    renaming = Renaming(("net",), "Block", "b.py::Block", (("seq.1", "seq.0"), ("seq.2", "seq.1")))
    names = ["net.seq.1.weight", "net.seq.2.weight", "net.seq.10.weight", "net.seqs.1.weight"]
    new = [new for _, new in renamed_all(names, [renaming])]
    assert new == ["net.seq.0.weight", "net.seq.1.weight", "net.seq.10.weight", "net.seqs.1.weight"]


def test_two_keys_never_become_one() -> None:
    renaming = Renaming((), "A", "a.py::A", (("score", "attention"),))
    with pytest.raises(RefactorError, match=r"attention\.weight and score\.weight would both become attention\.weight"):
        renamed_all(["attention.weight", "score.weight"], [renaming])


# What stands in one member of the component was all members of the original, one of which has that member's name.
WHOLE = Replaced(
    "Mix",
    "table.py::Mix",
    MemberLayout(
        frozenset({"gate", "router"}),
        (("gate", LINEAR), ("router", LINEAR), ("scale", ""), ("tail", None)),
    ),
    (("way.gate", "gate"), ("way.router", "router"), ("way.scale", "scale"), ("way.tail", "tail")),
)


@pytest.mark.parametrize("more", [[], ["m.scale"], ["m.tail"], ["m.tail.0.weight"]])
def test_members_that_went_into_one_are_found_both_ways(more: list[str]) -> None:
    old = [*keys("m.gate", "m.router"), *more]
    new = [name.replace("m.", "m.way.", 1) for name in old]
    assert moved(old, [WHOLE]) == new
    assert moved(new, [WHOLE], "legacy") == old


@pytest.mark.parametrize("more", ["m.other.weight", "m.way.other", "m.way.gate.weights", "m.way.scale.x"])
def test_one_that_holds_more_is_another(more: str) -> None:
    new = [*keys("m.way.gate", "m.way.router"), more]
    assert moved(new, [WHOLE], "legacy") == new
