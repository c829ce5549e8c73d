from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from refactor_tools.prove.trace import Trace

Computation = Callable[[Tensor, Tensor], Tensor]


def fill_below(x: Tensor, y: Tensor) -> Tensor:
    x = x.clone()
    x[x < 0] = 0.0
    return x + y


def through_view(x: Tensor, y: Tensor) -> Tensor:
    x = x.clone()
    x.view(-1)[:2].add_(y.view(-1)[:2])
    return x


def traced(compute: Computation, *, backward: bool = False, leaves: tuple[str, str] = ("x", "y")) -> list[str]:
    """The hashes of the result and of the gradients."""
    torch.manual_seed(0)
    x, y = torch.randn(3, 4).requires_grad_(), torch.randn(3, 4).requires_grad_()
    trace = Trace()
    trace.name(leaves[0], x)
    trace.name(leaves[1], y)
    with trace:
        result = compute(x, y)
        tokens = [trace.token(result), trace.effect]
        if backward:
            torch.autograd.backward([result], [torch.ones(result.shape)])
            tokens += [trace.token(leaf.grad) if leaf.grad is not None else "none" for leaf in (x, y)]
    return tokens


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (lambda x, y: x + y, lambda x, y: y + x),
        (lambda x, y: x + y, lambda x, y: torch.add(input=x, other=y, alpha=1)),
        (lambda x, y: x * y, lambda x, y: y.mul(x)),
        (lambda x, y: F.relu(x), lambda x, y: x.relu()),
        (lambda x, y: x.softmax(1), lambda x, y: F.softmax(x, dim=1)),
        (lambda x, y: x.softmax(1), lambda x, y: x.softmax(-1)),
        (lambda x, y: x.sum(1) + y.sum([0, 1]), lambda x, y: x.sum(-1) + y.sum([-2, -1])),
        (lambda x, y: x.unsqueeze(2), lambda x, y: x.unsqueeze(-1)),
        (lambda x, y: torch.cat([x, y], 1), lambda x, y: torch.cat([x, y], -1)),
        (lambda x, y: torch.stack([x, y], 2), lambda x, y: torch.stack([x, y], -1)),
        (lambda x, y: x + 0.5, lambda x, y: 0.5 + x),
        (lambda x, y: x.detach() + y, lambda x, y: x.data + y),
        (lambda x, y: x.reshape(4, 3) @ y, lambda x, y: x.view(4, 3) @ y),
        (lambda x, y: F.layer_norm(x, (4,)), lambda x, y: torch.nn.LayerNorm(4, elementwise_affine=False)(x)),
        (lambda x, y: F.dropout(x, 0.5), lambda x, y: torch.nn.Dropout()(x)),
        (lambda x, y: x + torch.ones(4), lambda x, y: torch.ones(4) + x),
        (lambda x, y: x * torch.tensor([1.0, 2, 3, 4]), lambda x, y: x * torch.tensor((1.0, 2, 3, 4))),
        (fill_below, lambda x, y: fill_below(x, y)),
    ],
)
def test_same_computation(left: Computation, right: Computation) -> None:
    assert traced(left, backward=True) == traced(right, backward=True)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (lambda x, y: x - y, lambda x, y: y - x),
        (lambda x, y: torch.add(x, y, alpha=2), lambda x, y: torch.add(y, x, alpha=2)),
        (lambda x, y: x + y, lambda x, y: x.detach() + y),
        (lambda x, y: x.softmax(0), lambda x, y: x.softmax(1)),
        (lambda x, y: x.softmax(0), lambda x, y: x.softmax(-1)),
        (lambda x, y: x[:2] * y[:2], lambda x, y: x[:2] * y[1:]),
        (lambda x, y: x.view(4, 3) * 2, lambda x, y: x.view(2, 6) * 2),
        (lambda x, y: x[:1].expand(3, 4) * y, lambda x, y: x * y),
        (lambda x, y: x.unsqueeze(1), lambda x, y: x.unsqueeze(-1)),
        (lambda x, y: x.sum([0, 1]), lambda x, y: x.sum([-1, -2])),
        (lambda x, y: F.layer_norm(x, (4,), eps=1e-5), lambda x, y: F.layer_norm(x, (4,), eps=1e-6)),
        (lambda x, y: F.gelu(x), lambda x, y: F.gelu(x, approximate="tanh")),
        (lambda x, y: F.dropout(x, 0.5), lambda x, y: F.dropout(x, 0.4)),
        (lambda x, y: x * torch.tensor(2.0), lambda x, y: x * torch.tensor(3.0)),
        (lambda x, y: x * torch.zeros(4), lambda x, y: x * -torch.zeros(4)),
        (lambda x, y: (x + y) + y, lambda x, y: x + (y + y)),
        (lambda x, y: x.sort(stable=True)[0], lambda x, y: x.sort()[0]),
        (lambda x, y: x.sort()[1] * y, lambda x, y: x.sort()[0] * y),
        (fill_below, lambda x, y: x + y),
        (through_view, lambda x, y: x.clone()),
        (through_view, lambda x, y: through_view(x, x)),
        (lambda x, y: x.masked_fill(x > 0, float("-inf")), lambda x, y: x.masked_fill(x > 0, -1e9)),
    ],
)
def test_other_computation(left: Computation, right: Computation) -> None:
    assert traced(left, backward=True) != traced(right, backward=True)


def test_order_of_random_operations_counts() -> None:
    def one_way(x: Tensor, y: Tensor) -> Tensor:
        first = F.dropout(x)
        return first + F.dropout(y)

    def other_way(x: Tensor, y: Tensor) -> Tensor:
        first = F.dropout(y)
        return F.dropout(x) + first

    assert traced(one_way) != traced(other_way)


def test_random_operation_whose_result_is_not_used_shows_in_the_effect() -> None:
    def wasteful(x: Tensor, y: Tensor) -> Tensor:
        F.dropout(x)
        return x + y

    plain, effect = traced(wasteful), traced(lambda x, y: x + y)
    assert plain[0] == effect[0]
    assert plain[1] != effect[1]


def test_order_of_gradient_accumulation_counts() -> None:
    def forwards(x: Tensor, y: Tensor) -> Tensor:
        inner = x * 1.0
        first, second, third = inner.exp(), inner.sin(), inner.cos()
        return first + (second + third)

    def backwards(x: Tensor, y: Tensor) -> Tensor:
        inner = x * 1.0
        third, second, first = inner.cos(), inner.sin(), inner.exp()
        return first + (second + third)

    assert traced(forwards) == traced(backwards)
    assert traced(forwards, backward=True) != traced(backwards, backward=True)


def test_leaves_are_told_apart_by_name() -> None:
    def compute(x: Tensor, y: Tensor) -> Tensor:
        return x - y

    assert traced(compute) != traced(compute, leaves=("y", "x"))


def test_lines_are_those_of_the_code_that_asked(tmp_path_factory: pytest.TempPathFactory) -> None:
    source = tmp_path_factory.mktemp("code") / "asks.py"
    source.write_text("def compute(x):\n    y = x.exp()\n    return y.sum()\n", encoding="utf-8")
    names: dict[str, Callable[[Tensor], Tensor]] = {}
    exec(compile(source.read_text(), str(source), "exec"), names)
    x = torch.randn(3, requires_grad=True)
    trace = Trace()
    with trace:
        names["compute"](x).backward()
    shown = [str(operation) for operation in trace.operations]
    assert shown[0] == "exp.default at asks.py:2: y = x.exp()"
    assert "mul.Tensor (backward) at asks.py:2: y = x.exp()" in shown


@pytest.mark.parametrize(
    "view", [lambda x: x.view(3, 4), lambda x: x.expand(3, 4), lambda x: x.view(3, -1).expand(-1, 4)]
)
def test_a_view_of_the_whole_is_no_operation(view: Callable[[Tensor], Tensor]) -> None:
    assert traced(lambda x, y: view(x) * view(y)) == traced(lambda x, y: x * y)


@pytest.mark.parametrize(
    "view", [lambda x: x[:1].expand(3, 4), lambda x: x.view(4, 3).view(3, 4).flip(0), lambda x: x[:2]]
)
def test_a_view_of_a_part_is_one(view: Callable[[Tensor], Tensor]) -> None:
    assert traced(lambda x, y: view(x) * view(x)) != traced(lambda x, y: x * x)
