from refactor_tools.clones.candidates import candidate_pairs
from refactor_tools.clones.fingerprints import Fingerprint, Part
from refactor_tools.clones.groups import Group
from refactor_tools.model.facts import Definition

OPERATIONS = [f"operation{index}" for index in range(60)]


def group(name: str, *statements: tuple[str, ...]) -> Group:
    definition = Definition(f"{name}.py::{name}", "class", name, f"{name}.py", 1, 9)
    part = Part("forward", statements)
    return Group((Fingerprint(definition, name, name, (part,), part.weight, part.weight),))


def body(start: int, end: int) -> list[tuple[str, ...]]:
    return [("Assign", "name", *[operation] * 3, "name") for operation in OPERATIONS[start:end]]


def test_alike_bodies_are_candidates_whatever_their_names() -> None:
    assert candidate_pairs([group("A", *body(0, 10)), group("B", *body(0, 9)), group("C", *body(30, 40))]) == [(0, 1)]


def test_one_name_makes_candidates() -> None:
    assert candidate_pairs([group("A", *body(0, 5)), group("A", *body(20, 25))]) == [(0, 1)]


def test_what_is_contained_in_something_large_is_a_candidate() -> None:
    assert (0, 1) in candidate_pairs([group("A", *body(0, 3)), group("B", *body(0, 60))])


def test_unlike_bodies_are_no_candidates() -> None:
    assert candidate_pairs([group("A", *body(0, 20)), group("B", *body(30, 50))]) == []
    assert candidate_pairs([]) == []


def test_a_crowd_costs_less_than_all_pairs() -> None:
    crowd = [group("A", *body(index % 50, index % 50 + 5)) for index in range(300)]
    assert len(candidate_pairs(crowd)) < 300 * 299 / 2 / 3
