"""The cost of a run in numbers that repeat exactly on a CPU: operations, floating point operations, bytes at the peak.

torch's own memory tracker is private and loads its distributed tensors, so the bytes are counted here.
"""

import gc
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from typing import Any

import torch
from torch import Tensor, UntypedStorage
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from refactor_tools.model.costs import Cost
from refactor_tools.model.proofs import Check
from refactor_tools.prove.adapting import Subject
from refactor_tools.prove.leaves import map_tensors
from refactor_tools.prove.pairs import pair_up
from refactor_tools.prove.runs import MODES, Mode, Side, as_source, backpropagate
from refactor_tools.prove.scenarios import Scenario, Setting
from refactor_tools.prove.states import isolated, seed_all

COST = "cost"


def measure_cost(side: Side, scenario: Scenario, mode: Mode) -> Cost:
    """Count one run of `side`, from its seed, on copies of the scenario's arguments.

    What the module and its inputs hold before the run is not counted.

    Raises:
        Exception: whatever the side raises.
    """
    with isolated(side.seed):
        module = side.make()
        if module is not None:
            module.train(mode.training)
        seed_all(side.seed)
        sources = {name: map_tensors(as_source(mode), value) for name, value in scenario.arguments.items()}
        # A copy that autograd knows, so that a side may change it as it would in the middle of a model.
        copies = {name: map_tensors(torch.clone, value) for name, value in sources.items()}
        meter, flops = _Meter(), FlopCounterMode(display=False)
        with _no_collection(), torch.set_grad_enabled(mode.gradients), flops, meter:
            output = side.call(module, copies)
            if mode.gradients:
                backpropagate(output, side.seed)
        return Cost(flops.get_total_flops(), meter.peak, meter.operations)


def compare_costs(old: Cost, new: Cost) -> Check:
    """Whether the component needs no more floating point operations and no more bytes at the peak than the original."""
    more = [
        f"{what}: {after:,}, the original {before:,}"
        for what, before, after in (("FLOPs", old.flops, new.flops), ("peak bytes", old.peak_bytes, new.peak_bytes))
        if after > before
    ]
    return Check(COST, not more, "; ".join(more))


def check_costs(subject: Subject, settings: Iterable[Setting]) -> Check:
    """What the first call of every construction costs. A component that costs more is equal all the same: `passed` is
    None then, and the detail says where."""
    for setting in settings:
        pair = pair_up(subject, setting)
        for scenario, mode in product(setting.scenarios[:1], MODES):
            try:
                old, new = (measure_cost(side, scenario, mode) for side in (pair.original, pair.component))
            except Exception:  # noqa: BLE001 - what raises is compared elsewhere, and costs nothing
                continue
            check = compare_costs(old, new)
            if not check.passed:
                return replace(check, passed=None, detail=f"{setting.label}, {mode.name}: {check.detail}")
    return Check(COST, True)


class _Meter(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves its modes untyped
    """Counts operations, and the bytes of the storages that they make for as long as those live."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations = self.peak = 0
        self._live = 0
        self._known: set[int] = set()

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        given = {_identity(tensor.untyped_storage()) for tensor in _strided((args, kwargs))}
        result = func(*args, **(kwargs or {}))
        self.operations += 1
        for tensor in _strided(result):
            storage = tensor.untyped_storage()
            if _identity(storage) not in self._known | given:
                self._hold(storage)
        self.peak = max(self.peak, self._live)
        return result

    def _hold(self, storage: UntypedStorage) -> None:
        identity, size = _identity(storage), storage.nbytes()
        self._known.add(identity)
        self._live += size
        weakref.finalize(storage, self._release, identity, size).atexit = False

    def _release(self, identity: int, size: int) -> None:
        self._known.discard(identity)
        self._live -= size


def _identity(storage: UntypedStorage) -> int:
    return int(storage._cdata)


def _strided(values: object) -> Iterator[Tensor]:
    return (leaf for leaf in tree_leaves(values) if isinstance(leaf, Tensor) and leaf.layout == torch.strided)


@contextmanager
def _no_collection() -> Iterator[None]:
    """When cycles are collected is chance; without it, what they hold counts until the run ends."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
