"""The layers and tensors of a copy: which statements make them, which keys they have, what an old object lacks."""

import ast
from collections.abc import Iterator

from refactor_tools.model.adapters import Argument
from refactor_tools.scan.syntax import method
from refactor_tools.unify.inlined_arguments import parameters
from refactor_tools.unify.inlined_classes import ClassBody, other_methods
from refactor_tools.unify.inlined_match import Matching, identity, is_none, resolved
from refactor_tools.unify.inlined_values import Choice, Given, Scope, Site, Value, Written

_BARE = frozenset(
    {*("ReLU", "GELU", "Tanh", "Sigmoid", "SiLU", "ELU", "Mish", "Softplus", "LeakyReLU", "Identity", "Dropout")}
)


class Parts:
    """What a match says about the component's members."""

    def __init__(self, matching: Matching) -> None:
        self.matching = matching
        self.component, self.holder = matching.component, matching.holder
        self.effects: list[ast.stmt] = []
        self.uninitialised = ""

    def initialise(self) -> None:
        """Find the counterpart of every statement of the component's `__init__` that sets nothing.

        What the holder asserts it goes on asserting: other statements of it may rely on that.
        """
        free = [site for site in self.holder.effects if not site.inside]
        for site in self.component.effects:
            if ast.unparse(site.statement).startswith("super("):
                continue
            found = next((item for item in free if self._alike(site, item)), None)
            if found is None:
                self.uninitialised = ast.unparse(site.statement)
            else:
                free.remove(found)
                self.effects += [] if isinstance(found.statement, ast.Assert) else [found.statement]

    def _alike(self, ours: Site, theirs: Site) -> bool:
        """Whether two statements call or assert the same."""
        match ours.statement, theirs.statement:
            case (ast.Expr(value=left), ast.Expr(value=right)) | (ast.Assert(test=left), ast.Assert(test=right)):
                return self.matching.value(Written(left, ours.scope), Written(right, theirs.scope))
        return False

    @property
    def attributes(self) -> tuple[str, ...]:
        """The holder's members that go."""
        return tuple(dict.fromkeys(path.partition(".")[0] for path in self._theirs()))

    @property
    def sequence(self) -> str:
        """The one sequence of the holder that the component takes the place of, "" where it is something else."""
        names = self.attributes
        only = names[0] if len(names) == 1 else ""
        made = self.holder.layer(only) if only else None
        return only if made is not None and self.holder.entries(made) is not None else ""

    def statements(self) -> Iterator[ast.stmt]:
        """What makes the parts in the holder's `__init__`, and what initialises them."""
        for name in self.attributes:
            value = self.holder.members.get(f"self.{name}")
            by = getattr(value, "by", None)
            if by is not None:
                yield by
        yield from self.effects

    def partial(self) -> str:
        """A sequence of which only some layers are parts."""
        theirs = self._theirs()
        for name in self.attributes:
            made = self.holder.layer(name)
            paths = _leaves(self.holder, name, made) if made is not None else []
            if any(path not in theirs for path in paths):
                return name
        return ""

    def missing(self) -> str:
        """A member of the component, with values of its own, that has no counterpart in the holder."""
        if self.uninitialised:
            return self.uninitialised
        for path, value in self._paths():
            if path not in self.matching.members and self.component.holds_tensors(value) and not self._bare(value):
                return path
        return ""

    def state(self, member: str) -> tuple[tuple[str, str], ...]:
        """Pairs (new, old) of the holder's paths; a sequence whose layers keep their places is one pair."""
        members = {path: self.matching.members[path] for path, _ in self._paths() if path in self.matching.members}
        members = {**members, **{path: old for path, old in self.matching.members.items() if path not in members}}
        pairs: dict[str, str] = {}
        for new, old in members.items():
            head, dot, place = new.rpartition(".")
            above, _, other = old.rpartition(".")
            if dot and above and place == other and self._kept(head, above, members):
                new, old = head, above
            pairs[f"{member}.{new}"] = old
        return tuple(pairs.items())

    def _kept(self, ours: str, theirs: str, members: dict[str, str]) -> bool:
        inside = {new: old for new, old in members.items() if new.rpartition(".")[0] == ours}
        made, other = self.component.layer(ours), self.holder.layer(theirs)
        entries = self.component.entries(made) if made is not None else None
        others = self.holder.entries(other) if other is not None else None
        all_there = entries is not None and others is not None and len(inside) == len(entries) == len(others)
        return all_there and all(old == f"{theirs}.{new.rpartition('.')[2]}" for new, old in inside.items())

    def old_values(self, scope: Scope) -> tuple[tuple[Argument, ...], tuple[str, ...]]:
        """What an object pickled before gives the component beside its layers, and what it cannot."""
        values, unset = [], []
        for path, value in self._paths():
            if path in self.matching.members:
                continue
            text = self._derived(value, scope)
            if text is not None:
                values.append(Argument(path, text))
            else:
                unset.append(path)
        return tuple(values), tuple(unset)

    def read(self, path: str) -> bool:
        """Whether a method of the component reads the member."""
        name = path.partition(".")[0]
        return any(
            isinstance(node, ast.Attribute) and node.attr == name
            for function in other_methods(self.component.node)
            for node in ast.walk(function)
        )

    def _theirs(self) -> list[str]:
        return [*self.matching.members.values(), *self.matching.spare]

    def _paths(self) -> Iterator[tuple[str, Value]]:
        """The component's members as they are with the arguments at hand, sequences by their layers."""
        for name, value in self.component.members.items():
            if name.startswith("self."):
                yield from self._within(name.removeprefix("self."), self._settled(value))

    def _within(self, path: str, value: Value) -> Iterator[tuple[str, Value]]:
        entries = self.component.entries(value)
        if entries is None or path in self.matching.members:
            yield path, value
            return
        for place, entry in enumerate(entries):
            yield from self._within(f"{path}.{place}", self._settled(entry))

    def _settled(self, value: Value) -> Value:
        """The value that the arguments choose."""
        value, _ = resolved(value)
        if isinstance(value, Written) and isinstance(value.node, ast.IfExp):
            node = value.node
            test, then, other = (Written(part, value.scope) for part in (node.test, node.body, node.orelse))
            value = Choice(test, then, other)
        if not isinstance(value, Choice):
            return value
        for truth, branch in ((True, value.then), (False, value.other)):
            trial = Matching(self.component, self.holder, dict(self._known()))
            if trial.assume(value.test, truth) and trial.arguments == self._known():
                return self._settled(branch)
        return value

    def _known(self) -> dict[tuple[bool, str], Value]:
        """The arguments of `__init__`, defaults included."""
        init = method(self.component.node, "__init__")
        defaults = {
            (True, name): self._default(default)
            for name, default, _ in (parameters(init) if init is not None else ())
            if default is not None
        }
        return {**defaults, **self.matching.arguments}

    def _default(self, node: ast.expr) -> Value:
        return Written(node, {})

    def _bare(self, value: Value) -> bool:
        """Whether it is a layer without parameters, or a factory's."""
        if is_none(value):
            return True
        if not isinstance(value, Written) or not isinstance(value.node, ast.Call):
            return False
        made = self.component.qualified(value.node.func)
        return made.removeprefix("torch.nn.") in _BARE or self._factory(value) is not None

    def _factory(self, value: Written) -> Written | None:
        match value.node:
            case ast.Call(func=ast.Name(id=name), args=[], keywords=[]):
                given = value.scope.get(name)
                made = self._known().get((True, name)) if isinstance(given, Given) else None
                return made if isinstance(made, Written) else None
        return None

    def _derived(self, value: Value, scope: Scope) -> str | None:
        """An expression over `old` for what the component sets a member to."""
        if not isinstance(value, Written):
            given = self._known().get((True, value.name)) if isinstance(value, Given) else None
            return self._from_old(given, scope) if isinstance(given, Written) else None
        names = _Names(self._known(), value.scope, self.component, self.holder)
        node = names.visit(ast.parse(ast.unparse(value.node), mode="eval").body)
        if names.failed or not isinstance(node, ast.expr):
            return None
        return self._from_old(Written(node, scope), scope)

    def _from_old(self, value: Written, scope: Scope) -> str | None:
        free = [item.id for item in ast.walk(value.node) if isinstance(item, ast.Name)]
        if not any(name in scope or name == "self" for name in free):
            return ast.unparse(value.node)
        wanted = identity(Written(value.node, scope))
        for name, made in self.holder.members.items():
            known = isinstance(made, (Given, Written)) and not self.holder.holds_tensors(made)
            if name.startswith("self.") and known and identity(made) == wanted:
                return f"old.{name.removeprefix('self.')}"
        return None


class _Names(ast.NodeTransformer):
    """An expression of the component's `__init__` in the holder's words."""

    def __init__(
        self, arguments: dict[tuple[bool, str], Value], scope: Scope, component: ClassBody, holder: ClassBody
    ) -> None:
        self.arguments, self.scope, self.component = arguments, scope, component
        self.bound = {whole: name for name, whole in holder.names.items()}
        self.failed = False

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.scope:
            value, _ = resolved(Written(node, self.scope))
            given = self.arguments.get((True, value.name)) if isinstance(value, Given) else None
            self.failed |= not isinstance(given, Written)
            return given.node if isinstance(given, Written) else node
        whole = self.component.names.get(node.id)
        self.failed |= node.id == "self" or (whole is not None and whole not in self.bound)
        return ast.Name(self.bound.get(whole, node.id) if whole else node.id, ast.Load())


def _leaves(body: ClassBody, path: str, value: Value) -> list[str]:
    entries = body.entries(value)
    if entries is None:
        return [path]
    return [leaf for place, entry in enumerate(entries) for leaf in _leaves(body, f"{path}.{place}", entry)]
