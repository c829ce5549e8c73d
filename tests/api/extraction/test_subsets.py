from collections.abc import Callable, Sequence

import pytest

from refactor_tools.api.extraction.plans import Plan
from refactor_tools.api.extraction.subsets import largest_group
from refactor_tools.model.outcomes import Refusal
from tests.api.extraction.conftest import Planner

PLAIN = "return self.norm(self.fc(x))"
IDS = tuple(f"{name}.py::Block" for name in "abcde")


@pytest.fixture
def alike(planner: Callable[[dict[str, str]], Planner]) -> Planner:
    return planner(dict.fromkeys("abcde", PLAIN))


def parted(alike: Planner, *groups: str) -> Planner:
    """Plans only copies of one group."""

    def planned(ids: Sequence[str]) -> Plan | Refusal:
        names = {identity[0] for identity in ids}
        return alike(ids) if any(names <= set(group) for group in groups) else Refusal("another algorithm")

    return planned


def test_the_largest_group_wins_wherever_it_starts(alike: Planner) -> None:
    found = largest_group(IDS, parted(alike, "ab", "cde"))
    assert found is not None
    assert found.members == IDS[2:]
    assert dict(found.left_out) == dict.fromkeys(IDS[:2], "another algorithm")


def test_of_equal_groups_the_earliest_wins(alike: Planner) -> None:
    found = largest_group(IDS[:4], parted(alike, "ab", "cd"))
    assert found is not None
    assert found.members == IDS[:2]


def test_copies_of_which_no_two_go_together_have_none(alike: Planner) -> None:
    assert largest_group(IDS, parted(alike, "a", "b")) is None


def test_a_copy_that_a_plan_itself_leaves_out_does_not_fit(planner: Callable[[dict[str, str]], Planner]) -> None:
    other = "return " + " + ".join(f"self.fc(x).roll({number}).cumsum({number} % 2)" for number in range(30))
    planned = planner({"a": PLAIN, "b": PLAIN, "c": other})
    found = largest_group(IDS[:3], planned)
    assert found is not None
    assert found.members == IDS[:2]
    assert [identity for identity, _ in found.left_out] == [IDS[2]]


def test_the_number_of_plans_is_bounded(alike: Planner) -> None:
    made: list[Sequence[str]] = []

    def planned(ids: Sequence[str]) -> Plan | Refusal:
        made.append(ids)
        return alike(ids)

    found = largest_group(IDS, planned, most=2)
    assert len(made) == 2
    assert found is not None
    assert found.members == IDS[:3]
    assert all("too many ways" in reason for _, reason in found.left_out)
