from pathlib import Path

import pytest

from benchmarks.truth import TruePair
from benchmarks.unify_plans import PairOutcome, figures, outcome, reasons, summary, written_signatures

HEAD = "from torch import nn\n\n\n"
LAYER = """class {name}(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.{member} = nn.Linear(dim, {size})

    def forward(self, x, scale=1):
        return {result}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    copies = {
        "one": LAYER.format(name="One", member="fc", size="dim", result="self.fc(x) * scale"),
        "two": LAYER.format(name="Two", member="proj", size="2 * dim", result="self.proj(x) * scale"),
        "other": "def run(x):\n    return x\n\n\nclass Other:\n    pass\n",
    }
    for name, text in copies.items():
        (tmp_path / f"{name}.py").write_text(HEAD + text)
    return tmp_path


def test_a_pair_that_has_a_plan(tree: Path) -> None:
    found = outcome(TruePair("class", "one.py::One", "two.py::Two", "near"), tree)
    assert found == PairOutcome(branches=0, parameters=1, back=True)


def test_a_pair_that_has_none(tree: Path) -> None:
    found = outcome(TruePair("class", "one.py::One", "other.py::Other", "near"), tree)
    assert found.branches is None
    assert "bases differ" in found.reason


def test_signatures_as_they_are_written(tree: Path) -> None:
    assert written_signatures(tree, "one.py::One") == (["dim"], ["x", "scale"])
    assert written_signatures(tree, "other.py::Other") == ([], [])


def test_figures_and_tables() -> None:
    outcomes = {
        "annotated": [PairOutcome(0, 1, True), PairOutcome(2, 3, True)],
        "unmarked": [PairOutcome(reason="needs 3 branches"), PairOutcome(1, 0, False)],
    }
    found = figures(outcomes)
    assert found["annotated"] == 0.5
    assert found["unmarked planned"] == 0.5
    assert found["back"] == pytest.approx(2 / 3)
    assert "needs ... branches" in reasons(outcomes)
    assert all(len(line) <= 80 for line in summary(outcomes).splitlines())
