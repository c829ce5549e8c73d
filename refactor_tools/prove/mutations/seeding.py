"""Seeds bugs into a component's source: the mistakes that refactorings of modules make, one at a time."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from refactor_tools.prove.mutations.registry import RULES
from refactor_tools.prove.mutations.syntax import replaced


@dataclass(frozen=True, slots=True)
class Mutant:
    """A source with one seeded bug: its kind, by its name in the registry, and what it is."""

    kind: str
    label: str
    source: str


def seed_bugs(source: str, at_most: int | None = None) -> tuple[Mutant, ...]:
    """Up to `at_most` mutants of `source`, or all; kinds of bugs take turns, so that each is represented."""
    tree = ast.parse(source)
    by_kind = [list(mutants_of(tree, kind)) for kind in RULES]
    turns = [mutant for turn in zip_longest(*by_kind) for mutant in turn if isinstance(mutant, Mutant)]
    unchanged = ast.unparse(tree)
    distinct = {mutant.source: mutant for mutant in reversed(turns) if mutant.source != unchanged}
    return tuple(mutant for mutant in turns if distinct.get(mutant.source) is mutant)[:at_most]


def mutants_of(tree: ast.Module, kind: str) -> Iterator[Mutant]:
    """Every mutant that the rule of one kind makes of the classes in `tree` and the nodes in its functions."""
    for node in _nodes(tree):
        for label, changed in RULES[kind](node):
            yield Mutant(kind, f"line {node.lineno}: {label}", ast.unparse(replaced(tree, node, changed)))


def _nodes(tree: ast.Module) -> Iterator[ast.stmt | ast.expr]:
    """Classes, and what stands in functions, but for annotations and values that are filled anew: they say nothing."""
    inside: set[int] = set()
    annotations: set[int] = set()
    overwritten = {id(name) for call in ast.walk(tree) for name in _overwritten(call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            inside.update(map(id, ast.walk(node)))
        for name in ("annotation", "returns"):
            if isinstance(annotation := getattr(node, name, None), ast.AST):
                annotations.update(map(id, ast.walk(annotation)))
    for node in ast.walk(tree):
        chosen = isinstance(node, ast.ClassDef) or (id(node) in inside and id(node) not in annotations | overwritten)
        if chosen and isinstance(node, ast.stmt | ast.expr):
            yield node


_FILLING = ("uniform_", "normal_", "random_", "bernoulli_", "exponential_", "fill_", "zero_", "copy_")


def _overwritten(node: ast.AST) -> Iterator[ast.expr]:
    """What makes a tensor that the next call in a chain fills: `torch.zeros` in `torch.zeros(n).uniform_()`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _FILLING:
        return
    receiver = node.func.value
    while isinstance(receiver, ast.Call):
        yield receiver.func
        receiver = receiver.func.value if isinstance(receiver.func, ast.Attribute) else receiver.func
