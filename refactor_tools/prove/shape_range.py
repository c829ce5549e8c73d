"""The sizes for which one graph is the graph: symbols for sizes, and what must hold of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

# A number or an expression over symbols, as torch's symbolic sizes give them.
Expression = Any

# A symbol stands for sizes from here on: torch takes a size of 0 or 1 for a constant.
LEAST = 2


@dataclass(frozen=True, slots=True)
class ShapeRange:
    """`shapes` has an expression for every size of each input, over s0, s1, ... in the order in which they appear.

    `canonical` says any other expression of the same graph in these symbols.
    """

    shapes: tuple[tuple[Expression, ...], ...]
    conditions: tuple[Expression, ...]
    canonical: Callable[[Expression], Expression]

    @property
    def symbols(self) -> frozenset[Expression]:
        return frozenset(symbol for shape in self.shapes for size in shape for symbol in size.free_symbols)

    @property
    def fixed(self) -> frozenset[tuple[int, int]]:
        """The sizes, (input, axis), that can have one value only."""
        return frozenset(
            (place, axis)
            for place, shape in enumerate(self.shapes)
            for axis, size in enumerate(shape)
            if size.is_number
        )

    def __contains__(self, sizes: Sequence[Sequence[int]]) -> bool:
        """Whether the inputs may have these sizes."""
        if [len(shape) for shape in sizes] != [len(shape) for shape in self.shapes]:
            return False
        pairs = [pair for held, given in zip(self.shapes, sizes, strict=True) for pair in zip(held, given, strict=True)]
        values = {size: sympy.Integer(given) for size, given in pairs if size.is_Symbol}
        return (
            all(value >= LEAST for value in values.values())
            and all(size.xreplace(values) == given for size, given in pairs)
            and all(condition.xreplace(values) == sympy.true for condition in self.conditions)
        )

    def text(self, names: Iterable[str]) -> str:
        """The range for a person; `names` are those of the inputs."""
        shapes = [f"{name} {_tuple(shape)}" for name, shape in zip(names, self.shapes, strict=True)]
        symbols = sorted((symbol.name for symbol in self.symbols), key=lambda name: int(name[1:]))
        limits = ([f"{', '.join(symbols)} >= {LEAST}"] if symbols else []) + [str(entry) for entry in self.conditions]
        return ", ".join(shapes) + (f" with {' and '.join(limits)}" if limits else "")


def shape_range(
    shapes: Sequence[Sequence[Expression]],
    conditions: Iterable[Expression],
    replace: Callable[[Expression], Expression],
) -> ShapeRange:
    """The range of inputs with `shapes` under `conditions`; `replace` puts in what symbols turned out to be."""
    found = [tuple(replace(sympy.sympify(size)) for size in shape) for shape in shapes]
    symbols = dict.fromkeys(
        symbol for shape in found for size in shape for symbol in sorted(size.free_symbols, key=str)
    )
    names = {symbol: sympy.Symbol(f"s{index}", integer=True, positive=True) for index, symbol in enumerate(symbols)}

    def canonical(expression: Expression) -> Expression:
        return replace(sympy.sympify(expression)).xreplace(names)

    kept = {str(condition): condition for condition in map(canonical, conditions) if condition != sympy.true}
    named = tuple(tuple(size.xreplace(names) for size in shape) for shape in found)
    return ShapeRange(named, tuple(kept[text] for text in sorted(kept)), canonical)


def _tuple(shape: Sequence[Expression]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
