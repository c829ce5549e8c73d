"""What a child does for one original: loads both sides, has them compared, and measures what the cases reached."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from platform import python_version

import torch

from refactor_tools.model.proofs import HOME, Check, OriginalProof, OriginalTask, Platform, Verdict
from refactor_tools.prove.adapting import Callee, Subject, with_attributes
from refactor_tools.prove.assignments import Arms, Assignment, Kind
from refactor_tools.prove.costs import check_costs
from refactor_tools.prove.keras_layers import NEEDS_KERAS, is_layer_class, lacks_keras
from refactor_tools.prove.ladder import climb, conclude, merge, root_of
from refactor_tools.prove.loading import load_component, load_original, load_shim, load_variant, names_of
from refactor_tools.prove.pairs import ComponentError, LegacyError, component_alone, original_alone, pair_up
from refactor_tools.prove.paths import path_root
from refactor_tools.prove.platforms import prepare, switches, unavailable
from refactor_tools.prove.reach import Reach, reach
from refactor_tools.prove.runs import MODES, Side, execute
from refactor_tools.prove.scenarios import Setting, settings_for, without_edges
from refactor_tools.prove.shims import ShimPair, check_function, check_module, check_signature, silent
from refactor_tools.prove.states import isolated
from refactor_tools.prove.worker import describe


class NotRunHere(LegacyError):
    """What is proven needs something that is not there."""


def examine(assignment: Assignment) -> tuple[OriginalProof, Arms]:
    """The proof of one original, and what it reached of the component."""
    identity = assignment.original.id
    platform = assignment.task.platform
    prepare(platform)
    try:
        subject = load(assignment)
        settings = settings_for(assignment, subject.names)
        evidence = climb(subject, settings)
        reached = reach(subject, partial(settings_for, assignment))
        # A shim is Python around the component: what it passes on does not depend on the platform.
        evidence.checks += _shim_checks(assignment, subject) if platform == HOME else ()
        evidence.checks += [] if evidence.failed else [check_costs(subject, settings)]
    except NotRunHere as error:
        return OriginalProof(identity, "NOT_RUN", (), reason=str(error)), ((), ())
    except (LegacyError, ComponentError) as error:
        return _not_compared(assignment, error), ((), ())
    return conclude(identity, evidence, reached.original), _arms(reached)


def examine_shim(assignment: Assignment) -> tuple[Check, ...]:
    """What the original's old name stands for now, for an original whose computation is proven already."""
    prepare(assignment.task.platform)
    if assignment.task.platform != HOME:
        return ()
    return merge(_shim_checks(assignment, load(assignment)))


def _not_compared(assignment: Assignment, error: LegacyError | ComponentError) -> OriginalProof:
    """Whose fault it is that a side could not be built or run: an original's, a component's, or nobody's."""
    identity, cause = assignment.original.id, error.__cause__
    package = _missing_package(cause, assignment.task.sys_path) if isinstance(cause, Exception) else ""
    if package:
        reason = f"{error}; install {package} here, or accept NOT_RUN in the case file with a reason"
        return OriginalProof(identity, "NOT_RUN", (), reason=reason)
    verdict: Verdict = "LEGACY_BROKEN" if isinstance(error, LegacyError) else "DIFFERENT"
    return OriginalProof(identity, verdict, (), reason=str(error))


def run_legacy(assignment: Assignment) -> None:
    """Builds and runs the original alone, to tell whose fault it is when a child does not come back."""
    _run_alone(_load_original(assignment.original, assignment.task.kind), assignment, original_alone)


def run_component(assignment: Assignment) -> None:
    """Builds and runs the component alone."""
    _run_alone(load(assignment), assignment, lambda subject, setting: component_alone(subject, setting)[0])


def component_root(assignment: Assignment) -> str:
    """The root that a proof of the component gives, from the component alone; "" where it cannot be run."""
    paths: list[str] = []
    prepare(assignment.task.platform)
    try:
        subject = load(assignment)
        for setting in settings_for(assignment, subject.names):
            side, structure = component_alone(subject, setting)
            paths.append(structure)
            paths += [path_root(side, scenario, mode) for scenario in setting.scenarios for mode in MODES]
    except (LegacyError, ComponentError):
        return ""
    return root_of(paths)


def _run_alone(subject: Subject, assignment: Assignment, build: Callable[[Subject, Setting], Side]) -> None:
    prepare(assignment.task.platform)
    for setting in settings_for(assignment, subject.names):
        side = build(subject, setting)
        for scenario in setting.scenarios:
            for mode in MODES:
                execute(side, scenario, mode)


def environment(platform: Platform) -> tuple[tuple[str, str], ...]:
    """What results may depend on: versions, device type, flags. Nothing that names the machine.

    `unavailable` says why nothing can run on `platform` here.
    """
    if reason := unavailable(platform):
        return (("torch", str(torch.__version__)), ("unavailable", reason))
    prepare(platform)
    return (
        ("python", python_version()),
        ("torch", str(torch.__version__)),
        ("device", platform.device),
        ("dtype", platform.dtype),
        ("threads", str(torch.get_num_threads())),
        ("deterministic algorithms", str(torch.are_deterministic_algorithms_enabled())),
        *switches(platform),
    )


def load(assignment: Assignment) -> Subject:
    """Both sides, the component in another text where the assignment has one.

    Raises:
        LegacyError, ComponentError: a side does not load.
    """
    task = assignment.task
    subject = _load_original(assignment.original, task.kind)
    try:
        with isolated(seed=0):
            component = load_component(task.module, task.name, task.sys_path)
            if assignment.component_source:
                component = load_variant(component, assignment.component_source, task.module, {})
    except Exception as error:
        _require_keras(error)
        raise ComponentError(f"the component does not load: {describe(error)}") from error
    if is_layer_class(subject.original) and task.platform.device != HOME.device:
        raise NotRunHere("Keras layers are proven on the CPU only")
    return replace(subject, component=with_attributes(_callable(component), subject))


def _load_original(original: OriginalTask, kind: Kind) -> Subject:
    try:
        with isolated(seed=0):
            definition = _callable(load_original(original.source, original.name, original.id))
    except Exception as error:
        _require_keras(error)
        raise LegacyError(f"the original does not load: {describe(error)}") from error
    return Subject(kind, definition, definition, original.adapter, names_of(definition))


def _require_keras(error: Exception) -> None:
    """Tell code that lacks Keras from code that is broken.

    Raises:
        NotRunHere: it lacks Keras.
    """
    if lacks_keras(error):
        raise NotRunHere(NEEDS_KERAS) from error


def _shim_checks(assignment: Assignment, subject: Subject) -> Iterator[Check]:
    original = assignment.original
    if original.shim is None:
        return
    try:
        with isolated(seed=0), silent():
            shim = _callable(load_shim(original.shim))
    except Exception as error:  # noqa: BLE001 - whatever the old import raises now is the finding
        missing = _missing_package(error, original.shim.sys_path)
        reason = f"the legacy file needs `{missing}`, which is not installed here, so that its shim was not run"
        yield Check("shim import", None, reason) if missing else Check("shim import", False, str(describe(error)))
        return
    pair = ShimPair(subject.original, shim, original.shim.module, subject.legacy_key)
    yield check_signature(pair)
    for setting in map(without_edges, settings_for(assignment, subject.names)):
        if subject.kind == "function":
            yield check_function(pair, setting, pair_up(subject, setting).original)
        else:
            yield from check_module(pair, setting, original_alone(subject, setting))


def _missing_package(error: Exception, folders: Sequence[str]) -> str:
    """The package of other people that an import lacked, "" where what is missing belongs to the tree."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    top = error.name.partition(".")[0]
    ours = any((Path(folder) / name).exists() for folder in folders for name in (top, f"{top}.py"))
    return "" if ours else top


def _arms(reached: Reach) -> Arms:
    coverage = reached.component
    return (tuple(sorted(coverage.reached)), tuple(sorted(coverage.reachable))) if coverage else ((), ())


def _callable(definition: object) -> Callee:
    if not callable(definition):
        raise TypeError(f"{type(definition).__name__} is neither a class nor a function")
    return definition
