"""Reading expressions: which names they read, and what becomes of their values."""

import ast
import builtins
from collections.abc import Sequence
from dataclasses import dataclass, field

from refactor_tools.model.facts import How
from refactor_tools.scan import registries
from refactor_tools.scan.frameworks import is_namespace
from refactor_tools.scan.import_reader import ImportReader
from refactor_tools.scan.members import ClassReading, asked_for, asks_itself
from refactor_tools.scan.places import (
    ANY,
    CONTAINERS,
    NOWHERE,
    PASSING,
    Place,
    held_by,
    is_name,
    kept_in,
    literal_key,
    looked_up,
)
from refactor_tools.scan.scopes import LOCAL, SUPER, Load, Scope
from refactor_tools.scan.strings import annotation_of
from refactor_tools.scan.syntax import dotted, member, member_call

# A module that reads these may bind names that stand nowhere in it.
_NAMESPACES = frozenset(("globals", "locals", "vars"))
_BUILTINS = frozenset(dir(builtins)) - _NAMESPACES
# What is read of these is a setting, not a member of a module.
_SETTINGS = ("config", "cfg", "conf", "args", "opts", "hparams", "settings")


@dataclass(slots=True)
class ValueReader(ImportReader):
    """The part of a reader that follows values from where they are made to what keeps them or is given them.

    `attributes` and `words` are as in `FileFacts`; `modules` are names that stand for modules and not for objects.
    """

    attributes: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    _readings: list[ClassReading] = field(default_factory=list)
    _method: str = ""
    _place: Place = NOWHERE
    _annotating: bool = False

    def string_annotation(self, text: str, line: int) -> None:
        """Read the names in a string that stands for a type."""
        self.strings.mention(text, line, "type-only")
        expression = annotation_of(text, line)
        if expression is not None:
            self._annotated(self._place, expression)

    def _import(self, module: str, name: str | None, bound: str, level: int, line: int, string: bool = False) -> None:
        ImportReader._import(self, module, name, bound, level, line, string)
        if bound and is_namespace(module, name, bound):
            self.modules.add(bound)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.scopes[-1].stores.add(node.id)
        else:
            self.scopes[-1].names.add(node.id)
            self._load(node.id, self._place.how, node.lineno)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self._attributes(node)
        if name:
            self._load(name, self._place.how, node.lineno)

    def _attributes(self, node: ast.expr) -> str | None:
        """The dotted name of `node`; notes which attributes it reads, and visits what is no plain chain of names."""
        parts: list[str] = []
        is_read = not isinstance(getattr(node, "ctx", None), ast.Store)
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            self.visit(node)
        root = node.id if isinstance(node, ast.Name) else ""
        self.scopes[-1].names.add(root)
        if parts and root not in self.modules:
            bases = [*parts[1:], root]
            self._read(parts if is_read else parts[1:], bases if is_read else bases[1:])
        return ".".join([root, *reversed(parts)]) if root else None

    def _read(self, attributes: Sequence[str], bases: Sequence[str]) -> None:
        for attribute, base in zip(attributes, bases, strict=True):
            if base in ("self", "cls"):
                if self._readings:
                    self._readings[-1].reads.add(attribute)
            elif not base.endswith(_SETTINGS):
                self.attributes.add(f"{base}.{attribute}")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if self._annotating:
            self._subscripted_annotation(node)
            return
        self._look_up(registries.subscripted(node, self._string_kind()))
        name = self._attributes(node.value) if isinstance(node.value, ast.Attribute | ast.Name) else None
        if name is None:
            self.visit(node.value)
        elif isinstance(node.ctx, ast.Load):
            how = self._place.how
            self._load(name, "finds" if how == "uses" else how, node.lineno, literal_key(node.slice))
        else:
            self._load(name, "uses", node.lineno)
        self._bound_to(NOWHERE if name else self._place, node.slice)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._bound_to(NOWHERE, node.test)
        self.visit(node.body)
        self.visit(node.orelse)

    def visit_Dict(self, node: ast.Dict) -> None:
        self.strings.dictionary(node, self._string_kind())
        self._look_up(registries.typed(node, self._string_kind()))
        before = self._place
        for key, value in zip(node.keys, node.values, strict=True):
            if key:
                self._bound_to(NOWHERE, key)
            # What is given away stands under its argument, whatever the entry.
            self._bound_to(before if key is None or before.to else before._replace(key=literal_key(key)), value)

    def visit_List(self, node: ast.List | ast.Tuple) -> None:
        place = self._place
        if place.member and not place.to and not place.key:
            self._place = place._replace(key=ANY)
        self._all(node.elts)
        self._place = place

    visit_Tuple = visit_List

    def visit_Constant(self, node: ast.Constant) -> None:
        text = node.value
        if type(text) is not str:
            return
        if self._annotating:
            self.string_annotation(text, node.lineno)
            return
        if "." in text:
            self.strings.mention(text, node.lineno, self._string_kind())
        if is_name(text):
            self.words.add(text)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._all([part for part in node.values if isinstance(part, ast.FormattedValue)])

    def visit_Call(self, node: ast.Call) -> None:
        name = self._callee(node, node.func)
        if name is None:
            self.registered.extend(registries.registered_by_call(node))
        last = (name or "").rpartition(".")[2]
        before, held = self._place, held_by(node)
        if last == "partial" and node.args:
            self._given(node.args[:1], before)
            self._given([*node.args[1:], *node.keywords], Place(before.member, dotted(node.args[0]) or "partial"))
        elif held:
            self._given([*node.args, *node.keywords], held)
        elif last in CONTAINERS or last in PASSING:
            self._given([*node.args, *node.keywords], before)
        else:
            callee = name or (SUPER if _is_super_init(node.func) else "()")
            self._given([*node.args, *node.keywords], Place(before.member, callee))

    def _given(self, arguments: Sequence[ast.AST], place: Place) -> None:
        """Visit the arguments of a call; what is given to a callee stands under its keyword or its position."""
        before = self._place
        for position, argument in enumerate(arguments):
            if isinstance(argument, ast.keyword):
                self._place = place._replace(key=argument.arg) if argument.arg else place
                self.visit(argument.value)
            else:
                self._place = place._replace(key=str(position)) if place.to else place
                self.visit(argument)
        self._place = before

    def _callee(self, node: ast.Call, function: ast.expr) -> str | None:
        """What `node` calls; for a choice between several each of them is called, and the answer is None."""
        match function:
            case ast.Name() | ast.Attribute():
                name = self._attributes(function)
                if name:
                    self._named_call(node, name)
                return name
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self._bound_to(NOWHERE, test)
                self._callee(node, body)
                self._callee(node, orelse)
            case ast.BoolOp(values=several) | ast.Subscript(value=ast.Dict(values=several)):
                for value in several:
                    self._callee(node, value)
            case _:
                self.visit(function)
        return None

    def _named_call(self, node: ast.Call, name: str) -> None:
        self._importing_call(node, name)
        base, asked = asked_for(node, name)
        self._read(asked, [base] * len(asked))
        if self._readings:
            self._own_call(node, name)
        base, _, last = name.rpartition(".")
        how = self._place.how
        if base and last in ("items", "values"):
            self._load(base, how, node.lineno)
        else:
            self._load(name, "calls" if how == "uses" else how, node.lineno, looked_up(node) or None)

    def _own_call(self, node: ast.Call, name: str) -> None:
        reading = self._readings[-1]
        root, _, rest = name.partition(".")
        if root == "self" and rest and "." not in rest:
            reading.called.add(rest)
            if self._place.member and not self._place.member.startswith(LOCAL):
                reading.made.append((rest, self._place.member))
            if self._method in reading.calls:
                reading.calls[self._method].append(member_call(node, rest))
        reading.asks = reading.asks or asks_itself(node, name)

    def visit_Assign(self, node: ast.Assign) -> None:
        first = node.targets[0]
        if isinstance(first, ast.Name):
            self.scopes[-1].values[first.id] = node.value
        else:
            self._sys_path(node)
        for target in node.targets:
            self._assigned(target, node.value)
            self.visit(target)
        match first, node.value:
            case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
                for target, value in zip(targets, values, strict=True):
                    self._bound_to(self._kept_in(target), value)
            case _:
                self._bound_to(self._kept_in(first), node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        is_field = bool(self._classes) and not self._functions
        name = node.target.id if is_field and isinstance(node.target, ast.Name) else ""
        self._annotated(Place(name, how="receives") if name else NOWHERE, node.annotation)
        if node.value:
            self._assigned(node.target, node.value)
            self._bound_to(self._kept_in(node.target), node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._sys_path(node)
        name = member(node.target)
        if name and self._readings:
            self._readings[-1].reads.add(name)
        self.visit(node.target)
        self._bound_to(self._kept_in(node.target), node.value)

    def _assigned(self, target: ast.expr, value: ast.expr) -> None:
        if self._method == "__init__" and self._readings and self._depth() == 1:
            self._readings[-1].assign(target, value)

    def _kept_in(self, target: ast.expr) -> Place:
        return kept_in(target, local=bool(self._functions) or not self._readings)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.scopes[-1].stores.update([node.name] if node.name else [])
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.scopes[-1].shared.update(node.names)
        self.scopes[0].stores.update(node.names)

    def _load(self, name: str, how: How, line: int, key: str | None = None) -> None:
        if name.partition(".")[0] != "self" and name not in _BUILTINS:
            place = self._place
            key = place.key if key is None else key
            self.scopes[-1].loads.append(Load(name, how, place.member, line, place.to, key))

    def _bound_to(self, place: Place, value: ast.AST) -> None:
        before, self._place = self._place, place
        self.visit(value)
        self._place = before

    def _scope(self, scope: Scope, nodes: Sequence[ast.AST], place: Place) -> Scope:
        self.scopes.append(scope)
        before, self._place = self._place, place
        self._all(nodes)
        self._place = before
        return self.scopes.pop()

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._all([*node.args.defaults, *(default for default in node.args.kw_defaults if default)])
        self._functions += 1
        scope = self._scope(of_function(node.args), [node.body], self._place)
        self._functions -= 1
        self.scopes[-1].take(scope, scope.free())

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        # What the loops go through is bound before it is used, as in a statement.
        elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        scope = self._scope(Scope("function"), [*node.generators, *elements], self._place)
        self.scopes[-1].take(scope, scope.free())

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._loop(node.target, node.iter)
        before, self._place = self._place, NOWHERE
        self._all(node.ifs)
        self._place = before

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._loop(node.target, node.iter)
        self._all(node.body)
        self._all(node.orelse)

    visit_AsyncFor = visit_For

    def _loop(self, target: ast.expr, iterated: ast.expr) -> None:
        """The loop's variable holds what is iterated over; of several the last (`for name, part in ...`)."""
        self.scopes[-1].runs_through(target, iterated, self._value)
        self.visit(target)
        last = target.elts[-1] if isinstance(target, ast.Tuple) and target.elts else target
        self._bound_to(kept_in(last, local=True), iterated)

    def _depth(self) -> int:
        """How many functions deep in the innermost class, or in the file."""
        return self._functions - (self._readings[-1].depth if self._readings else 0)

    def _annotated(self, place: Place, annotation: ast.AST) -> None:
        before, self._annotating = self._annotating, True
        self._bound_to(place, annotation)
        self._annotating = before

    def _subscripted_annotation(self, node: ast.Subscript) -> None:
        name = (dotted(node.value) or "").rpartition(".")[2]
        self.visit(node.value)
        if name == "Annotated" and isinstance(node.slice, ast.Tuple):
            self._annotated(self._place, node.slice.elts[0])
            self._annotating, before = False, self._annotating
            self._all(node.slice.elts[1:])
            self._annotating = before
        elif name != "Literal":
            self.visit(node.slice)


def of_function(arguments: ast.arguments) -> Scope:
    return Scope("function", stores={argument.arg for argument in every_argument(arguments)})


def every_argument(arguments: ast.arguments) -> list[ast.arg]:
    several = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *several]


def _is_super_init(function: ast.expr) -> bool:
    match function:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            return True
        case _:
            return False
