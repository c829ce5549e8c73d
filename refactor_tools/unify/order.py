"""Operations that stand in another order in some copies: a norm before or after the residual sum, above all.

Pre-norm and post-norm layers hold the same statements, so neither bags of tokens nor optional statements tell what they
differ in. Here `forward` is read as the sequence of what it applies, in the order of evaluation: layers by what they
are for, functions of torch, and sums. Two sequences are aligned (longest common subsequence); an operation that is left
over on both sides has moved past what is common between its two places.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import libcst as cst

from refactor_tools.clones.alignment import align
from refactor_tools.model.families import Difference
from refactor_tools.unify.members import Member, forward_of, method
from refactor_tools.unify.syntax import assigned_attribute, children, dotted, is_constant, self_attribute, walk
from refactor_tools.unify.vocabulary import is_constructor, role, words

SUM = "+"
# What commonly stands now before and now after a layer. Layers themselves are what these move past.
_MOVABLE = frozenset({"norm", "dropout", "activation", SUM})
_BY_WORD = {
    "norm": "norm",
    "layernorm": "norm",
    "normalization": "norm",
    "batchnorm": "norm",
    "ln": "norm",
    "bn": "norm",
    "dropout": "dropout",
    "drop": "dropout",
    "droppath": "dropout",
    "act": "activation",
    "activation": "activation",
    "relu": "activation",
    "gelu": "activation",
    "silu": "activation",
    "tanh": "activation",
    "sigmoid": "activation",
}
_FUNCTIONS = ("F.", "torch.")
_NUMBER = re.compile(r"\d+d?$")


def order_differences(members: Sequence[Member]) -> tuple[Difference, ...]:
    """At most one difference of kind "order": each member's sequence of what has moved and of what it moved past."""
    sequences = [operations(member.node) for member in members]
    concerned: set[str] = set()
    for left, right in combinations(dict.fromkeys(sequences), 2):
        concerned |= moved(left, right)
    if not concerned:
        return ()
    values = tuple(
        (member.id, " -> ".join(item for item in sequence if item in concerned))
        for member, sequence in zip(members, sequences, strict=True)
    )
    return (Difference("order", "forward", values),)


def moved(left: Sequence[str], right: Sequence[str]) -> frozenset[str]:
    """Operations that stand elsewhere in `right`, and those of both that they have moved past.

    A layer that moved past another is not counted: either may then simply be a different layer.
    """
    pairs = align(left, right, lambda a, b: float(a == b), 1.0)
    found: set[str] = set()
    for here, (i, j) in enumerate(pairs):
        if i is None or j is not None:
            continue
        for there, (other, k) in enumerate(pairs):
            if other is None and k is not None and right[k] == left[i]:
                between = pairs[min(here, there) : max(here, there)]
                past = {left[a] for a, b in between if a is not None and b is not None}
                if past and (past | {left[i]}) & _MOVABLE:
                    found |= past | {left[i]}
    return frozenset(found)


def operations(node: cst.ClassDef | cst.FunctionDef) -> tuple[str, ...]:
    """What a class's `forward`, or a function, applies, in the order of evaluation; own methods are read in place."""
    if isinstance(node, cst.FunctionDef):
        return tuple(_Operations({}, {}).of(node.body, ()))
    forward = forward_of(node)
    if forward is None:
        return ()
    methods = {item.name.value: item for item in node.body.body if isinstance(item, cst.FunctionDef)}
    return tuple(_Operations(_layers(node), methods).of(forward.body, (forward.name.value,)))


class _Operations:
    def __init__(self, layers: Mapping[str, tuple[str, ...]], methods: Mapping[str, cst.FunctionDef]) -> None:
        self.layers, self.methods = layers, methods

    def of(self, node: cst.CSTNode, inside: tuple[str, ...]) -> Iterator[str]:
        """Operations of a node after those of its parts; `inside` are the methods that are being read."""
        for child in children(node):
            yield from self.of(child, inside)
        if isinstance(node, cst.Call):
            yield from self._call(node, inside)
        elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
            yield from () if _is_plain(node.left) or _is_plain(node.right) else (SUM,)
        elif isinstance(node, cst.AugAssign) and isinstance(node.operator, cst.AddAssign):
            yield from () if _is_plain(node.value) else (SUM,)

    def _call(self, call: cst.Call, inside: tuple[str, ...]) -> Iterable[str]:
        own = self_attribute(call.func)
        if own in self.methods:
            return () if own in inside else self.of(self.methods[own].body, (*inside, own))
        if own:
            return self.layers.get(own) or (_by_words(own) or own,)
        name = dotted(call.func)
        if name.startswith(_FUNCTIONS):
            short = name.rpartition(".")[2]
            return (_by_words(short) or short,)
        return ()


def _is_plain(node: cst.BaseExpression) -> bool:
    """A number, a text, a tuple or a list: what it is added to is no residual."""
    return is_constant(node) or isinstance(node, cst.Tuple | cst.List | cst.FormattedString | cst.ConcatenatedString)


def _layers(node: cst.ClassDef) -> dict[str, tuple[str, ...]]:
    """What each member of self is for, by the class it is built from; the elements of an `nn.Sequential` one by one."""
    init = method(node, "__init__")
    found: dict[str, tuple[str, ...]] = {}
    for statement in walk(init.body) if init is not None else ():
        name = assigned_attribute(statement)
        built = tuple(_built(statement)) if name else ()
        if built:
            found[name] = built
    return found


def _built(node: cst.CSTNode) -> Iterator[str]:
    """The purpose of every layer that an expression builds; of nested calls only the outermost."""
    if isinstance(node, cst.Call) and is_constructor(dotted(node.func)):
        name = dotted(node.func)
        if name.rpartition(".")[2] in ("Sequential", "ModuleList"):
            for argument in node.args:
                yield from _built(argument)
        else:
            purpose, short = role(name), name.rpartition(".")[2]
            yield purpose if purpose != "layer" else _by_words(short) or words(short)[-1]
        return
    for child in children(node):
        yield from _built(child)


def _by_words(name: str) -> str:
    """What a name says that it is for, "" where it does not say."""
    bare = (_NUMBER.sub("", word) for word in words(name))
    return next((_BY_WORD[word] for word in bare if word in _BY_WORD), "")
