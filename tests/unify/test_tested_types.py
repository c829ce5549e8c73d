"""Parameters whose class the code tests."""

import pytest

from refactor_tools.unify.plan import Candidate
from refactor_tools.unify.tested_types import with_tested_types
from tests.unify.conftest import Unify, code_of

EXPERTS = """
class Experts(nn.Module):
    def __init__(self, dim, count=4, mode="sum", scale=None):
        super().__init__()
        shape = count if isinstance(count, (tuple, list)) else (count,)
        self.mode = "max" if isinstance(mode, str) else mode
        self.scale = 1.0 if isinstance(scale, Config) else scale
        self.w = nn.Parameter(torch.empty(*shape, dim))

    def forward(self, x):
        return x + self.w
"""


def widened(candidate: object) -> str:
    assert isinstance(candidate, Candidate)
    return code_of(with_tested_types(candidate))


def test_what_is_asked_for_is_allowed(united: Unify) -> None:
    assert "count: int | tuple[Any, ...] | list[Any] = 4" in widened(united(EXPERTS))


@pytest.mark.parametrize("kept", ["mode: str = ", "x: Tensor"])
def test_what_is_known_or_cannot_be_told_stays(united: Unify, kept: str) -> None:
    assert kept in widened(united(EXPERTS))


def test_what_a_person_wrote_stays(united: Unify) -> None:
    code = widened(united(EXPERTS.replace("count=4", "count: int = 4")))
    assert "count: int = 4" in code
