"""Operators on layers: dropouts, norms and activations that come and go."""

import ast
import random
import re

from benchmarks.mutation.subjects import Subject
from benchmarks.mutation.syntax import (
    bodies,
    called,
    init_and_forward,
    layers,
    members,
    own,
    replaced,
    set_name,
    set_on_self,
    statement,
    without,
)

NORM = re.compile(r"Norm([123]d)?$")
_CLASSES = ("ReLU", "GELU", "SiLU", "Tanh")
_FUNCTIONS = ("relu", "gelu", "silu", "tanh")


def norms(node: ast.ClassDef) -> set[str]:
    """Members of self that are built from a norm and only ever called with one argument."""
    found = {name for name, built in layers(node).items() if NORM.search(built)}
    uses = [own(item) for item in ast.walk(node)]
    calls = [called(item) for item in ast.walk(node)]
    # One use is the assignment that builds it.
    return {name for name in found if uses.count(name) == calls.count(name) + 1 > 1}


def add_dropout(subject: Subject, draw: random.Random) -> bool:
    """The result of one layer goes through a dropout of its own."""
    init, forward = init_and_forward(subject.node)
    places = [
        (body, place)
        for body in bodies(forward)
        for place, item in enumerate(body)
        if set_name(item) and isinstance(item, ast.Assign) and isinstance(item.value, ast.Call) and own(item.value.func)
    ]
    names = [name for name in ("dropout", "extra_dropout") if name not in members(subject.node)]
    if not places or not names or not _imports_nn(subject):
        return False
    name = names[0]
    body, place = draw.choice(places)
    result = set_name(body[place])
    body.insert(place + 1, statement(f"{result} = self.{name}({result})"))
    init.body.append(statement(f"self.{name} = nn.Dropout(0.1)"))
    return True


def drop_norm(subject: Subject, draw: random.Random) -> bool:
    """A norm is gone: neither built nor called."""
    init, forward = init_and_forward(subject.node)
    found = sorted(norms(subject.node))
    if not found:
        return False
    name = draw.choice(found)
    without(init.body, {id(item) for item in init.body if set_on_self(item) == name})
    replaced(subject.node, lambda node: node.args[0] if isinstance(node, ast.Call) and called(node) == name else None)
    for body in list(bodies(forward)):
        without(body, {id(item) for item in body if _does_nothing(item)})
    return True


def change_activation(subject: Subject, draw: random.Random) -> bool:
    """One activation, a layer, a function or the name of one, is another."""
    places = [item for item in ast.walk(subject.node) if _activation(item)]
    if not places:
        return False
    chosen = draw.choice(places)
    names = _CLASSES if _activation(chosen) in _CLASSES else _FUNCTIONS
    other = draw.choice([name for name in names if name != _activation(chosen)])
    if isinstance(chosen, ast.Attribute):
        chosen.attr = other
    elif isinstance(chosen, ast.Subscript):
        chosen.slice = ast.Constant(other)
    return True


def _imports_nn(subject: Subject) -> bool:
    names = [alias.asname or alias.name for item in subject.imports for alias in getattr(item, "names", [])]
    return "nn" in names


def _does_nothing(item: ast.stmt) -> bool:
    """`x = x`."""
    return isinstance(item, ast.Assign) and isinstance(item.value, ast.Name) and set_name(item) == item.value.id


def _activation(node: ast.AST) -> str:
    """The name of an activation that a node stands for: `nn.ReLU`, `F.relu`, `ACT2FN["relu"]`."""
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("nn", "torch.nn", "F", "nn.functional", "torch"):
        return node.attr if node.attr in (*_CLASSES, *_FUNCTIONS) else ""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value) if node.slice.value in _FUNCTIONS else ""
    return ""
