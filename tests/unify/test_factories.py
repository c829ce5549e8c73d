"""Layers that are made by who builds the component."""

from collections.abc import Callable

from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.plan import Candidate
from tests.unify.conftest import Unify
from tests.unify.test_plan import simple

Code = Callable[[Candidate | Refusal], str]
Values = Callable[[Candidate | Refusal, str], list[str | None]]


def test_what_makes_a_layer_is_said_in_the_words_of_the_file(united: Unify, values: Values) -> None:
    head = "import torch\nimport torch.nn as layers\n\n"
    copies = [
        simple("self.act = layers.GELU(approximate='tanh')", "self.act(x)").replace("nn.Module", "layers.Module"),
        simple("self.act = layers.LeakyReLU(0.3)", "self.act(x)").replace("nn.Module", "layers.Module"),
    ]
    assert values(united(*copies, head=head), "act") == [
        "lambda: layers.GELU(approximate='tanh')",
        "lambda: layers.LeakyReLU(0.3)",
    ]


def test_a_layer_of_the_legacy_tree_is_no_default(united: Unify, code: Code) -> None:
    head = "import torch\nfrom torch import nn\nfrom .parts import Gate, Mixer\n\n"
    text = code(united(simple("self.fc = Gate(dim)"), simple("self.fc = Mixer(dim)"), head=head))
    assert "Gate" not in text
    assert "Mixer" not in text


def test_an_optional_layer_with_several_values_is_one_parameter(united: Unify, code: Code, values: Values) -> None:
    plain = simple("self.fc = nn.Linear(dim, dim)")
    other = simple(
        "self.fc = nn.Linear(dim, dim); self.conv = nn.Conv1d(dim, width, kernel)",
        "self.conv(self.fc(x))",
        parameters="dim, width, kernel",
    ).replace("return self.conv(self.fc(x))", "y = self.conv(x)\n        return self.fc(y)")
    candidate = united(plain, other)
    assert "conv: Callable[[], nn.Module] | None = None" in code(candidate)
    assert "self.conv = conv() if conv is not None else None" in code(candidate)
    assert values(candidate, "conv") == [None, "lambda: nn.Conv1d(dim, width, kernel)"]


def test_a_loop_variable_keeps_a_layer_inside(united: Unify) -> None:
    body = "self.all = nn.ModuleList([nn.{0}(dim, {1}) for n in range(3)]); self.fc = nn.Linear(dim, dim)"
    outcome = united(simple(body.format("Linear", "n")), simple(body.format("Conv1d", "n, 1")))
    text = "" if isinstance(outcome, Refusal) else str(outcome.adapters)
    assert "lambda: nn.Conv1d(dim, n, 1)" not in text
