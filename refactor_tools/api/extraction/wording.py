"""What the generated docstring of a component says, from its code, its originals and its cases."""

import re
from collections.abc import Mapping, Sequence

import libcst as cst

from refactor_tools.api.extraction.examples import usage_example
from refactor_tools.api.extraction.plans import Plan
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.components import ComponentDoc, Dependency, ParameterDoc, TensorDoc
from refactor_tools.model.proofs import Case, TensorSpec
from refactor_tools.unify.members import forward_of, method
from refactor_tools.unify.parameters import NewParameter
from refactor_tools.unify.syntax import assigned_attribute, code, dotted, is_message, statements, walk
from refactor_tools.unify.vocabulary import words

_SUMMARIES = {
    "attention": "Attends over a sequence",
    "blocks": "A block of layers",
    "embeddings": "Embeds its input",
    "feedforward": "A feed-forward network on the last dimension",
    "fusion": "Combines several inputs into one",
    "losses": "A loss",
    "pooling": "Pools a sequence of vectors into one vector",
    "routing": "Routes inputs",
}
_SIZES = {
    "dim": "width of the input and of the output",
    "input_dim": "width of the input",
    "output_dim": "width of the output",
    "hidden_dim": "width between the layers",
    "num_heads": "number of attention heads",
    "vocab_size": "number of embeddings",
}


def component_doc(plan: Plan, analysis: Analysis, cases: Mapping[str, Case], findings: Sequence[str]) -> ComponentDoc:
    """Everything the docstring template and the index page need."""
    candidate = plan.candidate
    case = next((cases[member.id] for member in candidate.members if cases[member.id].constructions), None)
    return ComponentDoc(
        title=" ".join(word.capitalize() for word in words(plan.name)),
        summary=_summary(plan),
        concept=_concept(plan),
        architecture=_architecture(candidate.node),
        parameters=tuple(
            ParameterDoc(item.name, item.annotation, _parameter(item, plan)) for item in candidate.parameters
        ),
        inputs=inputs(plan, cases),
        outputs=_outputs(case),
        dependencies=_dependencies(plan),
        used_by=_used_by(plan, analysis),
        example=usage_example(plan, cases),
        notes=tuple(findings),
    )


def _summary(plan: Plan) -> str:
    first = next((line for member in plan.candidate.members if (line := _first_line(member.written))), "")
    if first:
        return first
    node = plan.candidate.node
    text = code(node)
    summary = _SUMMARIES.get(plan.category, "A component")
    if "F.softmax" in text and plan.category == "pooling":
        summary += ", weighted by a learned score for each position"
    if _is_residual(node):
        summary += " with a residual connection"
    return summary + "."


def _first_line(node: cst.ClassDef | cst.FunctionDef) -> str:
    text = (node.get_docstring() or "").strip()
    return text.splitlines()[0].strip() if text else ""


def _is_residual(node: cst.CSTNode) -> bool:
    function = forward_of(node)
    if function is None:
        return False
    inputs = {item.name.value for item in function.params.params} - {"self"}
    last = statements(function.body)[-1]
    adds = [item for item in walk(last) if isinstance(item, cst.BinaryOperation) and isinstance(item.operator, cst.Add)]
    return any(dotted(item.left) in inputs or dotted(item.right) in inputs for item in adds)


def _concept(plan: Plan) -> tuple[str, ...]:
    members = plan.candidate.members
    kept = [text for member in members if (text := (member.written.get_docstring() or "").strip())]
    longer = [" ".join(text.split()) for text in kept if len(text.splitlines()) > 1]
    if len(members) == 1:
        origin = f"Moved from `{members[0].id}` as it was."
    elif plan.strategies:
        given = ", ".join(f"`{keymap.name}` for `{identity}`" for identity, keymap in sorted(plan.strategies.items()))
        origin = f"Holds the algorithm that it is given: {given}."
    else:
        places = ", ".join(f"`{member.id}`" for member in sorted(members, key=lambda member: member.id))
        origin = f"One component for {len(members)} copies: {places}. What they differed in is a parameter."
    return (*longer[:1], origin)


def _architecture(node: cst.CSTNode) -> tuple[str, ...]:
    """The members of self that `__init__` builds, then what `forward` returns."""
    function = method(node, "__init__")
    steps = [step for statement in (statements(function.body) if function else []) if (step := _step(statement))]
    body = forward_of(node)
    last = statements(body.body)[-1] if body else None
    if isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[0], cst.Return) and last.body[0].value:
        steps.append(f"The result is `{code(last.body[0].value)}`.")
    return tuple(steps)


def _step(statement: cst.BaseStatement) -> str:
    """What one statement of `__init__` builds, in words; "" where it builds nothing by itself."""
    name = assigned_attribute(statement)
    if name and isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Assign):
        value = code(statement.body[0].value)
        if value == name:
            return ""
        return f"`{name}` runs them in order." if value.endswith("layers)") else f"`{name}`: `{value}`"
    if isinstance(statement, cst.If) and is_message(statement.body.body[0]):
        return ""
    if isinstance(statement, cst.If) and len(statement.body.body) == 1:
        return f"Where `{code(statement.test)}`: `{_appended(code(statement.body.body[0]))}`"
    layers = _appended(code(statement))
    return f"`{layers}`" if "layers" in code(statement) and layers not in ("", "super().__init__()") else ""


def _appended(text: str) -> str:
    """The layers that a statement adds to a list of layers."""
    text = text.strip()
    for pattern in (r"\w*layers\.append\((.+)\)", r"\w*layers \+= \[(.+)\]", r"\w*layers: [^=]+ = \[(.*)\]"):
        found = re.fullmatch(pattern, text)
        if found:
            return found[1]
    return text


def _parameter(parameter: NewParameter, plan: Plan) -> str:
    text = _SIZES.get(parameter.name, "")
    if not text:
        text = _by_kind(parameter)
    return text


def _by_kind(parameter: NewParameter) -> str:
    layer, argument = parameter.argument
    short = layer.rpartition(".")[2]
    none = "; None builds none" if parameter.default == "None" else ""
    if parameter.kind == "factory":
        given = ", given its width" if "[int]" in parameter.annotation else ""
        return f"makes the {parameter.name}{given}{none}"
    if parameter.kind == "switch" and not parameter.holes and parameter.default in ("True", "False"):
        return _switch(parameter.name)
    if "dropout" in parameter.name:
        return f"rate of dropout{none}"
    if short and argument:
        return f"`{argument}` of {short}{none}"
    return f"`{parameter.name}` of the original{none}"


def _switch(name: str) -> str:
    if name.endswith("_first"):
        return f"whether the {name.removesuffix('_first')} comes before the layers instead of after them"
    if name in ("pre_norm", "post_norm"):
        return f"whether there is a norm {'before' if name == 'pre_norm' else 'after'} the layers"
    return f"whether to {name.replace('_', ' ')}" if name.startswith("use_") else name.replace("_", " ")


def inputs(plan: Plan, cases: Mapping[str, Case]) -> tuple[TensorDoc, ...]:
    """The arguments of `forward` with the shapes that the cases gave them."""
    found = []
    for parameter in plan.candidate.forward:
        spec, dims = _spec(parameter.name, plan, cases)
        shape = _shape(spec, dims)
        text = _input(parameter.name, spec, plan)
        found.append(TensorDoc(parameter.name, shape, text, optional=parameter.default is not None))
    return tuple(found)


def _spec(name: str, plan: Plan, cases: Mapping[str, Case]) -> tuple[TensorSpec | None, Mapping[str, int]]:
    for member, adapter in zip(plan.candidate.members, plan.candidate.adapters, strict=True):
        legacy = next((item.value for item in adapter.forward if item.name == name), None)
        for construction in cases[member.id].constructions:
            for call in construction.calls:
                value = call.arguments.get(legacy or name)
                if isinstance(value, TensorSpec):
                    return value, construction.dims
    return None, {}


def _shape(spec: TensorSpec | None, dims: Mapping[str, int]) -> str:
    if spec is None:
        return ""
    listed = ", ".join(str(size) for size in spec.shape)
    return f"({listed},)" if len(spec.shape) == 1 else f"({listed})"


def _input(name: str, spec: TensorSpec | None, plan: Plan) -> str:
    if spec is None:
        return "as in the originals"
    text = code(plan.candidate.node)
    if spec.kind == "mask":
        if f"~{name}" in text:
            return "True where a position is valid"
        return "boolean mask"
    return {"lengths": "number of valid positions of each sequence", "ids": "indices"}.get(spec.kind, "the input")


def _outputs(case: Case | None) -> tuple[TensorDoc, ...]:
    if case is None:
        return ()
    shapes = [", ".join(str(size) for size in shape) for shape in case.outputs]
    return tuple(
        TensorDoc("", f"({shape})" if "," in shape else f"({shape},)" if shape else "()", "the result")
        for shape in shapes
    )


def _dependencies(plan: Plan) -> tuple[Dependency, ...]:
    names = sorted({name for node in walk(plan.candidate.node) if (name := _torch_name(node))})
    own = [Dependency(f"{module}.{name}", "built as a part") for name, module in sorted(plan.library.items())]
    return (*own, *(Dependency(name, _what_for(name, plan.candidate.node)) for name in names))


def _torch_name(node: cst.CSTNode) -> str:
    text = dotted(node) if isinstance(node, cst.Attribute) else ""
    if text.startswith("nn.") and text != "nn.Module" and text.count(".") == 1:
        return f"torch.{text}"
    return f"torch.nn.functional.{text[2:]}" if text.startswith("F.") else ""


def _what_for(name: str, node: cst.CSTNode) -> str:
    if "functional" in name:
        return "computed in forward"
    short = name.removeprefix("torch.")
    function = method(node, "__init__")
    members = [
        member
        for statement in (statements(function.body) if function else [])
        if (member := assigned_attribute(statement)) and short in code(statement)
    ]
    return f"makes {', '.join(f'`{member}`' for member in dict.fromkeys(members))}" if members else "one of the layers"


def _used_by(plan: Plan, analysis: Analysis) -> tuple[Dependency, ...]:
    found: dict[str, Dependency] = {}
    for member in plan.candidate.members:
        for user in analysis.composition.used_by.get(member.id, ()):
            path, _, name = user.partition("::")
            dotted_name = f"{path.removesuffix('.py').removeprefix('src/').replace('/', '.')}.{name}"
            found[dotted_name] = Dependency(dotted_name, f"as `{member.name}` of {member.path.rpartition('/')[2]}")
    return tuple(found[name] for name in sorted(found))
