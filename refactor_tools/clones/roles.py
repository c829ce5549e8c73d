"""How alike two definitions must be, by what they say that they are: name, base class, call."""

from refactor_tools.clones.forms import name_words, role_word
from refactor_tools.clones.groups import Group
from refactor_tools.model.facts import Definition

# Settled on pairs labelled by hand: copies made by one editing step each, and look-alikes that are none. The evidence
# that a definition gives of itself moves the threshold by less than one optional statement moves the similarity.
_LEAST = 0.74
_SAME_NAME = -0.06
_OTHER_ROLE, _OTHER_FUNCTION_ROLE = 0.12, 0.07
_TOLD_APART = 0.05
_OTHER_OPERATIONS = 0.5
_OTHER_FUNCTION = 0.06
_OTHER_BASE = 0.04
_OTHER_CALL = 0.04
_OTHER_SORT = 0.10
# Few tokens are alike by chance more easily, unless the name is the same too.
_SMALL, _SMALL_WEIGHT = 0.08, 60
# What stands in one file under different names is a head for another task, as a rule.
_NEIGHBOURS = 0.9
# Added to the sum of two coefficients of common words and one of common structure.
_SAME_ROLE = 0.3

LEAST_OF_ALL = _LEAST + _SAME_NAME

_GENERIC_BASES = frozenset({"Module", "Layer", "Model", "object", "ABC", "Generic", "LightningModule"})


def comparable(left: Group, right: Group) -> bool:
    """Copies of different kinds or frameworks are kept apart, and so are a class and the class around it.

    So are wrappers of different operations that bear the operation's name: the rest of them is the library's manners.
    """
    if left.wrapped and right.wrapped and not left.wrapped & right.wrapped:
        return False
    a, b = left.first.definition, right.first.definition
    if a.kind != b.kind or not left.first.goes_with(right.first):
        return False
    return not (_encloses(a, b) or _encloses(b, a))


def least_similarity(left: Group, right: Group, *, apart: bool) -> float:
    """The similarity from which two comparable groups are near copies; `apart` if the tree tells their roles apart."""
    a, b = left.first.definition, right.first.definition
    least = _LEAST
    if left.names & right.names:
        least += _SAME_NAME
    else:
        least += 0.0 if _same_role(a, b) else _OTHER_FUNCTION_ROLE if a.kind == "function" else _OTHER_ROLE
        least += _OTHER_FUNCTION * (a.kind == "function") + _TOLD_APART * apart
        least += _exchanged(left, right)
        least += _SMALL * (min(left.first.weight, right.first.weight) < _SMALL_WEIGHT)
    if are_neighbours(left, right):
        least = max(least, _NEIGHBOURS)
    least += _OTHER_BASE * (_base(a) != _base(b))
    least += _OTHER_CALL * (abs(_arity(a) - _arity(b)) > 1)
    return least + _OTHER_SORT * (a.is_module != b.is_module)


def are_neighbours(left: Group, right: Group) -> bool:
    """Whether two groups stand in one file for different things: that they use the same words says nothing then."""
    return not left.paths.isdisjoint(right.paths) and not left.roles & right.roles


def role_evidence(left: Group, right: Group, *, apart: bool) -> float:
    """What names add to the evidence of words, or take from it where they say that the two are different things."""
    if left.roles & right.roles:
        return _SAME_ROLE
    if apart:
        return -_SAME_ROLE / 2
    if _ends_alike(left.first.role, right.first.role):
        return _SAME_ROLE / 2
    return 0.0 if _same_role(left.first.definition, right.first.definition) else -_SAME_ROLE / 2


def _ends_alike(left: str, right: str) -> bool:
    """Whether one name ends with all the words of the other: `VisionEncoderLayer` and `EncoderLayer`."""
    ours, theirs = name_words(left), name_words(right)
    shorter = min(len(ours), len(theirs))
    return shorter > 1 and ours[-shorter:] == theirs[-shorter:]


def _encloses(outer: Definition, inner: Definition) -> bool:
    return outer.path == inner.path and outer.line < inner.line and inner.end_line <= outer.end_line


def _same_role(a: Definition, b: Definition) -> bool:
    """Classes say what they are in their last word (before `Module`), functions in most of their words."""
    if a.kind == "class":
        return role_word(a.name.removesuffix("Module")) == role_word(b.name.removesuffix("Module"))
    words, others = set(name_words(a.name)), set(name_words(b.name))
    return 2 * len(words & others) > len(words | others)


def _exchanged(left: Group, right: Group) -> float:
    """How much of what they compute is other layers or operations on both sides, as in two losses of one shape."""
    ours, theirs = left.operations, right.operations
    other = min(len(ours - theirs), len(theirs - ours))
    return _OTHER_OPERATIONS * other / (other + len(ours & theirs)) if other else 0.0


def _base(definition: Definition) -> str:
    bases = [base.rpartition(".")[2] for base in definition.bases]
    return next((role_word(base) for base in bases if base not in _GENERIC_BASES), "")


def _arity(definition: Definition) -> int:
    return len(definition.parameters if definition.forward is None else definition.forward)
