"""How far the results of two sides are apart, and which of them is nearer to what float64 gives."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from refactor_tools.model.comparisons import Distance
from refactor_tools.prove.leaves import map_tensors
from refactor_tools.prove.pairs import Pair
from refactor_tools.prove.runs import MODES, Run, Side, execute
from refactor_tools.prove.scenarios import Scenario, Setting


def distances(pair: Pair, setting: Setting) -> Iterator[Distance]:
    """Of every call that the case asks for, in every mode, that both sides end without an exception."""
    for scenario in (entry for entry in setting.scenarios if not entry.edge):
        for mode in MODES:
            old, new = execute(pair.original, scenario, mode), execute(pair.component, scenario, mode)
            if old.error or new.error:
                continue
            # In training, dropout draws other numbers for another dtype.
            exact = None if mode.training else execute(_widened(pair.original), _wide(scenario), mode)
            yield from _apart(old, new, exact.values if exact is not None and not exact.error else {})


def _apart(old: Run, new: Run, exact: Mapping[str, object]) -> Iterator[Distance]:
    """Of all outputs together, and of all gradients: one that is zero but for rounding says nothing by itself."""
    for kind in ("output", "gradient"):
        names = [name for name in old.values if name.startswith(kind)]
        names = [name for name in names if _comparable(old.values[name], new.values.get(name))]
        if not names:
            continue
        absolute, scale = _largest_of(names, old.values, new.values), _largest_of(names, old.values, {})
        known = [name for name in names if _comparable(old.values[name], exact.get(name))]
        error = _largest_of(known, old.values, exact)
        ratio = _largest_of(known, new.values, exact) / error if error else None
        yield Distance(absolute, absolute / scale if scale else absolute, ratio)


def _largest_of(names: Sequence[str], left: Mapping[str, object], right: Mapping[str, object]) -> float:
    """The largest distance in the tensors called `names`; from zero where `right` has none."""
    return max((_largest(left[name], right.get(name)) for name in names), default=0.0)


def _comparable(left: object, right: object) -> bool:
    if not (isinstance(left, Tensor) and isinstance(right, Tensor)):
        return False
    return left.is_floating_point() and left.shape == right.shape and left.numel() > 0


def _largest(left: object, right: object) -> float:
    """The largest distance of two elements, or from zero. NaN twice, or one infinity twice, are no distance."""
    if not isinstance(left, Tensor):
        return 0.0
    left = left.double()
    right = right.double() if isinstance(right, Tensor) else torch.zeros_like(left)
    same = (left == right) | (left.isnan() & right.isnan())
    return float((left - right).abs().nan_to_num(nan=float("inf")).masked_fill(same, 0.0).max())


def farthest(found: Iterable[Distance]) -> Distance | None:
    """The largest of each number; None where there is nothing."""
    every = list(found)
    if not every:
        return None
    ratios = [distance.error_ratio for distance in every if distance.error_ratio is not None]
    absolute, relative = max(one.absolute for one in every), max(one.relative for one in every)
    return Distance(absolute, relative, max(ratios, default=None))


def _widened(side: Side) -> Side:
    def make() -> nn.Module | None:
        module = side.make()
        return module.double() if module is not None else None

    return replace(side, make=make)


def _wide(scenario: Scenario) -> Scenario:
    arguments = {name: map_tensors(_double, value) for name, value in scenario.arguments.items()}
    return replace(scenario, arguments=arguments)


def _double(tensor: Tensor) -> Tensor:
    return tensor.double() if tensor.is_floating_point() else tensor
