"""Calls and constructions that may reach a branch, by what its test asks; running them tells which do."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from refactor_tools.certificates.case_values import specs_in, symbols_in
from refactor_tools.model.proofs import CaseValue, Listed, Same, TensorSpec
from refactor_tools.prove.case_conditions import Condition
from refactor_tools.prove.case_search import with_size

Inputs = dict[str, CaseValue]

_LARGEST = 4096
# A text that no test asks for.
_OTHER = "other"
_DTYPES = ("float64", "float16", "bfloat16", "float32", "int64", "int32", "bool")
_ASKS_FOR_RANK = frozenset({"dim", "ndim", "shape", "ndimension", "len", "size"})
_ASKS_FOR_TYPE = frozenset({"dtype", "is_floating_point", "is_complex", "long", "float", "half", *_DTYPES})
_ASKS_FOR_FORM = frozenset({"isinstance", "is_tensor", "type", "Tensor", "len", "tuple", "list", "dict"})
_ASKS_FOR_IDENTITY = frozenset({"is", "equal", "data_ptr", "allclose"})


def aimed_calls(inputs: Mapping[str, CaseValue], condition: Condition, dims: Mapping[str, int]) -> Iterator[Inputs]:
    """The call with one thing changed that the condition speaks of, likely changes first."""
    for name in condition.inputs:
        yield from ({**inputs, name: value} for value in _changed(inputs.get(name), condition))
    names = [name for name in condition.inputs if name in inputs]
    if condition.words & _ASKS_FOR_IDENTITY:
        yield from _identical(inputs, names)
    if condition.words & _ASKS_FOR_RANK or condition.numbers:
        yield from _resized(inputs, names, condition, dims)


def aimed_arguments(value: CaseValue, condition: Condition, numbers: tuple[int, ...]) -> Iterator[CaseValue]:
    """Other values for one argument of the constructor; `numbers` are those that others have."""
    if isinstance(value, bool):
        yield not value
        return
    yield from condition.texts if isinstance(value, str) or value is None else ()
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        near = [near for number in condition.numbers for near in (number, number + 1, number - 1)]
        yield from dict.fromkeys((*near, *numbers, *((2 * value, 1) if value else ())))
    if value is None:
        yield True
    else:
        yield None


def _changed(value: CaseValue, condition: Condition) -> Iterator[CaseValue]:
    yield None
    if isinstance(value, bool) or value is None:
        yield from (True, False)
    if not isinstance(value, TensorSpec | Mapping):
        yield from (*condition.texts, *([_OTHER] if condition.texts else []))
        yield from (near for number in condition.numbers for near in (number, number + 1, number - 1))
    if isinstance(value, Mapping):
        yield from _other_keys(value, condition)
    if isinstance(value, TensorSpec):
        yield from _other_tensors(value, condition)


def _other_tensors(spec: TensorSpec, condition: Condition) -> Iterator[CaseValue]:
    if condition.words & _ASKS_FOR_RANK:
        yield from _other_ranks(spec, condition)
    if condition.words & _ASKS_FOR_TYPE or condition.words & set(_DTYPES):
        yield from (replace(spec, dtype=dtype) for dtype in _DTYPES if dtype != spec.dtype)
        yield from (TensorSpec(spec.shape, "mask"), TensorSpec(spec.shape, "ids", 2))
    if condition.words & _ASKS_FOR_FORM:
        yield from ((spec, spec), Listed((spec, spec)), (spec,), 1, 0.5, {"x": spec})
    if spec.kind == "mask":
        yield replace(spec, high=0)


def _other_ranks(spec: TensorSpec, condition: Condition) -> Iterator[TensorSpec]:
    rank = len(spec.shape)
    wanted = [number for number in condition.numbers if isinstance(number, int) and 0 <= number <= 6]
    for number in dict.fromkeys((*wanted, *(near + 1 for near in wanted), rank - 1, rank + 1)):
        if 0 <= number < rank:
            yield replace(spec, shape=spec.shape[:number])
            yield replace(spec, shape=spec.shape[rank - number :])
            yield replace(spec, shape=(*spec.shape[: number - 1], spec.shape[-1])[:number])
        elif rank < number <= 7:
            more = (2,) * (number - rank)
            for place in dict.fromkeys((min(1, rank), 0, rank)):
                yield replace(spec, shape=(*spec.shape[:place], *more, *spec.shape[place:]))


def _other_keys(entries: Mapping[str, CaseValue], condition: Condition) -> Iterator[CaseValue]:
    held = next((spec for value in entries.values() for spec in specs_in(value)), None)
    for text in condition.texts:
        if text in entries:
            yield {name: value for name, value in entries.items() if name != text}
        else:
            yield from ({**entries, text: value} for value in (held, True, 1))
    for name, value in entries.items():
        yield from ({**entries, name: other} for other in _changed(value, condition))


def _identical(inputs: Mapping[str, CaseValue], names: list[str]) -> Iterator[Inputs]:
    """One object for several inputs, then equal shapes in different ones."""
    for first in names:
        others = [name for name in names if name != first and isinstance(inputs[name], TensorSpec)]
        if others and isinstance(inputs[first], TensorSpec):
            yield {**inputs, **{name: Same(first) for name in others}}
            yield from ({**inputs, name: Same(first)} for name in others)


def _resized(
    inputs: Mapping[str, CaseValue], names: list[str], condition: Condition, dims: Mapping[str, int]
) -> Iterator[Inputs]:
    """Another size for a letter in all inputs, then for one axis of one of them."""
    whole = [number for number in condition.numbers if isinstance(number, int)]
    near = [size for number in whole for size in (number + 1, number, number - 1)]
    limits = [size + 1 for size in sorted(set(dims.values())) if size > 2]
    sizes = [size for size in dict.fromkeys((*near, 1, 2, 0, *limits, *sorted(set(dims.values())))) if size >= 0]
    symbols = dict.fromkeys(symbol for value in inputs.values() for symbol in symbols_in(value))
    for size in sizes:
        if size <= _LARGEST:
            yield from ({name: with_size(value, symbol, size) for name, value in inputs.items()} for symbol in symbols)
    for name in names:
        value = inputs[name]
        for place in range(len(value.shape)) if isinstance(value, TensorSpec) else ():
            for size in sizes[:6]:
                assert isinstance(value, TensorSpec)
                shape = (*value.shape[:place], size, *value.shape[place + 1 :])
                yield {**inputs, name: replace(value, shape=shape)}
