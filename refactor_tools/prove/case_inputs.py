"""Inputs to try for one parameter of `forward`, likely ones first, in symbols that a person can read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

from torch import nn

from refactor_tools.model.proofs import CaseValue, TensorSpec
from refactor_tools.prove.case_names import Role, role_of

# Batch, length and the rest differ from each other and from every width.
SIZES = {"B": 3, "L": 5, "S": 7, "N": 16, "T": 4, "H": 32, "W": 48}
_LETTERS = "DEFGKMPQRUXYZ"
_ATTRIBUTES = (
    "in_features",
    "embedding_dim",
    "input_size",
    "in_channels",
    "embed_dim",
    "d_model",
    "normalized_shape",
    "num_features",
    "num_channels",
    "hidden_size",
    "out_features",
    "out_channels",
)

_LARGEST = 2**20

Group = Literal["mask", "lengths", "ids", "tensor", "time", "scalar", "flag"]
Shape = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Space:
    """The sizes that inputs may have. `origins` says for each letter where its size stands in what was constructed."""

    dims: Mapping[str, int]
    origins: Mapping[str, str]
    vocabularies: tuple[str, ...] = ()

    @property
    def letters(self) -> tuple[str, ...]:
        return tuple(letter for letter in self.origins if letter not in self.vocabularies)


def space_of(entry: object, arguments: Mapping[str, CaseValue]) -> Space:
    """Letters for the widths that submodules take and that the constructor was given."""
    tables = {origin: size for origin, size in sizes_of(entry, arguments).items() if origin.endswith("num_embeddings")}
    first = {size: origin for origin, size in reversed(sizes_of(entry, arguments).items()) if origin not in tables}
    ordered = sorted(first.items(), key=lambda item: list(sizes_of(entry, arguments)).index(item[1]))
    letters = dict(zip(_LETTERS, ordered, strict=False)) or {"D": (24, "")}
    vocabularies = {f"V{number or ''}": item for number, item in enumerate(list(tables.items())[:3])}
    dims = SIZES | {letter: size for letter, (size, _) in letters.items()}
    dims |= {letter: size for letter, (_, size) in vocabularies.items()}
    origins = {letter: origin for letter, (_, origin) in letters.items()}
    return Space(dims, origins | {letter: origin for letter, (origin, _) in vocabularies.items()}, tuple(vocabularies))


def resized(space: Space, entry: object, arguments: Mapping[str, CaseValue]) -> dict[str, int]:
    """The sizes of the same letters in another construction, however small."""
    sizes = sizes_of(entry, arguments, least=1)
    return {**space.dims, **{letter: sizes.get(origin, space.dims[letter]) for letter, origin in space.origins.items()}}


def sizes_of(entry: object, arguments: Mapping[str, CaseValue], least: int = 3) -> dict[str, int]:
    """Sizes by where they stand: what submodules take, the constructor's numbers, then shapes of parameters.

    What submodules take counts from `least` on: smaller numbers are mostly counts.
    """
    found: dict[str, int] = {}
    for path, child in entry.named_modules() if isinstance(entry, nn.Module) else ():
        if isinstance(child, nn.Embedding):
            found[f"{path}.num_embeddings"] = child.num_embeddings
        for attribute in _ATTRIBUTES:
            value = getattr(child, attribute, None)
            value = value[-1] if isinstance(value, tuple) and value else value
            if isinstance(value, int) and not isinstance(value, bool) and value >= least:
                found[f"{path}.{attribute}"] = value
    found |= {origin: number for origin, number in _numbers("", arguments) if number > 4}
    for path, parameter in entry.named_parameters() if isinstance(entry, nn.Module) else ():
        found |= {f"{path}[{place}]": size for place, size in enumerate(parameter.shape) if size >= min(least, 2)}
    return found | {origin: number for origin, number in _numbers("", arguments) if 1 <= number <= 4}


def _numbers(place: str, value: CaseValue) -> Iterator[tuple[str, int]]:
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _numbers(f"{place}.{name}" if place else name, entry)
    elif isinstance(value, tuple):
        for number, entry in enumerate(value):
            yield from _numbers(f"{place}[{number}]", entry)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield place, value


def candidates(name: str, space: Space, rank: int | None, first_layer: int) -> list[CaseValue]:
    """Values to try for the parameter `name`, likely ones first.

    `rank` is how many sizes the source gives it, `first_layer` how many the first layer expects (0 where any number).
    """
    role = role_of(name)
    groups: dict[Group, list[CaseValue]] = {
        "mask": [*_masks()],
        "lengths": [TensorSpec(("B",), "lengths", "L"), TensorSpec(("B",), "lengths", "S")],
        "ids": [*_ids(space, role)],
        "tensor": [*_tensors(space, role, rank or first_layer or 2 * (role == "rows"))],
        "time": [TensorSpec(("B",)), TensorSpec(("B", "L")), TensorSpec(("B", 1))],
        "scalar": [1, 0.5, -1],
        "flag": [False, True],
    }
    found = [value for group in _ORDER[role] for value in groups[group]]
    return sorted(found, key=lambda value: _misfit(value, rank))


_ORDER: Mapping[Role, tuple[Group, ...]] = {
    "mask": ("mask", "tensor"),
    "lengths": ("lengths", "tensor", "ids"),
    "ids": ("ids", "tensor"),
    "targets": ("ids", "tensor"),
    "image": ("tensor", "ids", "scalar"),
    "video": ("tensor", "ids", "scalar"),
    "time": ("time", "ids", "tensor", "scalar"),
    "flag": ("flag", "tensor"),
    "scalar": ("scalar", "tensor"),
    "rows": ("tensor", "ids"),
    "tensor": ("tensor", "ids", "scalar"),
}


def _misfit(value: CaseValue, rank: int | None) -> bool:
    return rank is not None and not (isinstance(value, TensorSpec) and len(value.shape) == rank)


def _masks() -> Iterator[TensorSpec]:
    shapes: tuple[Shape, ...] = (("B", "L"), ("L", "L"), ("B", 1, 1, "L"), ("B", 1, "L"), ("B", "L", "L"), ("B",))
    yield from (TensorSpec(shape, "mask") for shape in (*shapes, ("B", 1, "L", "L"), ("B", "L", 1), ("L",)))
    yield from (TensorSpec(shape) for shape in shapes[:2])


def _ids(space: Space, role: Role) -> Iterator[TensorSpec]:
    letters = sorted(space.letters, key=lambda letter: space.dims[letter])
    bounds = letters if role == "targets" else [*space.vocabularies, *letters]
    shapes: tuple[Shape, ...] = (("B", "L"), ("L", "B"), ("B",), ("B", "L", 2), ())
    if role == "targets":
        shapes = (("B",), ("B", "L"), ("L", "B"))
    yield from (TensorSpec(shape, "ids", bounds[0]) for shape in shapes)
    yield from (TensorSpec(shape, "ids", bound) for bound in bounds[1:4] for shape in shapes[:3])
    for letter in space.letters[:4]:
        yield TensorSpec(("B", letter), "ids", bounds[0])


def _tensors(space: Space, role: Role, rank: int) -> Iterator[TensorSpec]:
    letters = space.letters
    shapes = [*_flat(letters), *_spatial(space)]
    if role in ("image", "video"):
        shapes = [*_spatial(space, 5 if role == "video" else 4), *shapes]
    if rank:
        shapes.sort(key=lambda shape: len(shape) != rank)
    if rank > 4:
        sides: tuple[Shape, ...] = (("B", *["T"] * (rank - 4), "L", "L"), ("B", 2, 2, *[7] * (rank - 4)))
        shapes = [*((*side, letter) for side in sides for letter in letters[:4]), *shapes]
    yield from (TensorSpec(shape) for shape in dict.fromkeys(shapes) if _elements(shape, space) <= _LARGEST)


def _elements(shape: Shape, space: Space) -> int:
    return prod(space.dims[size] if isinstance(size, str) else size for size in shape)


def multiples(space: Space, divisors: Sequence[int]) -> Iterator[TensorSpec]:
    """Images and sequences whose sides `divisors` divide, for code that cuts its input into parts of that size."""
    channels: list[int | str] = [3, *space.letters[:3]]
    for divisor in divisors:
        for channel in channels:
            yield from (TensorSpec(("B", channel, side, side)) for side in (divisor * 2, divisor * 4, divisor * 16))
        yield from (TensorSpec(("B", divisor * 2, letter)) for letter in space.letters[:3])


def _flat(letters: Sequence[str]) -> Iterator[Shape]:
    """Sequences, rows, and sequences with the width before the length."""
    yield from (("B", "L", letter) for letter in letters[:3])
    yield from (("B", letter) for letter in letters[:3])
    yield from (("B", letter, "L") for letter in letters[:3])
    yield from (("B", "L"), ("B",))
    yield from (("B", "N", letter) for letter in letters[:3])
    yield from (("B", "L", letter) for letter in letters[3:])
    yield from (("B", letter) for letter in letters[3:])
    yield from (("B", letter, "L") for letter in letters[3:])
    yield from (("B", first, second) for first in letters for second in letters if first != second)
    heads: list[int | str] = [2, *letters[3:]]
    yield from (("B", count, "L", letter) for letter in letters for count in heads)
    yield from (("B", "T", "L", letter) for letter in letters[:6])
    yield from ((letter,) for letter in letters)
    yield from (("L", letter) for letter in letters)
    yield from ((), ("L",), ("L", "L"), ("B", 1))


def _spatial(space: Space, rank: int = 0) -> Iterator[Shape]:
    """Images, then videos, channels first and last."""
    squares = [letter for letter, origin in space.origins.items() if re.search(r"im(age|g)|resol|fmap", origin)]
    planes: list[Shape] = [
        *((letter, letter) for letter in squares),
        ("H", "W"),
        ("H", "H"),
        (64, 64),
        (16, 16),
        (224, 224),
    ]
    channels: list[int | str] = [3, *space.letters[:6], 1]
    frames = ["T", *(letter for letter, origin in space.origins.items() if "frame" in origin)]
    images = [("B", channel, *plane) for plane in planes for channel in channels]
    videos = [("B", channel, frame, *plane) for plane in planes[:4] for channel in channels for frame in frames]
    last = [("B", *plane, channel) for plane in planes[:3] for channel in space.letters[:4]]
    yield from [*videos, *images, *last] if rank == 5 else [*images, *videos, *last]
