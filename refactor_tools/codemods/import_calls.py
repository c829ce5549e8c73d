"""A legacy call written as a call of the component: arguments bound to the old signature and put into the adapter."""

import ast
import builtins
import io
import tokenize
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from refactor_tools.codemods.import_adapted import Unresolved
from refactor_tools.codemods.text import Text
from refactor_tools.model.adapters import Argument
from refactor_tools.model.facts import Parameter

WIDTH = 100
_ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Dict, ast.Set, ast.ListComp)
_LATE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.BoolOp)
_EFFECTS = (ast.Call, ast.Await, ast.Subscript, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Signatures:
    """What a call maps between: `new` is the component's signature, empty where it is not known."""

    arguments: tuple[Argument, ...]
    old: tuple[Parameter, ...]
    new: tuple[Parameter, ...]
    positional: bool


def bind(parameters: Sequence[Parameter], call: ast.Call) -> dict[str, ast.expr]:
    """The call's arguments by legacy parameter.

    Raises:
        Unresolved: they do not fit, or stand behind `*` or `**`.
    """
    for argument in call.args:
        if isinstance(argument, ast.Starred):
            raise Unresolved(f"arguments cannot be bound: *{ast.unparse(argument.value)}")
    positional = [item.name for item in parameters if item.kind in ("positional", "positional-only")]
    named = {item.name for item in parameters if item.kind in ("positional", "keyword-only")}
    if len(call.args) > len(positional):
        raise Unresolved(f"arguments cannot be bound: {len(call.args)} given, {len(positional)} taken")
    bound = dict(zip(positional, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg is None:
            raise Unresolved(f"arguments cannot be bound: **{ast.unparse(keyword.value)}")
        if keyword.arg not in named or keyword.arg in bound:
            raise Unresolved(f"arguments cannot be bound: `{keyword.arg}`")
        bound[keyword.arg] = keyword.value
    missing = [item.name for item in parameters if item.required and item.name not in bound]
    if missing:
        raise Unresolved(f"arguments cannot be bound: `{missing[0]}` is missing")
    return bound


def adapted_arguments(
    call: ast.Call,
    signatures: Signatures,
    rendered: Callable[[ast.expr], str],
    same_name: Callable[[str], bool],
) -> list[str]:
    """The argument texts of the component's call.

    `rendered` gives the text of an argument, `same_name` whether a name of the legacy file means the same at the call.

    Raises:
        Unresolved: with the reason.
    """
    bound = bind(signatures.old, call)
    writer = _Writer(bound, {item.name: item for item in signatures.old}, rendered, same_name)
    written = [(argument.name, writer.write(argument.value)) for argument in signatures.arguments]
    writer.require_all_used()
    return _laid_out(written, signatures)


def _laid_out(written: Sequence[tuple[str, str]], signatures: Signatures) -> list[str]:
    """Keywords; the component's leading positional parameters by position where `positional` says so."""
    texts = dict(written)
    order = [item.name for item in signatures.new if item.kind in ("positional", "positional-only")]
    leading: list[str] = []
    for name in order if signatures.positional else ():
        if name not in texts:
            break
        leading.append(texts.pop(name))
    defaults = {item.name: item.default for item in signatures.new if item.default is not None}
    return leading + [f"{name}={text}" for name, text in texts.items() if not _same(text, defaults.get(name))]


def _same(text: str, default: str | None) -> bool:
    if default is None:
        return False
    try:
        given, usual = ast.parse(text, mode="eval"), ast.parse(default, mode="eval")
    except SyntaxError:
        return False
    return isinstance(usual.body, ast.Constant) and ast.dump(given) == ast.dump(usual)


@dataclass(slots=True)
class _Writer:
    bound: Mapping[str, ast.expr]
    parameters: Mapping[str, Parameter]
    rendered: Callable[[ast.expr], str]
    same_name: Callable[[str], bool]
    order: list[str] = field(default_factory=list)

    def write(self, value: str) -> str:
        """The adapter's expression with arguments in place of the legacy parameters."""
        text = Text(value)
        tree = ast.parse(value, mode="eval").body
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        local = _local_names(tree)
        parts: list[str] = []
        done = 0
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id not in local]
        for node in sorted(names, key=text.start):
            above = _above(node, parents)
            parent = parents.get(node)
            slot = None if isinstance(parent, ast.Call) and node in parent.args else parent
            new = self._argument(node, above, slot, local)
            if new is not None:
                parts += (value[done : text.start(node)], new)
                done = text.end(node)
        return "".join((*parts, value[done:]))

    def _argument(
        self, node: ast.Name, above: Sequence[ast.AST], parent: ast.AST | None, local: frozenset[str]
    ) -> str | None:
        if node.id not in self.parameters:
            self._require_same(node.id)
            return None
        given = self.bound.get(node.id)
        if given is None:
            return self._default(node.id, parent)
        if not _simple(given):
            late = any(isinstance(item, _LATE) for item in above)
            if late or node.id in self.order:
                raise Unresolved(f"argument `{node.id}` would be evaluated more than once, or not always")
        if any(isinstance(item, ast.Name) and item.id in local for item in ast.walk(given)):
            raise Unresolved(f"argument `{node.id}` holds a name that the adapter binds itself")
        if any(isinstance(item, ast.NamedExpr | ast.Yield | ast.YieldFrom) for item in ast.walk(given)):
            raise Unresolved(f"argument `{node.id}` binds a name or yields")
        self.order.append(node.id)
        return _fitted(self.rendered(given), given, parent)

    def _default(self, name: str, parent: ast.AST | None) -> str:
        text = self.parameters[name].default
        assert text is not None
        tree = ast.parse(text, mode="eval").body
        if not _frozen(tree):
            raise Unresolved(f"the default of `{name}` cannot be written here: {text}")
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                self._require_same(node.id)
        return _fitted(text, tree, parent)

    def _require_same(self, name: str) -> None:
        if not self.same_name(name):
            raise Unresolved(f"the adapter needs `{name}`, which is not the same here")

    def require_all_used(self) -> None:
        """No argument with an effect may be dropped, and those that have one keep their order."""
        active = [name for name, given in self.bound.items() if any(isinstance(n, _EFFECTS) for n in ast.walk(given))]
        for name in active:
            if name not in self.order:
                raise Unresolved(f"argument `{name}` would not be evaluated any more")
        written = [name for name in self.order if name in active]
        if written != sorted(active, key=lambda name: (self.bound[name].lineno, self.bound[name].col_offset)):
            raise Unresolved("its arguments would be evaluated in another order")


def call_text(text: Text, call: ast.Call, arguments: Sequence[str]) -> str:
    """What stands behind the function's name: on one line where it fits, else one argument a line.

    Raises:
        Unresolved: a comment between the arguments would be lost.
    """
    start, end = text.end(call.func), text.end(call)
    old = text.value[start:end]
    if not old.lstrip().startswith("("):
        raise Unresolved(f"the call at line {call.lineno} is written in parentheses")
    _require_no_comment(text, call, start, old)
    line_start = text.line_start(start)
    line = text.value[line_start:start]
    joined = ", ".join(arguments)
    if len(line) + len(joined) + 2 <= WIDTH or "\n" in joined or len(arguments) < 2:
        return f"({joined})"
    indent = line[: len(line) - len(line.lstrip())]
    newline, step = text.newline(start), "\t" if "\t" in indent else "    "
    lines = "".join(f"{indent}{step}{argument},{newline}" for argument in arguments)
    return f"({newline}{lines}{indent})"


def _require_no_comment(text: Text, call: ast.Call, start: int, old: str) -> None:
    if "#" not in old:
        return
    inside = [(text.start(node), text.end(node)) for node in (*call.args, *(item.value for item in call.keywords))]
    source = Text(old)
    for token in tokenize.generate_tokens(io.StringIO(old, newline="").readline):
        if token.type == tokenize.COMMENT:
            place = start + source.starts[token.start[0] - 1] + token.start[1]
            if not any(begin <= place < end for begin, end in inside):
                raise Unresolved(f"a comment stands inside the call at line {call.lineno}")


def is_builtin(name: str) -> bool:
    return name in _BUILTINS


def _above(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> list[ast.AST]:
    found = []
    while node in parents:
        node = parents[node]
        found.append(node)
    return found


def _local_names(tree: ast.expr) -> frozenset[str]:
    """Names that lambdas and comprehensions in an expression bind."""
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    return frozenset(stored | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)})


def _simple(node: ast.expr) -> bool:
    """A name, attribute chain or constant: evaluating it twice changes nothing."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name | ast.Constant)


def _frozen(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.Name():
            return True
        case ast.UnaryOp(operand=ast.Constant()):
            return True
        case ast.Attribute(value=value):
            return _frozen(value)
        case ast.Tuple(elts=elements):
            return all(map(_frozen, elements))
        case _:
            return False


def _fitted(text: str, node: ast.expr, parent: ast.AST | None) -> str:
    """`text` in parentheses where it would read otherwise under `parent`."""
    if parent is None or isinstance(parent, ast.keyword | ast.List | ast.Tuple | ast.Dict | ast.Slice):
        return f"({text})" if isinstance(node, ast.Lambda) and parent is not None else text
    if isinstance(node, _ATOMS):
        return text
    plain = isinstance(node, ast.Constant) and not isinstance(parent, ast.Attribute) and not isinstance(node.value, str)
    return text if plain else f"({text})"
