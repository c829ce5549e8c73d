"""A member in terms of components: what it builds has become one before it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from refactor_tools.model.components import OriginalRecord
from refactor_tools.model.facts import Parameter
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.held import held_at
from refactor_tools.unify.members import Member
from refactor_tools.unify.rewriting import FreeNames, bare, rename, substitute, visited
from refactor_tools.unify.spread import with_written_out
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.syntax import code, dotted, expression, reads, self_attribute, walk

_HOUSE = frozenset({"nn", "F", "torch", "float"})


@dataclass(frozen=True, slots=True)
class Part:
    """An original that a member uses under the name `bound`, and the component `name` of `module` that it became.

    `parameters` and `forward` are the component's own signatures (a function has only `parameters`). `given` are the
    components that its construction names, by the name that the adapter has for each.
    """

    bound: str
    name: str
    module: str
    record: OriginalRecord
    parameters: tuple[Parameter, ...]
    forward: tuple[Parameter, ...]
    is_class: bool
    given: Mapping[str, str] = field(default_factory=dict)


def with_parts(member: Member, parts: Sequence[Part]) -> Member | Refusal:
    """The member with components in place of what it used of its tree, called as they want to be called."""
    node, names, nested = member.node, dict(member.names), list(member.nested)
    try:
        for part in parts:
            node, keys = _with_part(with_written_out(node, part.bound), part)
            nested += keys
            names.pop(part.bound, None)
            names[part.name] = f"{part.module}.{part.name}"
            names |= {_last(whole): whole for whole in part.given.values()}
    except Mismatch as mismatch:
        return Refusal(mismatch.reason, (mismatch.texts,) if mismatch.texts else ())
    defined = member.defined - {name for part in parts for name in (part.bound, *part.given)}
    known = {**member.parts, **{part.name: part.parameters for part in parts}}
    known |= {_last(whole): () for part in parts for whole in part.given.values()}
    spoken = {part.name: part.bound for part in parts if part.record.form == "alias"}
    return replace(
        member,
        node=node,
        names=names,
        defined=defined,
        nested=tuple(nested),
        parts=known,
        spoken={**member.spoken, **spoken},
    )


def _last(whole: str) -> str:
    return whole.rpartition(".")[2]


def _with_part(
    node: cst.ClassDef | cst.FunctionDef, part: Part
) -> tuple[cst.ClassDef | cst.FunctionDef, list[tuple[str, str, str]]]:
    if not part.is_class:
        return visited(node, _Construction(part)), []
    adapter, places = part.record.adapter, held_at(node, part.bound)
    if adapter.state or not _passes_through(part):
        _require_held(node, part, places)
    if not _passes_through(part):
        # Calls can be told apart only by the member that is called.
        _require_held(node, part, [place for place in places if "." not in place])
        node = visited(node, _Calls(part, frozenset(places)))
    keys = [(place, new, old) for place in dict.fromkeys(places) for new, old in adapter.state]
    return visited(node, _Construction(part)), keys


def _require_held(node: cst.CSTNode, part: Part, places: Sequence[str]) -> None:
    """Every object of the part must stand where its calls and keys are known."""
    if sum(isinstance(item, cst.Call) and dotted(item.func) == part.bound for item in walk(node)) != len(places):
        reason = f"keeps `{part.bound}`, which became {part.name} with other names, among other layers"
        raise Mismatch(reason, (part.record.id,))


def _passes_through(part: Part) -> bool:
    """Whether the component's `forward` takes what the original's took, in the same order."""
    adapted = {item.value.lstrip("*"): item.name for item in part.record.adapter.forward}
    if not part.record.adapter.forward:
        return True
    names = [item.name for item in part.forward if item.kind in ("positional", "positional-only")]
    rest = [(item.name, item.kind) for item in part.forward if item.kind.startswith("var-")]
    given = [item for item in part.record.forward if not item.kind.startswith("var-")]
    ours = [adapted.get(item.name) for item in given]
    same = ours == names[: len(ours)] and [item.name for item in given] == names[: len(ours)]
    return same and rest == [(item.name, item.kind) for item in part.record.forward if item not in given]


def _bound(args: Sequence[cst.Arg], parameters: Sequence[Parameter], name: str) -> dict[str, cst.BaseExpression]:
    """The arguments of a call by parameter, defaults included."""
    if any(arg.star for arg in args) or any(item.kind.startswith("var-") for item in parameters):
        raise Mismatch(f"`{name}` is called with arguments that cannot be seen", ())
    given: dict[str, cst.BaseExpression] = {}
    for position, arg in enumerate(args):
        if arg.keyword is None and position >= len(parameters):
            raise Mismatch(f"`{name}` is called with too many arguments", ())
        given[arg.keyword.value if arg.keyword else parameters[position].name] = arg.value
    defaults = {item.name: expression(item.default) for item in parameters if item.default is not None}
    return {**defaults, **given}


def _adapted(value: str, given: Mapping[str, cst.BaseExpression], part: Part) -> cst.BaseExpression:
    node, name = rename(expression(value), {old: _last(whole) for old, whole in part.given.items()}), part.bound
    assert isinstance(node, cst.BaseExpression)
    own = reads(node) - _HOUSE - {_last(whole) for whole in part.given.values()}
    if own - given.keys() - {"None", "True", "False"}:
        raise Mismatch(f"`{name}` needs what its own file names", (value,))
    called = {used for used in own & given.keys() if any(isinstance(item, cst.Call) for item in walk(given[used]))}
    if called & _repeated(part):
        raise Mismatch(f"`{name}` is given the result of a call, which it uses more than once", (value,))
    replaced = substitute(node, given)
    assert isinstance(replaced, cst.BaseExpression)
    return replaced


def _repeated(part: Part) -> frozenset[str]:
    """What the adapter mentions more than once."""
    adapted = (*part.record.adapter.init, *part.record.adapter.forward)
    names = (node.value for item in adapted for node in walk(expression(item.value)) if isinstance(node, cst.Name))
    return frozenset(name for name, count in Counter(names).items() if count > 1)


def _keyword(name: str, value: cst.BaseExpression) -> cst.Arg:
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    return cst.Arg(bare(value), keyword=cst.Name(name), equal=equal)


class _Construction(FreeNames):
    """Calls of the part's name get the component's name and arguments."""

    def __init__(self, part: Part) -> None:
        super().__init__(lambda name: cst.Name(part.name) if name == part.bound else None)
        self.part = part

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        adapter = self.part.record.adapter
        adapted = adapter.init if self.part.is_class else adapter.forward
        if dotted(original_node.func) != self.part.bound or self.part.record.form == "alias":
            return updated_node
        given = _bound(updated_node.args, self.part.record.parameters, self.part.bound)
        args = [_keyword(item.name, _adapted(item.value, given, self.part)) for item in adapted]
        return updated_node.with_changes(args=args)


class _Calls(cst.CSTTransformer):
    """Calls of the members of self that hold the part, in the component's terms."""

    def __init__(self, part: Part, held: frozenset[str]) -> None:
        super().__init__()
        self.part, self.held = part, held

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if self_attribute(original_node.func) not in self.held:
            return updated_node
        given = _bound(updated_node.args, self.part.record.forward, self.part.bound)
        positional = [item.name for item in self.part.forward if item.kind in ("positional", "positional-only")]
        defaults = {item.name: item.default for item in self.part.forward if item.kind == "keyword-only"}
        args: list[cst.Arg] = []
        for item in self.part.record.adapter.forward:
            if item.value not in given:
                raise Mismatch(f"`{self.part.bound}` is called without `{item.value}`", ())
            value = given[item.value]
            if code(value) == defaults.get(item.name):
                continue
            in_order = len(args) < len(positional) and positional[len(args)] == item.name
            args.append(cst.Arg(bare(value)) if in_order else _keyword(item.name, value))
        return updated_node.with_changes(args=args)
