"""What is known when a component is built."""

import pytest

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
    assert "2 * length" not in arguments(united, before)


def test_what_was_given_can(united: Unify) -> None:
    before = "steps = [length]\n        steps[0] += 1"
    assert {"2 * length", "length"} <= arguments(united, before)


def arguments(united: Unify, before: str) -> set[str]:
    """What the adapters of two tables of different sizes give to the component."""
    found = united(table(before, "2 * length"), table(before, "length").replace("Table", "Other"))
    assert isinstance(found, Candidate)
    return {argument.value for adapter in found.adapters for argument in adapter.init}
