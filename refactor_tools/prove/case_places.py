"""Where values stand in a constructor's arguments: names of arguments, with those of a config's entries behind them."""

from collections.abc import Iterator, Mapping

from refactor_tools.model.proofs import CaseValue

Inputs = dict[str, CaseValue]


def places_of(arguments: Mapping[str, CaseValue], scope: str = "") -> Iterator[tuple[str, CaseValue]]:
    """Every value that is no mapping, with its place, such as `config.hidden_size`."""
    for name, value in arguments.items():
        place = f"{scope}.{name}" if scope else name
        if isinstance(value, Mapping):
            yield from places_of(value, place)
        else:
            yield place, value


def with_values(arguments: Mapping[str, CaseValue], changes: Mapping[str, CaseValue]) -> Inputs:
    """The arguments with other values in some places."""
    changed = dict(arguments)
    for place, value in changes.items():
        name, _, rest = place.partition(".")
        inner = changed.get(name)
        changed[name] = with_values(inner, {rest: value}) if rest and isinstance(inner, Mapping) else value
    return changed


def last_name(place: str) -> str:
    return place.rpartition(".")[2]
