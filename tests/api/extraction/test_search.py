from collections.abc import Callable, Iterable, Sequence

import pytest

from refactor_tools.api.extraction import search
from refactor_tools.api.extraction.component import Made
from refactor_tools.api.extraction.plans import Plan
from refactor_tools.api.extraction.search import Search
from refactor_tools.api.extraction.verdicts import Unproven
from refactor_tools.model.components import KeyMap
from refactor_tools.model.extraction import ExtractedComponent
from refactor_tools.model.outcomes import Refusal
from refactor_tools.model.proofs import Verdict
from tests.api.extraction.conftest import Planner

PLAIN = "return self.norm(self.fc(x))"
ABCD = tuple(f"{name}.py::Block" for name in "abcd")
Make = Callable[[Plan], Made | Unproven | Refusal]


def gate(wrong: dict[str, Verdict]) -> Make:
    """A gate that gives the copies of these names these verdicts."""

    def make(plan: Plan) -> Made | Unproven | Refusal:
        ids = members(plan)
        failed = tuple((one, wrong[one[0]], "equal bits: far") for one in ids if one[0] in wrong)
        if not failed:
            return made(plan)
        passed = tuple(one for one in ids if one[0] not in wrong)
        return Unproven(failed, passed, Refusal(f"not proven equal: {failed[0][1]}"))

    return make


def members(plan: Plan) -> tuple[str, ...]:
    return tuple(member.id for member in plan.candidate.members)


def made(plan: Plan) -> Made:
    component = ExtractedComponent("Block", plan.path, members(plan), (), (), "PROVED")
    return Made(component, KeyMap("lib.Block", "lib.block", "lib", "Block", "class"))


def merged(found: Made | Refusal) -> str:
    assert isinstance(found, Made), found
    return "".join(sorted(one[0] for one in found.component.members))


def left_out(found: Made | Refusal) -> dict[str, str]:
    assert isinstance(found, Made), found
    return {identity[0]: reason for identity, reason in found.component.left_out}


@pytest.fixture
def alike(planner: Callable[[dict[str, str]], Planner]) -> Planner:
    return planner(dict.fromkeys("abcd", PLAIN))


def verdicts(tried: Iterable[object]) -> list[tuple[str, str]]:
    return [("".join(one[0] for one in sorted(a.members)), a.verdict) for a in tried]  # type: ignore[attr-defined]  # attempts


def test_the_candidate_for_all_copies_is_kept_if_it_is_proven(alike: Planner) -> None:
    looking = Search(alike, gate({}))
    found = looking.run(ABCD)
    assert merged(found) == "abcd"
    assert left_out(found) == {}
    assert verdicts(looking.attempts) == [("abcd", "PROVED")]


def test_a_copy_that_differs_is_left_out_and_the_rest_proven_again(alike: Planner) -> None:
    looking = Search(alike, gate({"b": "DIFFERENT"}))
    found = looking.run(ABCD)
    assert merged(found) == "acd"
    assert left_out(found) == {"b": "DIFFERENT: equal bits: far"}
    assert verdicts(looking.attempts) == [("abcd", "DIFFERENT"), ("acd", "PROVED")]
    assert looking.attempts[0].failed == (("b.py::Block", "DIFFERENT", "equal bits: far"),)


def test_copies_that_no_component_can_be_compared_with_go_first(alike: Planner) -> None:
    looking = Search(alike, gate({"a": "NOT_RUN", "c": "DIFFERENT", "d": "LEGACY_BROKEN"}), alone=True)
    found = looking.run(ABCD)
    assert [seen for seen, _ in verdicts(looking.attempts)] == ["abcd", "bc", "b"]
    assert merged(found) == "b"
    assert set(left_out(found)) == set("acd")


def test_a_single_copy_that_is_left_is_moved_only_if_it_was_asked_for(alike: Planner) -> None:
    wrong: dict[str, Verdict] = {"b": "NOT_RUN"}
    assert merged(Search(alike, gate(wrong), alone=True).run(ABCD[:2])) == "a"
    found = Search(alike, gate(wrong)).run(ABCD[:2])
    assert found == Refusal("not proven equal: NOT_RUN")


def test_a_pair_that_is_not_proven_at_all_is_refused(alike: Planner) -> None:
    looking = Search(alike, gate({"a": "DIFFERENT", "b": "DIFFERENT"}), alone=True)
    assert isinstance(looking.run(ABCD[:2]), Refusal)
    assert len(looking.attempts) == 1


def test_where_nothing_is_proven_one_copy_after_another_goes(planner: Callable[[dict[str, str]], Planner]) -> None:
    planned = planner(dict.fromkeys("abc", PLAIN) | {"d": f"x = x.relu()\n        {PLAIN}"})
    tries: list[int] = []

    def make(plan: Plan) -> Made | Unproven | Refusal:
        tries.append(len(plan.candidate.members))
        return made(plan) if "d.py::Block" not in members(plan) else gate(dict.fromkeys("abcd", "DIFFERENT"))(plan)

    found = Search(planned, make).run(ABCD)
    assert merged(found) == "abc"
    assert tries == [4, 3]


def test_the_number_of_proofs_is_bounded(alike: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_PROOFS", 2)
    looking = Search(alike, gate(dict.fromkeys("abcd", "DIFFERENT")))
    found = looking.run(ABCD)
    assert isinstance(found, Refusal)
    assert found.reason == "not proven equal in 2 attempts"
    assert len(found.details) == 2


def test_a_proof_that_would_not_notice_bugs_ends_it(alike: Planner) -> None:
    looking = Search(alike, lambda plan: Refusal("the proof would not notice these bugs"))
    assert looking.run(ABCD) == Refusal("the proof would not notice these bugs")
    assert len(looking.attempts) == 1


def test_where_no_plan_holds_all_copies_the_largest_group_is_tried(alike: Planner) -> None:
    def planned(ids: Sequence[str]) -> Plan | Refusal:
        return Refusal("too much") if {"a.py::Block", "b.py::Block"} <= set(ids) else alike(ids)

    looking = Search(planned, gate({}))
    found = looking.run(ABCD)
    assert merged(found) == "acd"
    assert left_out(found) == {"b": "too much"}
    assert verdicts(looking.attempts) == [("abcd", ""), ("acd", "PROVED")]


def test_two_copies_that_cannot_be_planned_are_refused_with_the_reason() -> None:
    looking = Search(lambda ids: Refusal("two algorithms"), gate({}), alone=True)
    assert looking.run(ABCD[:2]) == Refusal("two algorithms")
    assert [attempt.reason for attempt in looking.attempts] == ["two algorithms"]
