"""Device mistakes are found on a machine that has no other device."""

import pytest

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import DEVICES, Call, Case, Check, Construction, OriginalTask, TensorSpec
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.devices import Journey, compare_journeys
from refactor_tools.prove.gate import compare_devices, prove
from refactor_tools.prove.sensitivity import try_bug
from tests.prove.samples import POOL, POOL_COMPONENT, Library

SHIFT = """
import torch
from torch import nn


class Shift(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.scale = nn.Linear(width, width)
        self.register_buffer("table", torch.arange(5.0))

    def forward(self, x):
        steps = torch.arange(x.size(1), device=x.device)
        return self.scale(x) + (self.table + steps).unsqueeze(-1)
"""
CASE = Case(
    (Construction({"width": 4}, {"B": 3, "L": 5}, (Call({"x": TensorSpec(("B", "L", 4))}),)),),
)
STEPS = "torch.arange(x.size(1), device=x.device)"
RESULT = "self.scale(x) + (self.table + steps).unsqueeze(-1)"

MISTAKES = {
    "made without a device": ((STEPS, "torch.arange(x.size(1))"), "mixes tensors of two devices"),
    "made from numbers": ((STEPS, "torch.tensor([0, 1, 2, 3, 4])"), "mixes tensors of two devices"),
    "result on the CPU": (
        (RESULT, f"({RESULT}).cpu()"),
        "output is on the device in the original, on the CPU in the component",
    ),
    "there and back": (("self.scale(x) +", "self.scale(x.cpu().to(x.device)) +"), "copies more tensors"),
    "written to the CPU": (
        (f"return {RESULT}", f"found = {RESULT}\n        torch.zeros(found.shape).copy_(found)\n        return found"),
        "copies more tensors",
    ),
    "a plain attribute": (
        ('self.register_buffer("table", torch.arange(5.0))', "self.table = torch.arange(5.0)"),
        "mixes tensors of two devices",
    ),
    "a layer in a list": (
        ("self.scale(x)", "self.rest[0](x)"),
        "mixes tensors of two devices",
    ),
}
RIGHT = {
    "as it is": ("", ""),
    "like another tensor": (STEPS, "torch.ones_like(x[0, :, 0]).cumsum(0) - 1"),
    "made by another tensor": (STEPS, "x.new_tensor([0, 1, 2, 3, 4])"),
    "moved at once": (STEPS, "torch.arange(x.size(1)).to(x.device)"),
    "a number as tensor": ("return self.scale(x)", "return torch.tensor(1.0) * self.scale(x)"),
    "indices from the CPU": ("self.scale(x)", "self.scale(x)[:, torch.tensor([0, 1, 2, 3, 4])]"),
}


def edited(old: str, new: str) -> str:
    assert old in SHIFT
    text = SHIFT.replace(old, new)
    return text.replace("self.scale = ", "self.rest = [nn.Linear(width, width)]\n        self.scale = ")


def check_of(library: Library, original: str, component: str) -> Check:
    task = library(component, OriginalTask("old.py::Shift", "Shift", original, Adapter(), CASE))
    return compare_devices(Assignment(task, task.originals[0]))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_fails(mistake: str, library: Library) -> None:
    change, said = MISTAKES[mistake]
    check = check_of(library, SHIFT, edited(*change))
    assert (check.name, check.passed) == (DEVICES, False)
    assert said in check.detail


@pytest.mark.parametrize("text", RIGHT)
def test_what_stays_on_the_device_passes(text: str, library: Library) -> None:
    assert check_of(library, SHIFT, edited(*RIGHT[text])) == Check(DEVICES, True)


def test_the_line_is_named(library: Library) -> None:
    check = check_of(library, SHIFT, edited(STEPS, "torch.arange(x.size(1))"))
    assert check.detail.endswith(f"component.py:15: return {RESULT}")
    assert check.detail.startswith("construction 0, call 0: the component mixes")


def test_a_mistake_of_the_original_is_kept_and_told(library: Library) -> None:
    wrong = edited(STEPS, "torch.arange(x.size(1))")
    check = check_of(library, wrong, wrong)
    assert check.passed is None
    assert check.detail.startswith("construction 0, call 0: as in the original, one operation takes tensors of two")


def test_a_mistake_of_the_original_may_be_mended(library: Library) -> None:
    check = check_of(library, edited(STEPS, "torch.arange(x.size(1))"), SHIFT)
    assert check.passed is True
    assert "only the original mixes" in check.detail


def test_what_needs_contents_says_so(library: Library) -> None:
    asking = edited("return self", "return x if x.sum() > 1e9 else self")
    check = check_of(library, asking, asking)
    assert check.passed is None
    assert "the original does not run on tensors without contents" in check.detail


def test_a_child_that_ends_leaves_the_rest(library: Library) -> None:
    check = check_of(library, SHIFT, "import os\n" + edited("return self", "os._exit(3)\n        return self"))
    assert check.passed is None
    assert "ended" in check.detail


ROUTED = """
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence


class Routed(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.lstm = nn.LSTM(width, width, batch_first=True)
        self.names = nn.Embedding(5, width)

    def forward(self, x, mask):
        found, _ = self.lstm(x)
        return found[mask] + self.names(torch.arange(1, device=x.device))
"""


@pytest.mark.parametrize(
    ("old", "new", "passed"),
    [
        ("", "", True),
        (", device=x.device", "", False),
        ("found[mask]", "found[mask.cpu()]", False),
        ("found[mask]", "found[mask].cpu().to(x.device)", False),
        ("self.lstm(x)", "self.lstm(pack_padded_sequence(x, mask.sum(1).cpu(), batch_first=True))", None),
    ],
)
def test_sizes_that_depend_on_data(old: str, new: str, passed: bool | None, library: Library) -> None:
    call = Call({"x": TensorSpec(("B", "L", 4)), "mask": TensorSpec(("B", "L"), "mask")})
    case = Case((Construction({"width": 4}, {"B": 3, "L": 5}, (call,)),))
    original = OriginalTask("old.py::Routed", "Routed", ROUTED, Adapter(), case)
    assert old in ROUTED
    assert compare_devices(Assignment(library(ROUTED.replace(old, new), original), original)).passed is passed


def test_functions(library: Library) -> None:
    source = "import torch\n\n\ndef shift(x):\n    return x + torch.arange(x.size(1), device=x.device)\n"
    case = Case((Construction({}, {"B": 2}, (Call({"x": TensorSpec(("B", 3))}),)),))
    original = OriginalTask("old.py::shift", "shift", source, Adapter(), case)
    assert compare_devices(Assignment(library(source, original), original)).passed is True
    task = library(source.replace(", device=x.device", ""), original)
    assert compare_devices(Assignment(task, original)).passed is False


def test_the_gate_fails_what_mixes_devices(library: Library) -> None:
    wrong = POOL_COMPONENT.replace(", device=x.device", "")
    (proof,) = prove(library(wrong, POOL)).originals
    assert proof.verdict == "DIFFERENT"


def test_the_gate_fails_what_only_another_device_shows(library: Library) -> None:
    wrong = POOL_COMPONENT.replace("scores = self.attention(x)", "scores = self.attention(x.cpu().to(x.device))")
    (proof,) = prove(library(wrong, POOL)).originals
    assert proof.verdict == "DIFFERENT"
    assert proof.reason.startswith("devices: ")
    (proof,) = prove(library(POOL_COMPONENT, POOL)).originals
    assert (proof.verdict, proof.passed(DEVICES)) == ("PROVED", True)


def test_seeded_device_casts_are_caught(library: Library) -> None:
    task = library(POOL_COMPONENT, POOL)
    cast = POOL_COMPONENT.replace("scores = self.attention(x)", "scores = self.attention(x).cpu()")
    assert try_bug(task, cast) == "caught"
    assert try_bug(task, POOL_COMPONENT.replace("self.attention(x)", "self.attention(x).contiguous()")) == "equal"


@pytest.mark.parametrize(
    ("original", "component", "passed"),
    [
        (Journey(), Journey(), True),
        (Journey({"output": "on the device"}), Journey({"output": "on the device"}), True),
        (Journey({"output": "on the device"}), Journey({"output": "on the CPU"}), False),
        (Journey({"output": "on the CPU"}), Journey({"output": "on the CPU"}), True),
        (Journey({"output": "on the CPU"}), Journey({"output": "on the device"}), False),
        (Journey(mixed="a"), Journey(mixed="b"), None),
        (Journey(), Journey(mixed="b"), False),
        (Journey(mixed="a"), Journey(), True),
        (Journey(unknown="a"), Journey(mixed="b"), None),
        (Journey(), Journey(unknown="b"), None),
        (Journey(moves=("a",)), Journey(moves=("b",)), True),
        (Journey(moves=("a",)), Journey(moves=("b", "c")), False),
        (Journey(moves=("a", "b")), Journey(), True),
    ],
)
def test_two_runs_compared(original: Journey, component: Journey, passed: bool | None) -> None:
    assert compare_journeys(original, component).passed is passed
