import pytest

from refactor_tools.prove.backend_calls import BackendDifference, NotApplied
from refactor_tools.prove.backend_compile import compare_compiled
from tests.prove.backends import BODY, COMMUTED, FUNCTION, GATE, IN_DOUBLE, WITH_A_BREAK, call_of, gate_with
from tests.prove.loaded import edited

RAISING = "import torch\n        torch.ones(2) @ torch.ones(3)"


def test_equal_sides_pass():
    assert compare_compiled(call_of(GATE, gate_with(COMMUTED))) == "with the backend aot_eager"


def test_functions_are_compiled_too():
    assert compare_compiled(call_of(FUNCTION, edited(FUNCTION, "torch.relu(x)", "x.relu()"))) != ""
    with pytest.raises(BackendDifference, match="output differs"):
        compare_compiled(call_of(FUNCTION, edited(FUNCTION, "* 2", "* 3")))


def test_breaks_that_both_sides_have_are_told():
    said = compare_compiled(call_of(gate_with(WITH_A_BREAK), gate_with(WITH_A_BREAK)))
    assert said == "with the backend aot_eager, with 1 graph breaks on both sides"
    assert compare_compiled(call_of(gate_with(WITH_A_BREAK), GATE)) != ""


def test_one_break_more_differs_with_its_reason():
    with pytest.raises(
        BackendDifference, match="the component has 1 graph breaks, the original has 0: Failed to trace"
    ):
        compare_compiled(call_of(GATE, gate_with(WITH_A_BREAK)))


def test_other_numbers_differ_and_other_rounding_only_where_bits_are_due():
    with pytest.raises(BackendDifference, match="output differs"):
        compare_compiled(
            call_of(GATE, edited(GATE, "nn.LayerNorm(width)", "nn.LayerNorm(width, eps=1e-3)"), exact=False)
        )
    rounded = edited(GATE, BODY, IN_DOUBLE.replace("* scale", "* 1.1"))
    plain = edited(GATE, BODY, BODY.replace("* scale", "* 1.1"))
    assert compare_compiled(call_of(plain, rounded, exact=False)) != ""
    with pytest.raises(BackendDifference, match="output differs"):
        compare_compiled(call_of(plain, rounded))


def test_an_original_that_raises_says_nothing_and_a_component_that_does_differs():
    with pytest.raises(NotApplied, match="the original raises"):
        compare_compiled(call_of(gate_with(f"{RAISING}\n        {BODY}"), GATE))
    with pytest.raises(BackendDifference, match="the component raises"):
        compare_compiled(call_of(GATE, gate_with(f"{RAISING}\n        {BODY}")))
