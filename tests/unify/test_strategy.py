"""Different algorithms in one component: its text, the adapters of its members, and names for the algorithms."""

from collections.abc import Sequence

import pytest

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.members import Member
from refactor_tools.unify.plan import Candidate
from refactor_tools.unify.strategy import Strategy, strategy_names, with_strategy
from tests.unify.conftest import code_of, member_of

INIT = Adapter(init=(Argument("dim", "dim"),))


def mixed(*signatures: str, strategies: Sequence[Strategy] = ()) -> Candidate | Refusal:
    given = strategies or [Strategy(f"Way{index}", INIT, ("gate",)) for index, _ in enumerate(signatures)]
    return with_strategy("Mix", "router", [_member(text, index) for index, text in enumerate(signatures)], given)


def _member(signature: str, index: int) -> Member:
    arguments, _, returns = signature.partition(" -> ")
    arrow = f" -> {returns}" if returns else ""
    text = f"""
class Mix(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.gate = nn.Linear(dim, dim)

    def forward({", ".join(filter(None, ("self", arguments)))}){arrow}:
        return self.gate({"x" if "x" in arguments else ""})
"""
    return member_of(text, index)


def forwards(candidate: Candidate | Refusal) -> list[dict[str, str]]:
    assert isinstance(candidate, Candidate), candidate
    return [{item.name: item.value for item in adapter.forward} for adapter in candidate.adapters]


def test_the_component_holds_what_it_is_given() -> None:
    candidate = mixed("x", "x")
    text = code_of(candidate)
    assert "def __init__(self, router: Callable[[], nn.Module]) -> None:" in text
    assert "self.router = router()" in text
    assert "def forward(self, x: Tensor):\n        return self.router(x)" in text
    assert isinstance(candidate, Candidate)
    assert [adapter.init for adapter in candidate.adapters] == [
        (Argument("router", "lambda: _Way0(dim=dim)"),),
        (Argument("router", "lambda: _Way1(dim=dim)"),),
    ]
    assert candidate.adapters[0].state == (("router.gate", "gate"),)
    assert candidate.verbatim == (False, False)


@pytest.mark.parametrize(
    ("signatures", "text", "adapters"),
    [
        (("x", "x"), "(self, x: Tensor): return self.router(x)", [{"x": "x"}, {"x": "x"}]),
        (
            ("x", "tokens"),
            "(self, x: Tensor): return self.router(x)",
            [{"x": "x"}, {"x": "tokens"}],
        ),
        (
            ("x", "x, mask=None"),
            "(self, x: Tensor, **kwargs: Any): return self.router(x, **kwargs)",
            [{"x": "x"}, {"x": "x", "mask": "mask"}],
        ),
        (
            ("x, scale=1.0", "x, scale=2.0"),
            "(self, x: Tensor, **kwargs: Any): return self.router(x, **kwargs)",
            [{"x": "x", "scale": "scale"}] * 2,
        ),
        (
            ("x, mask", "mask, x"),
            "(self, **kwargs: Any): return self.router(**kwargs)",
            [{"x": "x", "mask": "mask"}, {"mask": "mask", "x": "x"}],
        ),
        (
            ("x, *, top: int = 1", "x, *, top: int = 1"),
            "(self, x: Tensor, *, top: int = 1): return self.router(x, top=top)",
            [{"x": "x", "top": "top"}] * 2,
        ),
        (("x: Mix", "x: Mix"), "(self, x: Any): return self.router(x)", [{"x": "x"}] * 2),
        (("", ""), "(self): return self.router()", [{}, {}]),
    ],
)
def test_arguments_that_all_take_alike_are_named_and_the_others_handed_on(
    signatures: tuple[str, ...], text: str, adapters: list[dict[str, str]]
) -> None:
    candidate = mixed(*signatures)
    assert f"def forward{text}" in " ".join(code_of(candidate).split())
    assert forwards(candidate) == adapters


@pytest.mark.parametrize(
    ("signatures", "returns"),
    [
        (("x -> torch.Tensor", "x -> torch.Tensor"), "-> torch.Tensor:"),
        (("x -> torch.Tensor", "x -> tuple"), "-> Any:"),
        (("x -> torch.Tensor", "x"), "-> Any:"),
        (("x -> Mix", "x -> Mix"), "-> Any:"),
    ],
)
def test_what_comes_back_is_annotated_as_far_as_it_is_one_thing(signatures: tuple[str, ...], returns: str) -> None:
    assert returns in code_of(mixed(*signatures)).partition("def forward")[2]


@pytest.mark.parametrize("signature", ["x, *rest", "x, **rest", "x, /"])
def test_what_cannot_be_handed_on_by_name_is_refused(signature: str) -> None:
    refusal = mixed("x", signature)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "`forward` takes arguments that cannot be handed on by their names"
    assert refusal.details[0][0] == "copy_1.py::Mix"


def test_an_argument_called_as_the_strategy_is_refused() -> None:
    refusal = mixed("x, router", "x, router")
    assert isinstance(refusal, Refusal)
    assert "choose another name" in refusal.reason


def test_keys_of_parts_that_were_renamed_follow_and_class_attributes_stay() -> None:
    parts = Adapter(state=(("ff.net", "mlp.layers"),), decorators=(("", ("register",)), ("forward", ("cached",))))
    strategies = [Strategy("A", Adapter(), ("gate",), ("scale",)), Strategy("B", parts, ("router", "mlp"))]
    candidate = mixed("x", "x", strategies=strategies)
    assert isinstance(candidate, Candidate)
    first, second = candidate.adapters
    assert first.init == (Argument("router", "_A"),)
    assert first.attributes == (Argument("scale", "_A.scale"),)
    assert dict(second.state) == {"router.ff.net": "mlp.layers", "router.mlp": "mlp", "router.router": "router"}
    assert second.decorators == (("", ("register",)),)


@pytest.mark.parametrize(
    ("members", "given", "taken", "names"),
    [
        (("m/text.py::Mix", "m/table.py::Mix"), {}, (), ["TextMix", "TableMix"]),
        (("m/text.py::Mix", "m/table.py::Mix"), {"m/text.py::Mix": "Soft"}, (), ["Soft", "TableMix"]),
        (("a/text.py::Mix", "b/text.py::Mix@7"), {}, (), ["TextMix", "BTextMix"]),
        (("m/text.py::Mix", "m/table.py::Mix"), {}, ("TextMix",), ["MTextMix", "TableMix"]),
        (("m/text.py::Mix", "m/t.py::Mix"), {"m/t.py::Mix": "TextMix"}, ("MTextMix",), ["TextMix2", "TextMix"]),
    ],
)
def test_every_algorithm_gets_a_name_of_its_own(
    members: tuple[str, ...], given: dict[str, str], taken: tuple[str, ...], names: list[str]
) -> None:
    found = strategy_names(members, given, taken)
    assert [found[member] for member in members] == names
