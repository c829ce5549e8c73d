"""Ways to construct an original, likely ones first."""

import inspect
from collections.abc import Callable, Iterator, Mapping

from refactor_tools.model.proofs import CaseValue
from refactor_tools.prove.case_facts import Sizes, SourceFacts

# Distinct widths first: they show which size goes where. Where parts must agree, one width for all does.
WIDTHS = ((24, 40, 56, 72, 88, 104), (24,), (40,), (16, 32, 64))
SECOND = ((40, 72, 24, 88, 56), (40,), (24,), (32, 64, 16))


def constructor_arguments(
    original: Callable[..., object], facts: SourceFacts
) -> Iterator[tuple[dict[str, CaseValue], int]]:
    """Arguments to try, each with the number of its width plan."""
    for plan, widths in enumerate(WIDTHS):
        yield arguments_for(original, facts, Sizes(widths, dropout=0.25)), plan


def further_arguments(original: Callable[..., object], facts: SourceFacts, plan: int) -> Iterator[dict[str, CaseValue]]:
    """More constructions after one that works: other sizes, no dropout, each switch the other way."""
    base = arguments_for(original, facts, Sizes(WIDTHS[plan], dropout=0.25))
    other = arguments_for(original, facts, Sizes(SECOND[plan], dropout=0.0))
    if other != base:
        yield other
    for name, value in list(base.items()):
        if isinstance(value, bool):
            yield {**base, name: not value}
    for name, parameter in _parameters(original).items():
        if isinstance(parameter.default, bool):
            yield {**base, name: not parameter.default}
        elif parameter.default is not inspect.Parameter.empty and name in base:
            yield {key: kept for key, kept in base.items() if key != name}


def arguments_for(original: Callable[..., object], facts: SourceFacts, sizes: Sizes) -> dict[str, CaseValue]:
    """Values for what must be given, and for the dropout rates that may be."""
    found: dict[str, CaseValue] = {}
    for name, parameter in _parameters(original).items():
        if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            continue
        if parameter.default is inspect.Parameter.empty:
            found[name] = _value(name, parameter.annotation, facts, sizes)
        elif "drop" in name and isinstance(parameter.default, float):
            found[name] = sizes.dropout
    return found


def _value(name: str, annotation: object, facts: SourceFacts, sizes: Sizes) -> CaseValue:
    attributes = facts.attributes.get(name, ()) if annotation not in (int, float, bool, str) else ()
    if attributes:
        return {attribute: _attribute(attribute, facts, sizes) for attribute in attributes}
    return sizes.value(name, annotation)


def _attribute(name: str, facts: SourceFacts, sizes: Sizes) -> CaseValue:
    default = facts.defaults.get(name)
    if isinstance(default, (str, bool)) or (isinstance(default, float) and "drop" not in name):
        return default
    return sizes.value(name)


def _parameters(original: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(original).parameters
    except (TypeError, ValueError):
        return {}
