"""The rung PROVED: both sides have one joint graph, for every call of the case and all sizes in a range."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from refactor_tools.model.proofs import JOINT_GRAPHS, Case, Check
from refactor_tools.prove.assignments import JointAssignment
from refactor_tools.prove.canonical import CanonicalGraph, canonical_graph
from refactor_tools.prove.examine import load
from refactor_tools.prove.joint_export import Fixed, NotExported, export_joint
from refactor_tools.prove.leaves import leaves
from refactor_tools.prove.operations import digest
from refactor_tools.prove.pairs import ComponentError, LegacyError, Pair, pair_up
from refactor_tools.prove.paths import compare_path, first_divergence
from refactor_tools.prove.program import Program, distinct
from refactor_tools.prove.runs import MODES, Mode, Side, as_source, tensors_of
from refactor_tools.prove.scenarios import Scenario, Setting, settings_of
from refactor_tools.prove.shape_range import LEAST, ShapeRange
from refactor_tools.prove.states import isolated


class NotProved(Exception):
    """What keeps the joint graphs from being a proof, in words."""


@dataclass(frozen=True, slots=True)
class _Proven:
    """One call in one mode on both sides; `kind` is what tells it from calls that take another way."""

    kind: tuple[object, ...]
    sizes: ShapeRange
    text: str
    root: str


@dataclass(frozen=True, slots=True)
class _Exported:
    graph: CanonicalGraph
    form: tuple[object, ...]
    sizes: ShapeRange


def examine_joint(request: JointAssignment) -> tuple[Check, str]:
    """Whether the joint graphs of both sides prove them equal, and the root of the computation.

    The check holds the ranges of sizes, or why there is no proof.
    """
    proven: list[_Proven] = []
    try:
        subject = load(request.assignment)
        for setting in settings_of(request.assignment.original.case or Case(), subject.names):
            proven += _prove(pair_up(subject, setting), setting, request.same_paths)
    except (NotProved, LegacyError, ComponentError) as error:
        return Check(JOINT_GRAPHS, None, str(error)), ""
    ranges = "; ".join(dict.fromkeys(proof.text for proof in proven))
    return Check(JOINT_GRAPHS, True, ranges), digest(request.root, *(proof.root for proof in proven))


def _prove(pair: Pair, setting: Setting, same_paths: bool) -> Iterator[_Proven]:
    """Every call in every mode lies in the range of a proof, or is such a call with sizes below all ranges.

    The latter, and edges of another layout, are held to the operations that they dispatch.
    """
    fixed: dict[object, Fixed] = {}
    # The shortest graph first: it shows which sizes are fixed.
    for mode in reversed(MODES):
        held: list[_Proven] = []
        for scenario in sorted(setting.scenarios, key=_small):
            kind = _kind(scenario)
            alike = [proof for proof in held if proof.kind == kind]
            if any(_sizes(scenario) in proof.sizes for proof in alike):
                continue
            aside = scenario.edge or (alike != [] and _small(scenario))
            if aside and (same_paths or not compare_path(pair.original, pair.component, scenario, mode).difference):
                continue
            held.append(_compare(pair, setting, scenario, mode, fixed.get(kind, frozenset())))
            fixed[kind] = held[-1].sizes.fixed
        yield from held


def _compare(pair: Pair, setting: Setting, scenario: Scenario, mode: Mode, fixed: Fixed) -> _Proven:
    place = f"{setting.label}, {scenario.label}, {mode.name}"
    try:
        side = "the original"
        original = _export(pair.original, scenario, mode, fixed)
        if original.sizes.fixed != fixed and original.sizes.conditions:
            # Conditions on sizes that turned out to be fixed say nothing about the others.
            original = _export(pair.original, scenario, mode, original.sizes.fixed)
        side = "the component"
        component = _export(pair.component, scenario, mode, original.sizes.fixed)
    except NotExported as error:
        raise NotProved(f"{place}: {side} has no joint graph: {error}") from error
    names = [name.removeprefix("input ") for name, _ in distinct(scenario.arguments)]
    text = original.sizes.text(names)
    if difference := _difference(original, component, names):
        raise NotProved(f"{place}: {difference}")
    root = digest(sorted(original.graph.outputs.items()), original.graph.effects, original.form, text)
    return _Proven(_kind(scenario), original.sizes, text, root)


def _export(side: Side, scenario: Scenario, mode: Mode, fixed: Fixed) -> _Exported:
    with isolated(seed=0), torch.set_grad_enabled(mode.gradients):
        module = side.make()
        if module is not None:
            module.train(mode.training)
        program = Program(side.call, module, scenario.arguments)
        inputs = list(map(as_source(mode), program.inputs))
        joint = export_joint(program, inputs, fixed, lambda name: side.legacy_key(name.removeprefix("side.")))
        return _Exported(canonical_graph(joint), program.form, joint.sizes)


def _difference(original: _Exported, component: _Exported, names: list[str]) -> str:
    """The first thing in which two exports differ, in words; "" where nothing does."""
    ours, theirs = original.graph, component.graph
    if original.form != component.form:
        return "the outputs have another form, or share memory otherwise"
    for label in {**ours.outputs, **theirs.outputs}:
        if ours.outputs.get(label) != theirs.outputs.get(label):
            where = first_divergence(list(ours.operations), list(theirs.operations))
            return f"in the joint graphs {label} is computed otherwise{': ' + where if where else ''}"
    if ours.effects != theirs.effects:
        return f"the joint graphs draw random numbers {len(ours.effects)} and {len(theirs.effects)} times, or otherwise"
    if original.sizes.text(names) != component.sizes.text(names):
        return f"the sizes must be {original.sizes.text(names)}; for the component {component.sizes.text(names)}"
    return ""


def _kind(scenario: Scenario) -> tuple[object, ...]:
    """A call without its sizes. Another layout than the contiguous is a kind of its own, with them."""
    kinds = tuple((name, *_leaf_kind(leaf)) for name, leaf in leaves(dict(scenario.arguments)))
    objects = [id(tensor) for _, tensor in tensors_of(scenario.arguments)]
    return (*kinds, tuple(map(objects.index, objects)))


def _leaf_kind(leaf: object) -> tuple[object, ...]:
    if not isinstance(leaf, Tensor):
        return type(leaf).__name__, repr(leaf) if isinstance(leaf, int | float | str) else ""
    layout = () if leaf.layout == torch.strided and leaf.is_contiguous() else (tuple(leaf.shape), str(leaf.layout))
    return str(leaf.dtype), leaf.dim(), layout


def _sizes(scenario: Scenario) -> list[tuple[int, ...]]:
    return [tuple(tensor.shape) for _, tensor in distinct(scenario.arguments)]


def _small(scenario: Scenario) -> bool:
    return any(size < LEAST for shape in _sizes(scenario) for size in shape)
