"""What the gate knows of torch's operations: their arguments, what they draw, and which of them are the same."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor
from torch._ops import OpOverload

# Both operands play the same part. Not among them: `maximum` and `minimum`, of whose signed zeros the order decides.
_COMMUTATIVE = frozenset(
    f"aten.{name}"
    for name in (
        *("add.Tensor", "mul.Tensor", "eq.Tensor", "ne.Tensor"),
        *("bitwise_and.Tensor", "bitwise_or.Tensor", "bitwise_xor.Tensor"),
        *("logical_and.default", "logical_or.default", "logical_xor.default"),
    )
)
# The result is the operand: another Python object over the same memory.
SAME_TENSOR = frozenset({"aten.alias.default", "aten.detach.default", "aten.lift_fresh.default", "aten.lift.default"})
# Views with the same axes in another order.
PERMUTATIONS = frozenset({"aten.t.default", "aten.transpose.int", "aten.permute.default"})
# Views that, where their form is that of the operand, show the same elements in the same places: a slice of as many
# elements is the whole, and an expansion to the same sizes repeats nothing.
WHOLE_VIEWS = frozenset({"aten.slice.Tensor", "aten.expand.default", "aten.view.default", "aten._unsafe_view.default"})
# Operations whose argument `dim` names axes of their first operand.
_BY_AXIS = frozenset(
    f"aten.{name}"
    for name in (
        *("_softmax.default", "_log_softmax.default", "_softmax_backward_data.default"),
        *("_log_softmax_backward_data.default", "softmax.int", "log_softmax.int", "logsumexp.default"),
        *("sum.dim_IntList", "mean.dim", "prod.dim_int", "var.correction", "std.correction", "var_mean.correction"),
        *(
            "amax.default",
            "amin.default",
            "max.dim",
            "min.dim",
            "argmax.default",
            "argmin.default",
            "all.dim",
            "any.dim",
        ),
        *("cumsum.default", "cumprod.default", "sort.default", "sort.stable", "argsort.default", "topk.default"),
        *("cat.default", "split.Tensor", "split_with_sizes.default", "chunk.default", "unbind.int"),
        *("select.int", "slice.Tensor", "squeeze.dim", "gather.default", "index_select.default", "flip.default"),
    )
)
# The same, but of the result, which has one axis more.
_BY_NEW_AXIS = frozenset({"aten.unsqueeze.default", "aten.stack.default"})


def digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def arguments_of(
    func: OpOverload, args: Sequence[object], kwargs: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    """Every argument of the schema with its value, defaults filled in."""
    for index, argument in enumerate(func._schema.arguments):
        if index < len(args) and not argument.kwarg_only:
            yield argument.name, args[index]
        else:
            yield argument.name, kwargs.get(argument.name, argument.default_value)


def changed(func: OpOverload, arguments: Mapping[str, object]) -> Iterator[Tensor]:
    """The tensors that `func` writes to, of its `arguments` by name."""
    for argument in func._schema.arguments:
        if argument.alias_info is not None and argument.alias_info.is_write:
            yield from tensors_in(arguments[argument.name])


def tensors_in(value: object) -> Iterator[Tensor]:
    """The tensors of an argument or a result."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for entry in value:
            yield from tensors_in(entry)


def counted_axes(name: str, arguments: Mapping[str, object], rank: int) -> dict[str, object]:
    """`arguments` with the axes of `dim` counted from the front, as these operations do before anything else.

    `rank` is that of the first operand.
    """
    added = 1 if name in _BY_NEW_AXIS else 0
    axes = arguments.get("dim", arguments.get("dims"))
    if not added and name not in _BY_AXIS:
        return dict(arguments)
    wrapped = (
        [_wrapped(axis, rank + added) for axis in axes]
        if isinstance(axes, list | tuple)
        else _wrapped(axes, rank + added)
    )
    return {key: wrapped if key in ("dim", "dims") else value for key, value in arguments.items()}


def _wrapped(axis: object, rank: int) -> object:
    return axis % max(rank, 1) if isinstance(axis, int) and -rank <= axis < 0 else axis


def draws(func: OpOverload) -> bool:
    """Whether `func` draws random numbers."""
    return torch.Tag.nondeterministic_seeded in func.tags


def commutes(name: str, values: Sequence[object]) -> bool:
    """Whether the first two of the operation's arguments may change places, bit by bit.

    A scale of one operand (`alpha`) and the rounding of a complex product depend on the order.
    """
    if name not in _COMMUTATIVE or [value for value in values[2:] if value != 1]:
        return False
    return name != "aten.mul.Tensor" or not any(isinstance(value, Tensor) and value.is_complex() for value in values)


def constant(value: object) -> tuple[str, str]:
    """An argument that is no tensor, with its type; of a device only its kind counts."""
    return type(value).__name__, value.type if isinstance(value, torch.device) else repr(value)


def permutation(name: str, axes: Sequence[object], rank: int) -> tuple[int, ...]:
    """For each axis of the result the operand's; `axes` are what a permutation takes beside its operand."""
    order = list(range(rank))
    named = axes[0] if name == "aten.permute.default" else axes
    numbers = (
        [axis % rank for axis in named if isinstance(axis, int)] if rank and isinstance(named, list | tuple) else []
    )
    if name == "aten.permute.default":
        return tuple(numbers)
    left, right = numbers if numbers else (0, rank - 1)
    if rank:
        order[left], order[right] = order[right], order[left]
    return tuple(order)
