"""Families as rows of a table."""

from collections import Counter
from collections.abc import Sequence

from refactor_tools.model.families import Families, Family, Implicit
from refactor_tools.report.words import count

_STYLES = {"exact": "green", "renamed": "green", "near": "cyan"}


def family_rows(families: Sequence[Family]) -> list[tuple[str, str, str, str]]:
    """Name, likeness, copies, and what they could become or why they cannot."""
    return [(family.name, _likeness(family), f"{len(family.members):,}", _outcome(family)) for family in families]


def likeness_style(family: Family) -> str:
    return _STYLES[family.likeness]


def differs_in(family: Family) -> str:
    """The kinds of differences of a compared family and how many there are of each, the most frequent first."""
    if not family.differences:
        return "equal" if family.likeness == "exact" else "only names differ"
    kinds = Counter(difference.kind for difference in family.differences)
    return ", ".join(_of_kind(number, kind) for kind, number in kinds.most_common())


def _of_kind(number: int, kind: str) -> str:
    return f"{number:,} left out" if kind == "left out" else count(number, kind)


def kept_apart_rows(families: Families) -> list[tuple[str, str]]:
    """Name and reason of each family that is kept apart."""
    return [(one.family.name, one.reason) for one in families.kept_apart]


def implicit_lines(families: Families) -> list[tuple[str, str]]:
    """Where a component is written out inside another class, and which."""
    return [
        (
            _lines(one.holder, one.line, one.end_line),
            f"{_name(one.holder)} writes out {_name(one.component)}{_share(one)}",
        )
        for one in families.implicit
    ]


def pattern_lines(families: Families) -> list[tuple[str, str]]:
    """Runs of layers that could become components, and where they stand."""
    return [
        (one.text, "\n".join(_lines(place.holder, place.line, place.end_line) for place in one.places))
        for one in families.patterns
    ]


def worth_extracting(families: Families) -> list[str]:
    """The names that `extract-component` would take as they stand, classes before functions, best first."""
    ambiguous = {homonym.name for homonym in families.homonyms}
    mergeable = [one for one in families.families if one.kind != "method" and one.proposal and not one.proposal.refusal]
    mergeable.sort(key=lambda family: family.kind != "class")
    return [name for name in dict.fromkeys(one.name for one in mergeable) if name not in ambiguous]


def _likeness(family: Family) -> str:
    # Rounding up would call a near copy a perfect one.
    return f"near {int(family.similarity * 100) / 100:.2f}" if family.likeness == "near" else family.likeness


def _outcome(family: Family) -> str:
    if family.kind == "method":
        return "shared by classes that are no copies"
    if family.proposal is None:
        return "not compared"
    if family.proposal.refusal:
        moved = any(difference.kind == "order" for difference in family.differences or ())
        return f"kept: {family.proposal.refusal}{'; steps of forward are in another order' if moved else ''}"
    place = f"{family.proposal.category}/" if family.proposal.category else family.proposal.target
    return f"{place}: {differs_in(family)}"


def _lines(holder: str, line: int, end_line: int) -> str:
    return f"{holder.partition('::')[0]}:{line}" + (f"-{end_line}" if end_line > line else "")


def _name(definition: str) -> str:
    return definition.partition("::")[2]


def _share(found: Implicit) -> str:
    as_what = " in an nn.Sequential" if found.how == "sequential" else ""
    return as_what if found.similarity == 1 else f"{as_what}, {found.similarity:.2f} of it"
