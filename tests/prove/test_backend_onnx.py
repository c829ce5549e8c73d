from importlib.util import find_spec

import pytest

from refactor_tools.prove import backend_onnx
from refactor_tools.prove.backend_calls import BackendDifference, NotApplied
from refactor_tools.prove.backend_onnx import PACKAGES, compare_onnx, missing
from tests.prove.backends import BODY, COMMUTED, FUNCTION, GATE, IN_DOUBLE, ON_DATA, call_of, gate_with
from tests.prove.loaded import edited

absent = next((name for name in PACKAGES if find_spec(name) is None), "")
needs_onnx = pytest.mark.skipif(absent != "", reason=f"needs {absent}: pip install 'refactor-tools[onnx]'")


def test_the_first_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backend_onnx, "find_spec", lambda name: None if name == "onnxruntime" else object())
    assert missing() == "onnxruntime"
    monkeypatch.setattr(backend_onnx, "find_spec", lambda name: object())
    assert missing() == ""


@needs_onnx
def test_one_graph_passes():
    assert compare_onnx(call_of(GATE, gate_with(COMMUTED))) == "one graph, run by onnxruntime"
    assert compare_onnx(call_of(FUNCTION, FUNCTION)) == "one graph, run by onnxruntime"


@needs_onnx
def test_other_operators_differ():
    with pytest.raises(BackendDifference, match="the original's ONNX graph has 0 Cast, the component's 2"):
        compare_onnx(call_of(GATE, gate_with(IN_DOUBLE)))


@needs_onnx
def test_other_numbers_of_the_same_operators_differ():
    with pytest.raises(BackendDifference, match="in onnxruntime output"):
        compare_onnx(call_of(GATE, edited(GATE, "scale=2.0", "scale=2.5")))


@needs_onnx
def test_other_outputs_differ():
    with pytest.raises(BackendDifference, match="the outputs are"):
        compare_onnx(call_of(GATE, gate_with(f"x = {BODY.removeprefix('return ')}\n        return x, x + 1")))


@needs_onnx
def test_what_has_no_onnx_graph():
    with pytest.raises(NotApplied, match="the original does not export to ONNX"):
        compare_onnx(call_of(gate_with(ON_DATA), GATE))
    with pytest.raises(BackendDifference, match="the component does not"):
        compare_onnx(call_of(GATE, gate_with(ON_DATA)))
