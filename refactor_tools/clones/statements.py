"""What is kept of a definition's statements: digests, and their forms with what each weighs."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from refactor_tools.clones.forms import OURS, WIRING, Form, near_form
from refactor_tools.clones.tokens import CONSTANT, MEMBER, RENAMABLE

Tokens = list[str]

_REPEATED = 3
_QUOTES = frozenset("'\"")
_MESSAGES = frozenset(("Raise", "Assert", "Expr"))


@dataclass(frozen=True, slots=True)
class Measured:
    """A form, its tokens joined by spaces, with the number of tokens, and of those that are work (see `Print`)."""

    form: str
    weight: int
    work: int

    @classmethod
    def of(cls, form: Form) -> "Measured":
        return cls(" ".join(form), len(form), sum(token not in WIRING and token[0] != OURS for token in form))


def forms_of(statements: Iterable[Tokens], kinds: Mapping[str, str]) -> Iterator[Measured]:
    """The forms of a method's statements, a repeated one `_REPEATED` times at most: a table is no algorithm.

    `kinds` names the class that each attribute of `self` is built from.
    """
    seen: Counter[str] = Counter()
    for statement in statements:
        text = "\t".join(statement)
        measured = Measured.of(near_form(statement, kinds)) if kinds and MEMBER in text else _measured(text)
        seen[measured.form] += 1
        if measured.form and seen[measured.form] <= _REPEATED:
            yield measured


# Trees repeat their statements.
@lru_cache(maxsize=1 << 16)
def _measured(text: str) -> Measured:
    return Measured.of(near_form(text.split("\t"), {}))


def is_table(statements: int, forms: int) -> bool:
    """Whether most statements repeat others, so that so many forms are left of them."""
    return 2 * forms < statements


def is_text(statements: Iterable[Tokens]) -> bool:
    """Whether a function has at least one text for every statement, messages aside: it says how something is called."""
    computing = [tokens for tokens in statements if tokens[0] not in _MESSAGES]
    texts = sum(token[0] == CONSTANT and token[1] in _QUOTES for tokens in computing for token in tokens)
    return texts >= len(computing) > 1


def digests(statements: Sequence[Tokens]) -> tuple[str, str]:
    """One digest that is equal for equal statements, one that is equal also for consistent renamings."""
    number = _numbers(statements).get
    exact = "\n".join("\t".join(tokens) for tokens in statements)
    renamed = "\n".join("\t".join(map(number, tokens, tokens)) for tokens in statements)
    return _digest(exact), _digest(renamed)


def _numbers(statements: Iterable[Tokens]) -> dict[str, str]:
    """The order in which each identifier first appears."""
    names = (token for token in dict.fromkeys(chain.from_iterable(statements)) if token[0] in RENAMABLE)
    return {token: f"{token[0]}{number}" for number, token in enumerate(names)}


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
