"""Whether copies of a class differ only by names, constants, parameters and optional parts, read with plain `ast`.

A method becomes a tree in which locals, members of `self` and constants are blanks, and so are the arguments of
constructors, except layers built there. What the file imports or defines keeps its own name where it is called, however
it is written (`nn.Module`, `Module`): another layer is no other name. Signatures, annotations and docstrings do not
count. Two methods are alike if one is the other with statements or elements of `nn.Sequential` left out, two classes if
they have the same bases and methods.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from benchmarks.places import Node, definition

_SEQUENTIAL = "Sequential"
_METHOD = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Shape:
    """A node's kind and its parts; of an `open` one parts may be left out."""

    label: str
    parts: tuple["Shape", ...] = ()
    open: bool = False


def is_simple(root: Path, members: Sequence[str]) -> bool:
    """Whether every member (a definition's id) is alike the medoid."""
    shapes = [class_shape(root, member) for member in members]
    medoid = shapes[_medoid(shapes)]
    return all(alike(shape, medoid) for shape in shapes)


def class_shape(root: Path, member: str) -> dict[str, Shape]:
    """A class by its methods' names; "" stands for what it derives from and its other statements.

    Raises:
        ValueError: the tree holds no such class.
    """
    node = definition(root, member)
    if not isinstance(node, ast.ClassDef):
        raise ValueError(f"no class {member} in {root}")
    reader = _Reader(_known(root / member.partition("::")[0]))
    rest = [item for item in node.body if not isinstance(item, _METHOD) and not _is_docstring(item)]
    found = {"": Shape("class", (*map(reader.called, node.bases), *map(reader.shape, rest)))}
    for item in node.body:
        if isinstance(item, _METHOD):
            found[item.name] = reader.block(item.body)
    return found


def alike(one: dict[str, Shape], other: dict[str, Shape]) -> bool:
    """Whether both have the same methods, and of each one is the other with parts left out."""
    return one.keys() == other.keys() and all(
        within(one[name], other[name]) or within(other[name], one[name]) for name in one
    )


def within(small: Shape, large: Shape) -> bool:
    """Whether `small` is `large`, or `large` with parts of open shapes left out."""
    if small.label != large.label or (not small.open and len(small.parts) != len(large.parts)):
        return False
    if not small.open:
        return all(map(within, small.parts, large.parts))
    # The first part that fits is as good as any later one: what follows it can only be more.
    rest = iter(large.parts)
    return all(any(within(part, candidate) for candidate in rest) for part in small.parts)


def _medoid(shapes: Sequence[dict[str, Shape]]) -> int:
    """The member whose statements are most like those of the others, the first among equals."""
    lines = [[part for name in sorted(shape) for part in shape[name].parts] for shape in shapes]
    sums = [
        sum(SequenceMatcher(None, own, other, autojunk=False).ratio() for other in lines if other is not own)
        for own in lines
    ]
    return max(range(len(sums)), key=lambda index: (round(sums[index], 6), -index))


class _Reader:
    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = known

    def block(self, body: Sequence[ast.stmt]) -> Shape:
        kept = [item for item in body if not _is_docstring(item) and not isinstance(item, ast.Pass)]
        return Shape("block", tuple(map(self.shape, kept)), open=True)

    def shape(self, node: ast.AST) -> Shape:
        match node:
            case ast.Name() | ast.Constant() | ast.JoinedStr() | ast.arg():
                return Shape("_")
            case ast.Attribute(value=ast.Name(id="self")):
                return Shape("self._")
            case ast.Attribute() if _head(node) in self.known:
                return Shape(node.attr)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
                return Shape("_")
            case ast.AnnAssign(value=value) if value is not None:
                return Shape("Assign", (self.shape(node.target), self.shape(value)))
            case ast.Call():
                return self.call(node)
        label = type(node).__name__ + (f".{node.attr}" if isinstance(node, ast.Attribute) else "")
        return Shape(label, tuple(self.field(value) for _, value in ast.iter_fields(node) if _counts(value)))

    def field(self, value: object) -> Shape:
        if isinstance(value, list):
            if value and isinstance(value[0], ast.stmt):
                return self.block(value)
            return Shape("list", tuple(self.shape(item) for item in value if isinstance(item, ast.AST)))
        assert isinstance(value, ast.AST)
        return self.shape(value)

    def call(self, node: ast.Call) -> Shape:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        if name == "super":
            return Shape("super")
        if name == _SEQUENTIAL:
            return Shape(name, tuple(map(self.shape, arguments)), open=True)
        if name[:1].isupper():
            return Shape("constructor", (self.called(node.func), *self.layers(arguments)))
        return Shape("call", (self.called(node.func), *map(self.shape, arguments)))

    def layers(self, arguments: Sequence[ast.expr]) -> list[Shape]:
        """The layers that are built among the arguments of a constructor."""
        return [self.shape(item) for item in arguments if any(map(_is_constructor, ast.walk(item)))]

    def called(self, node: ast.expr) -> Shape:
        """What is called; names that the file imports or defines are kept."""
        if isinstance(node, ast.Name):
            return Shape(self.known.get(node.id, "_"))
        return self.shape(node)


def _counts(value: object) -> bool:
    return isinstance(value, list | ast.AST) and not isinstance(value, ast.expr_context)


def _is_constructor(node: ast.AST) -> bool:
    name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
    return name[:1].isupper()


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _head(node: ast.expr) -> str:
    """The name that a dotted expression starts with, "" for any other expression."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


@cache
def _known(file: Path) -> Mapping[str, str]:
    """Names that the file imports or defines at its top, and what they are called at home."""
    found: dict[str, str] = {}
    for item in ast.parse(file.read_bytes()).body:
        if isinstance(item, ast.Import | ast.ImportFrom):
            for alias in item.names:
                found[alias.asname or alias.name.partition(".")[0]] = alias.name.rpartition(".")[2]
        elif isinstance(item, Node):
            found[item.name] = item.name
    return found
