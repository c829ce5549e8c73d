"""A captured case is tried on the original before it is kept."""

from textwrap import dedent

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, OriginalTask, TensorSpec
from refactor_tools.prove.captured_child import settle

SOURCE = dedent(
    """
    from torch import nn


    class Part(nn.Module):
        def __init__(self, width, bias=True):
            super().__init__()
            self.net = nn.Linear(width, width, bias=bias)

        def forward(self, x, mask=None, scale=1.0):
            if x.size(1) < 20:
                raise ValueError("too short")
            return self.net(x) * scale
    """
)
X = TensorSpec(("B", "L", 8))


def settled(arguments: dict[str, CaseValue], dims: dict[str, int], *calls: Call) -> tuple[Case, tuple[str, ...]]:
    case = Case((Construction(arguments, dims, calls),))
    return settle(OriginalTask("old.py::Part", "Part", SOURCE, Adapter(), case))


def test_letters_become_as_small_as_the_calls_allow() -> None:
    case, problems = settled({"width": 8}, {"B": 64, "L": 50}, Call({"x": X}))
    assert problems == ()
    assert case.constructions[0].dims == {"B": 3, "L": 50}


def test_defaults_are_left_out() -> None:
    call = Call({"x": X, "mask": None, "scale": 1.0}, "captured")
    case, _ = settled({"width": 8, "bias": True}, {"B": 2, "L": 30}, call, Call({"x": X, "scale": 2.0}))
    (construction,) = case.constructions
    assert construction.arguments == {"width": 8}
    assert [call.arguments for call in construction.calls] == [{"x": X}, {"x": X, "scale": 2.0}]


def test_what_does_not_run_is_dropped_with_the_reason() -> None:
    case, problems = settled(
        {"width": 8}, {"B": 2, "L": 30, "S": 4}, Call({"x": X}), Call({"x": TensorSpec(("B", "S", 8))})
    )
    assert len(case.constructions[0].calls) == 1
    assert problems == ("ValueError: too short",)


def test_what_is_not_constructed_is_dropped_with_the_reason() -> None:
    case, problems = settled({"width": "wide"}, {"B": 2, "L": 30}, Call({"x": X}))
    assert case == Case()
    assert problems[0].startswith("it is not constructed: TypeError")


def test_functions_are_called_without_being_constructed() -> None:
    source = "def part(x, by=2):\n    return x * by\n"
    case = Case((Construction({}, {"B": 70}, (Call({"x": TensorSpec(("B",)), "by": 2}),)),))
    found, _ = settle(OriginalTask("old.py::part", "part", source, Adapter(), case))
    assert found.constructions == (Construction({}, {"B": 3}, (Call({"x": TensorSpec(("B",))}),)),)
