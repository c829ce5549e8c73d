"""What a child does to compare two definitions: loads both, has them compared, measures distance and cost."""

import inspect
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

import torch

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.comparisons import CallCost, Comparison, Definition
from refactor_tools.model.proofs import Case, Check, OriginalProof, OriginalTask
from refactor_tools.prove.adapting import Arguments, Subject, bind, evaluate
from refactor_tools.prove.alternatives import Alternatives, JointAlternatives
from refactor_tools.prove.case_child import find_for
from refactor_tools.prove.costs import measure_cost
from refactor_tools.prove.distances import distances, farthest
from refactor_tools.prove.joint import compare_joint
from refactor_tools.prove.ladder import climb, conclude
from refactor_tools.prove.leaves import map_tensors
from refactor_tools.prove.loading import load_apart, load_component, load_original, names_of
from refactor_tools.prove.pairs import ComponentError, LegacyError, Pair, pair_up
from refactor_tools.prove.reach import reach_original
from refactor_tools.prove.runs import MODES, Mode, Side, as_source, backpropagate
from refactor_tools.prove.scenarios import Scenario, Setting, settings_of
from refactor_tools.prove.states import isolated
from refactor_tools.prove.worker import describe

_ROUNDS = 5


def find(definition: Definition) -> Case:
    """A case for a definition that nobody made one for."""
    source = Path(definition.file).read_text(encoding="utf-8")
    task = OriginalTask(definition.label, definition.name, source, Adapter())
    return find_for(load_component(definition.module, definition.name, definition.sys_path), task)


def examine(asked: Alternatives) -> Comparison:
    """Everything but the joint graphs."""
    old, new = asked.old.label, asked.new.label
    try:
        subject, settings = _load(asked)
        evidence = climb(subject, settings)
        proof = conclude(old, evidence, reach_original(subject, settings))
    except LegacyError as error:
        return Comparison(old, new, OriginalProof(old, "LEGACY_BROKEN", (), reason=str(error)))
    except ComponentError as error:
        return Comparison(old, new, OriginalProof(old, "DIFFERENT", (), reason=str(error)))
    pairs = [(pair_up(subject, setting), setting) for setting in settings]
    distance = farthest(found for pair, setting in pairs if pair.comparable for found in distances(pair, setting))
    costs = tuple(cost for pair, setting in pairs for cost in _costs(pair, setting))
    return Comparison(old, new, proof, distance, costs)


def examine_joint(request: JointAlternatives) -> tuple[Check, str]:
    """Whether the joint graphs of both are the same, and the root of the computation where they are."""
    subject, settings = _load(request.alternatives)
    return compare_joint(subject, settings, request.root, request.same_paths)


def _load(asked: Alternatives) -> tuple[Subject, tuple[Setting, ...]]:
    try:
        with isolated(seed=0):
            old = load_component(asked.old.module, asked.old.name, asked.old.sys_path)
    except Exception as error:
        raise LegacyError(f"{asked.old.label} does not load: {describe(error)}") from error
    try:
        with isolated(seed=0):
            new = load_apart(asked.new.module, asked.new.name, asked.new.sys_path)
    except Exception as error:
        raise ComponentError(f"{asked.new.label} does not load: {describe(error)}") from error
    if not callable(old) or not callable(new) or inspect.isclass(old) != inspect.isclass(new):
        raise ComponentError(f"{asked.old.label} and {asked.new.label} are not both classes or both functions")
    subject = Subject("class" if inspect.isclass(old) else "function", old, new, Adapter(), names_of(old))
    if asked.driver is None:
        return subject, settings_of(asked.case or Case())
    return subject, tuple(_translated(asked.driver, subject))


def _translated(driver: OriginalTask, subject: Subject) -> Iterator[Setting]:
    """The settings of an original in the terms of its component."""
    with isolated(seed=0):
        original = load_original(driver.source, driver.name, driver.id)
    if not callable(original):
        raise LegacyError(f"{driver.id} cannot be called")
    legacy = replace(subject, original=original, adapter=driver.adapter, names=names_of(original))
    for setting in settings_of(driver.case or Case()):
        arguments: Arguments = {}
        if subject.kind == "class":
            bound = bind(original, setting.arguments)
            init = {argument.name: evaluate(argument.value, bound, legacy.names) for argument in driver.adapter.init}
            arguments = init or setting.arguments
        scenarios = tuple(replace(entry, arguments=_forwarded(legacy, entry)) for entry in setting.scenarios)
        yield Setting(setting.label, arguments, scenarios)


def _forwarded(legacy: Subject, scenario: Scenario) -> Arguments:
    if not legacy.adapter.forward:
        return scenario.arguments
    bound = bind(legacy.entry, scenario.arguments, skip_self=legacy.kind == "class")
    return {argument.name: evaluate(argument.value, bound, legacy.names) for argument in legacy.adapter.forward}


def _costs(pair: Pair, setting: Setting) -> Iterator[CallCost]:
    """Of the first call, in training and without gradients."""
    for mode in (MODES[0], MODES[-1]):
        for scenario in setting.scenarios[:1]:
            try:
                old, new = measure_cost(pair.original, scenario, mode), measure_cost(pair.component, scenario, mode)
            except Exception:  # noqa: BLE001 - a call that raises was compared as such, and has no cost
                continue
            times = _times(pair, scenario, mode)
            yield CallCost(f"{setting.label}, {scenario.label}", mode.name, old, new, *times)


def _times(pair: Pair, scenario: Scenario, mode: Mode) -> tuple[float, float]:
    """Medians of interleaved runs, so that what else the machine does falls on both."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(_ROUNDS):
        for first in (True, False, False, True):
            taken[first].append(_timed(pair.original if first else pair.component, scenario, mode))
    return median(taken[True]), median(taken[False])


def _timed(side: Side, scenario: Scenario, mode: Mode) -> float:
    """The seconds of one call, with its backward where gradients are recorded."""
    with isolated(side.seed), torch.set_grad_enabled(mode.gradients):
        module = side.make()
        if module is not None:
            module.train(mode.training)
        sources = {name: map_tensors(as_source(mode), value) for name, value in scenario.arguments.items()}
        copies = {name: map_tensors(torch.clone, value) for name, value in sources.items()}
        started = perf_counter()
        output = side.call(module, copies)
        if mode.gradients:
            backpropagate(output, side.seed)
        return perf_counter() - started
