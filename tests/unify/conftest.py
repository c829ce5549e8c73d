"""Families from inline sources, and what unification makes of them."""

from collections.abc import Callable
from textwrap import dedent

import libcst as cst
import pytest

from refactor_tools.model.facts import Source
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.members import Member, load_member
from refactor_tools.unify.plan import Candidate, unify

Unify = Callable[..., Candidate | Refusal]
HEAD = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n"


def member_of(text: str, index: int = 0, *, head: str = HEAD, inline: bool = True) -> Member:
    source = head + dedent(text).strip() + "\n"
    name = next(
        node.name.value
        for node in reversed(cst.parse_module(source).body)
        if isinstance(node, (cst.ClassDef, cst.FunctionDef))
    )
    path = f"copy_{index}.py"
    return load_member(Source(path, source, "utf-8", ""), f"{path}::{name}", inline_all=inline)


@pytest.fixture
def united() -> Unify:
    def run(*texts: str, head: str = HEAD, presume: bool = False, **limits: int) -> Candidate | Refusal:
        inline = len(texts) > 1
        members = [member_of(text, index, head=head, inline=inline) for index, text in enumerate(texts)]
        return unify(members, presume=presume, **limits)

    return run


def code_of(candidate: Candidate | Refusal) -> str:
    assert isinstance(candidate, Candidate), candidate
    return cst.Module(body=[candidate.node]).code.strip()


def values_of(candidate: Candidate | Refusal, name: str) -> list[str | None]:
    """A constructor parameter's value for each member, by path."""
    assert isinstance(candidate, Candidate), candidate
    by_path = sorted(zip(candidate.members, candidate.adapters, strict=True), key=lambda pair: pair[0].path)
    return [next((item.value for item in adapter.init if item.name == name), None) for _, adapter in by_path]


@pytest.fixture
def code() -> Callable[[Candidate | Refusal], str]:
    return code_of


@pytest.fixture
def values() -> Callable[[Candidate | Refusal, str], list[str | None]]:
    return values_of
