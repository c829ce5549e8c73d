"""Components that are given the layers of their copies' own trees."""

import libcst as cst
import pytest

from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.injected import unify_injected, with_factories
from refactor_tools.unify.plan import Candidate
from tests.unify.conftest import code_of, member_of, values_of

LAYERS = frozenset({"Attention", "Mlp"})
ENCODER = """
class Encoder(nn.Module):
    def __init__(self, dim, depth, heads=8):
        super().__init__()
        self.layers = nn.ModuleList([])
        for _ in range(depth):
            self.layers.append(nn.ModuleList([Attention(dim, heads=heads), Mlp(dim, 4 * dim)]))
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        for attention, mlp in self.layers:
            x = attention(x) + x
            x = mlp(x) + x
        return self.norm(x)
"""
OTHER = ENCODER.replace("Attention(dim, heads=heads)", "Attention(dim, bias=False)").replace(", heads=8", "")
HEADED = """
class Headed(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.{name} = Mlp(dim, 2)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        return self.norm(self.{name}(x)) + x.flatten(1).sum(-1, keepdim=True)
"""


def united(*texts: str, **limits: int) -> Candidate | Refusal:
    members = [member_of(text, index) for index, text in enumerate(texts)]
    return unify_injected(members, [LAYERS] * len(members), **limits)


def written(text: str) -> tuple[str, dict[str, str]]:
    found = with_factories(member_of(text), LAYERS)
    assert found is not None
    return cst.Module(body=[found.member.node]).code, dict(found.makers)


def test_what_makes_a_layer_of_the_tree_becomes_a_parameter() -> None:
    code, makers = written(ENCODER)
    assert "nn.ModuleList([attention(), mlp()])" in code
    assert makers == {"attention": "lambda: Attention(dim, heads=heads)", "mlp": "lambda: Mlp(dim, 4 * dim)"}


def test_a_layer_is_called_as_the_member_that_holds_it() -> None:
    code, makers = written(HEADED.format(name="head"))
    assert "self.head = head()" in code
    assert makers == {"head": "lambda: Mlp(dim, 2)"}


def test_a_name_that_is_taken_gets_another() -> None:
    _, makers = written(ENCODER.replace("heads=8", "mlp=4").replace("heads=heads", "heads=mlp"))
    assert makers == {"attention": "lambda: Attention(dim, heads=mlp)", "mlp_layer": "lambda: Mlp(dim, 4 * dim)"}


def test_equal_layers_are_one_parameter_and_others_are_not() -> None:
    text = HEADED.format(name="head").replace("nn.LayerNorm(dim)", "nn.Sequential(Mlp(dim, 2), Mlp(dim, 3))")
    code, makers = written(text)
    assert "nn.Sequential(head(), mlp())" in code
    assert makers == {"head": "lambda: Mlp(dim, 2)", "mlp": "lambda: Mlp(dim, 3)"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Attention(dim, heads=heads)", "Attention(dim, heads=_)"),
        ("super().__init__()", "super().__init__()\n        dim = 2 * dim"),
        ("Attention(dim, heads=heads)", "Attention(self.width)"),
    ],
    ids=["loop variable", "changed parameter", "member of self"],
)
def test_a_layer_of_what_is_only_known_inside_stays(old: str, new: str) -> None:
    assert with_factories(member_of(ENCODER.replace(old, new)), LAYERS) is None


def test_who_builds_nothing_of_the_tree_is_given_nothing() -> None:
    assert with_factories(member_of(ENCODER), frozenset()) is None


def test_copies_hand_over_their_own_layers() -> None:
    found = united(ENCODER, OTHER)
    code = code_of(found)
    assert "attention: Callable[[], nn.Module], mlp: Callable[[], nn.Module]" in code
    assert values_of(found, "attention") == [
        "lambda: Attention(dim, heads=heads)",
        "lambda: Attention(dim, bias=False)",
    ]
    assert values_of(found, "dim") == ["dim", "dim"]
    assert isinstance(found, Candidate)
    assert [[item.name for item in member.parameters] for member in found.members] == [
        ["dim", "depth", "heads"],
        ["dim", "depth"],
    ]


def test_members_that_hold_it_under_other_names_are_mapped() -> None:
    found = united(HEADED.format(name="head"), HEADED.format(name="top"))
    assert isinstance(found, Candidate)
    assert values_of(found, "head") == ["lambda: Mlp(dim, 2)"] * 2
    assert [adapter.state for adapter in found.adapters] == [(), (("head", "top"),)]


def test_who_lacks_a_layer_gives_none() -> None:
    headed = ENCODER.replace("nn.LayerNorm(dim)", "nn.LayerNorm(dim)\n        self.last = Mlp(dim, 1)")
    found = united(ENCODER, headed.replace("return self.norm(x)", "return self.last(self.norm(x))"))
    code = code_of(found)
    assert "last: Callable[[], nn.Module] = nn.Identity" in code
    assert "self.last = last() if use_last else None" in code
    assert values_of(found, "last") == [None, "lambda: Mlp(dim, 1)"]


def test_layers_count_as_parameters() -> None:
    found = united(ENCODER, OTHER, max_parameters=1)
    assert isinstance(found, Refusal)
    assert found.reason == "2 parameters would have to be added, the limit is 1"


def test_layers_inside_of_what_differs_are_not_made_once_for_all() -> None:
    longer = ENCODER.replace("Mlp(dim, 4 * dim)]", "Mlp(dim, 4 * dim), Mlp(dim, dim)]").replace(
        "for attention, mlp in self.layers:", "for attention, mlp, _ in self.layers:"
    )
    found = united(ENCODER, longer)
    assert isinstance(found, Refusal)


def test_one_copy_that_cannot_be_given_its_layers_stops_it() -> None:
    found = united(ENCODER, ENCODER.replace("heads=heads", "heads=_"))
    assert isinstance(found, Refusal)
