from dataclasses import replace

from benchmarks.unify_outcomes import (
    FamilyOutcome,
    branches,
    figures,
    listing,
    new_parameters,
    reasons,
    summary,
)

ONE = FamilyOutcome(
    "p==1", "Pool", "simple", 3, "one", 3, verdict="PROVED", parameters=2, branches=1, again="PROVED", left_out={}
)
SUBSET = replace(
    ONE, rule="other", result="subset", merged=2, left_out={"a.py::Pool": "DIFFERENT: equal bits: far off"}
)
REFUSED = FamilyOutcome("p==1", "Norm", "other", 2, "refused", reason="names differ: out")


def test_figures_are_shares_of_all_families() -> None:
    found = figures([ONE, SUBSET, REFUSED])
    assert found["simple"] == 1.0
    assert found["all"] == 2 / 3
    assert found["all as one"] == 1 / 3
    assert found["all members"] == 5 / 8
    assert (found["parameters"], found["branches"], found["unsafe"]) == (2, 1, 0)


def test_a_component_that_fails_with_fresh_inputs_is_unsafe() -> None:
    wrong = replace(ONE, again="DIFFERENT", passed_again=False)
    assert figures([wrong, replace(REFUSED, passed_again=False)])["unsafe"] == 1
    assert "unsafe" in listing([wrong])
    assert "unsafe" not in listing([ONE])


def test_the_summary_has_a_row_for_every_class_of_families() -> None:
    lines = summary([ONE, SUBSET, REFUSED]).splitlines()
    assert lines[1].split() == ["simple", "1", "1", "0", "0", "0", "0", "1.000"]
    assert lines[2].split() == ["other", "2", "0", "1", "1", "0", "0", "0.500"]


def test_reasons_are_counted_without_what_holds_for_one_family() -> None:
    other = replace(REFUSED, reason="names differ: x")
    assert reasons([ONE, SUBSET, REFUSED, other]).splitlines() == ["   2  names differ", "   1  DIFFERENT: equal bits"]
    limits = [replace(REFUSED, reason=f"part Norm: {number} branches would be needed") for number in (3, 12)]
    assert reasons(limits) == "   2  of a part: N branches would be needed"


def test_parameters_count_once_and_only_where_they_stand_for_a_difference() -> None:
    found = [("size", "dim"), ("value", "dim"), ("switch", "bias"), ("name", "self.fc"), ("optional part", "")]
    assert new_parameters(found) == 2


def test_branches_are_conditions_of_running_methods() -> None:
    source = """
class Pool:
    def __init__(self, a):
        if a:
            self.a = a

    def forward(self, x):
        if x is None:
            return 1 if self.a else 2
        elif not self.a:
            return 3
        if x is not None and self.a:
            return x
        return self.a if x is not None else x


def pool(x):
    return x if x else None
"""
    assert branches(source, "Pool") == 3
    assert branches(source, "pool") == 1
    assert branches(source, "other") == 0
