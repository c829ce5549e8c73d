"""Shows where two sides part: the first operation that differs on each, its arguments and its results in numbers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.utils._python_dispatch import _disable_current_modes

from refactor_tools.model.divergences import ArgumentDifference, Distance, Divergence, DivergingOperation
from refactor_tools.prove.mismatches import Mismatch
from refactor_tools.prove.operations import PERMUTATIONS, constant, tensors_in
from refactor_tools.prove.pairs import Pair
from refactor_tools.prove.paths import diverging, traced
from refactor_tools.prove.runs import Mode, Side, execute
from refactor_tools.prove.scenarios import Scenario
from refactor_tools.prove.statistics import distance_of, statistics_of
from refactor_tools.prove.trace import Operation, Trace, key_of

_SAME_VALUES = PERMUTATIONS | {
    *("aten.clone.default", "aten.view.default", "aten.unsqueeze.default", "aten.squeeze.dim", "aten.expand.default")
}
_LINE_NUMBER = re.compile(r":(\d+): ")


@dataclass(frozen=True, slots=True)
class _Value:
    """An operand: `identity` is the same on both sides where the value is, `text` is for a person."""

    identity: object
    text: str


@dataclass(slots=True)
class _Kept:
    """One operation of a run, with what it took and gave."""

    operation: Operation
    operands: dict[str, _Value] = field(default_factory=dict)
    result: Tensor | None = None

    def described(self) -> DivergingOperation:
        result = statistics_of(self.result) if self.result is not None else None
        return DivergingOperation(_short(self.operation), self.operation.line, self.operation.backward, result)


def divergence_of(mismatch: Mismatch, pair: Pair | None) -> Divergence:
    """What one mismatch says; `pair` is the one that shows it, None where there is none."""
    mode = mismatch.mode.name if mismatch.mode else ""
    call = mismatch.scenario.label if mismatch.scenario else ""
    said = Divergence(mismatch.kind, mismatch.detail, mismatch.setting.label, call, mode, mismatch.check)
    if pair is None or mismatch.scenario is None or mismatch.mode is None:
        return said
    original, component = _apart(pair, mismatch.scenario, mismatch.mode)
    if mismatch.kind == "exception" and not (original and component):
        # The side that raises has nothing to show: the other's next operation says nothing.
        return said
    arguments = tuple(_different(original, component)) if original and component else ()
    return Divergence(
        kind=mismatch.kind,
        message=_message(mismatch, original, component, arguments),
        construction=said.construction,
        call=call,
        mode=mode,
        check=mismatch.check,
        original=original.described() if original else None,
        component=component.described() if component else None,
        arguments=arguments,
        distance=_distance(original, component),
    )


def _apart(pair: Pair, scenario: Scenario, mode: Mode) -> tuple[_Kept | None, _Kept | None]:
    """The operation of each side that has no counterpart; the second run keeps what only those two take and give."""
    _, ours = traced(pair.original, scenario, mode)
    _, theirs = traced(pair.component, scenario, mode)
    left, right = diverging(ours, theirs)
    return _keep(pair.original, scenario, mode, left), _keep(pair.component, scenario, mode, right)


def _keep(side: Side, scenario: Scenario, mode: Mode, place: int | None) -> _Kept | None:
    if place is None:
        return None
    trace = _Keeping(place)
    execute(side, scenario, mode, trace)
    return trace.kept


class _Keeping(Trace):  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
    """A trace that keeps operands and result of the operation at one place."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.kept: _Kept | None = None
        self._kept_place = place
        self._origins: dict[object, str] = {}

    def name(self, label: str, tensor: Tensor) -> None:
        super().name(label, tensor)
        self._origins[key_of(tensor)] = label

    def _observe(self, arguments: Mapping[str, object], result: object) -> None:
        operation = self.operations[-1]
        if len(self.operations) - 1 == self._kept_place:
            operands = {name: _Value(self._operand(value), self._text(value)) for name, value in arguments.items()}
            self.kept = _Kept(operation, operands, _copy(result))
        origin = self._origin(operation, arguments)
        for tensor in tensors_in(result):
            self._origins[key_of(tensor)] = origin

    def _origin(self, operation: Operation, arguments: Mapping[str, object]) -> str:
        """The operation that made a result, and its line's number. Views and copies are called after what they show."""
        first = next(iter(arguments.values()), None)
        if operation.name in _SAME_VALUES and isinstance(first, Tensor):
            return self._text(first)
        number = _LINE_NUMBER.search(operation.line)
        return f"{_short(operation)} of line {number[1]}" if number else _short(operation)

    def _text(self, value: object) -> str:
        if isinstance(value, Tensor):
            return self._origins.get(key_of(value), f"a constant {_form(value)}")
        if isinstance(value, tuple | list):
            return f"[{', '.join(map(self._text, value))}]"
        return constant(value)[1]


def _different(original: _Kept, component: _Kept) -> Iterator[ArgumentDifference]:
    """The arguments in which two operations of one name differ."""
    if original.operation.name != component.operation.name:
        return
    for name, left in original.operands.items():
        right = component.operands.get(name)
        if right is not None and left.identity != right.identity:
            yield ArgumentDifference(name, left.text, right.text)


def _message(
    mismatch: Mismatch, original: _Kept | None, component: _Kept | None, arguments: tuple[ArgumentDifference, ...]
) -> str:
    if mismatch.kind == "exception" or mismatch.check or not (original or component):
        return mismatch.detail
    if original is None or component is None:
        side, kept = ("component", component) if original is None else ("original", original)
        return f"only the {side} has {_short(kept.operation)}" if kept else mismatch.detail
    ours = ", ".join(f"{argument.name}={argument.original}" for argument in arguments)
    theirs = ", ".join(f"{argument.name}={argument.component}" for argument in arguments)
    if arguments and ours != theirs:
        return (
            f"the original has {_short(original.operation)}({ours}), "
            f"the component {_short(component.operation)}({theirs})"
        )
    return f"the original has {_short(original.operation)}, the component {_short(component.operation)}"


def _distance(original: _Kept | None, component: _Kept | None) -> Distance | None:
    """How far apart the results are, of what is one operation on both sides."""
    if original is None or component is None or original.operation.name != component.operation.name:
        return None
    if original.result is None or component.result is None:
        return None
    return distance_of(original.result, component.result)


def _copy(result: object) -> Tensor | None:
    """The first tensor that an operation gave, as it was then."""
    tensor = next(tensors_in(result), None)
    if tensor is None or tensor.is_meta:
        return None
    with _disable_current_modes(), torch.no_grad():
        return tensor.detach().clone()


def _short(operation: Operation) -> str:
    return operation.name.removeprefix("aten.").removesuffix(".default")


def _form(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
