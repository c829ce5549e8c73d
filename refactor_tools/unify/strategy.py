"""Different algorithms under one name: one component that holds whichever of them it is given."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import PurePosixPath

import libcst as cst

from refactor_tools.layout import pascal_case, snake_case
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.facts import Parameter
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.body import parameters_node
from refactor_tools.unify.forward import plain, typed
from refactor_tools.unify.members import Member, forward_of
from refactor_tools.unify.parameters import NewParameter
from refactor_tools.unify.plan import Candidate
from refactor_tools.unify.syntax import expression, reads, statements, walk
from refactor_tools.unify.template import ForwardParameter, Hole, Template

_BY_POSITION = ("positional", "positional-only")
_HOUSE = frozenset({"Any", "Callable", "Tensor", "nn", "torch"})


@dataclass(frozen=True, slots=True)
class Strategy:
    """The component `name` that one member has become, and the adapter from the member to it. `keys` are the members of
    self of the original that its saved state can show, `constants` the attributes of its class.
    """

    name: str
    adapter: Adapter
    keys: tuple[str, ...]
    constants: tuple[str, ...] = ()

    @property
    def private(self) -> str:
        """What the legacy file calls it."""
        return f"_{self.name}"

    @property
    def maker(self) -> str:
        """An expression over the member's parameters that makes it when it is called."""
        given = ", ".join(f"{item.name}={item.value}" for item in self.adapter.init)
        return f"lambda: {self.private}({given})" if given else self.private


def strategy_names(members: Sequence[str], given: Mapping[str, str], taken: Collection[str]) -> dict[str, str]:
    """A name for the component of each member: the `given` one, else the words of its file before its own name.

    No two are in one file (`taken` are names that other components have), and none has the members' name.
    """
    used = {snake_case(name) for name in (*taken, *given.values(), *map(_bare, members))}
    found = dict(given)
    for member in members:
        if member not in given:
            path, name = PurePosixPath(member.partition("::")[0]), _bare(member)
            words = (path.stem, f"{path.parent.name}_{path.stem}")
            first = [pascal_case(text) + name for text in words]
            numbered = (f"{first[0]}{number}" for number in count(2))
            free = (one for names in (first, numbered) for one in names if snake_case(one) not in used)
            found[member] = next(free)
            used.add(snake_case(found[member]))
    return found


def _bare(member: str) -> str:
    return member.partition("::")[2].partition("@")[0]


def with_strategy(
    name: str, parameter: str, members: Sequence[Member], strategies: Sequence[Strategy]
) -> Candidate | Refusal:
    """The component that is given its algorithm through `parameter`, and each member as an instance of it.

    `strategies` go with `members`. Arguments that not all take alike are handed on by keyword.
    """
    united = _united(members)
    if isinstance(united, Refusal):
        return united
    shared, rest = united
    forward = (*shared, Parameter("kwargs", "var-keyword", None, "Any")) if rest else shared
    if parameter in {item.name for item in forward}:
        return Refusal(f"`strategy` is `{parameter}`, which `forward` takes as an argument; choose another name")
    made = tuple(strategy.maker for strategy in strategies)
    maker = NewParameter(parameter, "factory", "Callable[[], nn.Module]", None, made, frozenset({0}))
    node = _component(name, maker, forward, _returned(members))
    template = Template(
        node=node,
        holes={0: Hole("__init__", tuple(map(expression, made)), made=parameter)},
        options={},
        hoists={},
        attributes=tuple({parameter: parameter} for _ in members),
        locals=tuple({} for _ in members),
        forward=tuple(
            ForwardParameter(item.name, tuple(member.forward[place].name for member in members))
            for place, item in enumerate(shared)
        ),
    )
    return Candidate(
        name=name,
        members=tuple(replace(member, node=node, written=node, defined=frozenset()) for member in members),
        node=node,
        parameters=(maker,),
        constructor=(Parameter(parameter, "positional", None, maker.annotation),),
        forward=forward,
        adapters=tuple(
            _adapter(parameter, member, strategy, shared) for member, strategy in zip(members, strategies, strict=True)
        ),
        verbatim=tuple(False for _ in members),
        template=template,
    )


def _united(members: Sequence[Member]) -> tuple[tuple[Parameter, ...], bool] | Refusal:
    """What all take alike, at the same place or under the same name, and whether some take more."""
    for member in members:
        odd = [item.name for item in member.forward if item.kind.startswith("var-") or item.kind == "positional-only"]
        if odd:
            return Refusal(
                "`forward` takes arguments that cannot be handed on by their names", ((member.id, ", ".join(odd)),)
            )
    shared: list[Parameter] = []
    for own in zip(*(member.forward for member in members), strict=False):
        if not _alike(own, members):
            break
        shared.append(typed(replace(own[0], annotation=_annotation(own, members))))
    names = {item.name for item in shared}
    left = {item.name for member in members for item in member.forward[len(shared) :]}
    if names & left or "kwargs" in names:
        shared, left = [], names | left
    return tuple(shared), bool(left)


def _alike(own: Sequence[Parameter], members: Sequence[Member]) -> bool:
    """Whether parameters at one place are one: called the same, or by names that stand nowhere else."""
    same = [plain((replace(item, name=""),)) for item in own]
    if any(item != same[0] for item in same):
        return False
    names = {item.name for item in own}
    if len(names) == 1:
        return True
    spread = sum(item.name in names for member in members for item in member.forward)
    return own[0].kind in _BY_POSITION and spread == len(members)


def _annotation(own: Sequence[Parameter], members: Sequence[Member]) -> str | None:
    """The annotation that all have or none contradicts, as far as the library can read it."""
    written = {item.annotation for item in own if item.annotation}
    if not written:
        return None
    return next(iter(written)) if len(written) == 1 and _readable(next(iter(written)), members) else "Any"


def _readable(annotation: str, members: Sequence[Member]) -> bool:
    return not any(reads(expression(annotation)) & member.in_tree for member in members)


def _returned(members: Sequence[Member]) -> str:
    """The annotation of what comes back, "" where it is for the cases to say."""
    written = {member.written_returns for member in members}
    if written == {""}:
        return "" if len({_several(member) for member in members}) == 1 else "Any"
    only = next(iter(written))
    return only if len(written) == 1 and _readable(only, members) else "Any"


def _several(member: Member) -> bool:
    """Whether `forward` returns a tuple."""
    function = forward_of(member.written)
    returned = [node.value for node in walk(function) if isinstance(node, cst.Return)] if function else []
    return any(isinstance(value, cst.Tuple) for value in returned)


def _component(name: str, maker: NewParameter, forward: Sequence[Parameter], returns: str) -> cst.ClassDef:
    held = maker.name
    given = ", ".join(_handed_on(item) for item in forward)
    arrow = f" -> {returns}" if returns else ""
    text = f"""\
class {name}(nn.Module):
    def __init__(self, {held}: {maker.annotation}) -> None:
        super().__init__()
        self.{held} = {held}()

    def forward(self){arrow}:
        return self.{held}({given})
"""
    node = cst.parse_statement(text)
    assert isinstance(node, cst.ClassDef)
    last = statements(node.body)[-1]
    assert isinstance(last, cst.FunctionDef)
    signed = last.with_changes(params=parameters_node(forward, method=True))
    body = [signed if item is last else item for item in node.body.body]
    return node.with_changes(body=node.body.with_changes(body=body))


def _handed_on(parameter: Parameter) -> str:
    if parameter.kind == "var-keyword":
        return f"**{parameter.name}"
    return parameter.name if parameter.kind in _BY_POSITION else f"{parameter.name}={parameter.name}"


def _adapter(parameter: str, member: Member, strategy: Strategy, shared: Sequence[Parameter]) -> Adapter:
    names = [item.name for item in shared]
    own = [item.name for item in member.forward]
    passed = [Argument(name, legacy) for name, legacy in zip(names, own, strict=False)]
    extra = [Argument(legacy, legacy) for legacy in own[len(names) :]]
    return Adapter(
        init=(Argument(parameter, strategy.maker),),
        forward=(*passed, *extra),
        state=_state(parameter, strategy),
        attributes=tuple(Argument(name, f"{strategy.private}.{name}") for name in strategy.constants),
        decorators=tuple(item for item in strategy.adapter.decorators if item[0] == ""),
    )


def _state(parameter: str, strategy: Strategy) -> tuple[tuple[str, str], ...]:
    """Every key of the original, below the member that holds the strategy."""
    moved = {old: new for new, old in strategy.adapter.state}
    pairs = {old: moved.get(old, old) for old in (*strategy.keys, *moved)}
    return tuple((f"{parameter}.{new}", old) for old, new in sorted(pairs.items()))
