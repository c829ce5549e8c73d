"""What is known when a component is built."""

import pytest

from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.plan import Candidate
from tests.unify.conftest import Unify

TABLE = """
class Table(nn.Module):
    def __init__(self, length, dim):
        super().__init__()
        {before}
        self.places = nn.Parameter(torch.zeros({size}, dim))

    def forward(self, x):
        return x + self.places
"""


def table(before: str, size: str) -> str:
    return TABLE.format(before=before, size=size)


@pytest.mark.parametrize("before", ["length += 1", "length = length + 1", "for length in (1, 2):\n            pass"])
def test_what_a_parameter_became_cannot_be_an_argument(united: Unify, before: str) -> None:
    found = united(table(before, "2 * length"), table(before, "length").replace("Table", "Other"))
    assert isinstance(found, Refusal)


def test_what_was_given_can(united: Unify) -> None:
    before = "steps = [length]\n        steps[0] += 1"
    found = united(table(before, "2 * length"), table(before, "length").replace("Table", "Other"))
    assert isinstance(found, Candidate)
    assert {argument.value for adapter in found.adapters for argument in adapter.init} >= {"2 * length", "length"}
