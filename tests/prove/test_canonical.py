"""Canonical forms: what two graphs may differ in, and what not."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from refactor_tools.prove.canonical import CanonicalGraph, canonical_graph
from refactor_tools.prove.joint_export import NotExported, export_joint

Body = Callable[[Tensor, Tensor], Tensor]


class Module(nn.Module):
    def __init__(self, body: Body) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4))
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x, self.weight)


def graph_of(body: Body, *, gradients: bool = True) -> CanonicalGraph:
    x = torch.randn(3, 4, 4, requires_grad=gradients)
    with torch.set_grad_enabled(gradients):
        return canonical_graph(export_joint(Module(body), [x], frozenset({(0, 1), (0, 2)})))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (lambda x, w: x.mT @ x, lambda x, w: x.transpose(1, 2) @ x),
        (lambda x, w: x.mT.mT * w, lambda x, w: x * w),
        (lambda x, w: x.permute(2, 0, 1).permute(1, 2, 0) + w, lambda x, w: x + w),
        (lambda x, w: w[None, :].t() * x, lambda x, w: w[None, :].transpose(-1, -2) * x),
        (lambda x, w: x.view(-1).view(x.shape) * w, lambda x, w: x * w),
        (lambda x, w: (x * w).reshape(-1, 2), lambda x, w: (x * w).view(x.size(0) * 8, 2)),
        (lambda x, w: x + w, lambda x, w: torch.add(w, x, alpha=1)),
        (lambda x, w: (x.clone() * w).contiguous(), lambda x, w: x * w),
        (lambda x, w: x.float() * w.to(x.dtype, copy=True), lambda x, w: x * w),
        (lambda x, w: (x.sum() + 1, x * w)[1], lambda x, w: x * w),
        (lambda x, w: torch.softmax(x * w, 1), lambda x, w: (x * w).softmax(dim=1, dtype=None)),
    ],
)
def test_what_cannot_change_a_bit_is_the_same(left: Body, right: Body) -> None:
    assert graph_of(left).outputs == graph_of(right).outputs


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (lambda x, w: x - w, lambda x, w: w - x),
        (lambda x, w: torch.add(x, w, alpha=2), lambda x, w: torch.add(w, x, alpha=2)),
        (lambda x, w: (x + w) + w * 2, lambda x, w: x + (w + w * 2)),
        (lambda x, w: x.mT * w, lambda x, w: x * w),
        (lambda x, w: (x * w).view(-1, 2), lambda x, w: (x * w).mT.reshape(-1, 2)),
        (lambda x, w: (x * w).mT.clone(), lambda x, w: (x * w).mT.contiguous()),
        (lambda x, w: x * w.detach(), lambda x, w: x * w),
        (lambda x, w: (x * w).half().float(), lambda x, w: x * w),
        (lambda x, w: x.softmax(1) * w, lambda x, w: x.softmax(2) * w),
        (lambda x, w: x * w * torch.tensor(2.0), lambda x, w: x * w * torch.tensor(3.0)),
        (lambda x, w: x * w / x.size(0), lambda x, w: x * w / 3),
        (lambda x, w: torch.maximum(x, w), lambda x, w: torch.maximum(w, x)),
        (lambda x, w: x.masked_fill(x > 0, float("-inf")) * w, lambda x, w: x.masked_fill(x > 0, -1e9) * w),
    ],
)
def test_what_can_change_a_bit_is_not(left: Body, right: Body) -> None:
    assert graph_of(left).outputs != graph_of(right).outputs


def test_random_operations_are_kept_in_order_and_counted() -> None:
    once = graph_of(lambda x, w: torch.dropout(x, 0.5, True) * w)
    dead = graph_of(lambda x, w: (torch.dropout(x, 0.5, True) * w, torch.dropout(x, 0.5, True))[0])
    late = graph_of(lambda x, w: (torch.dropout(x, 0.3, True), torch.dropout(x, 0.5, True) * w)[1])
    assert [len(graph.effects) for graph in (once, dead, late)] == [1, 2, 2]
    assert once.outputs == dead.outputs != late.outputs


def test_no_backward_pass_without_gradients() -> None:
    body: Body = lambda x, w: x * w  # noqa: E731 - as the others
    assert any("gradient" in label for label in graph_of(body).outputs)
    assert not any("gradient" in label for label in graph_of(body, gradients=False).outputs)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (lambda x, w: x[x > 0] * 2, "data"),
        (lambda x, w: x * float(x.detach().sum()), "DataDependent|item|local_scalar"),
        (lambda x, w: torch.rand(3, 4, 4, generator=torch.Generator()) * x, "neither a parameter nor a constant"),
        (lambda x, w: x * KEPT, "neither a parameter nor a constant"),
    ],
)
def test_what_has_no_canonical_form(body: Body, reason: str) -> None:
    with pytest.raises(NotExported, match=reason):
        graph_of(body)


KEPT = torch.ones(4, requires_grad=True)
