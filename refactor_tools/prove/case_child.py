"""What a child does to find a case: constructs the original, looks for a call that works, then varies both."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from refactor_tools.certificates.case_values import symbols_in
from refactor_tools.model.proofs import Call, Case, Construction, OriginalTask
from refactor_tools.prove.case_conditions import Code, read_code
from refactor_tools.prove.case_constructors import Constructed, NotConstructed, constructions, with_defaults
from refactor_tools.prove.case_facts import SourceFacts, read_facts
from refactor_tools.prove.case_further import further
from refactor_tools.prove.case_inputs import space_of
from refactor_tools.prove.case_parents import from_parents
from refactor_tools.prove.case_runs import Outcome, Runner
from refactor_tools.prove.case_search import FURTHER_TRIALS, TRIALS, Search, inputs_of
from refactor_tools.prove.case_variants import Found, calls_of
from refactor_tools.prove.coverage import RECORDER, Instrumented, Recorder, describe_arm, instrument
from refactor_tools.prove.keras_layers import NEEDS_KERAS, lacks_keras
from refactor_tools.prove.loading import load_original, load_variant, names_of

_HOW = "write its constructions and calls in the case file"

# A case, how many calls were tried until one ran, and the branches that no call of the case reaches.
Searched = tuple[Case, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Original:
    """An original ready to be searched: `watched` is its source as it reports branches, where that runs."""

    definition: Callable[..., object]
    facts: SourceFacts
    code: Code
    recorder: Recorder
    watched: Instrumented | None
    names: Mapping[str, object]


def find(original: OriginalTask) -> Case:
    """A case for the original, from its parents where it gives none alone; or a question that a person can answer."""
    try:
        loaded = load_original(original.source, original.name, original.id)
    except ModuleNotFoundError as error:
        if not lacks_keras(error):
            raise
        return Case(question=f"{original.name} {NEEDS_KERAS}; then delete this question")
    return find_for(loaded, original)


def find_for(loaded: object, original: OriginalTask) -> Case:
    """`find` for an original that is loaded already."""
    case = _search(loaded, original)[0]
    return (from_parents(original, find) or case) if case.question else case


def search(original: OriginalTask) -> Searched:
    """`find` without parents, with what the search took and what its calls do not reach."""
    return _search(load_original(original.source, original.name, original.id), original)


def _search(loaded: object, original: OriginalTask) -> Searched:
    recorder = Recorder()
    definition, watched = _watched(loaded, original, recorder)
    if not callable(definition):
        return Case(question=f"{original.name} cannot be called; is it the right name?"), 0, ()
    facts, code = read_facts(original.source, original.name), read_code(original.source, original.name)
    known = _Original(definition, facts, code, recorder, watched, names_of(definition))
    if not inspect.isclass(definition):
        return _searched(known, definition, None, TRIALS)
    question, uncalled, trials, spent = "", "", TRIALS, 0
    for attempt in constructions(definition, facts, known.names):
        if isinstance(attempt, NotConstructed):
            question = question or f"How is {original.name} constructed? {attempt.reason}; {_HOW}."
            continue
        case, tried, missing = _searched(known, attempt.module, attempt, trials)
        trials, spent = FURTHER_TRIALS, spent + tried
        if not case.question:
            return case, spent, missing
        uncalled = uncalled or case.question
    return Case(question=uncalled or question), spent, ()


def _watched(plain: object, original: OriginalTask, recorder: Recorder) -> tuple[object, Instrumented | None]:
    """The original in a text that reports its branches, or as it is where that text does not run."""
    try:
        instrumented = instrument(original.source)
        label = f"watched {original.id}"
        return load_variant(plain, instrumented.source, label, {RECORDER: recorder}), instrumented
    except Exception:  # noqa: BLE001 - a module that cannot run twice is searched all the same
        return plain, None


def _searched(known: _Original, entry: Callable[..., object], constructed: Constructed | None, trials: int) -> Searched:
    space = space_of(entry, with_defaults(known.definition, constructed.arguments) if constructed else {})
    runner = Runner(entry, space.dims, known.recorder, known.names)
    search = Search(runner, space, known.facts, trials)
    base = search.required()
    tried = trials - search.trials
    if base is None:
        return Case(question=_question(known.definition, search)), tried, ()
    found = Found(known.definition, constructed, search, base, known.watched, known.code)
    case = _case(found)
    arms = known.watched.arms if known.watched else ()
    return case, tried, tuple(describe_arm(arms[number]) for number in found.missing())


def _case(found: Found) -> Case:
    """The case that grows from one call that runs."""
    first = found.runner.run(found.base)
    calls = calls_of(found)
    built = [(found.constructed, found.runner, calls)]
    built += [(entry.constructed, entry.runner, entry.calls) for entry in further(found, calls)]
    return Case(tuple(_construction(*entry) for entry in built), outputs=_outputs(found, first))


def _construction(constructed: Constructed | None, runner: Runner, calls: tuple[Call, ...]) -> Construction:
    used = {symbol for call in calls for value in call.arguments.values() for symbol in symbols_in(value)}
    arguments = constructed.arguments if constructed else {}
    return Construction(arguments, {name: size for name, size in runner.dims.items() if name in used}, calls)


def _outputs(found: Found, outcome: Outcome) -> tuple[tuple[int | str, ...], ...]:
    """Shapes of what comes out, in the letters of the inputs and of the widths where a size is one of theirs."""
    dims, space = found.runner.dims, found.search.space
    used = [symbol for value in found.base.values() for symbol in sorted(set(symbols_in(value)))]
    names = {dims[symbol]: symbol for symbol in reversed(used) if symbol not in space.vocabularies}
    return tuple(tuple(names.get(size, size) for size in output.shape) for output in outcome.outputs or ())


def _question(definition: Callable[..., object], search: Search) -> str:
    name = definition.__name__
    names = ", ".join(inputs_of(search.runner.entry)) or "no arguments"
    if search.nearest is None:
        return f"What does {name} take for {names}? Nothing that was tried ran; {_HOW}."
    error = search.nearest[1].error
    said = " ".join(str(error).split())[:200]
    reason = f"{type(error).__name__}: {said}" if error else "nothing came out"
    return f"What does {name} take for {names}? The nearest of what was tried ended with {reason}; {_HOW}."
