"""Names every tensor of a real run by how it was computed: a Merkle hash of the operation and its operands' hashes.

Two runs in which a tensor has the same hash computed it by the same operations on the same operands, in the forward
and the backward pass. A dispatch mode sees them below autograd, where keyword style, defaults and modules are gone.
"""

import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from refactor_tools.prove.content import content_of, layout_of
from refactor_tools.prove.operations import (
    PERMUTATIONS,
    SAME_TENSOR,
    WHOLE_VIEWS,
    arguments_of,
    changed,
    commutes,
    constant,
    counted_axes,
    digest,
    draws,
    permutation,
    tensors_in,
)
from refactor_tools.prove.worker import is_own_code, source_line

SAME_OPERATION = {"aten._unsafe_view.default": "aten.view.default"}

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One dispatched operation. `line` is "file:line: text" of the code that asked for it, in the backward pass of the
    forward code that it differentiates."""

    token: str
    name: str
    line: str
    backward: bool

    def __str__(self) -> str:
        direction = " (backward)" if self.backward else ""
        return f"{self.name.removeprefix('aten.')}{direction} at {self.line}" if self.line else self.name + direction


class Trace(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
    """Records a run; `name` its leaves first, then read `token` of what came out."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations: list[Operation] = []
        self.effect = "start"
        self._tokens: dict[_Key, str] = {}
        self._versions: dict[object, str] = {}
        self._lines: dict[int, str] = {}
        # Memory must not be reused while its address stands for a tensor.
        self._alive: list[Tensor] = []

    def name(self, label: str, tensor: Tensor) -> None:
        """Make `tensor` a leaf with the name that both sides share."""
        self._register(tensor, digest("leaf", label, layout_of(tensor)))

    def token(self, tensor: Tensor) -> str:
        """The hash of `tensor` as its memory is now. What no recorded operation made is hashed by its content."""
        key = key_of(tensor)
        if key not in self._tokens:
            self._register(tensor, digest("content", layout_of(tensor), content_of(tensor)))
        token, version = self._tokens[key], self._versions.get(key[0])
        return digest(token, version) if version else token

    def __torch_dispatch__(
        self,
        func: OpOverload,
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        arguments = _arguments(func, args, kwargs or {})
        operands = [self._operand(value) for value in arguments.values()]
        name = SAME_OPERATION.get(str(func), str(func))
        line, backward = self._place()
        result = func(*args, **(kwargs or {}))
        source = next(iter(arguments.values()), None)
        if isinstance(result, Tensor) and isinstance(source, Tensor):
            same = key_of(source) == key_of(result)
            if name in SAME_TENSOR and not same:
                self._register(result, self.token(source))
            if name in SAME_TENSOR or (same and name in WHOLE_VIEWS):
                return result
        if commutes(name, list(arguments.values())):
            operands[:2] = sorted(operands[:2], key=repr)
        hashed: list[object] = [name, operands]
        if name in PERMUTATIONS:
            hashed = ["permutation", operands[0], order_of(name, list(arguments.values()))]
        token = self._chained(func, digest(*hashed))
        self.operations.append(Operation(token, name, line, backward))
        self._observe(arguments, result)
        self._written(func, arguments, token)
        written = {key_of(tensor) for tensor in changed(func, arguments)}
        for index, tensor in enumerate(tensors_in(result)):
            if key_of(tensor) not in written:
                self._register(tensor, digest(token, index))
        return result

    def _observe(self, arguments: Mapping[str, object], result: object) -> None:
        """Hears the last operation with its operands and result; for what needs more of a run than hashes."""

    def _register(self, tensor: Tensor, token: str) -> None:
        key = key_of(tensor)
        self._tokens[key] = token
        self._alive.append(tensor)

    def _operand(self, value: object) -> object:
        if isinstance(value, Tensor):
            return ("tensor", self.token(value))
        if isinstance(value, tuple | list):
            return ("list", tuple(self._operand(entry) for entry in value))
        if isinstance(value, torch.Generator):
            return ("generator", hashlib.sha256(value.get_state().numpy().tobytes()).hexdigest())
        return constant(value)

    def _chained(self, func: OpOverload, token: str) -> str:
        """Random operations depend on those before them, because they draw from one stream."""
        if draws(func):
            self.effect = token = digest(token, self.effect)
        return token

    def _written(self, func: OpOverload, arguments: Mapping[str, object], token: str) -> None:
        for tensor in changed(func, arguments):
            memory = key_of(tensor)[0]
            self._versions[memory] = digest(self._versions.get(memory, ""), token)
            self._alive.append(tensor)

    def _place(self) -> tuple[str, bool]:
        node = torch._C._current_autograd_node()
        if node is not None:
            return self._lines.get(node._sequence_nr(), ""), True
        line = own_line()
        # Autograd has numbered this operation's node just before it dispatched here.
        self._lines[torch._C._autograd._get_sequence_nr() - 1] = line
        return line, False


def _arguments(func: OpOverload, args: Sequence[object], kwargs: Mapping[str, object]) -> dict[str, object]:
    arguments = dict(arguments_of(func, args, kwargs))
    first = next(tensors_in(next(iter(arguments.values()), None)), None)
    return arguments if first is None else counted_axes(str(func), arguments, first.dim())


def order_of(name: str, values: list[object]) -> tuple[int, ...]:
    operand, *axes = values
    return permutation(name, axes, operand.dim()) if isinstance(operand, Tensor) else ()


def key_of(tensor: Tensor) -> _Key:
    """What tells a tensor from others: its memory and how it looks at it. Saved tensors come back as other objects."""
    try:
        memory = tensor.untyped_storage()._cdata
    except (NotImplementedError, RuntimeError):
        return (("object", id(tensor)),)
    return (memory, tensor.storage_offset(), tuple(tensor.shape), tensor.stride(), tensor.dtype)


def own_line() -> str:
    """The line of the code under proof that is being run, "" where none is."""
    frame = sys._getframe(1)
    while frame is not None:
        if _own(frame.f_code.co_filename):
            return source_line(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back  # type: ignore[assignment]  # the loop's condition tests for None
    return ""


_own: Callable[[str], bool] = lru_cache(maxsize=None)(is_own_code)
