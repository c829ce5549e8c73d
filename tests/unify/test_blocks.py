"""Statements that stand for each other, and those that do not."""

from collections.abc import Callable

import pytest

from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.plan import Candidate
from tests.unify.conftest import Unify

Code = Callable[[Candidate | Refusal], str]
Values = Callable[[Candidate | Refusal, str], list[str | None]]


def module(forward: str, init: str = "self.fc = nn.Linear(dim, dim)", arguments: str = "x", extra: str = "") -> str:
    lines = "\n        ".join(forward.split("; "))
    return f"""
class Layer(nn.Module):
    def __init__(self, dim):
        super().__init__()
        {init}

    def forward(self, {arguments}):
        {lines}
{extra}"""


def test_statements_that_stand_for_each_other_are_a_choice(united: Unify, code: Code, values: Values) -> None:
    candidate = united(module("h = self.fc(x).relu(); return h + x"), module("h = x.cumsum(0) * 2; return h + x"))
    text = code(candidate)
    assert "        if self." in text
    assert "        else:\n" in text
    assert text.count("return h + x") == 1
    assert isinstance(candidate, Candidate)
    assert candidate.forward_branches == 1


def test_a_choice_between_results_ends_in_a_return_of_each(united: Unify, code: Code) -> None:
    text = code(united(module("h = self.fc(x); return h"), module("h = self.fc(x); return h, x.shape")))
    assert text.count("return") == 2
    assert "else:" not in text


def test_what_both_compute_has_one_name(united: Unify, code: Code) -> None:
    left = module("mixed = self.fc(x).relu(); y = mixed * 2; return y + mixed.sum()")
    right = module("out = x.cumsum(0) + 1; y = out * 2; return y + out.sum()")
    text = code(united(left, right))
    assert "out" not in text
    assert "y = mixed * 2" in text


def test_equal_statements_stay_outside_of_the_choice(united: Unify, code: Code) -> None:
    left = module("a = self.fc(x); b = a.relu(); c = b + 1; return c")
    right = module("a = self.fc(x); b = x.cumsum(0).flip(0); c = b + 1; return c")
    text = code(united(left, right))
    assert text.index("a = self.fc(x)") < text.index("if self.")
    assert text.index("c = b + 1") > text.index("else:") if "c = b + 1" in text else text.count("b + 1") == 1


def test_a_further_copy_has_the_one_or_the_other(united: Unify, values: Values) -> None:
    first, second = module("h = self.fc(x).relu(); return h + x"), module("h = x.cumsum(0) * 2; return h + x")
    candidate = united(first, second, second)
    assert isinstance(candidate, Candidate)
    [switch] = [item.name for item in candidate.parameters if item.kind == "switch"]
    given = [
        value or next(p.default for p in candidate.constructor if p.name == switch)
        for value in values(candidate, switch)
    ]
    assert given[1] == given[2] != given[0]


def test_more_branches_than_allowed_are_refused(united: Unify) -> None:
    common = "x = x.relu(); x = x.sigmoid(); x = x.tanh(); x = self.fc(x); return x"
    parts = common.split("; ")
    copies = [module("; ".join([*parts[:i], f"x = x.roll({i}, 0)", *parts[i:]])) for i in range(1, 5)]
    outcome = united(module(common), *copies, max_branches=1)
    assert isinstance(outcome, Refusal) or outcome.left_out


def test_an_elif_that_only_one_copy_has_is_an_option(united: Unify, code: Code) -> None:
    base = "if x.dim() == 2:\n            x = x * 2\n"
    more = base + "        elif x.dim() == 3:\n            x = x * 3\n"
    text = code(united(module(f"{base}        return self.fc(x)"), module(f"{more}        return self.fc(x)")))
    assert "x.dim() == 3" in text
    assert text.count("x.dim() == 2") == 1


@pytest.mark.parametrize("name", ["mask", "weights"])
def test_an_argument_of_one_copy_is_handed_on(united: Unify, code: Code, name: str) -> None:
    plain = module("return self.inner(x)", init="self.inner = Inner(dim)")
    other = module(f"return self.inner(x, {name}={name})", init="self.inner = Inner(dim)", arguments=f"x, {name}=None")
    candidate = united(plain, other)
    assert f"self.inner(x, {name}={name})" in code(candidate).replace(" = ", "=")
    assert isinstance(candidate, Candidate)
    assert candidate.branches == 0


def test_a_value_of_one_copy_is_not_handed_on(united: Unify, code: Code) -> None:
    plain = module("return self.inner(x)", init="self.inner = Inner(dim)")
    other = module("return self.inner(x, scale=x.mean())", init="self.inner = Inner(dim)")
    candidate = united(plain, other)
    assert isinstance(candidate, Candidate)
    assert candidate.branches == 1


def test_messages_may_differ(united: Unify, code: Code) -> None:
    copies = [
        module(f'if x.dim() > 3:\n            raise ValueError(f"{text} {{x.shape}}")\n        return self.fc(x)')
        for text in ("too many dimensions:", "expected three dimensions, got")
    ]
    candidate = united(*copies)
    assert isinstance(candidate, Candidate)
    assert [item.name for item in candidate.constructor] == ["dim"]
    assert "too many dimensions" in code(candidate)


def test_texts_that_are_computed_with_may_not(united: Unify) -> None:
    copies = [module(f'self.mode = "{mode}"\n        return self.fc(x)') for mode in ("first", "second")]
    candidate = united(*copies)
    assert isinstance(candidate, Candidate)
    assert len(candidate.constructor) == 2


def test_values_may_be_kept_in_another_order(united: Unify, code: Code) -> None:
    left = module(
        "return self.fc(x) * self.scale", init="self.scale = 2; self.dim = dim; self.fc = nn.Linear(dim, dim)"
    )
    right = module(
        "return self.fc(x) * self.scale", init="self.dim = dim; self.fc = nn.Linear(dim, dim); self.scale = 2"
    )
    candidate = united(left, right)
    assert isinstance(candidate, Candidate)
    assert candidate.verbatim == (True, True)


def test_layers_may_not_be_made_in_another_order(united: Unify) -> None:
    left = module("return self.b(self.a(x))", init="self.a = nn.Linear(dim, 3); self.b = nn.Linear(3, dim)")
    right = module("return self.b(self.a(x))", init="self.b = nn.Linear(3, dim); self.a = nn.Linear(dim, 3)")
    candidate = united(left, right)
    assert isinstance(candidate, Refusal) or candidate.verbatim != (True, True)
