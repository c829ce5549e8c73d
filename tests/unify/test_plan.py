"""The rows of the table of holes: what must become a parameter, and what must be refused."""

from collections.abc import Callable

import pytest

from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.plan import Candidate

Unify = Callable[..., Candidate | Refusal]
Code = Callable[[Candidate | Refusal], str]
Values = Callable[[Candidate | Refusal, str], list[str | None]]

LENGTHS = """
class Pool(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.Linear(2 * config.hidden_size, 1)

    def forward(self, states, lengths):
        scores = self.attention(states)
        if lengths is not None:
            keep = torch.arange(states.size(1)).unsqueeze(0) < lengths.unsqueeze(1)
            scores = scores.masked_fill(~keep.unsqueeze(-1), float("-inf"))
        return torch.sum(F.softmax(scores, dim=1) * states, dim=1)
"""
MASK = """
class Pool(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.score = nn.Linear(config.width, 1)

    def forward(self, x, mask=None):
        s = self.score(x)
        if mask is not None:
            s = s.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        return torch.sum(F.softmax(s, dim=1) * x, dim=1)
"""
FFWD = """
class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = 2 * config.hidden_size
        w = width
        self.ffwd = nn.Sequential(nn.LayerNorm(w), nn.Linear(w, 4 * w), nn.ReLU(), nn.Linear(4 * w, w))

    def forward(self, x):
        return x + self.ffwd(x)
"""
NET = """
class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(config.width, config.width),
            nn.ReLU(),
            nn.Linear(config.width, config.width),
            nn.Dropout(config.p),
        )

    def forward(self, x):
        return x + self.net(x)
"""
LAYERS = """
class Block(nn.Module):
    def __init__(self, dim, hidden_dim, dropout=0.1):
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm1d(dim), nn.Linear(dim, hidden_dim), nn.GELU(), nn.Linear(hidden_dim, dim), nn.Dropout(dropout)
        )

    def forward(self, x):
        return x + self.layers(x)
"""


def simple(body: str, call: str = "self.fc(x)", parameters: str = "dim") -> str:
    return f"""
class Layer(nn.Module):
    def __init__(self, {parameters}):
        super().__init__()
        {body}

    def forward(self, x):
        return {call}
"""


def test_one_copy_computes_the_mask_that_the_other_receives(united: Unify, code: Code) -> None:
    text = code(united(LENGTHS, MASK))
    assert "def forward(self, states: Tensor, *, lengths: Tensor | None = None, mask: Tensor | None = None)" in text
    assert "mask = torch.arange" in text
    assert text.count("masked_fill") == 1


@pytest.mark.parametrize("order", [(LENGTHS, MASK), (MASK, LENGTHS)])
def test_adapters_keep_each_signature(united: Unify, order: tuple[str, str]) -> None:
    candidate = united(*order)
    assert isinstance(candidate, Candidate)
    passed = [{item.value for item in adapter.forward} for adapter in candidate.adapters]
    assert {"states", "lengths"} in passed
    assert {"x", "mask"} in passed


def test_an_expression_becomes_a_parameter(united: Unify, values: Values) -> None:
    assert values(united(LENGTHS, MASK), "input_dim") == ["2 * config.hidden_size", "config.width"]


def test_attribute_names_become_a_key_map(united: Unify) -> None:
    candidate = united(LENGTHS, MASK)
    assert isinstance(candidate, Candidate)
    assert [adapter.state for adapter in candidate.adapters] == [(), (("attention", "score"),)]


def test_optional_elements_are_built_one_by_one(united: Unify, code: Code, values: Values) -> None:
    candidate = united(FFWD, NET)
    text = code(candidate)
    assert "if pre_norm:\n            layers.append(nn.LayerNorm(dim))" in text
    assert "if dropout is not None:\n            layers.append(nn.Dropout(dropout))" in text
    assert values(candidate, "pre_norm") == ["True", None]
    assert values(candidate, "dropout") == [None, "config.p"]
    assert values(candidate, "hidden_dim") == ["4 * (2 * config.hidden_size)", "config.width"]


def test_other_layers_in_one_place_become_factories(united: Unify, code: Code, values: Values) -> None:
    candidate = united(FFWD, NET, LAYERS)
    text = code(candidate)
    assert "activation: Callable[[], nn.Module] = nn.ReLU" in text
    assert "norm: Callable[[int], nn.Module] | None = None" in text
    assert "layers.append(norm(dim))" in text
    assert values(candidate, "norm") == ["nn.LayerNorm", None, "nn.BatchNorm1d"]
    assert values(candidate, "activation") == [None, None, "nn.GELU"]


def test_a_norm_that_moved_is_one_switch(united: Unify, code: Code, values: Values) -> None:
    before = simple("self.net = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, dim), nn.ReLU())", "self.net(x)")
    after = simple("self.net = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.LayerNorm(dim))", "self.net(x)")
    candidate = united(before, after)
    assert values(candidate, "norm_first") == [None, "False"]
    text = code(candidate)
    assert text.count("nn.LayerNorm(dim)") == 2


def test_a_constant_becomes_a_parameter_with_the_most_common_value(united: Unify, code: Code, values: Values) -> None:
    texts = [simple(f"self.fc = nn.LayerNorm(dim, eps={eps})") for eps in ("1e-6", "1e-5", "1e-6")]
    candidate = united(*texts)
    assert "eps: float = 1e-6" in code(candidate)
    assert values(candidate, "eps") == [None, "1e-5", None]


def test_an_argument_that_only_one_copy_gives_is_compared_with_the_default(united: Unify, values: Values) -> None:
    candidate = united(simple("self.fc = nn.LayerNorm(dim, eps=1e-6)"), simple("self.fc = nn.LayerNorm(dim)"))
    assert sorted(value or "" for value in values(candidate, "eps")) == ["", "1e-05"]


def test_the_same_pair_of_values_is_one_parameter(united: Unify) -> None:
    body = "self.a = nn.Linear({0}, {0}); self.b = nn.LayerNorm({0})"
    candidate = united(
        simple(body.format("dim"), "self.b(self.a(x))"), simple(body.format("n"), "self.b(self.a(x))", parameters="n")
    )
    assert isinstance(candidate, Candidate)
    assert [item.name for item in candidate.constructor] == ["dim"]


def test_an_optional_submodule_is_none_where_it_is_not_wanted(united: Unify, code: Code) -> None:
    plain = simple("self.fc = nn.Linear(dim, dim)")
    with_dropout = """
class Layer(nn.Module):
    def __init__(self, dim, p):
        super().__init__()
        self.fc = nn.Linear(dim, dim)
        self.drop = nn.Dropout(p)

    def forward(self, x):
        x = self.drop(x)
        return self.fc(x)
"""
    candidate = united(plain, with_dropout)
    text = code(candidate)
    assert "self.drop = nn.Dropout(dropout) if dropout is not None else None" in text
    assert "if self.drop is not None:" in text
    assert isinstance(candidate, Candidate)
    assert {item.name for item in candidate.adapters[0].lacking} == {"drop"}


def test_a_statement_without_a_guard_is_a_switch(united: Unify, code: Code) -> None:
    base = """
class Layer(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.fc = nn.Linear(dim, dim)

    def forward(self, x):
        x = self.fc(x)
{extra}        return x * x
"""
    candidate = united(base.format(extra=""), base.format(extra="        x = torch.tanh(x)\n"))
    text = code(candidate)
    assert "use_tanh: bool = False" in text
    assert "if self.use_tanh:" in text
    assert isinstance(candidate, Candidate)
    assert [item.value for item in candidate.adapters[1].lacking] == ["True"]


def test_config_attributes_are_lifted(united: Unify, code: Code) -> None:
    candidate = united(simple("self.fc = nn.Linear(config.width, config.width)", parameters="config"))
    assert "def __init__(self, width: int)" in code(candidate)
    assert isinstance(candidate, Candidate)
    assert candidate.verbatim == (False,)


@pytest.mark.parametrize(
    "body",
    [
        "self.config = config; self.fc = nn.Linear(config.width, 1)",
        "self.fc = nn.Linear(config.width, 1); config.width = 3",
        "self.fc = build(config); self.w = config.width",
        "self.fc = nn.Linear(config.size(), 1)",
    ],
)
def test_a_config_that_is_more_than_a_bag_stays_one_parameter(united: Unify, code: Code, body: str) -> None:
    assert "def __init__(self, config" in code(united(simple(body, parameters="config")))


def test_one_definition_stays_as_it_is(united: Unify, code: Code) -> None:
    candidate = united(simple("self.fc = nn.Linear(dim, n, bias=bias)", parameters="dim, n=3, bias=True"))
    assert isinstance(candidate, Candidate)
    assert candidate.verbatim == (True,)
    assert "def __init__(self, dim: int, n: int=3, bias: bool=True)" in code(candidate).replace(" = ", "=")


def test_copies_that_differ_in_names_alone_are_verbatim_where_the_names_agree(united: Unify) -> None:
    candidate = united(simple("self.fc = nn.Linear(dim, dim)"), simple("self.fc = torch.nn.Linear(dim, dim)"))
    assert isinstance(candidate, Candidate)
    assert candidate.verbatim == (True, True)


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        (
            simple("self.fc = nn.Linear(dim, 1)").replace("nn.Module", "Base"),
            simple("self.fc = nn.Linear(dim, 1)"),
            "bases",
        ),
        (
            simple("self.fc = nn.Linear(dim, 1)") + "\n    def extra_repr(self):\n        return 'layer'\n",
            simple("self.fc = nn.Linear(dim, 1)"),
            "only some copies define extra_repr",
        ),
        (
            simple("self.fc = nn.Linear(dim, 1)")
            .replace("(self, x)", "(self, x, **rest)")
            .replace("(x)", "(x, **rest)"),
            simple("self.fc = nn.Linear(dim, 1)"),
            "only some copies take any further arguments",
        ),
    ],
)
def test_refused(united: Unify, left: str, right: str, reason: str) -> None:
    outcome = united(left, right)
    assert isinstance(outcome, Refusal)
    assert reason in outcome.reason


def test_a_refusal_shows_both_texts(united: Unify) -> None:
    base = simple("self.fc = nn.Linear(dim, 1)")
    outcome = united(base.replace("nn.Module", "Base"), base)
    assert isinstance(outcome, Refusal)
    assert outcome.details == (("Base", "nn.Module"),)


def test_another_layer_is_injected(united: Unify, code: Code, values: Values) -> None:
    candidate = united(simple("self.fc = nn.Linear(dim, 1)"), simple("self.fc = nn.LazyLinear(dim, 1)"))
    assert "layer: Callable[..., nn.Module] = nn.Linear" in code(candidate)
    assert values(candidate, "layer") == [None, "nn.LazyLinear"]


def test_layers_for_different_ends_are_made_by_who_builds_it(united: Unify, code: Code, values: Values) -> None:
    candidate = united(simple("self.fc = nn.LayerNorm(dim)"), simple("self.fc = nn.Dropout(0.5)"))
    assert "fc: Callable[[], nn.Module]" in code(candidate)
    assert "self.fc = fc()" in code(candidate)
    assert values(candidate, "fc") == ["lambda: nn.LayerNorm(dim)", "lambda: nn.Dropout(0.5)"]


def test_pre_and_post_norm_are_a_switch_and_never_the_same(united: Unify, code: Code, values: Values) -> None:
    pre = simple("self.norm = nn.LayerNorm(dim); self.fc = nn.Linear(dim, dim)", "x + self.fc(self.norm(x))")
    post = simple("self.norm = nn.LayerNorm(dim); self.fc = nn.Linear(dim, dim)", "self.norm(x + self.fc(x))")
    candidate = united(pre, post)
    assert "if self.norm_first:\n            return x + self.fc(self.norm(x))" in code(candidate)
    assert values(candidate, "norm_first") in ([None, "False"], ["True", None])


def test_limits_are_kept(united: Unify) -> None:
    outcome = united(FFWD, NET, LAYERS, max_parameters=1)
    assert isinstance(outcome, Refusal)
    assert "the limit is 1" in outcome.reason


def test_functions_unite_too(united: Unify, code: Code) -> None:
    left = "def scale(x, mask=None):\n    if mask is not None:\n        x = x * mask\n    return x * 2\n"
    right = "def scale(values):\n    return values * 2\n"
    text = code(united(left, right))
    assert "mask: Tensor | None = None" in text


def test_order_of_the_files_does_not_matter(united: Unify, code: Code) -> None:
    assert code(united(FFWD, NET)) == code(united(FFWD, NET))


def test_a_copy_that_does_not_fit_is_left_out_and_named(united: Unify, values: Values) -> None:
    fits = [simple(f"self.fc = nn.LayerNorm(dim, eps={eps})") for eps in ("1e-6", "1e-5")]
    other = simple("self.fc = nn.LayerNorm(dim)").replace("nn.Module", "Base")
    candidate = united(*fits, other)
    assert isinstance(candidate, Candidate)
    assert [member.path for member in candidate.members] == ["copy_0.py", "copy_1.py"]
    [(identity, reason)] = candidate.left_out
    assert identity == "copy_2.py::Layer"
    assert "bases differ" in reason


def test_what_is_left_out_leaves_no_trace(united: Unify, code: Code) -> None:
    fits = [simple(f"self.fc = nn.Linear({width}, 1)", parameters=width) for width in ("dim", "n")]
    other = simple("self.fc = nn.Linear(w, 1); self.drop = nn.Dropout(p)", "self.fc(x)", parameters="w, p")
    other = other.replace("nn.Module", "Base")
    assert code(united(fits[0], other, fits[1])) == code(united(*fits))


def test_a_result_may_have_a_name(united: Unify) -> None:
    named = simple("self.fc = nn.Linear(dim, 1)").replace("return self.fc(x)", "y = self.fc(x)\n        return y")
    candidate = united(simple("self.fc = nn.Linear(dim, 1)"), named)
    assert isinstance(candidate, Candidate)
    assert candidate.verbatim == (True, True)


def test_layers_with_other_arguments_are_made_by_who_builds_it(united: Unify, values: Values) -> None:
    candidate = united(simple("self.fc = nn.LayerNorm(dim, bias=False)"), simple("self.fc = nn.RMSNorm(dim)"))
    assert values(candidate, "fc") == ["lambda: nn.LayerNorm(dim, bias=False)", "lambda: nn.RMSNorm(dim)"]


def test_an_argument_of_one_layer_is_not_given_to_another(united: Unify, code: Code) -> None:
    plain, other = simple("self.fc = nn.LayerNorm(dim)"), simple("self.fc = nn.RMSNorm(dim)")
    assert "self.fc = norm(dim)" in code(united(plain, other))
    text = code(united(plain, other, simple("self.fc = nn.LayerNorm(dim, bias=False)")))
    assert "self.fc = fc()" in text
    assert "bias" not in text


def test_where_all_cannot_be_merged_the_largest_group_of_a_kind_is(united: Unify) -> None:
    plain = [simple(f"self.fc = nn.Linear({name}, 1)", parameters=name) for name in ("dim", "n", "width")]
    other = " + ".join(f"x.roll({number}).cumsum(0)" for number in range(40))
    candidate = united(*plain, simple("self.fc = nn.Linear(dim, 1)", other))
    assert isinstance(candidate, Candidate)
    assert len(candidate.members) == 3
    assert [identity for identity, _ in candidate.left_out] == ["copy_3.py::Layer"]


def test_copies_that_share_too_little_are_two_components(united: Unify) -> None:
    small = simple("self.net = nn.Sequential(nn.Linear(dim, dim))", "self.net(x)")
    many = ", ".join(f"nn.Conv1d(dim, dim, {size}, padding={size})" for size in range(3, 40))
    large = simple(f"self.net = nn.Sequential(nn.Linear(dim, dim), {many})", "self.net(x)")
    outcome = united(small, large)
    assert isinstance(outcome, Refusal)
    assert outcome.reason == "the copies share less than half of their code"
