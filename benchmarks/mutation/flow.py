"""Operators on the flow of `forward`: what it is given, and into which methods and modules it is divided."""

import ast
import random
from collections.abc import Mapping
from copy import deepcopy

from benchmarks.mutation.subjects import Subject
from benchmarks.mutation.syntax import (
    Body,
    expression,
    init_and_forward,
    members,
    method,
    own,
    parameters,
    reads,
    replaced,
    set_on_self,
    statement,
    stores,
)


def mask_to_lengths(subject: Subject, draw: random.Random) -> bool:
    """An argument that is a mask gives way to lengths, of which the mask is computed."""
    _, forward = init_and_forward(subject.node)
    names = [arg.arg for arg in parameters(forward)]
    masks = [name for name in names[1:] if name.endswith("mask") and name in reads(forward)]
    if not masks or "lengths" in names:
        return False
    mask = draw.choice(masks)
    for arg in parameters(forward):
        if arg.arg == mask:
            arg.arg, arg.annotation = "lengths", None
    text = (
        f"{mask} = None\n"
        "if lengths is not None:\n"
        f"    steps = torch.arange({names[0]}.shape[1], device={names[0]}.device)\n"
        f"    {mask} = steps[None, :] < lengths[:, None]\n"
    )
    forward.body[_start(forward) : _start(forward)] = ast.parse(text).body
    return True


def split_method(subject: Subject, draw: random.Random) -> bool:
    """The second part of `forward` is a method of its own."""
    _, forward = init_and_forward(subject.node)
    start = _start(forward)
    body = forward.body[start:]
    if len(body) < 4 or method(subject.node, "finish") or "finish" in members(subject.node):
        return False
    cut = draw.randint(2, len(body) - 2)
    head, tail = body[:cut], body[cut:]
    if any(isinstance(item, ast.Return) for part in head for item in ast.walk(part)):
        return False
    bound = {arg.arg for arg in parameters(forward)} | {name for item in head for name in stores(item)}
    if forward.args.vararg or forward.args.kwarg or not isinstance(tail[-1], ast.Return):
        return False
    needed = sorted(bound & {name for item in tail for name in reads(item) | stores(item)})
    arguments = ", ".join(needed)
    finish = statement(f"def finish(self, {arguments}):\n    pass")
    assert isinstance(finish, ast.FunctionDef)
    finish.body = tail
    forward.body[start + cut :] = [ast.Return(expression(f"self.finish({arguments})"))]
    subject.node.body.insert(subject.node.body.index(forward) + 1, finish)
    return True


def inline_submodule(subject: Subject, draw: random.Random) -> bool:
    """A layer that is a class of the same file is written out in the class that holds it."""
    init, _ = init_and_forward(subject.node)
    names = [name for item in init.body if (name := set_on_self(item)) and _inlinable(subject, item)]
    draw.shuffle(names)
    return any(_inlined(subject, name) for name in names)


def _start(function: ast.FunctionDef) -> int:
    """The place after the docstring."""
    return 1 if ast.get_docstring(function) is not None else 0


def _inlinable(subject: Subject, item: ast.stmt) -> ast.ClassDef | None:
    """The class that a statement `self.x = Class(...)` builds, if its body can stand in the place of its use."""
    if (
        not isinstance(item, ast.Assign)
        or not isinstance(item.value, ast.Call)
        or not isinstance(item.value.func, ast.Name)
    ):
        return None
    found = subject.neighbours.get(item.value.func.id)
    if found is None or found.name == subject.node.name or len(found.bases) != 1:
        return None
    methods = [part.name for part in found.body if isinstance(part, ast.FunctionDef)]
    others = [part for part in found.body if not isinstance(part, ast.FunctionDef | ast.Expr)]
    if sorted(methods) != ["__init__", "forward"] or others or "Module" not in ast.unparse(found.bases[0]):
        return None
    _, forward = init_and_forward(found)
    returns = [part for part in ast.walk(forward) if isinstance(part, ast.Return)]
    if len(returns) != 1 or forward.body[-1] is not returns[0] or returns[0].value is None:
        return None
    return found


def _inlined(subject: Subject, name: str) -> bool:
    init, forward = init_and_forward(subject.node)
    place = next(place for place, item in enumerate(init.body) if set_on_self(item) == name)
    built = init.body[place]
    found = _inlinable(subject, built)
    uses = [(body, index) for body, index in _uses(forward, name)]
    everywhere = sum(own(node) == name for node in ast.walk(subject.node))
    if found is None or len(uses) != 1 or everywhere != 2:
        return False
    body, index = uses[0]
    theirs, run = (deepcopy(function) for function in init_and_forward(found))
    assert isinstance(built, ast.Assign)
    assert isinstance(built.value, ast.Call)
    given = _given(theirs, built.value)
    call = body[index].value  # type: ignore[attr-defined]  # an assignment or a return, by `_uses`
    passed = _given(run, call)
    if given is None or passed is None or stores(theirs) & set(given):
        return False
    _prefix(theirs, name, given)
    _prefix(run, name, {})
    setup = [item for item in theirs.body[_start(theirs) :] if "super" not in reads(item)]
    init.body[place : place + 1] = setup or [ast.Pass()]
    prelude: Body = [statement(f"{name}_{parameter} = {ast.unparse(value)}") for parameter, value in passed.items()]
    *steps, last = run.body[_start(run) :]
    assert isinstance(last, ast.Return)
    replacement = deepcopy(body[index])
    replacement.value = last.value  # type: ignore[attr-defined]  # as above
    body[index : index + 1] = [*prelude, *steps, replacement]
    return True


def _uses(forward: ast.FunctionDef, name: str) -> list[tuple[Body, int]]:
    """Places in `forward`'s own body where a call of the layer is all that is assigned or returned."""
    return [
        (forward.body, place)
        for place, item in enumerate(forward.body)
        if isinstance(item, ast.Assign | ast.Return)
        and isinstance(item.value, ast.Call)
        and own(item.value.func) == name
    ]


def _given(function: ast.FunctionDef, call: ast.Call) -> dict[str, ast.expr] | None:
    """What each parameter is given, defaults included; None where that cannot be told."""
    args = function.args
    if args.vararg or args.kwarg or args.posonlyargs or args.kwonlyargs:
        return None
    if any(isinstance(arg, ast.Starred) for arg in call.args) or any(item.arg is None for item in call.keywords):
        return None
    names = [arg.arg for arg in args.args[1:]]
    found = dict(zip(reversed(names), reversed(args.defaults), strict=False))
    found |= dict(zip(names, call.args, strict=False))
    found |= {item.arg: item.value for item in call.keywords if item.arg is not None}
    return {name: found[name] for name in names} if set(found) == set(names) and len(call.args) <= len(names) else None


def _prefix(function: ast.FunctionDef, prefix: str, given: Mapping[str, ast.expr]) -> None:
    """Members of self, parameters and locals get names of their own; parameters in `given` their values."""
    mine = (stores(function) | {arg.arg for arg in parameters(function)}) - set(given)

    def choose(node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.Name) and node.id in given:
            return deepcopy(given[node.id])
        if isinstance(node, ast.Name) and node.id in mine:
            return ast.Name(f"{prefix}_{node.id}", node.ctx)
        if isinstance(node, ast.Attribute) and own(node):
            return ast.Attribute(node.value, f"{prefix}_{node.attr}", node.ctx)
        return None

    replaced(function, choose)
