"""The gate on Keras layers: what is the same, what a person could get wrong, what is told where Keras is missing."""

import copy
from dataclasses import replace
from importlib.util import find_spec

import pytest

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import Call, Case, Construction, OriginalProof, OriginalTask
from refactor_tools.prove.gate import prove
from refactor_tools.prove.keras_layers import NEEDS_KERAS, KerasModule, entry_of
from refactor_tools.prove.ladder import climb, conclude
from refactor_tools.prove.pairs import ComponentError, pair_up
from refactor_tools.prove.reach import reach
from refactor_tools.prove.runs import MODES, execute
from refactor_tools.prove.scenarios import settings_of
from refactor_tools.prove.states import isolated
from refactor_tools.prove.synthesis import find_case
from tests.prove.keras_samples import (
    ATTENTION,
    ATTENTION_COMPONENT,
    ATTENTION_ORIGINAL,
    DIMS,
    NORM,
    NORM_ORIGINAL,
    X,
)
from tests.prove.loaded import edited, subject_of
from tests.prove.samples import BLOCK_COMPONENT, Library

keras_is_there = find_spec("keras") is not None
# Keras warns of masks on every call of a layer that does not pass them on.
pytestmark = pytest.mark.filterwarnings("ignore:.*mask attached:UserWarning")
needs_keras = pytest.mark.skipif(not keras_is_there, reason=NEEDS_KERAS)

WRONG_NORMS = {
    "another eps": ("+ self.eps", "+ 2 * self.eps", "differs"),
    "another momentum": ("self.momentum * self.mean", "0.8 * self.mean", "mean after the run differs"),
    "dropped training flag": ("if training:", "if False:", "output differs"),
    "statistics not kept": (
        "self.mean.assign(self.momentum * self.mean + (1 - self.momentum) * mean)",
        "pass",
        "mean after the run differs",
    ),
    "not trainable": (
        'initializer="zeros", name="beta"',
        'initializer="zeros", trainable=False, name="beta"',
        "beta: requires_grad=True in the original, requires_grad=False in the component",
    ),
    "other order of weights": (
        """self.gamma = self.add_weight(shape=(width,), initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=(width,), initializer="zeros", name="beta")""",
        """self.beta = self.add_weight(shape=(width,), initializer="zeros", name="beta")
        self.gamma = self.add_weight(shape=(width,), initializer="ones", name="gamma")""",
        "at place 0 the original has gamma, the component beta",
    ),
    "another initial value": ('initializer="zeros", name="beta"', 'initializer="ones", name="beta"', "initialis"),
    "an added loss": (
        'initializer="ones", name="gamma"',
        'initializer="ones", regularizer="l2", name="gamma"',
        "output",
    ),
    "a config that loses a value": ('"eps": self.eps', '"eps": 0.1 * self.eps', "get_config: construction 0: eps is"),
    "another dtype": (
        "return centred * self.gamma / size",
        "return ops.cast(centred, 'float64') * self.gamma / size",
        "",
    ),
    "a weight too few": (
        "return centred * self.gamma / size + self.beta",
        "return centred * self.gamma / size",
        "output differs",
    ),
}
WRONG_ATTENTIONS = {
    "swapped weights": ("self.query_proj(x), self.key_proj(x)", "self.key_proj(x), self.query_proj(x)"),
    "another seed": ("seed=7", "seed=8"),
    "dropout is always on": ("axis=-1), training=training)", "axis=-1), training=True)"),
    "dropout is always off": ("axis=-1), training=training)", "axis=-1), training=False)"),
    "another axis": ("ops.softmax(scores, axis=-1)", "ops.softmax(scores, axis=1)"),
    "dropped mask": ("if attention_mask is not None:", "if False:"),
    "another activation": (
        "self.key_proj = keras.layers.Dense(dim)",
        "self.key_proj = keras.layers.Dense(dim, 'relu')",
    ),
    "no bias": ("self.key_proj = keras.layers.Dense(dim)", "self.key_proj = keras.layers.Dense(dim, use_bias=False)"),
}
STATEFUL = """
import keras


class Count(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.calls = 0

    def call(self, x):
        self.calls = self.calls + 1
        return x * 2
"""


@pytest.fixture(autouse=True)
def torch_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """For this process, with the switches that children have from their server."""
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with isolated(seed=0):
        pass


def differences(original: OriginalTask, component: str) -> list[str]:
    """The checks below the joint graphs that fail, in this process."""
    evidence = climb(subject_of(original, component), settings_of(original.case or Case()), stop_early=True)
    return [f"{check.name}: {check.detail}" for check in evidence.checks if check.passed is False]


def judged(original: OriginalTask, component: str) -> OriginalProof:
    """The verdict below the joint graphs, in this process."""
    subject, settings = subject_of(original, component), settings_of(original.case or Case())
    reached = reach(subject, lambda names: settings).original
    return conclude(original.id, climb(subject, settings), reached)


def built(original: OriginalTask, component: str) -> KerasModule:
    (setting,) = settings_of(original.case or Case())
    module = pair_up(subject_of(original, component), setting).component.make()
    assert isinstance(module, KerasModule)
    return module


@needs_keras
@pytest.mark.parametrize("mistake", WRONG_NORMS)
def test_wrong_norm_is_different(mistake: str) -> None:
    old, new, named = WRONG_NORMS[mistake]
    assert any(named in found for found in differences(NORM_ORIGINAL, edited(NORM, old, new)))


@needs_keras
@pytest.mark.parametrize("mistake", WRONG_ATTENTIONS)
def test_wrong_attention_is_different(mistake: str) -> None:
    assert differences(ATTENTION_ORIGINAL, edited(ATTENTION_COMPONENT, *WRONG_ATTENTIONS[mistake])) != []


@needs_keras
def test_a_component_whose_call_raises_cannot_be_built() -> None:
    with pytest.raises(ComponentError, match=r"ValueError.*no"):
        differences(NORM_ORIGINAL, edited(NORM, "mean = self.mean\n", "raise ValueError('no')\n"))


@needs_keras
@pytest.mark.parametrize(
    ("original", "component"),
    [
        (NORM_ORIGINAL, NORM),
        (NORM_ORIGINAL, edited(NORM, "centred * self.gamma", "self.gamma * centred")),
        (NORM_ORIGINAL, edited(NORM, "training=False", "training=None")),
        (ATTENTION_ORIGINAL, ATTENTION_COMPONENT),
    ],
)
def test_equal_layers_are_proved_on_paths(original: OriginalTask, component: str) -> None:
    proof = judged(original, component)
    assert (proof.verdict, proof.reason) == ("PROVED_ON_PATHS", "")
    assert {"weight order", "get_config"} <= {check.name for check in proof.checks if check.passed}


@needs_keras
def test_a_layer_has_joint_graphs_where_its_call_does_not_depend_on_data(library: Library) -> None:
    (proof,) = prove(library(NORM, NORM_ORIGINAL)).originals
    assert proof.verdict == "PROVED"
    assert proof.root != ""


@needs_keras
def test_a_layer_that_keeps_something_in_an_attribute_has_none(library: Library) -> None:
    case = Case((Construction({}, DIMS, (Call({"x": X}),)),))
    (proof,) = prove(library(STATEFUL, OriginalTask("old.py::Count", "Count", STATEFUL, Adapter(), case))).originals
    assert proof.verdict == "PROVED_ON_PATHS"
    assert "sets the attribute" in {check.name: check.detail for check in proof.checks}["joint graphs"]


@needs_keras
@pytest.mark.parametrize(("original", "inputs"), [(NORM_ORIGINAL, {"x"}), (ATTENTION_ORIGINAL, {"inputs", "mask"})])
def test_inputs_are_found_and_the_flag_is_none_of_them(original: OriginalTask, inputs: set[str]) -> None:
    case = find_case(replace(original, case=None))
    assert case.question == ""
    assert {name for entry in case.constructions for call in entry.calls for name in call.arguments} == inputs


@needs_keras
def test_weights_are_named_by_attributes_in_the_layers_own_order() -> None:
    module = built(ATTENTION_ORIGINAL, ATTENTION_COMPONENT)
    assert [name for name, _ in module.named_parameters()] == [
        "gain",
        "query_proj.kernel",
        "query_proj.bias",
        "key_proj.kernel",
        "key_proj.bias",
        "dropout.seed_generator.state",
    ]
    assert module.weights == [name for name, _ in module.named_parameters()][:-1]


@needs_keras
def test_a_copy_has_weights_of_its_own() -> None:
    module = built(NORM_ORIGINAL, NORM)
    copied = copy.deepcopy(module)
    before = {name: tensor.detach().clone() for name, tensor in module.named_parameters()}
    for name, tensor in copied.named_parameters():
        assert tensor.equal(before[name])
        tensor.data.add_(1)
    assert all(tensor.equal(before[name]) for name, tensor in module.named_parameters())


@needs_keras
def test_the_mode_sets_the_flag() -> None:
    (setting,) = settings_of(NORM_ORIGINAL.case or Case())
    side = pair_up(subject_of(NORM_ORIGINAL, NORM), setting).original
    train, evaluation = (execute(side, setting.scenarios[0], mode).values for mode in MODES[:2])
    assert not train["parameter mean after the run"].equal(evaluation["parameter mean after the run"])  # type: ignore[attr-defined]


def test_what_is_no_keras_layer_is_called_by_its_forward() -> None:
    assert entry_of(type("Module", (), {"forward": print, "call": repr})) is print
    assert entry_of(print) is None


@pytest.mark.skipif(keras_is_there, reason="keras is installed")
def test_without_keras_nothing_is_run_and_the_reason_says_what_to_install(library: Library) -> None:
    (proof,) = prove(library(NORM, NORM_ORIGINAL)).originals
    assert (proof.verdict, proof.reason) == ("NOT_RUN", NEEDS_KERAS)
    asked = find_case(replace(NORM_ORIGINAL, case=None))
    assert NEEDS_KERAS in asked.question


def test_another_package_that_is_missing_is_named(library: Library) -> None:
    broken = replace(ATTENTION_ORIGINAL, source=f"import kerasless\n{ATTENTION}")
    (proof,) = prove(library(BLOCK_COMPONENT, broken, name="Block")).originals
    assert proof.verdict == "NOT_RUN"
    assert "install kerasless" in proof.reason
