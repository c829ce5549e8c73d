"""Which branches the cases reach of either side."""

import pytest

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import Call, Case, Construction, OriginalTask, TensorSpec
from refactor_tools.prove.loading import load_original
from refactor_tools.prove.reach import reach
from refactor_tools.prove.scenarios import settings_of
from tests.prove.loaded import subject_of

PART = """
from torch import nn


class Part(nn.Module):
    def forward(self, x, mask=None):
        return x if mask is None else x * mask
"""
BLOCK = """

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()

    def forward(self, x):
        return self.part(x) if x.sum() > 1e9 else self.part(x + 1)
"""
CASE = Case((Construction({}, {"B": 2}, (Call({"x": TensorSpec(("B",))}),)),))


@pytest.mark.parametrize(
    ("component", "original_side", "component_side"),
    [
        # The component has the part from elsewhere: it is proven by itself.
        ("from torch import nn\n\nfrom {part} import Part\n" + BLOCK, "1/2", "1/2"),
        # The part moved along: nothing else proves it.
        (PART + BLOCK, "2/4", "2/4"),
    ],
)
def test_a_part_that_is_a_component_itself_does_not_count(
    component: str, original_side: str, component_side: str
) -> None:
    part = load_original(PART, "Part", "part.py")
    original = OriginalTask("a.py::Block", "Block", PART + BLOCK, Adapter(), CASE)
    subject = subject_of(original, component.replace("{part}", part.__module__))
    found = reach(subject, lambda names: settings_of(CASE, names))
    assert (str(found.original), str(found.component)) == (original_side, component_side)
