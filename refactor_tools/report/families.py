"""Families as rows of a table."""

from collections import Counter
from collections.abc import Sequence

from refactor_tools.model.families import Families, Family, Implicit
from refactor_tools.report.words import count

_MOST_NEXT = 3
_STYLES = {"exact": "green", "renamed": "green", "near": "cyan"}


def family_rows(families: Sequence[Family]) -> list[tuple[str, str, str, str, str]]:
    """Name, likeness, copies, what differs and what it could become."""
    return [
        (family.name, _likeness(family), f"{len(family.members):,}", differs_in(family), _could_become(family))
        for family in families
    ]


def likeness_style(family: Family) -> str:
    return _STYLES[family.likeness]


def differs_in(family: Family) -> str:
    """The kinds of differences and how many there are of each, the most frequent first."""
    if family.differences is None:
        return "not compared"
    if family.proposal and family.proposal.refusal:
        return "more than can be merged"
    if not family.differences:
        return "nothing" if family.likeness == "exact" else "names"
    kinds = Counter(difference.kind for difference in family.differences)
    return ", ".join(count(number, kind) for kind, number in kinds.most_common())


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
    """The first names that `extract-component` would take as they stand."""
    ambiguous = {homonym.name for homonym in families.homonyms}
    names = (
        family.name
        for family in families.families
        if family.kind != "method" and not (family.proposal and family.proposal.refusal)
    )
    return [name for name in dict.fromkeys(names) if name not in ambiguous][:_MOST_NEXT]


def _likeness(family: Family) -> str:
    # Rounding up would call a near copy a perfect one.
    return f"near {int(family.similarity * 100) / 100:.2f}" if family.likeness == "near" else family.likeness


def _could_become(family: Family) -> str:
    if family.proposal is None:
        return ""
    if family.proposal.refusal:
        return f"kept: {family.proposal.refusal}"
    return f"{family.proposal.category}/" if family.proposal.category else family.proposal.target


def _lines(holder: str, line: int, end_line: int) -> str:
    return f"{holder.partition('::')[0]}:{line}" + (f"-{end_line}" if end_line > line else "")


def _name(definition: str) -> str:
    return definition.partition("::")[2]


def _share(found: Implicit) -> str:
    as_what = " in an nn.Sequential" if found.how == "sequential" else ""
    return as_what if found.similarity == 1 else f"{as_what}, {found.similarity:.2f} of it"
