import ast

import pytest

from refactor_tools.prove.mutants import seed_bugs
from tests.prove.samples import BLOCK_COMPONENT, POOL_COMPONENT


@pytest.mark.parametrize("source", [POOL_COMPONENT, BLOCK_COMPONENT])
def test_mutants_are_distinct_programs_with_one_bug(source: str) -> None:
    unchanged = ast.unparse(ast.parse(source))
    mutants = seed_bugs(source, 1000)
    assert len({mutant.source for mutant in mutants}) == len(mutants) > 20
    for mutant in mutants:
        compile(mutant.source, "mutant", "exec")
        assert mutant.source != unchanged
        changed = set(unchanged.splitlines()) ^ set(mutant.source.splitlines())
        assert len(changed) <= 2 or "another order" in mutant.label


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("return softmax(x, dim=1)", "return softmax(x, dim=-1)"),
        ("return softmax(x, dim=-1)", "return softmax(x, dim=0)"),
        ("self.n = LayerNorm(d)", "self.n = LayerNorm(d, eps=0.001)"),
        ("self.n = LayerNorm(d, eps=1e-5)", "self.n = LayerNorm(d, eps=0.0001)"),
        ("self.f = nn.Linear(d, d)", "self.f = nn.Linear(d, d, bias=False)"),
        ("self.d = nn.Dropout(p)", "self.d = nn.Dropout(p / 2)"),
        ("return F.relu(x)", "return F.gelu(x)"),
        ("x = x.masked_fill(m, float('-inf'))", "x = x.masked_fill(m, -5.0)"),
        ("return x - y", "return y - x"),
        ("return x + y", "return y"),
        ("if m is not None:\n        x = 1", "if not m is not None:\n        x = 1"),
        ("return x[~m]", "return x[m]"),
        ("return a < b", "return a <= b"),
        ("return self.f(x)", "return self.f(x).detach()"),
        ("x = self.drop(x)", "pass"),
    ],
)
def test_kinds_of_bugs(line: str, wrong: str) -> None:
    source = f"def run(self, x, y, d, p, m, a, b):\n    {line}\n    return x\n"
    found = {mutant.source for mutant in seed_bugs(source, 100)}
    expected = ast.unparse(ast.parse(f"def run(self, x, y, d, p, m, a, b):\n    {wrong}\n    return x\n"))
    assert expected in found


def test_bugs_are_seeded_in_functions_only() -> None:
    assert seed_bugs("import torch\n\nSIZE = 3\nWIDTH = SIZE + 1\n", 100) == ()


def test_kinds_take_turns() -> None:
    labels = [mutant.label.partition(": ")[2] for mutant in seed_bugs(BLOCK_COMPONENT, 8)]
    assert len(set(labels)) == len(labels) == 8


def test_docstrings_and_annotations_are_left_alone() -> None:
    source = 'def run(x: int | None) -> int | None:\n    """A docstring."""\n    return x\n'
    assert seed_bugs(source, 100) == ()
