from refactor_tools.clones.candidates import candidate_pairs
from refactor_tools.clones.fingerprints import Fingerprint, Forms
from refactor_tools.clones.groups import Group
from refactor_tools.model.facts import Definition
from refactor_tools.model.prints import Part

OPERATIONS = [f"operation{index}" for index in range(60)]


def groups(*named: tuple[str, list[tuple[str, ...]]]) -> list[Group]:
    forms = Forms()
    return [group(name, statements, forms) for name, statements in named]


def group(name: str, statements: list[tuple[str, ...]], forms: Forms) -> Group:
    definition = Definition(f"{name}.py::{name}", "class", name, f"{name}.py", 1, 9)
    part = Part("forward", tuple(forms.number(" ".join(statement)) for statement in statements))
    return Group((Fingerprint(definition, name, name, name, (part,), frozenset(), 9, (), (), forms),))


def body(start: int, end: int) -> list[tuple[str, ...]]:
    return [("Assign", "name", *[operation] * 3, "name") for operation in OPERATIONS[start:end]]


def test_alike_bodies_are_candidates_whatever_their_names() -> None:
    assert candidate_pairs(groups(("A", body(0, 10)), ("B", body(0, 9)), ("C", body(30, 40)))) == [(0, 1)]


def test_namesakes_need_less_in_common() -> None:
    assert candidate_pairs(groups(("A", body(0, 10)), ("A", body(4, 14)))) == [(0, 1)]
    assert candidate_pairs(groups(("A", body(0, 10)), ("A", body(20, 30)))) == []


def test_what_is_contained_in_something_large_is_a_candidate() -> None:
    assert (0, 1) in candidate_pairs(groups(("A", body(0, 3)), ("B", body(0, 60))))


def test_unlike_bodies_are_no_candidates() -> None:
    assert candidate_pairs(groups(("A", body(0, 20)), ("B", body(30, 50)))) == []
    assert candidate_pairs([]) == []


def test_a_crowd_costs_less_than_all_pairs() -> None:
    crowd = [("A", body(index % 50, index % 50 + 5)) for index in range(300)]
    assert len(candidate_pairs(groups(*crowd))) < 300 * 299 / 2 / 3
