"""The rung PROVED: both sides have one joint graph, for every call of the case and all sizes in a range."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from refactor_tools.model.proofs import JOINT_GRAPHS, Check
from refactor_tools.prove.adapting import Subject
from refactor_tools.prove.assignments import JointAssignment
from refactor_tools.prove.canonical import CanonicalGraph, canonical_graph
from refactor_tools.prove.examine import load
from refactor_tools.prove.joint_export import Fixed, NotExported, export_joint
from refactor_tools.prove.leaves import leaves
from refactor_tools.prove.operations import digest
from refactor_tools.prove.pairs import ComponentError, LegacyError, Pair, component_alone, pair_up
from refactor_tools.prove.paths import compare_path, first_divergence
from refactor_tools.prove.platforms import prepare
from refactor_tools.prove.program import Program, distinct
from refactor_tools.prove.runs import MODES, Mode, Side, as_source, tensors_of
from refactor_tools.prove.scenarios import Scenario, Setting, settings_for
from refactor_tools.prove.shape_range import LEAST, ShapeRange
from refactor_tools.prove.states import isolated


class NotProved(Exception):
    """What keeps the joint graphs from being a proof, in words."""


@dataclass(frozen=True, slots=True)
class _Proven:
    """One call in one mode; `kind` is what tells it from calls that take another way.

    One that stands `aside` is no part of the root.
    """

    kind: tuple[object, ...]
    sizes: ShapeRange
    text: str
    root: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class _Exported:
    graph: CanonicalGraph
    form: tuple[object, ...]
    sizes: ShapeRange


def examine_joint(request: JointAssignment) -> tuple[Check, str]:
    """Whether the joint graphs of both sides prove them equal, and the root of the computation.

    The check holds the ranges of sizes, or why there is no proof.
    """
    try:
        subject = load(request.assignment)
    except (LegacyError, ComponentError) as error:
        return Check(JOINT_GRAPHS, None, str(error)), ""
    return compare_joint(subject, _settings(request, subject), request.root, request.same_paths)


def compare_joint(subject: Subject, settings: Iterable[Setting], root: str, same_paths: bool) -> tuple[Check, str]:
    """`examine_joint` of sides that are loaded: `root` is that of the paths, which are the same with `same_paths`."""
    proven: list[_Proven] = []
    try:
        for setting in settings:
            pair = pair_up(subject, setting)
            settled = _always if same_paths else partial(_same_path, pair)
            proven += _covering(setting, partial(_compare, pair, setting), settled)
    except (NotProved, LegacyError, ComponentError) as error:
        return Check(JOINT_GRAPHS, None, str(error)), ""
    ranges = "; ".join(dict.fromkeys(proof.text for proof in proven))
    return Check(JOINT_GRAPHS, True, ranges), _root(root, proven)


def component_graphs(request: JointAssignment) -> str:
    """The root that `examine_joint` gives where both sides are the same, from the component alone; "" for none."""
    proven: list[_Proven] = []
    try:
        subject = load(request.assignment)
        for setting in _settings(request, subject):
            side, _ = component_alone(subject, setting)
            proven += _covering(setting, partial(_alone, side, setting), _always)
    except (NotProved, LegacyError, ComponentError):
        return ""
    return _root(request.root, proven)


def _root(paths: str, proven: list[_Proven]) -> str:
    return digest(paths, *(proof.root for proof in proven if not proof.aside))


def _settings(request: JointAssignment, subject: Subject) -> tuple[Setting, ...]:
    prepare(request.assignment.task.platform)
    return settings_for(request.assignment, subject.names)


def _always(scenario: Scenario, mode: Mode) -> bool:
    return True


def _same_path(pair: Pair, scenario: Scenario, mode: Mode) -> bool:
    return not compare_path(pair.original, pair.component, scenario, mode).difference


def _covering(
    setting: Setting,
    prove: Callable[[Scenario, Mode, Fixed], _Proven],
    settled: Callable[[Scenario, Mode], bool],
) -> Iterator[_Proven]:
    """Proofs in whose ranges every call lies in every mode, but for such calls with sizes below all ranges.

    Those, and edges of another layout, stand aside: they are held to the operations that they dispatch, and proved
    where these are not `settled`.
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
            if aside and settled(scenario, mode):
                continue
            held.append(replace(prove(scenario, mode, fixed.get(kind, frozenset())), aside=aside))
            fixed[kind] = held[-1].sizes.fixed
        yield from held


def _compare(pair: Pair, setting: Setting, scenario: Scenario, mode: Mode, fixed: Fixed) -> _Proven:
    place = f"{setting.label}, {scenario.label}, {mode.name}"
    original = _settled_export(pair.original, f"{place}: the original", scenario, mode, fixed)
    try:
        component = _export(pair.component, scenario, mode, original.sizes.fixed)
    except NotExported as error:
        raise NotProved(f"{place}: the component has no joint graph: {error}") from error
    if difference := _difference(original, component, _names(scenario)):
        raise NotProved(f"{place}: {difference}")
    return _proven(component, scenario)


def _alone(side: Side, setting: Setting, scenario: Scenario, mode: Mode, fixed: Fixed) -> _Proven:
    place = f"{setting.label}, {scenario.label}, {mode.name}"
    return _proven(_settled_export(side, f"{place}: the component", scenario, mode, fixed), scenario)


def _proven(exported: _Exported, scenario: Scenario) -> _Proven:
    text = exported.sizes.text(_names(scenario))
    root = digest(sorted(exported.graph.outputs.items()), exported.graph.effects, exported.form, text)
    return _Proven(_kind(scenario), exported.sizes, text, root)


def _names(scenario: Scenario) -> list[str]:
    return [name.removeprefix("input ") for name, _ in distinct(scenario.arguments)]


def _settled_export(side: Side, whose: str, scenario: Scenario, mode: Mode, fixed: Fixed) -> _Exported:
    """An export in which sizes that turned out to be fixed are so from the start.

    Raises:
        NotProved: there is none.
    """
    try:
        exported = _export(side, scenario, mode, fixed)
        if exported.sizes.fixed != fixed and exported.sizes.conditions:
            # Conditions on sizes that turned out to be fixed say nothing about the others.
            exported = _export(side, scenario, mode, exported.sizes.fixed)
    except NotExported as error:
        raise NotProved(f"{whose} has no joint graph: {error}") from error
    return exported


def _export(side: Side, scenario: Scenario, mode: Mode, fixed: Fixed) -> _Exported:
    with isolated(side.seed), torch.set_grad_enabled(mode.gradients):
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
            where = first_divergence(ours.operations, theirs.operations)
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
