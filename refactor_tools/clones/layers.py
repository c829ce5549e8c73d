"""What the attributes of a module are built from, with every inline `nn.Sequential` as the chain of its layers."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from refactor_tools.clones.forms import bare, kind_of, name_words
from refactor_tools.clones.tokens import Function, dotted, flattened

_BUILDERS = frozenset({"__init__", "build"})
# Layers that are functions as well, under names that differ in case alone.
_OPERATIONS = frozenset(
    {
        *("softmax", "logsoftmax", "flatten", "unflatten", "upsample", "interpolate", "unfold", "fold", "pixelshuffle"),
        *("maxpool", "avgpool", "adaptiveavgpool", "adaptivemaxpool", "cosinesimilarity"),
    }
)
_ACTIVATION_WORDS = frozenset({"act", "activation", "actfn", "activations"})
_DROPOUT_WORDS = frozenset({"drop", "dropout"})
_PARAMETERS = frozenset({"Parameter", "register_buffer", "register_parameter", "add_weight"})
_NESTED = (ast.Call, ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp, ast.Dict, ast.Starred, ast.IfExp)

PARAMETER = "Parameter"
UNKNOWN = "?"
Layer = tuple[str, int]
Chain = tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Sequential:
    """An inline `nn.Sequential` of several layers."""

    line: int
    end_line: int
    layers: Chain


@dataclass(slots=True)
class Layers:
    """Attributes with the layers (label and line) that calling them runs."""

    members: dict[str, Chain] = field(default_factory=dict)
    parameters: set[str] = field(default_factory=set)
    sequences: list[Sequential] = field(default_factory=list)

    def read(self, node: ast.ClassDef) -> None:
        """Learn what the constructor of `node` builds."""
        builders = [method for method in node.body if isinstance(method, Function) and method.name in _BUILDERS]
        for statement in flattened(builder for method in builders for builder in method.body):
            match statement:
                case ast.Assign(targets=targets, value=value):
                    self._assigned(targets, value)
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._assigned([target], value)
                case ast.Expr(
                    value=ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=str(member)), *_])
                ):
                    if name in _PARAMETERS:
                        self.parameters.add(member)
                case ast.Expr(value=ast.Call() as call):
                    self._visit(call.args)

    def chain(self, node: ast.expr) -> Chain:
        """The layers that a value runs when it is called, none for `nn.Identity()`."""
        match node:
            case ast.IfExp(body=body, orelse=orelse):
                return self.chain(body) or self.chain(orelse)
            case ast.Subscript(value=value) if dotted(value):
                label = label_of(dotted(value))
                return ((label if label == "activation" else UNKNOWN, node.lineno),)
            case ast.Attribute() if kind_of(bare(node.attr)) == "activation":
                return ((bare(node.attr), node.lineno),)
            case ast.Call(func=func):
                return self._called(node, dotted(func).rpartition(".")[2])
        return ((UNKNOWN, node.lineno),)

    def unknown(self, member: str, line: int) -> Chain:
        """What an attribute that is not built here may be, by its name."""
        words = _ACTIVATION_WORDS.intersection(name_words(member))
        if words:
            return (("activation", line),)
        return (("dropout" if _DROPOUT_WORDS.intersection(name_words(member)) else UNKNOWN, line),)

    def _called(self, node: ast.Call, name: str) -> Chain:
        if name == "Identity":
            return ()
        if name in ("Sequential", "SequentialCell"):
            return self._sequential(node)
        self._visit([*node.args, *(keyword.value for keyword in node.keywords)])
        if name[:1].isupper():
            return ((label_of(name), node.lineno),)
        label = label_of(name)
        if label == "activation" or kind_of(label) in ("activation", "norm", "dropout"):
            return ((label, node.lineno),)
        # `weight_norm(nn.Conv1d(...))` is the layer inside it.
        return ((UNKNOWN, node.lineno),)

    def _sequential(self, node: ast.Call) -> Chain:
        layers = tuple(layer for part in _parts(node.args) for layer in self.chain(part))
        if len(layers) > 1:
            # What stands inside is part of this one.
            end = node.end_lineno or node.lineno
            inside = [known for known in self.sequences if node.lineno <= known.line and known.end_line <= end]
            self.sequences = [known for known in self.sequences if known not in inside]
            self.sequences.append(Sequential(node.lineno, end, layers))
        return layers

    def _assigned(self, targets: Iterable[ast.expr], value: ast.expr) -> None:
        called = dotted(value.func).rpartition(".")[2] if isinstance(value, ast.Call) else ""
        chain = self.chain(value) if isinstance(value, ast.Call | ast.IfExp | ast.Subscript | ast.Attribute) else None
        if chain is None:
            self._visit([value])
        for target in targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
                if called in _PARAMETERS:
                    self.parameters.add(target.attr)
                elif chain is not None and target.attr not in self.members:
                    self.members[target.attr] = self._named(chain, target.attr)

    def _named(self, chain: Chain, member: str) -> Chain:
        return self.unknown(member, chain[0][1]) if len(chain) == 1 and chain[0][0] == UNKNOWN else chain

    def _visit(self, nodes: Iterable[ast.expr]) -> None:
        """Find the sequences in containers."""
        for node in nodes:
            match node:
                case ast.Call() | ast.IfExp():
                    self.chain(node)
                case ast.List(elts=inner) | ast.Tuple(elts=inner) | ast.Dict(values=inner):
                    self._visit(inner)
                case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element) | ast.Starred(value=element):
                    self._visit([element])


@lru_cache(maxsize=1 << 14)
def label_of(name: str) -> str:
    """The label of a layer or function called by `name`, dotted or not.

    Layers that may hold parameters keep the case of their class; activations, norms, dropouts and operations are in
    lower case, so that layers and functions of one name are one.
    """
    name = name.rpartition(".")[2]
    plain = bare(name).replace("normalization", "norm")
    if kind_of(plain) in ("activation", "norm", "dropout") or plain in _OPERATIONS:
        return plain
    if plain.startswith("act2") or _ACTIVATION_WORDS.intersection(name_words(name)):
        return "activation"
    return name if name[:1].isupper() else plain


def _parts(arguments: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """The layers of an `nn.Sequential`, also those of the `OrderedDict` or list that it is given."""
    for argument in arguments:
        match argument:
            case ast.Call(func=func, args=[ast.List(elts=pairs)]) if dotted(func).endswith("OrderedDict"):
                yield from (pair.elts[1] for pair in pairs if isinstance(pair, ast.Tuple) and len(pair.elts) == 2)
            case ast.Starred(value=ast.List(elts=inner)) | ast.List(elts=inner):
                yield from inner
            case _:
                yield argument
