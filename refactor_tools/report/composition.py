"""What the graphs say of definitions and files, as lines of a place and a message."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from refactor_tools.graph.members import NEVER_READ
from refactor_tools.graph.metrics import chain
from refactor_tools.model.facts import Finding
from refactor_tools.model.graphs import FileMetrics
from refactor_tools.report.words import count, listed

_MOST_IN_LINE = 6
# Below these a file is like most others.
_MANY_IMPORTERS = 3
_LONG_CHAIN = 4

Line = tuple[str, str]


def unused_lines(identities: Iterable[str]) -> list[Line]:
    """Definitions that nothing uses, those of one file together, the fullest file first."""
    return _by_file(identity.partition("::")[::2] for identity in identities)


def never_read_lines(members: Iterable[Finding]) -> list[Line]:
    """Values that are assigned and never read, those of one file together, the fullest file first."""
    values = (member for member in members if member.code == NEVER_READ)
    return _by_file((value.path, _member(value.message)) for value in values)


def import_lines(metrics: Sequence[FileMetrics]) -> list[Line]:
    """The longest chain of imports, and the files that most others import."""
    lines = []
    deepest = max(metrics, key=lambda one: one.depth, default=None)
    if deepest and deepest.depth >= _LONG_CHAIN:
        following = {one.path: one.following for one in metrics}
        rest = chain(deepest.path, following)[1:]
        lines.append((deepest.path, f"starts the longest chain, {count(deepest.depth, 'file')}: {' -> '.join(rest)}"))
    busiest = sorted(metrics, key=lambda one: (-one.fan_in, one.path))
    lines.extend((one.path, f"imported by {one.fan_in:,} files") for one in busiest if one.fan_in >= _MANY_IMPORTERS)
    return lines


def _member(message: str) -> str:
    """ "M.b" of "M assigns `self.b` and never reads it"."""
    owner, member = message.split(" ")[0], message.split("`")[1]
    return f"{owner}.{member.removeprefix('self.')}"


def _by_file(entries: Iterable[tuple[str, str]]) -> list[Line]:
    files: dict[str, list[str]] = defaultdict(list)
    for path, name in entries:
        files[path].append(name)
    ordered = sorted(files.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(path, listed(names, _MOST_IN_LINE)) for path, names in ordered]
