"""What the operations of a data flow are: which are none, which say much about a computation, which are alike."""

from functools import lru_cache

from refactor_tools.clones.forms import kind_of
from refactor_tools.clones.layers import UNKNOWN

# These give a size or the like, or change no value; the next ones return the same values.
SIZES = frozenset(
    {
        *("shape", "device", "dtype", "ndim", "size", "dim", "numel", "get_shape", "is_cuda", "training", "item"),
        *("tolist", "keys", "values", "items", "get", "update", "pop", "append", "extend", "register_forward_hook"),
    }
)
SAME = frozenset(
    {
        *("contiguous", "to", "float", "half", "double", "type", "type_as", "clone", "detach", "cuda", "cpu", "data"),
        *("bool", "long", "int", "requires_grad_", "cast"),
    }
)
# The arguments of these are sizes.
SHAPES = frozenset(
    {
        *("view", "reshape", "transpose", "permute", "unsqueeze", "squeeze", "expand", "expandas", "repeat", "flatten"),
        *("unflatten", "viewas", "swapaxes", "movedim", "chunk", "split", "narrow", "tile", "repeatinterleave"),
    }
)
SCALARS = frozenset({"math", "warnings", "logging", "logger", "os", "sys", "time", "random", "copy"})
COMMUTATIVE = frozenset({"add", "mul", "and", "or"})
TRANSPOSED = frozenset({"T", "mT"})
# What a step says about a computation. Layers with parameters say most, sums and products little.
_LAYER, _NORM, _OPERATION, _ACTIVATION, _ARITHMETIC, _LITTLE = 6, 4, 4, 3, 2, 1
_ARITHMETICS = frozenset({"add", "sub", "mul", "div", "pow", "neg", "compare", "and", "or", "sqrt", "exp"})
_WIRING = SHAPES | {
    *("item", "field", "unbind", "clamp", "stack", "rearrange", "Rearrange", "Reduce"),
    *("tensor", "astensor", "zeros", "ones", "full", "arange", "zeroslike", "oneslike", "fulllike"),
    *("newtensor", "newzeros", "newones"),
}
# A layer of the same kind in the same place, as a copy may have it.
_SAME_KIND = 0.5


@lru_cache(maxsize=1 << 14)
def weight_of(label: str) -> int:
    """The weight of a step."""
    if label == UNKNOWN or label in _WIRING:
        return _LITTLE
    if label in _ARITHMETICS:
        return _ARITHMETIC
    kind = kind_of(label)
    if kind == "dropout":
        return _LITTLE
    if kind == "activation":
        return _ACTIVATION
    return _NORM if kind == "norm" else _LAYER if label[:1].isupper() else _OPERATION


@lru_cache(maxsize=1 << 16)
def alike(left: str, right: str) -> float:
    """How far a step stands for another one, from 0 to 1."""
    if left == right:
        return float(left != UNKNOWN)
    kind = kind_of(left)
    return _SAME_KIND if kind == kind_of(right) and (kind != left or kind == "activation") else 0.0
