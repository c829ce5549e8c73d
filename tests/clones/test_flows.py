"""The data flow of a method as steps."""

from textwrap import dedent, indent

import pytest

from refactor_tools.clones.prints import file_prints
from refactor_tools.model.facts import Source
from refactor_tools.model.prints import Flow
from refactor_tools.scan.facts import read_file
from tests.clones.scans import with_imports

INIT = """
self.linear = nn.Linear(8, 8)
self.norm = nn.LayerNorm(8)
self.net = nn.Sequential(nn.Linear(8, 8), nn.ReLU())
self.skip = nn.Identity() if config.skip else nn.Dropout(0.1)
self.act = ACT2FN[config.act]
self.scale = nn.Parameter(torch.ones(8))
"""


def flows(forward: str, init: str = INIT) -> tuple[Flow, ...]:
    text = (
        "class A(nn.Module):\n    def __init__(self, config):\n        super().__init__()\n"
        f"{indent(dedent(init).strip(), ' ' * 8)}\n\n    def forward(self, x, mask=None):\n"
        f"{indent(dedent(forward).strip(), ' ' * 8)}\n"
    )
    entry = read_file(Source("a.py", with_imports(text), "utf-8", ""), file_prints)
    assert entry.facts.problems == ()
    return entry.prints.prints[0].flows


def steps(forward: str) -> str:
    return next(flow.steps for flow in flows(forward) if flow.method == "forward")


PAIRS = {
    "one statement or several": ("return self.norm(self.linear(x))", "h = self.linear(x)\nh = self.norm(h)\nreturn h"),
    "functions and methods": ("return torch.softmax(self.linear(x), 1)", "return self.linear(x).softmax(dim=1)"),
    "operators and functions": ("return self.linear(x) @ x", "return torch.matmul(self.linear(x), x)"),
    "either order of a sum": ("return x + self.linear(x)", "return self.linear(x) + x"),
    "in place or not": (
        "h = self.linear(x)\nh += x\nreturn self.norm(h)",
        "return self.norm(self.linear(x) + x)",
    ),
    "an inline sequence": ("return self.norm(self.net(x))", "return self.norm(F.relu(self.linear(x)))"),
    "sizes and conversions": (
        "b, t, _ = x.shape\nreturn self.norm(self.linear(x.to(torch.float32)).float())",
        "return self.norm(self.linear(x))",
    ),
    "a guarded statement": (
        "h = self.linear(x)\nif mask is not None:\n    h = h.masked_fill(mask, 0.0)\nreturn self.norm(h)",
        "return self.norm(self.linear(x).masked_fill(mask, 0.0))",
    ),
    "an early return": (
        "if mask is None:\n    return self.norm(x)\nreturn self.linear(self.norm(x))",
        "self.norm(x)\nreturn self.linear(self.norm(x))",
    ),
    "the first of two branches": (
        "if self.first:\n    h = self.linear(x)\nelse:\n    h = self.norm(x)\nreturn self.act(h)",
        "h = self.linear(x)\nself.norm(x)\nreturn self.act(h)",
    ),
}


@pytest.mark.parametrize("what", PAIRS)
def test_the_same_flow(what: str) -> None:
    left, right = PAIRS[what]
    assert steps(left) == steps(right)


def test_what_differs() -> None:
    texts = ["self.norm(self.linear(x))", "self.linear(self.norm(x))", "self.norm(self.linear(x) + mask)"]
    texts += ["self.norm(self.linear(x) + x)", "self.norm(self.linear(x) - x)", "self.norm(x - self.linear(x))"]
    assert len({steps(f"return {text}") for text in texts}) == len(texts)


def test_steps_operands_and_lines() -> None:
    (flow,) = (flow for flow in flows("h = self.net(x)\nreturn self.norm(h + self.scale)") if flow.method)
    assert flow.steps == "Linear:x0 relu:0 add:1,x1 layernorm:2 >3"
    in_sequence, in_method = flow.lines[:2], flow.lines[2:]
    assert all(line < flow.line for line in in_sequence)
    assert in_method == (flow.end_line, flow.end_line)


def test_a_sequence_that_no_method_runs_is_a_flow_of_its_own() -> None:
    init = "self.blocks = nn.ModuleList([nn.Sequential(nn.Linear(8, 8), nn.Tanh()) for _ in range(2)])"
    found = flows("for block in self.blocks:\n    x = block(x)\nreturn x", init)
    assert [(flow.method, flow.steps) for flow in found] == [("", "Linear:x0 tanh:0 >1")]


def test_what_is_not_built_is_unknown() -> None:
    assert steps("return self.norm(self.injected(x))") == "?:x0 layernorm:0 >1"


@pytest.mark.parametrize(
    "forward",
    [
        f"return {' + '.join(['x'] * 800)}",
        "\n".join(
            ["if mask is None:", *("    x = x + 1\nelif mask:" for _ in range(300)), "    x = x + 1", "return x"]
        ),
        f"return {'(' * 90}self.linear(x){')' * 90}",
        f"return {'self.linear(' * 90}x{')' * 90}",
    ],
)
def test_generated_code_is_no_problem(forward: str) -> None:
    flows(forward)
