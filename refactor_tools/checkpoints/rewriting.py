"""Rewrites the keys of a checkpoint that torch saved, loading no more than tensors unless a person trusts the file."""

import os
import pickle
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from refactor_tools.checkpoints.contents import EXTRA
from refactor_tools.checkpoints.optimizers import (
    UnknownOrder,
    is_optimizer,
    parameter_names,
    reordered,
    with_names,
)
from refactor_tools.errors import RefactorError

KeyMapper = Callable[[str], str]
_BUFFERS = ("running_mean", "running_var", "num_batches_tracked")


@dataclass(slots=True)
class Rewriter:
    """`mappers` rename the keys (and module paths) of the state dict in each place; `order` is what optimizers follow,
    None to leave them in theirs. `optimizers` are the places where one was found.
    """

    mappers: Mapping[str, KeyMapper]
    order: Sequence[str] | None = None
    optimizers: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def rewritten(self, value: object) -> object:
        """The checkpoint with its keys renamed; tensors are the same objects, so that shared ones stay shared."""
        value = self._states(value, "")
        return self._optimizers(value, "")

    def _states(self, value: Any, place: str) -> Any:
        if _is_state(value):
            return self._state(value, self.mappers.get(place))
        if is_optimizer(value):
            return value
        return _mapped(value, place, self._states)

    def _state(self, state: dict[str, Any], mapper: KeyMapper | None) -> dict[str, Any]:
        if mapper is None:
            return state
        new = type(state)() if isinstance(state, OrderedDict) else {}
        for key, tensor in state.items():
            new[mapper(key)] = tensor
        if hasattr(state, "_metadata"):
            versions = state._metadata
            # Version numbers stand under the paths of modules, which are keys without their last part.
            new._metadata = type(versions)((mapper(key) if key else key, entry) for key, entry in versions.items())  # type: ignore[attr-defined]  # an attribute that torch sets
        for key, name in ((key, mapper(key)) for key in state):
            self.names.setdefault(key, name)
        self.shapes |= {mapper(key): shape for key, shape in _parameter_shapes(state).items()}
        return new

    def _optimizers(self, value: Any, place: str) -> Any:
        if not is_optimizer(value):
            return value if _is_state(value) else _mapped(value, place, self._optimizers)
        self.optimizers.append(place)
        optimizer = with_names(value, self.names)
        if self.order is None:
            return optimizer
        try:
            return reordered(optimizer, parameter_names(optimizer, self.shapes), self.order)
        except UnknownOrder as error:
            where = place or "the file"
            raise RefactorError(f"the optimizer in {where} cannot be put into the new order: {error}") from error


def load(source: Path, shown: str, *, trust: bool, on_cpu: bool) -> object:
    """The checkpoint in `source`; only tensors, containers and numbers unless `trust`.

    Raises:
        RefactorError: it holds something else, or cannot be read.
    """
    try:
        return torch.load(source, map_location="cpu" if on_cpu else None, weights_only=not trust)
    except pickle.UnpicklingError as error:
        raise RefactorError(
            "holds more than tensors and containers; `scan-checkpoint` lists the names. A model that was saved whole "
            "needs --to-state-dict; anything else --trust, which runs what the file says",
            shown,
        ) from error
    except (OSError, RuntimeError, EOFError, ValueError) as error:
        raise RefactorError(f"cannot be loaded: {error}", shown) from error


def save(value: object, target: Path) -> None:
    """Write the checkpoint in one step: until it is whole, `target` is what it was."""
    with replacing(target) as place:
        torch.save(value, place)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A place to write to that becomes `target` at the end.

    Raises:
        RefactorError: the system refuses.
    """
    try:
        # The name of a file stands in what torch writes: it must not differ between two runs.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".refactor-tools-") as folder:
            place = Path(folder, target.name)
            yield place
            os.replace(place, target)
    except OSError as error:
        raise RefactorError(f"cannot be written: {error.strerror or error}", str(target)) from error


def _is_state(value: object) -> bool:
    if not isinstance(value, dict) or not value or not all(isinstance(key, str) for key in value):
        return False
    others = [key for key, item in value.items() if not isinstance(item, Tensor)]
    return len(others) < len(value) and all(key.rpartition(".")[2] == EXTRA for key in others)


def _mapped(value: Any, place: str, function: Callable[[Any, str], Any]) -> Any:
    """A container with `function` applied to what it holds; its type stays."""

    def below(key: object) -> str:
        return f"{place}.{key}" if place else str(key)

    if isinstance(value, dict):
        for key in value:
            value[key] = function(value[key], below(key))
    elif isinstance(value, list):
        value[:] = [function(item, below(at)) for at, item in enumerate(value)]
    elif type(value) is tuple:
        return tuple(function(item, below(at)) for at, item in enumerate(value))
    return value


def _parameter_shapes(state: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """What may be parameters, in order: no buffers of normalisation, and of tied tensors the first."""
    shapes: dict[str, tuple[int, ...]] = {}
    seen: set[tuple[object, ...]] = set()
    for key, tensor in state.items():
        if not isinstance(tensor, Tensor) or key.rpartition(".")[2] in _BUFFERS:
            continue
        identity = (tensor.data_ptr(), tensor.storage_offset(), tuple(tensor.shape), tuple(tensor.stride()))
        if not tensor.numel() or identity not in seen:
            shapes[key] = tuple(tensor.shape)
        seen.add(identity)
    return shapes


def available(location: str) -> bool:
    """Whether this machine has the device that a tensor was saved from."""
    kind, _, number = location.partition(":")
    if kind == "cpu":
        return True
    return kind == "cuda" and int(number or 0) < torch.cuda.device_count()
