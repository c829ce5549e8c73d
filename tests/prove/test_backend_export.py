import pytest

from refactor_tools.prove.backend_calls import BackendDifference, NotApplied
from refactor_tools.prove.backend_export import compare_exported
from tests.prove.backends import COMMUTED, FUNCTION, GATE, ON_DATA, TWICE, call_of, gate_with
from tests.prove.loaded import edited


@pytest.mark.parametrize("body", [COMMUTED, TWICE])
def test_equal_programs_pass(body: str):
    assert compare_exported(call_of(GATE, gate_with(body))) == "both export"


def test_functions_are_exported_too():
    assert compare_exported(call_of(FUNCTION, FUNCTION)) == "both export"


def test_programs_with_other_numbers_differ():
    with pytest.raises(BackendDifference, match="differs: by at most"):
        compare_exported(call_of(GATE, edited(GATE, "scale=2.0", "scale=2.5")))


def test_a_component_that_does_not_export_differs():
    with pytest.raises(BackendDifference, match="the original does export, the component does not"):
        compare_exported(call_of(GATE, gate_with(ON_DATA)))


def test_an_original_that_does_not_export_says_nothing():
    with pytest.raises(NotApplied, match=r"the original does not export: .*; nor does the component"):
        compare_exported(call_of(gate_with(ON_DATA), gate_with(ON_DATA)))
    with pytest.raises(NotApplied) as raised:
        compare_exported(call_of(gate_with(ON_DATA), GATE))
    assert "nor" not in str(raised.value)
