"""What a child does to find a case: constructs the original, looks for a call that works, then varies both."""

import inspect
from collections.abc import Callable

from refactor_tools.model.proofs import Case, OriginalTask
from refactor_tools.prove.case_constructors import Constructed, NotConstructed, constructions, with_defaults
from refactor_tools.prove.case_facts import SourceFacts, read_facts
from refactor_tools.prove.case_inputs import space_of
from refactor_tools.prove.case_runs import Runner
from refactor_tools.prove.case_search import FURTHER_TRIALS, TRIALS, Search, inputs_of
from refactor_tools.prove.case_variants import Found, varied
from refactor_tools.prove.coverage import RECORDER, Recorder, instrument
from refactor_tools.prove.loading import load_original, load_variant

_HOW = "write its constructions and calls in the case file"


def find(original: OriginalTask) -> Case:
    """A case for the original, or a question that a person can answer."""
    return find_for(load_original(original.source, original.name, original.id), original)


def find_for(loaded: object, original: OriginalTask) -> Case:
    """`find` for an original that is loaded already."""
    recorder = Recorder()
    definition = _watched(loaded, original, recorder)
    if not callable(definition):
        return Case(question=f"{original.name} cannot be called; is it the right name?")
    facts = read_facts(original.source, original.name)
    if not inspect.isclass(definition):
        return _searched(definition, definition, facts, recorder, None)
    question, uncalled, trials = "", "", TRIALS
    for attempt in constructions(definition, facts):
        if isinstance(attempt, NotConstructed):
            question = question or f"How is {original.name} constructed? {attempt.reason}; {_HOW}."
            continue
        case = _searched(definition, attempt.module, facts, recorder, attempt, trials)
        trials = FURTHER_TRIALS
        if not case.question:
            return case
        uncalled = uncalled or case.question
    return Case(question=uncalled or question)


def _watched(plain: object, original: OriginalTask, recorder: Recorder) -> object:
    """The original in a text that reports its branches, or as it is where that text does not run."""
    try:
        text = instrument(original.source).source
        return load_variant(plain, text, f"watched {original.id}", {RECORDER: recorder})
    except Exception:  # noqa: BLE001 - a module that cannot run twice is searched all the same
        return plain


def _searched(
    definition: Callable[..., object],
    entry: Callable[..., object],
    facts: SourceFacts,
    recorder: Recorder,
    constructed: Constructed | None,
    trials: int = TRIALS,
) -> Case:
    space = space_of(entry, with_defaults(definition, constructed.arguments) if constructed else {})
    search = Search(Runner(entry, space.dims, recorder), space, facts, trials)
    base = search.required()
    if base is None:
        return Case(question=_question(definition, search))
    return varied(Found(definition, constructed, search, base))


def _question(definition: Callable[..., object], search: Search) -> str:
    name = definition.__name__
    names = ", ".join(inputs_of(search.runner.entry)) or "no arguments"
    if search.nearest is None:
        return f"What does {name} take for {names}? Nothing that was tried ran; {_HOW}."
    error = search.nearest[1].error
    said = " ".join(str(error).split())[:200]
    reason = f"{type(error).__name__}: {said}" if error else "nothing came out"
    return f"What does {name} take for {names}? The nearest of what was tried ended with {reason}; {_HOW}."
