"""Inputs to try for one parameter of `forward`, likely ones first, in symbols that a person can read."""

from collections.abc import Iterator, Mapping, Sequence

from torch import nn

from refactor_tools.model.proofs import CaseValue, TensorSpec
from refactor_tools.prove.case_facts import Role, role_of

# Batch, length and the rest differ from each other and from every width.
SIZES = {"B": 3, "L": 5, "S": 7, "H": 12, "W": 20}
_WIDTH_ATTRIBUTES = (
    "in_features",
    "embedding_dim",
    "num_features",
    "input_size",
    "in_channels",
    "num_channels",
    "normalized_shape",
    "embed_dim",
)
_LETTERS = ("D", "E", "F", "G", "K", "M")


def widths_of(module: object, arguments: Mapping[str, CaseValue]) -> list[int]:
    """Widths that inputs may have: what the submodules take, then the numbers that the constructor was given."""
    found: dict[int, None] = {}
    for child in module.modules() if isinstance(module, nn.Module) else ():
        for attribute in _WIDTH_ATTRIBUTES:
            value = getattr(child, attribute, None)
            if isinstance(value, tuple) and len(value) == 1:
                value = value[0]
            if isinstance(value, int) and value > 1:
                found[value] = None
    found |= dict.fromkeys(_numbers(arguments))
    return list(found) or [24]


def _numbers(value: CaseValue) -> list[int]:
    if isinstance(value, Mapping):
        return [number for entry in value.values() for number in _numbers(entry)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) and value > 4 else []


def vocabulary_of(module: object) -> int:
    """The least number of embeddings, below which every index must lie."""
    sizes = [
        child.num_embeddings
        for child in (module.modules() if isinstance(module, nn.Module) else ())
        if isinstance(child, nn.Embedding)
    ]
    return min(sizes, default=5)


def symbols(widths: Sequence[int]) -> dict[str, int]:
    """Names for the sizes of a construction: B, L and so on, and a letter for each width."""
    return SIZES | dict(zip(_LETTERS, widths, strict=False))


def candidates(name: str, widths: Sequence[int], vocabulary: int) -> Iterator[CaseValue]:
    """Values to try for the parameter `name`; those of its role first, then the others."""
    role = role_of(name)
    yield from _of_role(role, widths, vocabulary)
    if role == "tensor":
        yield from _ids(vocabulary)
    else:
        yield from _tensors(widths)


def _of_role(role: Role, widths: Sequence[int], vocabulary: int) -> Iterator[CaseValue]:
    if role == "mask":
        yield from (TensorSpec(shape, "mask") for shape in (("B", "L"), ("L", "L"), ("B", 1, "L"), ("B", 1, 1, "L")))
    elif role == "lengths":
        yield TensorSpec(("B",), "lengths", "L")
    elif role == "ids":
        yield from _ids(vocabulary)
    elif role == "flag":
        yield False
    else:
        yield from _tensors(widths)


def _tensors(widths: Sequence[int]) -> Iterator[TensorSpec]:
    letters = _LETTERS[: len(widths)]
    for shape in (("B", "L"), ("B",)):
        yield from (TensorSpec((*shape, letter)) for letter in letters)
    yield from (TensorSpec(("L", "B", letter)) for letter in letters)
    yield from (TensorSpec(("B", letter, "L")) for letter in letters)
    yield from (TensorSpec(("B", letter, "H", "W")) for letter in letters)
    yield from (TensorSpec(("B", "L")), TensorSpec(("B",)), TensorSpec(("B", 3, "H", "H")))
    yield TensorSpec(("B", 3, 48, 48))


def _ids(vocabulary: int) -> Iterator[TensorSpec]:
    yield from (TensorSpec(shape, "ids", vocabulary) for shape in (("B", "L"), ("L", "B"), ("B",)))
