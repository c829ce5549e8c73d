"""The values of a case as Python source, for tests that a person reads."""

import json
from collections.abc import Iterable, Mapping

from refactor_tools.model.proofs import Call, CaseValue, Listed, Named, Same, TensorSpec


def source_of(value: CaseValue, kept: str) -> str:
    """An expression for `value`, with sizes as names where it has names.

    Mappings become `Config(...)`, masks `mask(...)`, lengths `lengths(...)`: the test defines them. `kept` is the
    variable that holds the original's module.
    """
    if isinstance(value, TensorSpec):
        return _tensor(value)
    if isinstance(value, Named):
        return _named(value, kept)
    if isinstance(value, Mapping):
        return f"Config({_keywords(value, kept)})"
    if isinstance(value, tuple):
        inner = ", ".join(source_of(entry, kept) for entry in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, Listed):
        return f"[{', '.join(source_of(entry, kept) for entry in value.entries)}]"
    if isinstance(value, Same):
        return value.argument
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return f'float("{value}")'
    return repr(value)


def shape_of(shape: Iterable[int | str]) -> str:
    """A shape as a tuple of names and numbers."""
    sizes = [size_name(size) for size in shape]
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def size_name(size: int | str) -> str:
    """A size as it is called in the test: linters refuse names that look like a digit."""
    return f"{size}_" if size in ("I", "O", "l") else str(size)


def resolved(call: Call) -> dict[str, CaseValue]:
    """The arguments of a call, with equal tensors where it has one object twice."""
    given = call.arguments
    return {name: given[value.argument] if isinstance(value, Same) else value for name, value in given.items()}


def _keywords(values: Mapping[str, CaseValue], kept: str) -> str:
    return ", ".join(f"{name}={source_of(value, kept)}" for name, value in values.items())


def _named(value: Named, kept: str) -> str:
    found = value.name if value.name.startswith("torch.") else f"resolve_name({json.dumps(value.name)})"
    if value.name.startswith("."):
        found = f"{kept}{value.name}"
    return found if value.arguments is None else f"{found}({_keywords(value.arguments, kept)})"


def _tensor(spec: TensorSpec) -> str:
    shape = ", ".join(map(size_name, spec.shape)) or "()"
    cast = f".to(torch.{spec.dtype})" if spec.dtype != "float32" else ""
    high = size_name(2 if spec.high is None else spec.high)
    if spec.kind == "mask":
        return f"mask({shape}){cast}"
    if spec.kind == "lengths":
        return f"lengths({high}, {shape_of(spec.shape)}){cast}"
    if spec.kind == "ids":
        return f"torch.randint({high}, {shape_of(spec.shape)}){cast}"
    if spec.dtype in ("float32", "float64", "float16", "bfloat16"):
        return f"torch.randn({shape}{f', dtype=torch.{spec.dtype}' if cast else ''})"
    return f"torch.randint(-4, 5, {shape_of(spec.shape)}){cast}"
