"""The forms that inputs have by their annotations: lists, tuples, packed sequences, objects of the original's file."""

import ast
import dataclasses
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from refactor_tools.model.proofs import CaseValue, Listed, Named, TensorSpec

_LISTS = ("List", "list", "Sequence", "Iterable", "MutableSequence")
_TUPLES = ("Tuple", "tuple")
_PACK = "torch.nn.utils.rnn.pack_padded_sequence"


@dataclass(frozen=True, slots=True)
class Form:
    """An input that is put together: `parts` are its entries by name with their annotations, as text.

    `maker` names the class that takes them; a tuple has "" and its places for names.
    """

    parts: tuple[tuple[str, str], ...]
    maker: str = ""

    def assembled(self, entries: Mapping[str, CaseValue]) -> CaseValue:
        if self.maker:
            return Named(self.maker, dict(entries))
        return tuple(entries[name] for name, _ in self.parts)


def form_of(annotation: object, names: Mapping[str, object]) -> Form | None:
    """The form of an input with this annotation; `names` are those of the original's module. None for a plain one."""
    node = _parsed(annotation)
    if isinstance(node, ast.Subscript) and _name(node.value) in _TUPLES and isinstance(node.slice, ast.Tuple):
        entries = node.slice.elts
        if not any(isinstance(entry, ast.Constant) and entry.value is ... for entry in entries):
            return Form(tuple((str(place), ast.unparse(entry)) for place, entry in enumerate(entries)))
    name = _name(node)
    made = names.get(name)
    if isinstance(made, type) and made.__module__ == names.get("__name__") and not issubclass(made, nn.Module):
        return Form(tuple(_required(made)), f".{name}")
    return None


def is_listed(annotation: object) -> bool:
    """Whether the annotation says list, of anything."""
    node = _parsed(annotation)
    return _name(node.value if isinstance(node, ast.Subscript) else node) in _LISTS


def entry_of(annotation: object) -> str:
    """The annotation of the entries of a list, or of a tuple of any length, "" where it is none."""
    node = _parsed(annotation)
    if not isinstance(node, ast.Subscript):
        return ""
    return ast.unparse(node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice)


def is_packed(annotation: object) -> bool:
    return _name(_parsed(annotation)) == "PackedSequence"


def packed(widths: Sequence[str]) -> Iterator[Named]:
    """Packed sequences with these widths, for a person to read: what is packed, and how."""
    for width in widths:
        arguments: dict[str, CaseValue] = {
            "input": TensorSpec(("B", "L", width)),
            "lengths": TensorSpec(("B",), "lengths", "L"),
            "batch_first": True,
            "enforce_sorted": False,
        }
        yield Named(_PACK, arguments)


def states(entry: object, letters: Mapping[str, int]) -> Iterator[CaseValue]:
    """What the recurrent layers of `entry` take as their first state."""
    for layer in entry.modules() if isinstance(entry, nn.Module) else ():
        if isinstance(layer, nn.RNNBase):
            width: int | str = layer.hidden_size
            width = next((letter for letter, size in letters.items() if size == width), width)
            state = TensorSpec((layer.num_layers * (2 if layer.bidirectional else 1), "B", width))
            yield from ((state, state), state) if isinstance(layer, nn.LSTM) else (state,)
        elif isinstance(layer, nn.RNNCellBase):
            state = TensorSpec(("B", layer.hidden_size))
            yield from ((state, state), state) if isinstance(layer, nn.LSTMCell) else (state,)


def several(value: CaseValue) -> tuple[CaseValue, ...]:
    """Two of one kind, as a list and as a tuple."""
    return Listed((value, value)), (value, value)


def _required(made: type) -> Iterator[tuple[str, str]]:
    """What must be given to make one, with annotations."""
    if dataclasses.is_dataclass(made):
        absent = dataclasses.MISSING
        for field in dataclasses.fields(made):
            if field.init and field.default is absent and field.default_factory is absent:
                yield field.name, _text(field.type)
        return
    try:
        parameters = inspect.signature(made).parameters.values()
    except (TypeError, ValueError):
        return
    for parameter in parameters:
        plain = parameter.kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        if plain and parameter.default is inspect.Parameter.empty:
            yield parameter.name, _text(parameter.annotation)


def _parsed(annotation: object) -> ast.expr:
    """The annotation without what says that it may be None."""
    try:
        node = ast.parse(_text(annotation), mode="eval").body
    except SyntaxError:
        return ast.Constant(None)
    return _given(node)


def _given(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _parsed(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _given(node.right if isinstance(node.left, ast.Constant) and node.left.value is None else node.left)
    if isinstance(node, ast.Subscript) and _name(node.value) in ("Optional", "Union"):
        return _given(node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice)
    return node


def _text(annotation: object) -> str:
    if isinstance(annotation, str):
        return annotation
    if annotation is inspect.Parameter.empty or annotation is None:
        return ""
    return annotation.__name__ if type(annotation) is type else str(annotation)


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
