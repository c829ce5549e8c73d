from textwrap import dedent

import pytest

from refactor_tools.api.extraction.renaming import ParameterChoices, with_choices
from refactor_tools.model.adapters import Argument
from refactor_tools.model.facts import Source
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.members import load_member
from refactor_tools.unify.plan import Candidate, unify
from refactor_tools.unify.syntax import code

HEAD = "from torch import nn\n\n\n"
COPY = """
class Pool(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.score = nn.Linear({size}, 1)
        self.drop = nn.Dropout({rate})

    def forward(self, x, mask=None):
        s = self.score(self.drop(x))
        if mask is not None:
            s = s.masked_fill(~mask, 0.0)
        return s
"""
FUNCTION = """
def mix(x, gate, rate=0.5):
    return [rate * part for part in (x, gate)]
"""


def united(*texts: str) -> Candidate:
    members = []
    for index, text in enumerate(texts):
        source = Source(f"{index}.py", HEAD + dedent(text).strip() + "\n", "utf-8", "")
        name = text.split("class ")[-1].split("def ")[-1] if "class" not in text else "Pool"
        identity = f"{index}.py::{name.partition('(')[0]}"
        members.append(load_member(source, identity, inline_all=len(texts) > 1))
    candidate = unify(members)
    assert isinstance(candidate, Candidate), candidate
    return candidate


@pytest.fixture
def pool() -> Candidate:
    """Parameters: input_dim, and dropout with the default 0.1."""
    sizes = [("2 * config.hidden", "0.1"), ("config.width", "0.3"), ("config.width", "0.1")]
    return united(*(COPY.format(size=size, rate=rate) for size, rate in sizes))


def chosen(candidate: Candidate, choices: ParameterChoices) -> Candidate:
    found = with_choices(candidate, choices)
    assert isinstance(found, Candidate), found
    return found


def names(candidate: Candidate) -> list[str]:
    return [item.name for item in candidate.constructor]


def test_a_parameter_gets_another_name_everywhere(pool: Candidate) -> None:
    [size, *rest] = names(pool)
    found = chosen(pool, ParameterChoices(rename={size: "d_model"}))
    assert names(found) == ["d_model", *rest]
    assert [item.name for item in found.parameters] == names(found)
    text = code(found.node)
    assert "self.score = nn.Linear(d_model, 1)" in text
    assert f"({size}" not in text
    first = next(a for a, m in zip(found.adapters, found.members, strict=True) if m.path == "0.py")
    assert Argument("d_model", "2 * config.hidden") in first.init


def test_parameters_of_forward_can_be_named_too(pool: Candidate) -> None:
    found = chosen(pool, ParameterChoices(rename={"mask": "valid"}))
    assert [item.name for item in found.forward] == ["x", "valid"]
    assert "if valid is not None" in code(found.node)
    assert all(Argument("valid", "mask") in adapter.forward for adapter in found.adapters)


def test_another_default_leaves_every_member_what_it_had(pool: Candidate) -> None:
    found = chosen(pool, ParameterChoices(defaults={"dropout": "0.0"}))
    assert "dropout: float=0.0" in code(found.node).replace(" = ", "=")
    rates = {
        member.path: [item.value for item in adapter.init if item.name == "dropout"]
        for member, adapter in zip(found.members, found.adapters, strict=True)
    }
    assert rates == {"0.py": ["0.1"], "1.py": ["0.3"], "2.py": ["0.1"]}


def test_what_gets_a_default_becomes_keyword_only(pool: Candidate) -> None:
    found = chosen(pool, ParameterChoices(defaults={names(pool)[0]: "256"}))
    assert next((item.kind, item.default) for item in found.constructor) == ("keyword-only", "256")
    compile(code(found.node), "component", "exec")


def test_the_order_is_kept_within_what_may_be_given_by_position() -> None:
    candidate = united(
        """
        class Pool(nn.Module):
            def __init__(self, width, height, bias=True, eps=1e-5):
                super().__init__()
                self.fc = nn.Linear(width, height, bias=bias)
                self.norm = nn.LayerNorm(height, eps=eps)

            def forward(self, x):
                return self.norm(self.fc(x))
        """
    )
    found = chosen(candidate, ParameterChoices(order=("height", "width", "eps")))
    assert names(found) == ["height", "width", "eps", "bias"]
    assert not any(found.verbatim)
    assert [item.name for item in found.parameters] == names(found)
    compile(code(found.node), "component", "exec")
    refused = with_choices(candidate, ParameterChoices(order=("eps", "width")))
    assert refused == Refusal("`width` has no default and would come after parameters that have one")


def test_a_function_has_one_signature() -> None:
    found = chosen(united(FUNCTION), ParameterChoices(rename={"gate": "other"}, defaults={"rate": "1.0"}))
    assert [item.name for item in found.forward] == ["x", "other", "rate"]
    [adapter] = found.adapters
    assert Argument("other", "gate") in adapter.forward
    assert "for part in (x, other)" in code(found.node)


def test_without_choices_nothing_changes(pool: Candidate) -> None:
    assert with_choices(pool, ParameterChoices()) is pool
    same = chosen(pool, ParameterChoices(order=tuple(names(pool))))
    assert same.verbatim == pool.verbatim
    assert same.constructor == pool.constructor


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (ParameterChoices(rename={"heads": "h"}), "`rename` names `heads`"),
        (ParameterChoices(order=("x",)), "`order` names `x`"),
        (ParameterChoices(defaults={"heads": "1"}), "`defaults` names `heads`"),
        (ParameterChoices(rename={"dropout": "nn"}), "stands for something else"),
        (ParameterChoices(rename={"x": "s"}), "stands for something else"),
        (ParameterChoices(rename={"x": "y", "mask": "y"}), "stands for something else"),
        (ParameterChoices(rename={"x": "mask"}), "stands for something else"),
    ],
)
def test_choices_that_do_not_fit_are_refused(pool: Candidate, choices: ParameterChoices, message: str) -> None:
    refused = with_choices(pool, choices)
    assert isinstance(refused, Refusal)
    assert message in refused.reason
