"""Runs the cases on instrumented copies of both sides, to see which branches they reach."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeGuard

from torch import nn

from refactor_tools.prove.adapting import Arguments, Callee, Subject
from refactor_tools.prove.coverage import RECORDER, Coverage, Instrumented, Recorder, instrument, measure
from refactor_tools.prove.loading import load_variant, names_of, source_of
from refactor_tools.prove.pairs import original_alone, pair_up
from refactor_tools.prove.runs import MODES, execute
from refactor_tools.prove.scenarios import Setting
from refactor_tools.prove.states import isolated

Call = Callable[[nn.Module | None, Arguments], object]


@dataclass(frozen=True, slots=True)
class Reach:
    """Coverage of each side; None where its source could not be instrumented."""

    original: Coverage | None
    component: Coverage | None


@dataclass(frozen=True, slots=True)
class _Copy:
    definition: Callee
    instrumented: Instrumented
    recorder: Recorder


def reach(subject: Subject, settings: Callable[[Mapping[str, object]], Iterable[Setting]]) -> Reach:
    """Which branches of `forward`, and of what it calls in its own module, the runs take.

    Modules that the original builds and the component has from elsewhere do not count: they are components themselves.
    `settings` are made with the names of the original's module, which is another one here.
    """
    original, component = _instrumented(subject.original), _instrumented(subject.component)
    copied = replace(
        subject,
        original=original.definition if original else subject.original,
        component=component.definition if component else subject.component,
        names=names_of(original.definition) if original else subject.names,
    )
    for setting in settings(copied.names):
        pair = pair_up(copied, setting)
        for side, copy in ((pair.original, original), (pair.component, component)):
            if copy is not None:
                heard = replace(side, call=_heard(side.call, copy.recorder))
                for scenario in setting.scenarios:
                    for mode in MODES:
                        execute(heard, scenario, mode)
    return Reach(_coverage(original, _parts(subject)), _coverage(component))


def _parts(subject: Subject) -> frozenset[str]:
    """The modules beside the original that do not stand beside the component."""
    here, there = subject.component.__module__, subject.original.__module__
    beside = {name for name, value in names_of(subject.component).items() if getattr(value, "__module__", "") == here}
    bases = subject.original.__mro__ if isinstance(subject.original, type) else ()
    modules = ((name, value) for name, value in names_of(subject.original).items() if _is_module(value))
    return frozenset(
        name for name, value in modules if value.__module__ == there and value not in bases and name not in beside
    )


def _is_module(value: object) -> TypeGuard[type[nn.Module]]:
    return isinstance(value, type) and issubclass(value, nn.Module)


def reach_original(subject: Subject, settings: Iterable[Setting]) -> Coverage | None:
    """`reach` of the original alone, in settings that are made; None where its source could not be instrumented."""
    original = _instrumented(subject.original)
    if original is None:
        return None
    copied = replace(subject, original=original.definition, names=names_of(original.definition))
    for setting in settings:
        side = original_alone(copied, setting)
        heard = replace(side, call=_heard(side.call, original.recorder))
        for scenario in setting.scenarios:
            for mode in MODES:
                execute(heard, scenario, mode)
    return _coverage(original)


def _instrumented(definition: Callee) -> _Copy | None:
    recorder = Recorder()
    try:
        instrumented = instrument(source_of(definition))
        with isolated(seed=0):
            label = f"instrumented {definition.__module__}"
            copied = load_variant(definition, instrumented.source, label, {RECORDER: recorder})
    except Exception:  # noqa: BLE001 - a module that cannot run twice is proven all the same, on a lower rung
        return None
    return _Copy(copied, instrumented, recorder) if callable(copied) else None


def _heard(call: Call, recorder: Recorder) -> Call:
    def listening(module: nn.Module | None, arguments: Arguments) -> object:
        recorder.active = True
        try:
            return call(module, arguments)
        finally:
            recorder.active = False

    return listening


def _coverage(copied: _Copy | None, without: Collection[str] = frozenset()) -> Coverage | None:
    return measure(copied.instrumented, copied.recorder, without) if copied else None
