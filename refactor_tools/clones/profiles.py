"""What judging two definitions depends on, and nothing else: small enough to be sent to other processes."""

from dataclasses import dataclass

from refactor_tools.clones.fingerprints import Fingerprint, Home
from refactor_tools.clones.forms import bare, is_operation, name_words, role_word
from refactor_tools.clones.groups import Group
from refactor_tools.clones.sketches import Sketch
from refactor_tools.model.facts import Definition
from refactor_tools.model.prints import Part

_BITS = 4096
_CALLS = frozenset({"forward", "call", "__call__"})
_GENERIC_BASES = frozenset({"Module", "Layer", "Model", "object", "ABC", "Generic", "LightningModule"})


@dataclass(frozen=True, slots=True)
class Profile:
    """A group of equal copies as compared with another; the first copy speaks for all but for names and places.

    `says` are the words by which the name says what it is, `base` is what the class derives from in one word, `arity`
    the number of arguments of a call. `operations` are the libraries' layers, functions and methods that it uses,
    `wrapped` the names of copies that are also the name of something they call (`l1_loss` around
    `torch._C._nn.l1_loss`). `adds` says of a module whose call is one expression whether it is a sum, as a residual
    connection is, and is None for all others. `bag` is a sketch of all tokens, `weight` their number.
    """

    kind: str
    says: frozenset[str]
    role_words: tuple[str, ...]
    roles: frozenset[str]
    names: frozenset[str]
    paths: frozenset[str]
    home: Home
    base: str
    arity: int
    words: frozenset[str]
    operations: frozenset[str]
    wrapped: frozenset[str]
    adds: bool | None
    parts: tuple[Part, ...]
    weight: int
    bag: Sketch

    @classmethod
    def of(cls, group: Group) -> "Profile":
        first = group.first
        definition, tokens = first.definition, list(first.tokens())
        return cls(
            kind=definition.kind,
            says=_says(definition),
            role_words=name_words(first.role),
            roles=group.roles,
            names=group.names,
            paths=group.paths,
            home=first.home,
            base=_base(definition),
            arity=len(definition.parameters if definition.forward is None else definition.forward),
            words=first.words,
            operations=frozenset(filter(is_operation, tokens)),
            wrapped=frozenset(map(bare, group.names)) & frozenset(map(bare, tokens)),
            adds=_adds(first),
            parts=first.parts,
            weight=first.weight,
            bag=Sketch.of(tokens, _BITS),
        )


def _says(definition: Definition) -> frozenset[str]:
    """Classes say what they are in their last word (before `Module`), functions in all of them."""
    if definition.kind == "class":
        return frozenset((role_word(definition.name.removesuffix("Module")),))
    return frozenset(name_words(definition.name))


def _adds(found: Fingerprint) -> bool | None:
    """Whether a module whose call is one expression adds something in it."""
    calls = [part for part in found.parts if part.name in _CALLS]
    if not found.definition.is_module or len(calls) != 1:
        return None
    statements = [found.forms.tokens[form] for form in calls[0].forms]
    returned = [tokens for tokens in statements if tokens[0] == "Return"]
    # Beside the arguments and what is returned.
    return "Add" in returned[0] if len(returned) == 1 and len(statements) <= 2 else None


def _base(definition: Definition) -> str:
    bases = [base.rpartition(".")[2] for base in definition.bases]
    return next((role_word(base) for base in bases if base not in _GENERIC_BASES), "")
