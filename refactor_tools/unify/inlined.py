"""Finds a component's copies inside a class, and plans how the component takes their place."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from refactor_tools.codemods.text import Text
from refactor_tools.layout import snake_case
from refactor_tools.model.inlined import InlinedCopy, Span
from refactor_tools.model.outcomes import Refusal
from refactor_tools.scan.syntax import FunctionNode, method
from refactor_tools.unify.inlined_arguments import Arguments, Missing
from refactor_tools.unify.inlined_classes import (
    ClassBody,
    class_named,
    given,
    main_method,
    other_methods,
    read_class,
    returned,
)
from refactor_tools.unify.inlined_match import Matching
from refactor_tools.unify.inlined_parts import Parts
from refactor_tools.unify.inlined_uses import binders, means_the_same, other_use, read_later, unsafe_class
from refactor_tools.unify.inlined_values import Reading, Scope, Site, Unreadable, Value, Written

_NO_MATCH = "its statements are not those of the component, as they are written"


class _Impossible(Exception):
    """A copy that cannot go, and why."""


@dataclass(frozen=True, slots=True)
class _Method:
    node: FunctionNode
    sites: tuple[Site, ...]


def find_inlined(
    component: str, name: str, holder: str, holder_name: str, homes: Mapping[str, str]
) -> tuple[InlinedCopy, ...] | Refusal:
    """The copies of the class `name` (in the text `component`) inside the class `holder_name` of the text `holder`.

    `homes` are the full names of what packages of the library hand on. Why no copy can go, where none can.
    """
    tree = ast.parse(holder)
    node, source = class_named(tree, holder_name), ast.parse(component)
    wanted = class_named(source, name)
    if node is None or wanted is None:
        return Refusal("it is no class of its file's top level any more")
    if reason := unsafe_class(node):
        return Refusal(reason)
    try:
        ours = read_class(source, wanted, homes, strict=True)
        result = returned(ours)
    except Unreadable as statement:
        return Refusal(f"the component does more than calculate (a statement of the kind {statement})")
    return _Search(ours, result, read_class(tree, node, homes, strict=False), Text(holder)).run()


class _Search:
    def __init__(self, component: ClassBody, result: Value, holder: ClassBody, text: Text) -> None:
        self.component, self.result, self.holder, self.text = component, result, holder, text
        self.found: list[InlinedCopy] = []
        self.reasons: list[str] = []
        self.taken = {item.attr for item in ast.walk(holder.node) if isinstance(item, ast.Attribute)}
        self.taken |= {name.removeprefix("self.") for name in (*holder.members, *holder.constants)}
        self.taken |= {function.name for function in other_methods(holder.node)}

    def run(self) -> tuple[InlinedCopy, ...] | Refusal:
        for function in other_methods(self.holder.node):
            reading = Reading(strict=False)
            reading.run(function.body, given(function, in_init=False))
            entered = _Method(function, tuple(reading.sites))
            for site in entered.sites:
                self._at(site, entered)
        return tuple(self.found) or Refusal(next(iter(self.reasons), _NO_MATCH))

    def _at(self, site: Site, entered: _Method) -> None:
        for expression in _expressions(site.statement):
            matching = Matching(self.component, self.holder)
            if matching.value(self.result, Written(expression, site.scope)):
                try:
                    copy = self._copy(matching, expression, site, entered)
                except _Impossible as reason:
                    self.reasons.append(str(reason))
                    continue
                except Missing as parameter:
                    self.reasons.append(f"nothing in it says what `{parameter}` of the component is")
                    continue
                if not any(_overlap(copy, other) for other in self.found):
                    self.found.append(copy)
                    self.taken.add(copy.member)

    def _copy(self, matching: Matching, called: ast.expr, site: Site, entered: _Method) -> InlinedCopy:
        parts = Parts(matching)
        parts.initialise()
        if missing := parts.missing():
            raise _Impossible(f"nothing in it stands for `{missing}` of the component")
        built = self._built(parts)
        gone = self._gone(matching, called, site, entered)
        self._require_alone(parts.attributes, [*built, *gone, called], called)
        arguments = Arguments(self.text, matching)
        first = min(built, key=lambda statement: statement.lineno)
        scope = next(item.scope for item in self.holder.init if item.statement is first)
        init, call = arguments.given(self._constructor(), in_init=True), arguments.given(self._main(), in_init=False)
        self._require_same(arguments.values(in_init=True), scope, f"before line {first.lineno}")
        self._require_same(arguments.values(in_init=False), site.scope, f"at line {called.lineno}")
        member = parts.sequence or self._free_name()
        values, unset = parts.old_values(scope)
        if read := [path for path in unset if parts.read(path)]:
            raise _Impossible(f"objects pickled before could not give the component its `{read[0]}`")
        others = [statement for statement in built if statement is not first]
        return InlinedCopy(
            component=self.component.node.name,
            member=member,
            init=init,
            call=call,
            made=self._span(first),
            called=self._span(called),
            gone=tuple(self._span(statement) for statement in sorted([*others, *gone], key=lambda item: item.lineno)),
            state=parts.state(member),
            values=values,
            unset=unset,
            attributes=tuple(parts.attributes),
            line=called.lineno,
        )

    def _span(self, node: ast.stmt | ast.expr) -> Span:
        return Span(self.text.start(node), self.text.end(node))

    def _constructor(self) -> FunctionNode | None:
        return method(self.component.node, "__init__")

    def _main(self) -> FunctionNode | None:
        return main_method(self.component.node)

    def _built(self, parts: Parts) -> list[ast.stmt]:
        """The statements of `__init__` that make the parts: each alone, whatever the arguments are."""
        found = list(parts.statements())
        always = {site.statement for site in self.holder.init if not site.inside}
        for statement in found:
            if statement not in always:
                raise _Impossible(f"a part is made under a condition (line {statement.lineno})")
            if not self._alone(statement):
                raise _Impossible(f"a part shares its line with another statement (line {statement.lineno})")
        if partial := parts.partial():
            raise _Impossible(f"only some layers of `{partial}` are the component's")
        return found

    def _gone(self, matching: Matching, called: ast.expr, site: Site, entered: _Method) -> list[ast.stmt]:
        """The statements of the method that only lead to `called`."""
        own = {item.statement: item for item in entered.sites}
        gone = {statement for statement in matching.followed if statement in own and statement is not site.statement}
        for statement in gone:
            inner = [item for item in entered.sites if statement in item.inside]
            if any(item.statement not in gone for item in inner):
                raise _Impossible(f"another statement stands between those of the component (line {statement.lineno})")
        outermost = [item for item in gone if not gone.intersection(own[item].inside)]
        for statement in outermost:
            if not self._alone(statement):
                raise _Impossible(f"a statement shares its line with another one (line {statement.lineno})")
            if own[statement].inside != site.inside[: len(own[statement].inside)]:
                raise _Impossible(f"a statement stands under a condition of its own (line {statement.lineno})")
        if name := read_later(entered.sites, frozenset(gone), called):
            raise _Impossible(f"`{name}` is used by other statements, too")
        for value in matching.arguments.values():
            if isinstance(value, Written):
                names = [item.id for item in ast.walk(value.node) if isinstance(item, ast.Name)]
                if clash := next((name for name in names if gone & {*binders(value.scope.get(name))}), ""):
                    raise _Impossible(f"`{clash}` is used by other statements, too")
        return outermost

    def _alone(self, statement: ast.stmt) -> bool:
        """Whether the statement has its lines for itself."""
        before = self.text.indent(self.text.start(statement))
        end = self.text.end(statement)
        after = self.text.value[end : self.text.line_end(end)].strip()
        return before is not None and (not after or after.startswith("#"))

    def _require_alone(self, names: tuple[str, ...], besides: list[ast.stmt | ast.expr], called: ast.expr) -> None:
        use = other_use(self.holder.node, frozenset(names), besides, own=True)
        if use is not None:
            raise _Impossible(f"`{use[0]}` is used elsewhere in the class (line {use[1]})")

    def _require_same(self, values: Iterator[Written], scope: Scope, where: str) -> None:
        for value in values:
            if name := means_the_same(value.node, value.scope, scope):
                raise _Impossible(f"`{name}` has another value {where}")

    def _free_name(self) -> str:
        name = snake_case(self.component.node.name)
        number, free = 2, name
        while free in self.taken:
            free, number = f"{name}_{number}", number + 1
        return free


def _expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """What a statement calculates, the largest expressions first."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)) and statement.value:
        for node in ast.walk(statement.value):
            if isinstance(node, (ast.Call, ast.BinOp, ast.Subscript, ast.Compare, ast.IfExp)):
                yield node


def _overlap(one: InlinedCopy, other: InlinedCopy) -> bool:
    spans = [(one.made, *one.gone, one.called), (other.made, *other.gone, other.called)]
    return any(a.start < b.end and b.start < a.end for a in spans[0] for b in spans[1])
