"""The constructor of a component: what was lifted, what became a parameter, in the library's order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import libcst as cst

from refactor_tools.model.facts import Parameter
from refactor_tools.unify.members import Member, method
from refactor_tools.unify.naming import choose
from refactor_tools.unify.parameters import NewParameter, literal_type, with_default
from refactor_tools.unify.syntax import children, dotted, expression, is_constant, walk
from refactor_tools.unify.template import Template
from refactor_tools.unify.vocabulary import annotation, annotation_by_name, constructor_parameters, is_constructor

_KINDS = ("size", "number", "switch", "factory")


@dataclass(frozen=True, slots=True)
class Lifted:
    """A constructor parameter of the members, or an attribute of their config, that all use alike.

    `text` is how the members write it; `parameter` what it becomes.
    """

    text: str
    parameter: NewParameter


def lifted(template: Template, members: Sequence[Member]) -> tuple[Lifted, ...]:
    """What `__init__` reads of its own parameters outside of holes, in order of appearance."""
    function = method(template.node, "__init__")
    if function is None:
        return ()
    names = {item.name for member in members for item in member.parameters}
    configs = config_parameters(function, names)
    found: list[Lifted] = []
    taken: set[str] = set()
    for text, argument in _references(function, names, configs):
        if any(item.text == text for item in found):
            continue
        name = choose((text.rpartition(".")[2],), taken)
        taken.add(name)
        found.append(Lifted(text, _lifted_parameter(name, text, argument, members)))
    return tuple(found)


def config_parameters(function: cst.FunctionDef, names: set[str]) -> frozenset[str]:
    """Parameters of which only attributes are read: config objects that a component takes apart."""
    attributes: Counter[str] = Counter()
    uses: Counter[str] = Counter()
    for node in walk(function.body):
        if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
            attributes[node.value.value] += 1
        if isinstance(node, cst.Name):
            uses[node.value] += 1
    read_only = {name for name in names if attributes[name] and uses[name] == attributes[name]}
    return frozenset(name for name in read_only if not _has_methods(function, name))


def _has_methods(function: cst.FunctionDef, name: str) -> bool:
    """Whether a method of the object is called or an attribute set: then it is more than a bag of values."""
    for node in walk(function.body):
        called = isinstance(node, cst.Call) and dotted(node.func).startswith(name + ".")
        target = isinstance(node, cst.AssignTarget) and dotted(node.target).startswith(name + ".")
        deeper = isinstance(node, cst.Attribute) and dotted(node).count(".") > 1 and dotted(node).startswith(name + ".")
        if called or target or deeper:
            return True
    return False


def _references(
    node: cst.CSTNode, names: set[str], configs: frozenset[str], argument: str = ""
) -> list[tuple[str, str]]:
    """(text, constructor argument it feeds) of every use of a constructor parameter below the node."""
    if isinstance(node, cst.Param):
        return []
    text = dotted(node)
    root = text.partition(".")[0]
    if text and root in names:
        return [(text if root in configs else root, argument)]
    if isinstance(node, cst.Call) and is_constructor(dotted(node.func)):
        order = constructor_parameters(dotted(node.func))
        found: list[tuple[str, str]] = []
        for position, arg in enumerate(node.args):
            name = arg.keyword.value if arg.keyword else order[position] if position < len(order) else ""
            found += _references(arg.value, names, configs, name)
        return found
    if isinstance(node, cst.Attribute):
        return _references(node.value, names, configs, argument)
    if isinstance(node, cst.Arg):
        return _references(node.value, names, configs, argument)
    return [item for child in children(node) for item in _references(child, names, configs, argument)]


def _lifted_parameter(name: str, text: str, argument: str, members: Sequence[Member]) -> NewParameter:
    written = [next((item for item in member.parameters if item.name == text), None) for member in members]
    defaults = [item.default for item in written if item is not None and item.default is not None]
    default = Counter(defaults).most_common(1)[0][0] if defaults else None
    annotated = next((item.annotation for item in written if item is not None and item.annotation), None)
    plain = annotated if annotated in ("int", "float", "bool", "str") else ""
    literal = literal_type(default) if default is not None and default != "None" else ""
    whole = any(_is_taken_apart(text, member) for member in members)
    by_custom = annotation_by_name(name)
    kind = "Any" if whole else plain or annotation(argument) or literal or by_custom or "Any"
    if kind == "int" and not plain and (literal == "float" or (by_custom == "float" and not annotation(argument))):
        kind = "float"
    if default == "None" and kind != "Any":
        kind = f"{kind} | None"
    has_it = [any(item.name == text.partition(".")[0] for item in member.parameters) for member in members]
    parameter = NewParameter(
        name=name,
        kind="size" if kind == "int" and default is None else "switch" if kind == "bool" else "number",
        annotation=kind,
        default=default,
        values=tuple(text if own else None for own in has_it),
    )
    return parameter if all(has_it) or default is not None else with_default(parameter)


def _is_taken_apart(name: str, member: Member) -> bool:
    """Whether attributes of the parameter are read: an object, whatever the place where it goes whole."""
    nodes = (node for node in walk(member.node) if isinstance(node, cst.Attribute))
    return any(isinstance(node.value, cst.Name) and node.value.value == name for node in nodes)


def ordered(parameters: Sequence[NewParameter]) -> tuple[NewParameter, ...]:
    """Sizes first, then numbers, switches and factories; what must be given before what may be."""
    return tuple(sorted(parameters, key=lambda item: (item.optional, _KINDS.index(item.kind))))


def signature(parameters: Sequence[NewParameter]) -> tuple[Parameter, ...]:
    """The constructor's parameters; everything optional is keyword-only."""
    return tuple(
        Parameter(
            name=item.name,
            kind="keyword-only" if item.optional else "positional",
            default=item.default,
            annotation=item.annotation,
        )
        for item in parameters
    )


def unchanged(parameters: Sequence[Parameter], found: Sequence[Lifted]) -> tuple[NewParameter, ...] | None:
    """The members' own constructor, where nothing was taken apart: it then stays as it is, in its own order."""
    by_text = {item.text: item.parameter for item in found}
    if any("." in item.text for item in found):
        return None
    same = []
    for item in parameters:
        if item.kind in ("var-positional", "var-keyword"):
            return None
        parameter = by_text.get(item.name)
        if parameter is None:
            parameter = NewParameter(item.name, "number", item.annotation or _guess(item), item.default, (item.name,))
        same.append(replace(parameter, default=item.default))
    return tuple(same)


def _guess(parameter: Parameter) -> str:
    """An annotation for a parameter that `__init__` accepts and does not use."""
    if parameter.default is not None and is_constant(expression(parameter.default)):
        return literal_type(parameter.default) or "Any"
    return annotation_by_name(parameter.name) or "Any"
