"""Plans of small copies, without a tree around them."""

from collections.abc import Callable, Sequence

import pytest

from refactor_tools.api.extraction.plans import Plan
from refactor_tools.codemods.slicing import Helpers
from refactor_tools.model.facts import Source
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.members import load_member
from refactor_tools.unify.plan import unify

Planner = Callable[[Sequence[str]], Plan | Refusal]


@pytest.fixture
def planner() -> Callable[[dict[str, str]], Planner]:
    """From bodies of `forward` by the copy's name to a function that plans some of the copies."""

    def made(bodies: dict[str, str]) -> Planner:
        def planned(members: Sequence[str]) -> Plan | Refusal:
            loaded = [load_member(_source(identity, bodies), identity, inline_all=True) for identity in members]
            candidate = unify(loaded)
            if isinstance(candidate, Refusal):
                return candidate
            return Plan(
                "Block", candidate, "blocks", "lib/block.py", "lib", "lib.block", (), Helpers("", frozenset()), {}
            )

        return planned

    return made


def _source(identity: str, bodies: dict[str, str]) -> Source:
    path = identity.partition("::")[0]
    text = f"""from torch import nn


class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.fc = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        {bodies[path.removesuffix(".py")]}
"""
    return Source(path, text, "utf-8", "")
