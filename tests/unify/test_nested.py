"""A parent in terms of the components that its parts became."""

from dataclasses import replace

import libcst as cst
import pytest

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.components import OriginalRecord
from refactor_tools.model.facts import Parameter, ParameterKind
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.members import Member
from refactor_tools.unify.nested import Part, with_parts
from tests.unify.conftest import member_of

HEAD = "import torch\nfrom torch import nn\nfrom .parts import Mlp\n\n"


def positional(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, "positional") for name in names)


def part(
    init: dict[str, str], *, forward: dict[str, str] | None = None, state: tuple[tuple[str, str], ...] = ()
) -> Part:
    """`Mlp(config, rate=0.1)` with `forward(x, mask=None)`, which became `FeedForward`."""
    adapter = Adapter(
        init=tuple(Argument(name, value) for name, value in init.items()),
        forward=tuple(Argument(name, value) for name, value in (forward or {"x": "x", "mask": "mask"}).items()),
        state=state,
    )
    own = (Parameter("config", "positional"), Parameter("rate", "positional", "0.1"))
    called = (Parameter("x", "positional"), Parameter("mask", "positional", "None"))
    record = OriginalRecord("parts.py::Mlp", "Mlp", "", adapter, "adapted", own, called)
    parameters = (*positional("dim"), Parameter("dropout", "keyword-only", "0.0"))
    return Part("Mlp", "FeedForward", "lib.feedforward", record, parameters, called, is_class=True)


def parent(init: str, forward: str = "return self.mlp(x)") -> Member:
    return member_of(
        f"""
class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        {init}

    def forward(self, x, mask=None):
        {forward}
""",
        head=HEAD,
    )


def code(member: Member | Refusal) -> str:
    assert isinstance(member, Member), member
    return cst.Module(body=[member.node]).code


@pytest.mark.parametrize(
    ("init", "expected"),
    [
        ("self.mlp = Mlp(config)", "FeedForward(dim=config.width, dropout=0.1)"),
        ("self.mlp = Mlp(config, 0.2)", "FeedForward(dim=config.width, dropout=0.2)"),
        ("self.mlp = Mlp(rate=0.3, config=config)", "FeedForward(dim=config.width, dropout=0.3)"),
    ],
)
def test_the_part_is_built_through_its_adapter(init: str, expected: str) -> None:
    found = with_parts(parent(init), [part({"dim": "config.width", "dropout": "rate"})])
    assert f"self.mlp = {expected}" in code(found)
    assert isinstance(found, Member)
    assert found.names["FeedForward"] == "lib.feedforward.FeedForward"


def test_a_part_that_takes_the_same_arguments_is_called_as_before() -> None:
    found = with_parts(parent("self.mlp = Mlp(config)", "return self.mlp(x, mask)"), [part({"dim": "config.width"})])
    assert "return self.mlp(x, mask)" in code(found)


def test_a_part_that_takes_others_is_called_through_its_adapter() -> None:
    adapted = part({"dim": "config.width"}, forward={"x": "mask", "mask": "x"})
    found = with_parts(parent("self.mlp = Mlp(config)", "return self.mlp(x, mask=mask)"), [adapted])
    assert "return self.mlp(mask, x)" in code(found)


def test_its_keys_are_known_under_the_member_that_holds_it() -> None:
    found = with_parts(parent("self.mlp = Mlp(config)"), [part({"dim": "config.width"}, state=(("net", "layers"),))])
    assert isinstance(found, Member)
    assert found.nested == (("mlp", "net", "layers"),)


@pytest.mark.parametrize(
    ("init", "adapted", "reason"),
    [
        (
            "self.all = nn.ModuleDict({'a': Mlp(config)})",
            part({"dim": "config.width"}, state=(("net", "layers"),)),
            "keeps `Mlp`",
        ),
        ("self.mlp = Mlp(*config)", part({"dim": "config.width"}), "cannot be seen"),
        (
            "self.all = nn.ModuleList([Mlp(config) for _ in range(2)])",
            part({"dim": "config.width"}, forward={"x": "mask", "mask": "x"}),
            "keeps `Mlp`",
        ),
        ("self.mlp = Mlp(make())", part({"dim": "config.width", "dropout": "config.rate"}), "result of a call"),
        ("self.mlp = Mlp(config)", part({"dim": "WIDTH"}), "needs what its own file names"),
        ("self.mlp = Mlp(config, 1, 2)", part({"dim": "config.width"}), "too many arguments"),
    ],
)
def test_what_cannot_be_told_is_refused(init: str, adapted: Part, reason: str) -> None:
    found = with_parts(parent(init), [adapted])
    assert isinstance(found, Refusal)
    assert reason in found.reason


def test_a_component_that_the_part_is_given_is_called_by_its_own_name() -> None:
    given = replace(part({"dim": "config.width", "norm": "Norm"}), given={"Norm": "lib.norms.TableNorm"})
    found = with_parts(parent("self.mlp = Mlp(config)"), [given])
    assert "self.mlp = FeedForward(dim=config.width, norm=TableNorm)" in code(found)
    assert isinstance(found, Member)
    assert found.names["TableNorm"] == "lib.norms.TableNorm"


def test_what_is_used_once_may_be_the_result_of_a_call() -> None:
    found = with_parts(parent("self.mlp = Mlp(make())"), [part({"dim": "config.width"})])
    assert "self.mlp = FeedForward(dim=make().width)" in code(found)


def test_keys_of_parts_in_a_list_are_known_for_every_index() -> None:
    init = "self.all = nn.Sequential(*[Mlp(config) for _ in range(2)])"
    found = with_parts(parent(init, "return self.all(x)"), [part({"dim": "config.width"}, state=(("net", "layers"),))])
    assert isinstance(found, Member)
    assert found.nested == (("all.*", "net", "layers"),)


@pytest.mark.parametrize(("rest", "passes"), [("var-keyword", True), ("var-positional", False)])
def test_what_else_forward_takes_is_handed_on_if_the_component_takes_it_so(rest: ParameterKind, passes: bool) -> None:
    plain = part({"dim": "config.width"}, forward={"x": "x"})
    taken = (Parameter("x", "positional"), Parameter("given", "var-keyword"))
    given = (Parameter("x", "positional"), Parameter("given", rest))
    adapted = replace(plain, forward=taken, record=replace(plain.record, forward=given))
    found = with_parts(parent("self.all = nn.ModuleList([Mlp(config)])", "return self.all[0](x)"), [adapted])
    assert isinstance(found, Member) == passes


def test_a_part_in_a_list_may_keep_its_keys() -> None:
    init = "self.all = nn.ModuleList([Mlp(config) for _ in range(2)])"
    found = with_parts(parent(init, "return self.all[0](x)"), [part({"dim": "config.width"})])
    assert "[FeedForward(dim=config.width) for _ in range(2)]" in code(found)
