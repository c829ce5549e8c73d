"""The identifiers that a definition uses, as compared across files: the files' own prefixes are taken off.

In a file of `BertLayer`, `BertOutput` and `self.bert`, the word `Bert` says which model it is, not what its parts do.
"""

from collections import Counter
from collections.abc import Iterable

from refactor_tools.clones.forms import words_in
from refactor_tools.clones.tokens import ARGUMENT, EXTERNAL, FIELD, KEYWORD, MEMBER, METHOD, SIBLING, VARIABLE

_IDENTIFIERS = frozenset({VARIABLE, FIELD, MEMBER, SIBLING, KEYWORD, EXTERNAL, METHOD, ARGUMENT})
# Stands for the prefix, in a class name and in a lower-case name.
_CLASS, _VALUE = "@", "@_"


def file_prefix(names: Iterable[str]) -> str:
    """The longest run of leading words that at least half of the class names share, "" where none does."""
    names = list(names)
    counts: Counter[str] = Counter()
    for name in names:
        prefix = ""
        for word in words_in(name)[:-1]:
            prefix += word
            if not name.startswith(prefix):
                break
            counts[prefix] += 1
    common = [prefix for prefix, count in counts.items() if count > 1 and 2 * count >= len(names)]
    return max(common, key=lambda prefix: (len(prefix), prefix), default="")


def without_prefix(name: str, prefix: str) -> str:
    """A class name without the prefix of its file: what it says that it is (`BertSelfOutput` a `SelfOutput`)."""
    return name[len(prefix) :] if prefix and name != prefix and name.startswith(prefix) else name


def words_of(tokens: Iterable[str], prefix: str) -> tuple[str, ...]:
    """The identifiers among `tokens`, each once and in order, `prefix` replaced by a mark."""
    found = {token[1:].rpartition(".")[2] for token in tokens if token[:1] in _IDENTIFIERS}
    if not prefix:
        return tuple(sorted(found))
    value = prefix.lower()
    return tuple(sorted({_marked(word, prefix, value) for word in found}))


def _marked(word: str, prefix: str, value: str) -> str:
    if word.startswith(prefix):
        return _CLASS + word[len(prefix) :]
    if word.startswith(value) and word[len(value) :][:1] in ("", "_"):
        return _VALUE + word[len(value) :]
    return word
