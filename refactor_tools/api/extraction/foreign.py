"""What a component would have to import from legacy code. The library never does: it could come back in a circle."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence

from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import Import
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.members import Member
from refactor_tools.unify.plan import Candidate
from refactor_tools.unify.syntax import reads


def legacy_imports(
    candidate: Candidate, analysis: Analysis, library: str, provided: Collection[str], moved: Collection[str]
) -> Refusal | None:
    """Why the candidate cannot leave its files: it uses what one of them imports from another one outside of `library`
    (a folder). `provided` are names that it imports from the library, `moved` those that its helpers use.

    Files that are not searched for copies are no legacy code: they may be imported by their whole name, if that does
    not lead back.
    """
    used = (reads(candidate.node) | frozenset(moved)) - frozenset(provided)
    legacy = {file.path for file in analysis.scan.files}
    for member in candidate.members:
        for item, target in _imported(member, analysis):
            if item.bound in used and target != library and not target.startswith(f"{library}/"):
                circle = _circle(target, member.path, analysis)
                if target in legacy or item.level or circle:
                    return _refused(member, item, target, circle)
    return None


def _refused(member: Member, item: Import, target: str, circle: Sequence[str]) -> Refusal:
    where = (f"{item.name or item.module} of {target}, imported in line {item.line} of {member.path}",)
    if not circle:
        return Refusal("needs something of another legacy file, and the library imports none", (where, _WAY_OUT))
    way = (" -> ".join(("the component", *circle, "the component")),)
    reason = "would import in a circle: the library would need legacy code that needs the library"
    return Refusal(reason, (where, way, _WAY_OUT))


_WAY_OUT = ("move it into the file, or into the library, first",)


def _imported(member: Member, analysis: Analysis) -> Iterator[tuple[Import, str]]:
    """What the member's file imports from files of the tree, at its top or inside of the member."""
    facts = next((file for file in analysis.scan.files if file.path == member.path), None)
    targets: Mapping[int, str] = {
        edge.line: edge.target for edge in analysis.imports.edges if edge.source == member.path and not edge.external
    }
    for item in facts.imports if facts is not None else ():
        if item.line in targets and item.kind != "type-only":
            yield item, targets[item.line]


def _circle(start: str, end: str, analysis: Analysis) -> tuple[str, ...]:
    """The shortest way from one file to another along imports that run; () where there is none."""
    followed: dict[str, list[str]] = {}
    for edge in analysis.imports.edges:
        if not edge.external and edge.kind in ("runtime", "optional"):
            followed.setdefault(edge.source, []).append(edge.target)
    before: dict[str, str] = {start: ""}
    waiting = deque([start])
    while waiting:
        path = waiting.popleft()
        if path == end:
            return _way(path, before)
        for target in followed.get(path, ()):
            if target not in before:
                before[target] = path
                waiting.append(target)
    return ()


def _way(path: str, before: Mapping[str, str]) -> tuple[str, ...]:
    way = [path]
    while before[way[-1]]:
        way.append(before[way[-1]])
    return tuple(reversed(way))
