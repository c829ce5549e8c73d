"""Copies of one concept across a tree."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from refactor_tools.clones.fingerprints import Fingerprint, fingerprints
from refactor_tools.clones.groups import Group, grouped
from refactor_tools.clones.homonyms import find_homonyms
from refactor_tools.clones.implicit import find_implicit
from refactor_tools.clones.methods import method_families
from refactor_tools.clones.near import Near, Progress, near_groups
from refactor_tools.clones.patterns import find_patterns
from refactor_tools.clones.relations import Relations
from refactor_tools.clones.steps import Steps
from refactor_tools.clones.substance import has_substance
from refactor_tools.model.facts import Scan
from refactor_tools.model.families import Families, Family, Implicit, KeepApart, KeptApart, Likeness, Pattern
from refactor_tools.scan.memo import Memo, digest_of
from refactor_tools.settings import Settings

# Near copies differ in something, if only in a constant: the forms that are compared do not see those.
_MOST_NEAR = 0.99

Inside = tuple[tuple[Implicit, ...], tuple[Pattern, ...]]


def find_families(
    scan: Scan, settings: Settings, *, jobs: int = 1, cache: bool = False, progress: Progress | None = None
) -> Families:
    """Families of copied classes, top-level functions and methods, best first, and the homonyms among them;
    components written out inside larger classes, and runs of layers that could become components.

    Copies are exact or renamed where the digests of their normal forms are equal, and near where their statements align
    in order and they use the same words. A group of exact or renamed copies that has near copies is reported once, with
    them. The result does not depend on the order of `scan.files`. With `cache`, what is near what is kept.

    `jobs` is the number of processes (0: one a core). `progress` is called now and then with the number of pairs
    compared and of all.
    """
    every = fingerprints(scan)
    found = [item for item in every if has_substance(item)]
    root = settings.root if cache else None
    groups = grouped(found)
    ranked = list(_families(groups, near_groups(groups, root, jobs=jobs, progress=progress)))
    ranked += method_families(every, [family for _, family in ranked], root)
    ranked.sort(key=lambda entry: (-entry[0], entry[1].name, entry[1].members))
    families = [family for _, family in ranked]
    homonyms = find_homonyms((item.definition for item in found), families)
    memo: Memo[Inside] = Memo(root, "inside", Inside)  # type: ignore[arg-type]
    implicit, patterns = memo.get(_digest(every, families), lambda: _inside(every, families))
    memo.store()
    reasons = [(family, _reason(family, settings.keep_apart)) for family in families]
    return Families(
        families=tuple(family for family, reason in reasons if reason is None),
        homonyms=homonyms,
        kept_apart=tuple(KeptApart(family, reason) for family, reason in reasons if reason is not None),
        implicit=implicit,
        patterns=patterns,
    )


def _digest(found: Sequence[Fingerprint], families: Sequence[Family]) -> str:
    """A digest of all that it follows from what stands inside of what."""
    known: list[object] = [(family.kind, family.members) for family in families]
    for item in found:
        one = item.definition
        if one.kind == "class" or item.flows:
            known.append((one.id, one.bases, one.is_module, one.framework, one.line, one.end_line, item.flows))
    return digest_of(known)


def _inside(found: Sequence[Fingerprint], families: Sequence[Family]) -> Inside:
    """What stands inside larger classes: components that exist, and runs of layers that could become one."""
    steps = {text: Steps.of(text) for text in {flow.steps for item in found for flow in item.flows}}
    related = Relations(found, families)
    return find_implicit(found, steps, related), find_patterns(found, steps, related)


def _families(groups: Sequence[Group], found: Sequence[Near]) -> Iterator[tuple[float, Family]]:
    covered: set[int] = set()
    for near in found:
        covered.update(near.members)
        members = [groups[index] for index in near.members]
        yield _ranked(members, "near", min(near.similarity, _MOST_NEAR), near.strength)
    for index, group in enumerate(groups):
        if index not in covered and len(group.members) > 1:
            yield _ranked([group], group.likeness, 1.0, 1.0)


def _ranked(groups: Sequence[Group], likeness: Likeness, similarity: float, strength: float) -> tuple[float, Family]:
    """A family and its rank: what its smallest member repeats, at a discount where the evidence is weak."""
    definitions = [member.definition for group in groups for member in group.members]
    name = _name_of(groups)
    definitions.sort(key=lambda item: (item.path, item.line, item.id))
    family = Family(
        name=name,
        kind=definitions[0].kind,
        likeness=likeness,
        similarity=round(similarity, 2),
        members=tuple(definition.id for definition in definitions),
        priority="high" if len({definition.path for definition in definitions}) > 1 else "medium",
        equal=_equal(groups),
    )
    return min(group.first.weight for group in groups) * strength**2, family


def _equal(groups: Sequence[Group]) -> tuple[tuple[str, ...], ...]:
    copies: dict[str, list[str]] = defaultdict(list)
    for member in (member for group in groups for member in group.members):
        copies[member.exact].append(member.definition.id)
    return tuple(sorted((tuple(sorted(ids)) for ids in copies.values()), key=lambda ids: (-len(ids), ids)))


def _name_of(groups: Sequence[Group]) -> str:
    """The name that most members bear, else the role that most share, else the medoid's name."""
    members = [member for group in groups for member in group.members]
    # `most_common` keeps the order of first appearance among equals, and the first of `groups` is the medoid.
    for names in ([member.definition.name for member in members], [member.role for member in members]):
        name, count = Counter(names).most_common(1)[0]
        if count > 1:
            return name
    return members[0].definition.name


def _reason(family: Family, kept: Sequence[KeepApart]) -> str | None:
    """Why the tree's owners keep `family` apart: an entry names it, or two of its members (by name or by id)."""
    for entry in kept:
        listed = sum(member in entry.names or _name(member) in entry.names for member in family.members)
        if family.name in entry.names or listed > 1:
            return entry.reason
    return None


def _name(member: str) -> str:
    return member.rpartition("::")[2].partition("@")[0].rpartition(".")[2]
