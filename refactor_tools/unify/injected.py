"""Components that are given the layers which their copies build of their own trees.

Where these layers are no components, or became some with other names, the copies cannot share what builds them. Each
then hands over a function that makes its own (`attention=lambda: Attention(dim, heads=heads)`), in place of the call.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from refactor_tools.layout import snake_case
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.facts import Parameter
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.members import Member, method
from refactor_tools.unify.parameters import maker
from refactor_tools.unify.plan import Candidate, unify
from refactor_tools.unify.rewriting import visited
from refactor_tools.unify.state import bound_names
from refactor_tools.unify.syntax import assigned_attribute, children, dotted, expression, reads, statements
from refactor_tools.unify.traced_types import retyped

_ANNOTATION, _NO_LAYER = "Callable[[], nn.Module]", "nn.Identity"


@dataclass(frozen=True, slots=True)
class Injected:
    """A member that calls parameters where it built layers; `makers` are what its legacy class gives for each."""

    member: Member
    makers: Mapping[str, str]


def with_factories(member: Member, layers: Collection[str]) -> Injected | None:
    """The member with every construction of one of `layers` (names of its file) in `__init__` as a parameter.

    None where it builds none of them, or one from what is only known inside of `__init__`.
    """
    init = method(member.node, "__init__")
    if init is None or not isinstance(member.node, cst.ClassDef):
        return None
    computed = (bound_names(init) - {item.name for item in member.parameters}) | _assigned(init)
    taken = {item.name for item in member.parameters} | computed | {"self"}
    found = _Factories(layers, taken)
    changed = visited(init, found)
    if not found.makers or any(reads(call) & computed for call in found.calls):
        return None
    body = [changed if item is init else item for item in member.node.body.body]
    node = member.node.with_changes(body=member.node.body.with_changes(body=body))
    parameters = (*member.parameters, *(Parameter(name, "keyword-only") for name in found.makers))
    return Injected(replace(member, node=node, parameters=parameters), dict(found.makers))


def unify_injected(
    members: Sequence[Member], layers: Sequence[Collection[str]], *, max_parameters: int = 6, max_branches: int = 2
) -> Candidate | Refusal:
    """The least general component that is given the `layers` (by member) of its copies, or why there is none."""
    injected = [with_factories(member, names) for member, names in zip(members, layers, strict=True)]
    ready = {one.member.id: one for one in injected if one is not None}
    if len(ready) < len(members):
        return Refusal("builds layers from what is only known while it is built")
    found = unify([one.member for one in ready.values()], max_parameters=max_parameters, max_branches=max_branches)
    if isinstance(found, Refusal):
        return found
    if any(map(_calls_inside, found.adapters, (ready[member.id].makers for member in found.members))):
        return Refusal("layers of their trees stand inside expressions that differ")
    given = _given(found, ready)
    added = len(given) + sum(1 for item in found.parameters if item.holes and item.name not in given)
    if added > max_parameters:
        return Refusal(f"{added} parameters would have to be added, the limit is {max_parameters}")
    return _in_own_terms(found, {member.id: member for member in members}, ready, given)


def _in_own_terms(
    found: Candidate, originals: Mapping[str, Member], ready: Mapping[str, Injected], given: Collection[str]
) -> Candidate:
    """The candidate of the members as they are, with what each of them gives."""
    makers = [ready[member.id].makers for member in found.members]
    candidate = replace(
        found,
        members=tuple(originals[member.id] for member in found.members),
        parameters=tuple(
            replace(item, kind="factory", annotation=_ANNOTATION, values=_made(item.values, makers))
            if item.name in given
            else item
            for item in found.parameters
        ),
        adapters=tuple(_adapted(adapter, made) for adapter, made in zip(found.adapters, makers, strict=True)),
        verbatim=tuple(False for _ in found.members),
    )
    return _with_defaults(retyped(candidate, {"__init__": dict.fromkeys(given, _ANNOTATION)}), given)


def _with_defaults(candidate: Candidate, names: Collection[str]) -> Candidate:
    """Who has no such layer gives none, and nothing is called then; a function all the same, for the type's sake."""
    node = candidate.node.visit(_Defaults(names))
    assert isinstance(node, cst.ClassDef)
    return replace(
        candidate,
        node=node,
        constructor=tuple(
            replace(item, default=_NO_LAYER) if item.name in names and item.default == "None" else item
            for item in candidate.constructor
        ),
    )


def _calls_inside(adapter: Adapter, makers: Mapping[str, str]) -> bool:
    """Whether a value would make layers once, where the member makes them in its own place, perhaps several times."""
    return any(item.value not in makers and reads(expression(item.value)) & makers.keys() for item in adapter.init)


def _given(candidate: Candidate, ready: Mapping[str, Injected]) -> tuple[str, ...]:
    """The constructor's parameters that make layers."""
    makers = {
        item.name
        for adapter, member in zip(candidate.adapters, candidate.members, strict=True)
        for item in adapter.init
        if item.value in ready[member.id].makers
    }
    return tuple(item.name for item in candidate.constructor if item.name in makers)


def _made(values: Sequence[str | None], makers: Sequence[Mapping[str, str]]) -> tuple[str | None, ...]:
    padded = (*values, *(None for _ in range(len(makers) - len(values))))
    return tuple(None if text is None else made.get(text, text) for text, made in zip(padded, makers, strict=True))


def _adapted(adapter: Adapter, makers: Mapping[str, str]) -> Adapter:
    init = tuple(Argument(item.name, makers.get(item.value, item.value)) for item in adapter.init)
    return replace(adapter, init=init)


def _assigned(function: cst.FunctionDef) -> set[str]:
    """Names that the function's own statements bind, its parameters among them where they are changed."""
    found: set[str] = set()
    waiting: list[cst.CSTNode] = list(statements(function.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr)):
            found |= reads(node.target)
        waiting += children(node)
    return found


class _Factories(cst.CSTTransformer):
    """Puts a call of a parameter in place of every construction; equal ones are one parameter."""

    def __init__(self, layers: Collection[str], taken: Collection[str]) -> None:
        super().__init__()
        self.layers, self.taken = layers, set(taken)
        self.makers: dict[str, str] = {}
        self.calls: list[cst.Call] = []
        self.attribute = ""

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> None:
        value = node.body[0].value if isinstance(node.body[0], cst.Assign) else None
        whole = isinstance(value, cst.Call) and dotted(value.func) in self.layers
        self.attribute = assigned_attribute(node) if whole else ""

    def visit_Call(self, node: cst.Call) -> bool:
        return dotted(node.func) not in self.layers

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if dotted(original_node.func) not in self.layers:
            return updated_node
        self.calls.append(original_node)
        text = maker(original_node)
        name = next((known for known, made in self.makers.items() if made == text), "")
        if not name:
            name = self._free(self.attribute or snake_case(dotted(original_node.func).rpartition(".")[2]))
            self.makers[name] = text
        return cst.Call(cst.Name(name), lpar=original_node.lpar, rpar=original_node.rpar)

    def _free(self, wanted: str) -> str:
        names = (wanted, f"{wanted}_layer", *(f"{wanted}_{number}" for number in range(2, 99)))
        name = next(name for name in names if name not in self.taken)
        self.taken.add(name)
        return name


class _Defaults(cst.CSTTransformer):
    def __init__(self, names: Collection[str]) -> None:
        super().__init__()
        self.names = names

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return node.name.value == "__init__"

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        if original_node.name.value not in self.names or dotted(original_node.default or cst.Name("_")) != "None":
            return updated_node
        return updated_node.with_changes(default=expression(_NO_LAYER))
