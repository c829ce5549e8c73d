"""The rung CLOSE: both sides compute the same but for rounding.

Two tests, both against the original. In float64 every tensor agrees to a relative error of 1e-10: no reassociation
exceeds that, and every bug that was tried does. In the tested precision the component is no farther from the float64
run than twice the original's own distance, three times in half precision and for few elements, which is the test of
PyTorch's `torch._dynamo.utils.same` and of FlashAttention.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from refactor_tools.prove.bits import step, trained
from refactor_tools.prove.leaves import same_leaf
from refactor_tools.prove.precision import in_double, widened, widened_scenario
from refactor_tools.prove.runs import Mode, Run, Side, execute, layout_difference
from refactor_tools.prove.scenarios import Scenario
from refactor_tools.prove.states import isolated, seed_all

RELATIVE_ERROR = 1e-10
RATIO, RATIO_OF_FEW, FEW = 2.0, 3.0, 1000
# In roundings of a group's largest value: what is noise, such as in gradients that are zero but for rounding.
_FLOOR, _WIDE_FLOOR = 4.0, 64.0
_STEPS, _RATE = 3, 0.01

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Group:
    """The largest finite value of each kind of tensor, by which what should be zero is measured."""

    largest: Mapping[str, float]

    def of(self, name: str) -> float:
        return self.largest.get(_kind(name), 0.0)


def compare_close(original: Side, component: Side, scenario: Scenario, mode: Mode) -> str:
    """The first thing in which the component is farther from the original than rounding explains; "" for none."""
    runs = (execute(original, scenario, mode), execute(component, scenario, mode))
    return compare_close_runs(runs, (original, component), scenario, mode)


def compare_close_runs(runs: tuple[Run, Run], sides: tuple[Side, Side], scenario: Scenario, mode: Mode) -> str:
    """`compare_close` of runs that were made otherwise, such as compiled; `sides` are the original and the component as
    they are, for float64."""
    ours, theirs = runs
    if found := _pattern_difference(ours, theirs):
        return found
    wide = widened_scenario(scenario)
    reference, other = (execute(widened(side), wide, mode, within=in_double()) for side in sides)
    if reference.error:
        return f"the original does not run in float64: {reference.message}"
    if found := _pattern_difference(reference, other):
        return f"in float64, {found}"
    return _wide_difference(reference.values, other.values) or _ratio_difference(ours, theirs, reference)


def compare_close_training(original: Side, component: Side, scenario: Scenario) -> str:
    """The first parameter that differs after steps of SGD in float64.

    Not AdamW: it divides gradients by their size, so that one which is zero but for rounding moves a weight at full
    rate.
    """
    ours, theirs = (_trained(widened(side), widened_scenario(scenario)) for side in (original, component))
    found = _wide_difference(ours, theirs)
    return f"{found}, after {_STEPS} steps of SGD" if found else ""


def _pattern_difference(ours: Run, theirs: Run) -> str:
    """A difference that rounding cannot make: exceptions, names, types, shapes, whole numbers, places of NaN."""
    if ours.error != theirs.error or ours.values.keys() != theirs.values.keys():
        return ours.difference(theirs)
    for name, left in ours.values.items():
        right = theirs.values[name]
        if found := layout_difference(name, left, right):
            return found
        if _is_real(left) and _is_real(right):
            if not _same_pattern(left, right):
                return f"{name} has another form, or NaN or infinity in other places"
        elif not same_leaf(left, right):
            return f"{name} differs, and is no real number"
    if changed := ours.state.differences(theirs.state):
        return f"{' and '.join(changed)} differ afterwards"
    return ""


def _wide_difference(reference: Values, other: Values) -> str:
    groups = _groups(reference)
    for name, expected in reference.items():
        found = other[name]
        if isinstance(expected, Tensor) and isinstance(found, Tensor) and _is_real(expected):
            error, size = float(_finite(found - expected).norm()), float(_finite(expected).norm())
            floor = _WIDE_FLOOR * _rounding(torch.float64) * groups.of(name)
            if error > RELATIVE_ERROR * size + floor:
                return f"{name} differs by a relative error of {error / max(size, floor, 1e-300):.2g} in float64"
    return ""


def _ratio_difference(ours: Run, theirs: Run, reference: Run) -> str:
    groups = _groups(reference.values)
    for name, expected in reference.values.items():
        left, right = ours.values[name], theirs.values[name]
        if not (isinstance(left, Tensor) and isinstance(right, Tensor) and isinstance(expected, Tensor)):
            continue
        if not _is_real(left) or same_leaf(left, right):
            continue
        own, new = _distance(left, expected), _distance(right, expected)
        unit = max(_rounding(left.dtype), _rounding(torch.float32))
        if own > 10 * unit**0.5 * groups.of(name):
            return f"{name} cannot be judged: the original's float64 run does not follow its own"
        few = left.dtype in (torch.float16, torch.bfloat16) or left.numel() < FEW
        if new > (RATIO_OF_FEW if few else RATIO) * own + _FLOOR * unit * groups.of(name):
            return f"{name} is {new / max(own, 1e-300):.2g} times as far as the original's from float64"
    return ""


def _trained(side: Side, scenario: Scenario) -> Values:
    with isolated(side.seed), in_double():
        module = trained(side)
        optimizer = torch.optim.SGD(module.parameters(), lr=_RATE, momentum=0.9)
        seed_all(side.seed)
        for _ in range(_STEPS):
            step(side, module, optimizer, scenario)
        return {f"parameter {side.legacy_key(name)}": value.detach() for name, value in _state(module)}


def _state(module: nn.Module) -> list[tuple[str, Tensor]]:
    return [*module.named_parameters(), *module.named_buffers()]


def _is_real(value: object) -> bool:
    return isinstance(value, Tensor) and (value.is_floating_point() or value.is_complex())


def _same_pattern(left: object, right: object) -> bool:
    if not (isinstance(left, Tensor) and isinstance(right, Tensor)):
        return False
    if (left.shape, left.dtype, left.layout) != (right.shape, right.dtype, right.layout):
        return False
    return torch.equal(_special(left), _special(right))


def _special(tensor: Tensor) -> Tensor:
    """0 for a number, 1 and 2 for the infinities, 3 for NaN."""
    plain = _real(tensor)
    return plain.isposinf().to(torch.int8) + 2 * plain.isneginf().to(torch.int8) + 3 * plain.isnan().to(torch.int8)


def _groups(values: Values) -> _Group:
    largest: dict[str, float] = {}
    for name, value in values.items():
        if isinstance(value, Tensor) and _is_real(value) and value.numel():
            largest[_kind(name)] = max(largest.get(_kind(name), 0.0), float(_finite(value).abs().max()))
    return _Group(largest)


def _kind(name: str) -> str:
    """Outputs, gradients, and each of what is left after the run."""
    return name.partition(" ")[0].partition("[")[0] if name.startswith(("output", "gradient")) else name


def _distance(value: Tensor, reference: Tensor) -> float:
    """The root mean square of the difference."""
    difference = _finite(_real(value).double() - _real(reference).double())
    return float(difference.square().mean().sqrt()) if difference.numel() else 0.0


def _finite(tensor: Tensor) -> Tensor:
    return _real(tensor).double().nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)


def _real(tensor: Tensor) -> Tensor:
    dense = tensor.to_dense() if tensor.layout != torch.strided else tensor
    return torch.view_as_real(dense.resolve_conj()) if dense.is_complex() else dense


def _rounding(dtype: torch.dtype) -> float:
    return torch.finfo(dtype).eps / 2
