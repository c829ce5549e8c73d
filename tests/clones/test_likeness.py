from hypothesis import given
from hypothesis import strategies as st

from refactor_tools.clones.fingerprints import Fingerprint, Part
from refactor_tools.clones.likeness import Comparer, Overlap, bag, common_length, most_shared
from refactor_tools.model.facts import Definition

FORMS = st.lists(st.sampled_from("abcd"), max_size=9).map(tuple)
DEFINITION = Definition("a.py::A", "class", "A", "a.py", 1, 2)


def slow_length(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    if not left or not right:
        return 0
    if left[0] == right[0]:
        return 1 + slow_length(left[1:], right[1:])
    return max(slow_length(left[1:], right), slow_length(left, right[1:]))


def with_parts(*parts: Part) -> Fingerprint:
    return Fingerprint(DEFINITION, "", "", parts, sum(part.weight for part in parts), 0)


@given(FORMS, FORMS)
def test_common_length_is_that_of_the_longest_common_subsequence(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    assert common_length(left, right) == slow_length(left, right)


PARTS = st.lists(
    st.builds(
        Part,
        st.sampled_from(("forward", "__init__", "encode", "decode")),
        st.lists(FORMS.filter(bool), max_size=4).map(tuple),
        st.booleans(),
    ),
    max_size=4,
)


@given(PARTS, PARTS)
def test_overlap_is_symmetric_and_bounded(left: list[Part], right: list[Part]) -> None:
    a, b = with_parts(*left), with_parts(*right)
    overlap = Comparer().overlap(a, b)
    assert overlap.shared == Comparer().overlap(b, a).shared
    assert overlap.shared <= min(a.weight, b.weight, most_shared(bag(a.parts), bag(b.parts)))
    assert 0.0 <= overlap.similarity <= 1.0


@given(PARTS)
def test_everything_overlaps_itself(parts: list[Part]) -> None:
    whole = with_parts(*parts)
    assert Comparer().overlap(whole, whole).shared == whole.weight


def test_order_counts_but_in_keyed_parts() -> None:
    one, two = ("norm", "norm", "name"), ("attend", "attend", "name", "number")
    ordered = [with_parts(Part("forward", forms)) for forms in ((one, two), (two, one))]
    keyed = [with_parts(Part("__init__", forms, keyed=True)) for forms in ((one, two), (two, one))]
    assert Comparer().overlap(*ordered).shared == 4
    assert Comparer().overlap(*keyed).shared == 7


def test_methods_match_by_name_then_by_likeness() -> None:
    body = (("softmax", "softmax", "name"), ("Return", "matmul", "matmul", "name"))
    other = (("relu", "relu", "name"),)
    left = with_parts(Part("attend", body), Part("encode", other))
    assert Comparer().overlap(left, with_parts(Part("mix", body), Part("encode", other))).shared == 10
    assert Comparer().overlap(left, with_parts(Part("encode", body))).shared == 0


def test_a_copy_that_grew_is_more_alike_than_one_that_changed() -> None:
    assert Overlap(50, 50, 100).similarity > Overlap(50, 75, 75).similarity
    assert Overlap(0, 5, 5).similarity == 0.0
