"""Operators on what a class is built from: names, arguments, order and constants."""

import ast
import random

from benchmarks.mutation.subjects import Subject
from benchmarks.mutation.syntax import (
    Body,
    docstrings,
    init_and_forward,
    members,
    own,
    parameters,
    reads,
    replaced,
    set_on_self,
    stores,
)


def rename_attribute(subject: Subject, draw: random.Random) -> bool:
    """`self.fc` is called `self.inner_fc` everywhere."""
    node = subject.node
    init, _ = init_and_forward(node)
    set_here = [name for statement in init.body if (name := set_on_self(statement))]
    if not set_here:
        return False
    old = draw.choice(set_here)
    new = f"inner_{old}"
    if new in members(node):
        return False
    for item in ast.walk(node):
        if isinstance(item, ast.Attribute) and own(item) == old:
            item.attr = new
    return True


def swap_arguments(subject: Subject, draw: random.Random) -> bool:
    """Two neighbours among the constructor's parameters change places, defaults with them."""
    init, _ = init_and_forward(subject.node)
    args, defaults = init.args.args, init.args.defaults
    first = len(args) - len(defaults)
    places = [index for index in range(1, len(args) - 1) if (index < first) == (index + 1 < first)]
    if not places:
        return False
    place = draw.choice(places)
    args[place], args[place + 1] = args[place + 1], args[place]
    if place >= first:
        place -= first
        defaults[place], defaults[place + 1] = defaults[place + 1], defaults[place]
    return True


def reorder_init(subject: Subject, draw: random.Random) -> bool:
    """Neighbouring statements `self.x = Layer(...)` that do not read self come in another order."""
    init, _ = init_and_forward(subject.node)
    runs = [run for run in _runs(init.body) if len(run) > 1]
    if not runs:
        return False
    places = draw.choice(runs)
    shuffled = list(places)
    while shuffled == places:
        draw.shuffle(shuffled)
    moved = [init.body[place] for place in shuffled]
    for place, statement in zip(places, moved, strict=True):
        init.body[place] = statement
    return True


def config_to_arguments(subject: Subject, draw: random.Random) -> bool:
    """A config of which only attributes are read gives way to one keyword argument for each."""
    init, _ = init_and_forward(subject.node)
    for config in parameters(init):
        names = _attributes_read(init, config.arg)
        taken = {other.arg for other in parameters(init)} | stores(init) | {"self"}
        if names and not taken & set(names) and _has_no_default(init, config):
            init.args.args = [arg for arg in init.args.args if arg is not config]
            init.args.kwonlyargs += [ast.arg(name) for name in names]
            init.args.kw_defaults += [None] * len(names)
            replaced(init, lambda node, name=config.arg: _bare(node, name))  # type: ignore[misc]  # bound at once
            return True
    return False


def change_constant(subject: Subject, draw: random.Random) -> bool:
    """A number is doubled; 0 becomes 1."""
    skipped = docstrings(subject.node)
    numbers = [
        item
        for item in ast.walk(subject.node)
        if isinstance(item, ast.Constant) and type(item.value) in (int, float) and id(item) not in skipped
    ]
    if not numbers:
        return False
    chosen = draw.choice(numbers)
    assert isinstance(chosen.value, int | float)
    chosen.value = chosen.value * 2 or 1
    return True


def _runs(body: Body) -> list[list[int]]:
    """Places of neighbouring statements that build a member of self from what is no member of self."""
    runs: list[list[int]] = [[]]
    for place, statement in enumerate(body):
        builds = set_on_self(statement) and isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)
        if builds and isinstance(statement, ast.Assign) and "self" not in reads(statement.value):
            runs[-1].append(place)
        else:
            runs.append([])
    return runs


def _attributes_read(function: ast.FunctionDef, name: str) -> list[str]:
    """Attributes of a parameter in order of appearance; none where it is used in any other way."""
    found: dict[str, None] = {}
    uses = 0
    called = {id(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    for node in ast.walk(function):
        uses += isinstance(node, ast.Name) and node.id == name
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name:
            if id(node) in called or not isinstance(node.ctx, ast.Load):
                return []
            found[node.attr] = None
            uses -= 1
    return [] if uses else list(found)


def _has_no_default(function: ast.FunctionDef, parameter: ast.arg) -> bool:
    args = function.args.args
    return parameter in args[: len(args) - len(function.args.defaults)]


def _bare(node: ast.AST, name: str) -> ast.AST | None:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name:
        return ast.Name(node.attr, ast.Load())
    return None
