"""How alike two definitions must be, by what they say that they are: name, base class, call."""

from refactor_tools.clones.profiles import Profile

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


def comparable(left: Profile, right: Profile) -> bool:
    """Copies of different kinds or frameworks are kept apart.

    So are wrappers of different operations that bear the operation's name: the rest of them is the library's manners.
    And a residual block is no feed-forward part of another name: that its input is added is all that tells them apart.
    """
    if left.kind != right.kind or not left.home.goes_with(right.home):
        return False
    if left.names.isdisjoint(right.names) and {left.adds, right.adds} == {True, False}:
        return False
    return not (left.wrapped and right.wrapped and left.wrapped.isdisjoint(right.wrapped))


def least_similarity(left: Profile, right: Profile, *, apart: bool) -> float:
    """The similarity from which two comparable groups are near copies; `apart` if the tree tells their roles apart."""
    least = _LEAST
    is_function = left.kind == "function"
    if not left.names.isdisjoint(right.names):
        least += _SAME_NAME
    else:
        least += 0.0 if _same_role(left, right) else _OTHER_FUNCTION_ROLE if is_function else _OTHER_ROLE
        least += _OTHER_FUNCTION * is_function + _TOLD_APART * apart
        least += _exchanged(left, right)
        least += _SMALL * (min(left.weight, right.weight) < _SMALL_WEIGHT)
    if are_neighbours(left, right):
        least = max(least, _NEIGHBOURS)
    least += _OTHER_BASE * (left.base != right.base)
    least += _OTHER_CALL * (abs(left.arity - right.arity) > 1)
    return least + _OTHER_SORT * (left.home.module != right.home.module)


def are_neighbours(left: Profile, right: Profile) -> bool:
    """Whether two groups stand in one file for different things: that they use the same words says nothing then."""
    return not left.paths.isdisjoint(right.paths) and left.roles.isdisjoint(right.roles)


def role_evidence(left: Profile, right: Profile, *, apart: bool) -> float:
    """What names add to the evidence of words, or take from it where they say that the two are different things."""
    if not left.roles.isdisjoint(right.roles):
        return _SAME_ROLE
    if apart:
        return -_SAME_ROLE / 2
    if _ends_alike(left.role_words, right.role_words):
        return _SAME_ROLE / 2
    return 0.0 if _same_role(left, right) else -_SAME_ROLE / 2


def _ends_alike(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether one name ends with all the words of the other: `VisionEncoderLayer` and `EncoderLayer`."""
    shorter = min(len(left), len(right))
    return shorter > 1 and left[-shorter:] == right[-shorter:]


def _same_role(left: Profile, right: Profile) -> bool:
    """Whether the names agree in most of the words that say what the two are."""
    return 2 * len(left.says & right.says) > len(left.says | right.says)


def _exchanged(left: Profile, right: Profile) -> float:
    """How much of what they compute is other layers or operations on both sides, as in two losses of one shape."""
    common = len(left.operations & right.operations)
    other = min(len(left.operations), len(right.operations)) - common
    return _OTHER_OPERATIONS * other / (other + common) if other else 0.0
