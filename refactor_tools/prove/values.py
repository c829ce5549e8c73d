"""Makes the values that a case describes: tensors, constants, config objects, modules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from pkgutil import resolve_name
from typing import Any

import torch
from torch import Generator, Tensor

from refactor_tools.model.proofs import CaseValue, Listed, Named, Same, TensorSpec


class Attributes(dict[str, Any]):
    """A config or a batch as legacy code finds it: `a.x`, `a["x"]` and `vars(a)` agree."""

    def __init__(self, entries: Mapping[str, object]) -> None:
        super().__init__(entries)
        self.__dict__ = self

    def __reduce__(self) -> tuple[type["Attributes"], tuple[dict[str, Any]]]:
        """Copies and pickles are made from the entries: restoring `__dict__` first would leave the attributes empty."""
        return type(self), (dict(self),)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes what a case describes, in the sizes `dims`; `names` are those of the original's module."""

    dims: Mapping[str, int]
    generator: Generator
    names: Mapping[str, object] = field(default_factory=dict)

    def arguments(self, values: Mapping[str, CaseValue]) -> dict[str, object]:
        """The arguments of one call, each that is the `Same` as another being that very object.

        Raises:
            KeyError: a size is a symbol that `dims` does not have, or an argument the same as one that is not there.
        """
        own = {name: value for name, value in values.items() if not isinstance(value, Same)}
        made = {name: self.build(value) for name, value in own.items()}
        return {name: made[value.argument if isinstance(value, Same) else name] for name, value in values.items()}

    def build(self, value: CaseValue) -> object:
        """The object that `value` describes.

        A `TensorSpec` becomes a tensor, a mapping a dict whose keys are attributes too, a tuple a tuple, a `Named` the
        object or what calling it gives; anything else stands for itself.

        Raises:
            KeyError: a size is a symbol that `dims` does not have.
        """
        if isinstance(value, TensorSpec):
            return make_tensor(value, self.dims, self.generator)
        if isinstance(value, Mapping):
            return Attributes({name: self.build(entry) for name, entry in value.items()})
        if isinstance(value, Named):
            return self._named(value)
        if isinstance(value, tuple):
            return tuple(map(self.build, value))
        return list(map(self.build, value.entries)) if isinstance(value, Listed) else value

    def _named(self, value: Named) -> object:
        """Parameters of a made module come from a seed of their own: making it draws nothing of the caller's."""
        found = self._found(value.name)
        if value.arguments is None or not callable(found):
            return found
        arguments = {name: self.build(entry) for name, entry in value.arguments.items()}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            made: object = found(**arguments)
        return made

    def _found(self, name: str) -> object:
        if not name.startswith("."):
            found: object = resolve_name(name)
            return found
        head, *rest = name[1:].split(".")
        if head not in self.names:
            raise NameError(f"the original's file has no `{head}`")
        return reduce(getattr, rest, self.names[head])


def build(value: CaseValue, dims: Mapping[str, int], generator: Generator) -> object:
    """The object that `value` describes, where it names nothing of an original's module."""
    return Maker(dims, generator).build(value)


def make_tensor(spec: TensorSpec, dims: Mapping[str, int], generator: Generator) -> Tensor:
    """The tensor that `spec` describes.

    "normal" draws from N(0, 1) (integers from -4 to 4 where the dtype is integral). "mask" has a True and, where the
    row has two places, a False in every row. "lengths" hold the maximum once. The default dtype, float32, means bool
    for masks and int64 for lengths and ids.
    """
    shape = tuple(size(entry, dims) for entry in spec.shape)
    if spec.kind == "mask":
        mask = _mask(shape, generator)
        if spec.high == 0 and mask.numel():
            mask.view(-1, shape[-1] if shape else 1)[0] = False
        return mask.to(_dtype(spec, torch.bool))
    if spec.kind == "lengths":
        return _lengths(shape, size(spec.high, dims), generator).to(_dtype(spec, torch.int64))
    if spec.kind == "ids":
        high = max(size(spec.high, dims), 1)
        return torch.randint(high, shape, generator=generator).to(_dtype(spec, torch.int64))
    return _normal(shape, _dtype(spec, torch.float32), generator)


def size(entry: int | str | None, dims: Mapping[str, int]) -> int:
    """A size as a number. None stands for 2, the least bound with a choice."""
    if entry is None:
        return 2
    return dims[entry] if isinstance(entry, str) else entry


def _dtype(spec: TensorSpec, of_kind: torch.dtype) -> torch.dtype:
    dtype = of_kind if spec.dtype == "float32" else getattr(torch, spec.dtype)
    if not isinstance(dtype, torch.dtype):
        raise TypeError(f"`{spec.dtype}` is no dtype of torch")
    return dtype


def _normal(shape: tuple[int, ...], dtype: torch.dtype, generator: Generator) -> Tensor:
    if dtype.is_floating_point or dtype.is_complex:
        drawn = torch.float64 if dtype == torch.float64 else torch.float32
        return torch.randn(shape, generator=generator, dtype=dtype if dtype.is_complex else drawn).to(dtype)
    low = 0 if dtype in (torch.bool, torch.uint8) else -4
    return torch.randint(low, 2 if dtype == torch.bool else 5, shape, generator=generator).to(dtype)


def _mask(shape: tuple[int, ...], generator: Generator) -> Tensor:
    mask = torch.rand(shape, generator=generator) < 0.7
    length = shape[-1] if shape else 0
    if length > 1 and mask.numel():
        valid = torch.randint(length, (*shape[:-1], 1), generator=generator)
        padded = (valid + torch.randint(1, length, valid.shape, generator=generator)) % length
        return mask.scatter(-1, valid, True).scatter(-1, padded, False)
    return torch.ones(shape, dtype=torch.bool)


def _lengths(shape: tuple[int, ...], high: int, generator: Generator) -> Tensor:
    lengths = torch.randint(1, max(high, 2), shape, generator=generator)
    if lengths.numel():
        place = int(torch.randint(lengths.numel(), (1,), generator=generator))
        lengths.view(-1)[place] = high
    return lengths
