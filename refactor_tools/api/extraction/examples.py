"""The usage example of a component: a doctest with the sizes of its first case."""

import ast
from collections.abc import Mapping, Sequence

from refactor_tools.api.extraction.plans import Plan
from refactor_tools.model.adapters import Adapter
from refactor_tools.model.proofs import Call, Case, CaseValue, Construction, TensorSpec
from refactor_tools.unify.members import Member


def usage_example(plan: Plan, cases: Mapping[str, Case]) -> tuple[str, ...]:
    """Lines of a doctest, () where no case says what to call."""
    for member, adapter in zip(plan.candidate.members, plan.candidate.adapters, strict=True):
        case = cases[member.id]
        for construction in case.constructions:
            call = next((item for item in construction.calls if _plain(item)), None)
            if call is not None and len(case.outputs) == 1:
                return _example(plan, member, adapter, case, construction, call)
    return ()


def _plain(call: Call) -> bool:
    return bool(call.arguments) and all(
        isinstance(value, TensorSpec) and 0 not in value.shape for value in call.arguments.values()
    )


def _example(
    plan: Plan, member: Member, adapter: Adapter, case: Case, construction: Construction, call: Call
) -> tuple[str, ...]:
    values = {parameter.name: parameter.default for parameter in member.parameters}
    given = {**{name: _literal(text) for name, text in values.items() if text}, **construction.arguments}
    strategy = plan.strategies.get(member.id)
    held = (strategy.name,) if strategy else ()
    arguments = [f"{item.name}={_evaluated(item.value, given, held)}" for item in adapter.init]
    if any("=?" in text for text in arguments):
        return ()
    inputs = _inputs(plan, adapter, construction, call)
    shape = [construction.dims.get(size, size) if isinstance(size, str) else size for size in case.outputs[0]]
    lines = [">>> import torch", f">>> from {plan.exported_from} import {', '.join(sorted((plan.name, *held)))}"]
    if any("nn." in text for text in arguments):
        lines.insert(1, ">>> from torch import nn")
    if plan.candidate.members[0].is_class:
        lines.append(f">>> module = {plan.name}({', '.join(arguments)})")
        lines.append(f">>> module({inputs}).shape")
    else:
        lines.append(f">>> {plan.name}({inputs}).shape")
    return (*lines, f"torch.Size({shape})")


def _inputs(plan: Plan, adapter: Adapter, construction: Construction, call: Call) -> str:
    texts = []
    for parameter in plan.candidate.forward:
        legacy = next((item.value for item in adapter.forward if item.name == parameter.name), None)
        value = call.arguments.get(legacy) if legacy else None
        if isinstance(value, TensorSpec):
            made = _made(value, construction.dims)
            texts.append(made if parameter.kind == "positional" else f"{parameter.name}={made}")
    return ", ".join(texts)


def _made(spec: TensorSpec, dims: Mapping[str, int]) -> str:
    sizes = ", ".join(str(dims.get(size, size) if isinstance(size, str) else size) for size in spec.shape)
    if spec.kind == "mask":
        return f"torch.ones({sizes or '()'}, dtype=torch.bool)"
    high = dims.get(spec.high, spec.high) if isinstance(spec.high, str) else spec.high
    if spec.kind == "lengths":
        return f"torch.full(({sizes},), {high})"
    if spec.kind == "ids":
        return f"torch.randint({high}, {f'({sizes},)' if sizes else '()'})"
    return f"torch.randn({sizes or '()'})"


def _literal(text: str) -> CaseValue:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, (int, float, bool, str)) or value is None else text


def _evaluated(text: str, given: Mapping[str, CaseValue], held: Sequence[str] = ()) -> str:
    """The value of an adapter's expression under a case's constructor arguments; "?" where it cannot be told.

    `held` are components that it may name, as a legacy file calls them.
    """
    try:
        value = _value(ast.parse(text, mode="eval").body, given)
        return repr(value) if isinstance(value, str) else str(value)
    except (KeyError, TypeError, ValueError):
        return text if text.startswith("nn.") else _made_layer(text, given, held)


def _made_layer(text: str, given: Mapping[str, CaseValue], held: Sequence[str]) -> str:
    """`lambda: nn.LayerNorm(16)` for `lambda: nn.LayerNorm(dim)`; "?" for anything else that is not known."""
    node = ast.parse(text, mode="eval").body
    if isinstance(node, ast.Name) and node.id in {f"_{name}" for name in held}:
        return node.id[1:]
    if not isinstance(node, ast.Lambda) or node.args.args:
        return "?"
    try:
        known = _Known(given, held).visit(node)
    except (KeyError, TypeError, ValueError):
        return "?"
    names = {item.id for item in ast.walk(known) if isinstance(item, ast.Name)}
    return ast.unparse(known) if names <= {"nn", *held} else "?"


def _literal_node(value: CaseValue) -> ast.expr:
    if not isinstance(value, (bool, int, float, str)) and value is not None:
        raise TypeError("no literal")
    return ast.Constant(value)


class _Known(ast.NodeTransformer):
    """Puts the values of a case in the place of names."""

    def __init__(self, given: Mapping[str, CaseValue], held: Sequence[str]) -> None:
        self.given, self.held = given, {f"_{name}": name for name in held}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.held:
            return ast.Name(self.held[node.id], ast.Load())
        return node if node.id == "nn" else _literal_node(_value(node, self.given))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        root = ast.unparse(node).partition(".")[0]
        return node if root == "nn" else _literal_node(_value(node, self.given))


def _value(node: ast.expr, given: Mapping[str, CaseValue]) -> CaseValue:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return value
        case ast.Name(id=name):
            return given[name]
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            config = given[name]
            if isinstance(config, Mapping):
                return config[attribute]
        case ast.BinOp(left=left, op=operator, right=right):
            return _computed(operator, _value(left, given), _value(right, given))
    raise ValueError(ast.dump(node))


def _computed(operator: ast.operator, left: CaseValue, right: CaseValue) -> CaseValue:
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        raise TypeError("not numbers")
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.FloorDiv():
            return left // right
        case ast.Div():
            return left / right
    raise ValueError(ast.dump(operator))
