"""A class that is hard to call alone is called by a class that builds it."""

from dataclasses import replace
from textwrap import dedent

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import Named, OriginalTask, Parent, TensorSpec
from refactor_tools.prove.synthesis import find_case

CHILD = dedent(
    """
    import torch
    from torch import nn


    class Child(nn.Module):
        def __init__(self, width, code):
            super().__init__()
            if code != 4711:
                raise ValueError("no such code")
            self.net = nn.Linear(width, width)

        def forward(self, x, mask):
            if mask.tolist() and mask.shape != (x.size(0), 3, x.size(1)):
                raise ValueError("a mask of three rows, please")
            return self.net(x) * mask.sum(1).unsqueeze(-1)
    """
)
PARENT = dedent(
    """


    class Model(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.child = Child(width, code=4711)

        def forward(self, x):
            return self.child(x, torch.ones(x.size(0), 3, x.size(1), dtype=torch.bool))
    """
)
ALONE = OriginalTask("old.py::Child", "Child", CHILD, Adapter())


def test_inputs_come_from_a_parent() -> None:
    assert find_case(ALONE).question
    case = find_case(replace(ALONE, parents=(Parent("Model", CHILD + PARENT),)))
    first = case.constructions[0]
    assert first.arguments == {"width": 24, "code": 4711}
    (call,) = first.calls
    assert call.note == "from Model"
    assert call.arguments == {"x": TensorSpec(("B", "L", 24)), "mask": TensorSpec(("B", 3, "L"), "mask")}


def test_a_parent_that_does_not_run_is_passed_over() -> None:
    broken = (Parent("Model", "import no_such_package\n"), Parent("Other", CHILD), Parent("Model", CHILD + PARENT))
    assert find_case(replace(ALONE, parents=broken)).constructions
    assert find_case(replace(ALONE, parents=broken[:2])).question.startswith("How is Child constructed?")


def test_what_is_found_alone_needs_no_parent() -> None:
    simple = CHILD.replace("4711", "code").replace("mask.tolist() and ", "False and ")
    case = find_case(replace(ALONE, source=simple, parents=(Parent("Model", "raise SystemExit"),)))
    assert case.constructions
    assert not any(isinstance(value, Named) for value in case.constructions[0].arguments.values())
