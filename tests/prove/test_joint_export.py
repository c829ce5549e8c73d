"""Exports of joint graphs: labels, sizes, conditions, and what happens without the private function."""

import pytest
import torch
from torch import Tensor, nn

from refactor_tools.prove import joint_export
from refactor_tools.prove.joint_export import JointGraph, NotExported, export_joint


class Normed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(4)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x) if x.size(0) > 2 else x


def export(*, fixed: bool = False) -> JointGraph:
    places = frozenset({(0, 0)} if fixed else ())
    return export_joint(Normed().train(), [torch.randn(5, 4, requires_grad=True)], places, str.upper)


def test_inputs_and_outputs_are_labelled_through_the_key_map() -> None:
    joint = export()
    assert set(joint.leaves.values()) >= {"parameter NORM.WEIGHT", "buffer NORM.RUNNING_MEAN", "input 0"}
    labels = [label for label, _ in joint.outputs]
    assert {"output 0", "gradient of input 0", "buffer NORM.RUNNING_VAR after the run"} <= set(labels)
    assert len(set(labels)) == len(labels)


def test_questions_about_sizes_are_conditions() -> None:
    assert export().sizes.text(["x"]) == "x (s0, 4) with s0 >= 2 and s0 > 2"


def test_fixed_sizes_are_constants() -> None:
    assert export(fixed=True).sizes.text(["x"]) == "x (5, 4)"


def test_a_torch_without_the_export_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joint_export, "_MISSING", "torch 2.5 has no export of joint graphs")
    with pytest.raises(NotExported, match="has no export"):
        export()


def test_another_description_of_outputs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joint_export, "_WORDS", {})
    with pytest.raises(NotExported, match="not known here"):
        export()
