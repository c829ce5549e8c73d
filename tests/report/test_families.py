"""A row of the table of families."""

import pytest

from refactor_tools.model.families import Difference, Family, Proposal
from refactor_tools.report.families import family_rows

ORDER = Difference("order", "forward", (("a.py::A", "norm -> +"), ("b.py::A", "+ -> norm")))
REFUSED = Difference("refused", "the code differs", (("0", "x"), ("1", "y")))


def outcome(*differences: Difference, refusal: str = "") -> str:
    proposal = Proposal(refusal=refusal) if refusal else Proposal("norms/a.py", "norms", ("dim",))
    family = Family("A", "class", "near", 0.9, ("a.py::A", "b.py::A"), differences, proposal)
    return family_rows([family])[0][3]


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ((REFUSED,), "kept: the code differs"),
        ((ORDER, REFUSED), "kept: the code differs; steps of forward are in another order"),
    ],
)
def test_a_refused_family_also_says_that_its_order_differs(differences: tuple[Difference, ...], expected: str) -> None:
    assert outcome(*differences, refusal="the code differs") == expected


def test_in_a_family_that_can_be_merged_order_is_one_of_the_kinds() -> None:
    assert outcome(ORDER) == "norms/: 1 order"
