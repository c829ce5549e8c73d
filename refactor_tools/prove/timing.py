"""How fast an original and its component are, and what they hold, on the device of a proof.

Times are noisy; a ratio means something only beside the spread of a side against itself. Nothing of this is part of a
certificate.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from refactor_tools.model.costs import Measured, Speed
from refactor_tools.model.proofs import Platform
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.costs import measure_cost
from refactor_tools.prove.examine import load
from refactor_tools.prove.leaves import map_arguments
from refactor_tools.prove.pairs import ComponentError, LegacyError, Pair, pair_up
from refactor_tools.prove.platforms import prepare
from refactor_tools.prove.runs import MODES, Mode, Side, as_source, backpropagate
from refactor_tools.prove.scenarios import Scenario, Setting, settings_for
from refactor_tools.prove.states import isolated, seed_all

Run = Callable[[], object]
# Milliseconds that one call of a run takes.
Clock = Callable[[Run], float]

_WARM_UP, _ROUNDS = 3, 10


def examine_speed(assignment: Assignment) -> tuple[Speed, ...]:
    """The measures of the first call of every construction, in training; none where a side does not run."""
    platform = assignment.task.platform
    prepare(platform)
    try:
        subject = load(assignment)
        return tuple(
            speed
            for setting in settings_for(assignment, subject.names)
            for speed in _speeds(pair_up(subject, setting), setting, platform)
        )
    except (LegacyError, ComponentError):
        return ()


def interleaved(old: Run, new: Run, clock: Clock, rounds: int = _ROUNDS) -> tuple[list[float], list[float]]:
    """Milliseconds of both, warmed up and measured in the order old, new, new, old, so that drift falls on both."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(_WARM_UP):
        old(), new()
    for _ in range(rounds):
        for first in (True, False, False, True):
            taken[first].append(clock(old if first else new))
    return taken[True], taken[False]


def spread(times: list[float]) -> float:
    """By how much the medians of two halves of one side's own runs differ, as a share of the smaller."""
    halves = median(times[::2]), median(times[1::2])
    return max(halves) / min(halves) - 1 if min(halves) > 0 else 0.0


def _speeds(pair: Pair, setting: Setting, platform: Platform) -> Iterator[Speed]:
    mode = MODES[0]
    for scenario in setting.scenarios[:1]:
        runs = _stepper(pair.original, scenario, mode), _stepper(pair.component, scenario, mode)
        try:
            times = interleaved(*runs, _event_clock if platform.device == "cuda" else _wall_clock)
        except Exception:  # noqa: BLE001 - what raises is compared elsewhere, and has no speed
            continue
        sides = (pair.original, pair.component)
        old, new = (
            _measured(run, partial(_peak, side, scenario, mode, platform), median(taken), platform)
            for run, side, taken in zip(runs, sides, times, strict=True)
        )
        own = max(map(spread, times))
        yield Speed(f"{setting.label}, {scenario.label}", old, new, own)


def _stepper(side: Side, scenario: Scenario, mode: Mode) -> Run:
    """A step of `side`, forward and backward, ready to be called again and again on one module."""
    with isolated(side.seed):
        module = side.make()
        if module is not None:
            module.train(mode.training)
        sources = map_arguments(as_source(mode), scenario.arguments)
    return partial(_step, side, module, sources, mode)


def _step(side: Side, module: nn.Module | None, sources: dict[str, object], mode: Mode) -> None:
    seed_all(side.seed)
    with torch.set_grad_enabled(mode.gradients):
        output = side.call(module, map_arguments(torch.clone, sources))
        backpropagate(output, side.seed)


def _measured(run: Run, peak: Callable[[Run], int], milliseconds: float, platform: Platform) -> Measured:
    kernels = _kernels(run) if platform.device == "cuda" else []
    return Measured(milliseconds, peak(run), len(kernels), sum(kernels))


def _peak(side: Side, scenario: Scenario, mode: Mode, platform: Platform, run: Run) -> int:
    if platform.device != "cuda":
        return measure_cost(side, scenario, mode).peak_bytes
    torch.cuda.synchronize()
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    run()
    torch.cuda.synchronize()
    return torch.cuda.max_memory_allocated() - before


def _kernels(run: Run) -> list[float]:
    """Milliseconds of every kernel of one run."""
    torch.cuda.synchronize()
    with profile(activities=[ProfilerActivity.CUDA]) as profiler:
        run()
        torch.cuda.synchronize()
    events = [event for event in profiler.events() or () if event.device_type.name == "CUDA"]
    return [event.time_range.elapsed_us() / 1000 for event in events if not event.name.startswith(("Memcpy", "Memset"))]


def _wall_clock(run: Run) -> float:
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def _event_clock(run: Run) -> float:
    """By events on the device, from an idle one, so that earlier work does not count."""
    torch.cuda.synchronize()
    start, end = (
        torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]  # torch leaves it untyped
        for _ in range(2)
    )
    start.record()
    run()
    end.record()
    torch.cuda.synchronize()
    return float(start.elapsed_time(end))
