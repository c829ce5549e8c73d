from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from refactor_tools.clones.fingerprints import Fingerprint, Forms
from refactor_tools.clones.forms import Form
from refactor_tools.clones.likeness import Comparer, Overlap, common_length
from refactor_tools.model.facts import Definition
from refactor_tools.model.prints import Part

FORMS = st.lists(st.sampled_from("abcd"), max_size=9).map(tuple)
DEFINITION = Definition("a.py::A", "class", "A", "a.py", 1, 2)


def slow_length(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    if not left or not right:
        return 0
    if left[0] == right[0]:
        return 1 + slow_length(left[1:], right[1:])
    return max(slow_length(left[1:], right), slow_length(left, right[1:]))


Sections = list[tuple[str, tuple[Form, ...], bool]]


def shared(left: Sections, right: Sections) -> Overlap:
    forms = Forms()
    return Comparer(forms).overlap(fingerprint(left, forms), fingerprint(right, forms))


def fingerprint(sections: Sections, forms: Forms) -> Fingerprint:
    parts = [
        Part(name, tuple(forms.number(" ".join(form)) for form in statements), keyed)
        for name, statements, keyed in sections
    ]
    return Fingerprint(DEFINITION, "A", "", "", tuple(parts), frozenset(), 0, (), (), forms)


@given(FORMS, FORMS)
def test_common_length_is_that_of_the_longest_common_subsequence(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    assert common_length(left, right) == slow_length(left, right)


SECTIONS = st.lists(
    st.tuples(
        st.sampled_from(("forward", "__init__", "encode", "decode")),
        st.lists(FORMS.filter(bool), max_size=4).map(tuple),
        st.booleans(),
    ),
    max_size=4,
)


@given(SECTIONS, SECTIONS)
def test_overlap_is_symmetric_and_bounded(left: Sections, right: Sections) -> None:
    overlap = shared(left, right)
    assert overlap.shared == shared(right, left).shared
    assert overlap.shared <= min(overlap.left, overlap.right, (bag(left) & bag(right)).total())
    assert 0.0 <= overlap.similarity <= 1.0


def bag(sections: Sections) -> Counter[str]:
    return Counter(token for _, statements, _ in sections for form in statements for token in form)


@given(SECTIONS)
def test_everything_overlaps_itself(sections: Sections) -> None:
    overlap = shared(sections, sections)
    assert overlap.shared == overlap.left == overlap.right


def test_order_counts_but_in_keyed_parts() -> None:
    one, two = ("norm", "norm", "name"), ("attend", "attend", "name", "number")
    assert shared([("forward", (one, two), False)], [("forward", (two, one), False)]).shared == 4
    assert shared([("__init__", (one, two), True)], [("__init__", (two, one), True)]).shared == 7


def test_statements_that_changed_a_little_correspond() -> None:
    one, changed = ("Assign", "softmax", "softmax", "name"), ("Assign", "softmax", "softmax", "number")
    same, other = ("Return", "name"), ("Assign", "relu", "relu", "name")
    assert shared([("forward", (one, same), False)], [("forward", (changed, same), False)]).shared == 5
    assert shared([("forward", (one, same), False)], [("forward", (other, same), False)]).shared == 2


def test_methods_match_by_name_then_by_likeness() -> None:
    body = (("softmax", "softmax", "name"), ("Return", "matmul", "matmul", "name"))
    other = (("relu", "relu", "name"),)
    left: Sections = [("attend", body, False), ("encode", other, False)]
    assert shared(left, [("mix", body, False), ("encode", other, False)]).shared == 10
    assert shared(left, [("encode", body, False)]).shared == 0


def test_a_copy_that_grew_is_more_alike_than_one_that_changed() -> None:
    assert Overlap(50, 50, 100).similarity > Overlap(50, 75, 75).similarity
    assert Overlap(0, 5, 5).similarity == 0.0
