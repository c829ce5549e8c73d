"""Names of what moved, written in strings, settings, documents and scripts: whole tokens only."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from refactor_tools.codemods.import_modules import Module, Unclear
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.string_regions import Region
from refactor_tools.model.changes import Edit
from refactor_tools.model.migrations import ON_REQUEST, Move, NamedInString

ADAPTED = "its old name is an adapter, which takes other arguments; a dotted name can only give that"

# A dotted name that is no part of a longer word, path, address or option; behind an escape such as \n it may begin.
_TOKEN = re.compile(
    r"(?:(?<=\\[nrt])|(?<![\w.\-/\\$@%]))[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d]\w*(?:\.\w+)*)?(?![\w@/\\]|-\w)"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A token's text and where it stands."""

    consumer: str
    token: str
    start: int
    region: Region
    before: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the first `length` characters of a token would have to be; `reason` as in `Region`."""

    length: int
    new: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a text. It has an edit where nothing speaks against rewriting it."""

    start: int
    old: str
    new: str
    reason: str

    @property
    def edit(self) -> Edit:
        return Edit(self.start, self.start + len(self.old), self.new)


def find_names(
    consumer: str,
    text: str,
    regions: Iterable[Region],
    word: re.Pattern[str],
    means: Callable[[Mention], Meaning | None],
) -> Iterator[Found]:
    """The names in the regions of a text that hold `word` and mean something to `means`."""
    # Finding the strings of a file costs far more than looking whether any name in it means something.
    anywhere = Region(0, len(text), imports=True)
    if not any(means(_mention(consumer, text, match, anywhere)) for match in _tokens(text, anywhere, word)):
        return
    for region in regions:
        for match in _tokens(text, region, word):
            found = means(_mention(consumer, text, match, region))
            if found is not None:
                reason = region.reason or found.reason
                yield Found(match.start(), match[0][: found.length], found.new, reason)


def _tokens(text: str, region: Region, word: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The tokens with the word, on the lines that have it."""
    done = region.start
    for hit in word.finditer(text, region.start, region.end):
        if hit.start() >= done:
            start = max(text.rfind("\n", 0, hit.start()) + 1, done)
            end = text.find("\n", hit.end(), region.end)
            done = region.end if end < 0 else end
            yield from (match for match in _TOKEN.finditer(text, start, done) if word.search(match[0]))


def _mention(consumer: str, text: str, match: re.Match[str], region: Region) -> Mention:
    return Mention(
        consumer, match[0], match.start(), region, text[max(region.start, match.start() - 40) : match.start()]
    )


def reports(path: str, text: str, found: Iterable[Found], *, rewrite: bool) -> Iterator[NamedInString]:
    """The finds with their lines; without `rewrite` each has the reason that nobody asked."""
    for item in found:
        reason = item.reason or ("" if rewrite else ON_REQUEST)
        yield NamedInString(path, text.count("\n", 0, item.start) + 1, item.old, item.new, reason)


@dataclass(frozen=True, slots=True)
class MovedNames:
    """Finds dotted names of classes and functions that moved."""

    tree: SourceTree

    @property
    def word(self) -> re.Pattern[str]:
        return re.compile(rf"[.:](?:{self.tree.moved_name.pattern})")

    def __call__(self, mention: Mention) -> Meaning | None:
        parts = re.split(r"[.:]", mention.token)
        for index, name in enumerate(parts[1:], 1):
            if not self.tree.moved_name.fullmatch(name):
                continue
            module = ".".join(parts[:index])
            found = self.tree.module(mention.consumer, module)
            move = self.tree.origin(found, name)
            length = len(module) + 1 + len(name)
            if isinstance(move, Move) and self._is_meant(mention, found, move):
                new = f"{move.module}{mention.token[len(module)]}{move.new_name}"
                return Meaning(length, new, ADAPTED if move.form == "adapted" else "")
            if isinstance(move, Unclear):
                return Meaning(length, "", move.reason)
            if isinstance(found, str) and (elsewhere := self.tree.elsewhere(mention.consumer, found, name)):
                return Meaning(length, "", f"`{module}` may be {elsewhere}, if `sys.path` leads there")
        return None

    def _is_meant(self, mention: Mention, found: Module | Unclear | str | None, move: Move) -> bool:
        """Not where the shim names itself, nor where a test replaces what a consumer has imported."""
        if move.origin == mention.consumer:
            return False
        if mention.region.patches:
            return found == move.origin or (isinstance(found, Module) and found.path == move.origin)
        return True
