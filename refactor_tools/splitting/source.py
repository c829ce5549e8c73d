"""A module as a sequence of top-level statements, each with its text, what it binds and what it reads."""

import ast
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from refactor_tools.codemods.import_scopes import Names, Scope, read_names
from refactor_tools.codemods.text import Text
from refactor_tools.errors import RefactorError
from refactor_tools.splitting.kinds import Kind, kind_of, quoted_names

_TYPE_COMMENT = re.compile(r"#[ \t]*type:(?![ \t]*ignore\b)(.+)")
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement, or several that share a line.

    `start` is where the comments and blank lines above it begin, `head` where its own first line begins, `end` where
    the line after it begins. `eager` are the names of the module that it reads while it runs, `late` those that its
    functions read when they are called; `unbound` are names that nothing in the file binds. `shadowed` are names of
    the module that one of its functions rebinds with `global`.
    """

    number: int
    nodes: tuple[ast.stmt, ...]
    start: int
    head: int
    end: int
    kind: Kind
    binds: frozenset[str]
    eager: frozenset[str]
    late: frozenset[str]
    unbound: frozenset[str]
    shadowed: frozenset[str]

    @property
    def node(self) -> ast.stmt:
        return self.nodes[0]

    @property
    def line(self) -> int:
        return first_line(self.node)

    @property
    def reads(self) -> frozenset[str]:
        return self.eager | self.late

    @property
    def label(self) -> str:
        """What a person calls it: the names that it binds, else its first line."""
        if self.binds:
            return ", ".join(sorted(self.binds))
        return ast.unparse(self.node).partition("\n")[0][:60]


@dataclass(frozen=True)
class ModuleSource:
    """A file that is to be divided; `statements` are in order and cover it."""

    path: str
    text: Text
    names: Names
    statements: tuple[Statement, ...]

    @property
    def tree(self) -> ast.Module:
        return self.names.tree

    @property
    def newline(self) -> str:
        return self.text.newline(0)

    @cached_property
    def binders(self) -> dict[str, tuple[Statement, ...]]:
        """The statements that bind each name, in order."""
        found: dict[str, list[Statement]] = defaultdict(list)
        for statement in self.statements:
            for name in statement.binds:
                found[name].append(statement)
        return {name: tuple(statements) for name, statements in found.items()}

    def of(self, statement: Statement) -> str:
        """The statement's text with its whole lines, without what stands above it."""
        return self.text.value[statement.head : statement.end]

    def above(self, statement: Statement) -> str:
        """The comments and blank lines above the statement."""
        return self.text.value[statement.start : statement.head]

    @property
    def tail(self) -> str:
        """What stands after the last statement."""
        return self.text.value[self.statements[-1].end :] if self.statements else self.text.value


def read_module(text: str, path: str) -> ModuleSource:
    """Raises RefactorError where the file does not parse or holds no statement."""
    try:
        tree = ast.parse(text)
        names = read_names(tree, text)
    except SyntaxError as error:
        raise RefactorError(f"does not parse: {error.msg}", f"{path}:{error.lineno}") from error
    except (ValueError, RecursionError) as error:
        raise RefactorError(f"cannot be parsed: {error}", path) from error
    source = Text(text)
    groups = tuple(_groups(tree.body))
    facts = _Facts(names, groups)
    facts.read_type_comments(source)
    bound_by_import = _imported(groups)
    statements = []
    previous_end = 0
    for number, nodes in enumerate(groups):
        first, last = first_line(nodes[0]), max(node.end_lineno or node.lineno for node in nodes)
        head = source.starts[first - 1]
        end = source.starts[last] if last < len(source.starts) else len(text)
        binds = facts.binds[number]
        statements.append(
            Statement(
                number,
                nodes,
                _own_gap(source, previous_end, head) if number else 0,
                head,
                end,
                kind_of(nodes, first=number == 0, imported=bound_by_import),
                binds,
                frozenset(facts.eager[number]),
                frozenset(facts.late[number]),
                frozenset(facts.unbound[number]),
                frozenset(facts.shadowed[number]),
            )
        )
        previous_end = end
    return ModuleSource(path, source, names, tuple(_closed(_with_homes(statements))))


def _with_homes(statements: Sequence[Statement]) -> list[Statement]:
    """A guarded import that asks the file's own functions cannot be repeated elsewhere: it gets one home."""
    own = {name for item in statements if item.kind not in ("import", "logger") for name in item.binds}
    return [replace(item, kind="data") if item.kind == "import" and item.eager & own else item for item in statements]


def _groups(body: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt, ...]]:
    """Statements that share a line stand together, and a text below a statement documents it."""
    group: list[ast.stmt] = []
    for position, node in enumerate(body):
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        together = group and (first_line(node) <= (group[-1].end_lineno or 0) or (text and position > 1))
        if group and not together:
            yield tuple(group)
            group = []
        group.append(node)
    if group:
        yield tuple(group)


def first_line(node: ast.stmt) -> int:
    """The line of a statement or of its first decorator."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)])


def _own_gap(text: Text, start: int, head: int) -> int:
    """Where the comments above a statement begin: indented ones still belong to the statement before."""
    own = start
    at = start
    while at < head:
        following = text.next_line(at)
        line = text.value[at:following]
        if line.strip() and line[:1] in " \t":
            own = following
        elif line.strip():
            break
        at = following
    return min(own, head)


def _closed(statements: Sequence[Statement]) -> Iterator[Statement]:
    """Statements that end where the next begins: indented comments below one belong to it."""
    for position, statement in enumerate(statements):
        following = statements[position + 1].start if position + 1 < len(statements) else statement.end
        yield replace(statement, end=max(following, statement.end))


def _imported(groups: Sequence[Sequence[ast.stmt]]) -> frozenset[str]:
    return frozenset(
        alias.asname or alias.name.partition(".")[0]
        for nodes in groups
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    )


class _Facts:
    """What each statement binds and reads, by its number."""

    def __init__(self, names: Names, groups: Sequence[Sequence[ast.stmt]]) -> None:
        self.names = names
        self.lines = [first_line(nodes[0]) for nodes in groups]
        self.binds = [frozenset[str]() for _ in groups]
        self.eager: list[set[str]] = [set() for _ in groups]
        self.late: list[set[str]] = [set() for _ in groups]
        self.unbound: list[set[str]] = [set() for _ in groups]
        self.shadowed: list[set[str]] = [set() for _ in groups]
        bound: list[set[str]] = [set() for _ in groups]
        for name, binders in names.module.binders.items():
            for binder in binders:
                number = self._number(binder)
                here = names.scope_at(binder) if binder in names.standing else self._scope(binder)
                (self.shadowed if _in_function(here) else bound)[number].add(name)
        self.binds = [frozenset(found) for found in bound]
        for node, scope in names.reads:
            self._read(node.id, self._number(node), scope)
        for number, nodes in enumerate(groups):
            quoted = {name for statement in nodes for name in quoted_names(statement)}
            self.late[number] |= quoted & set(names.module.binders)

    def read_type_comments(self, text: Text) -> None:
        """Names in `# type: ...` count as read: `torch.jit` and type checkers look them up."""
        for line, start in enumerate(text.starts, start=1):
            match = _TYPE_COMMENT.search(text.value, start, text.line_end(start))
            if match is not None and self.lines and line >= self.lines[0]:
                found = set(_WORD.findall(match[1])) & set(self.names.module.binders)
                self.late[bisect_right(self.lines, line) - 1] |= found

    def _scope(self, binder: ast.AST) -> Scope:
        here = self.names.parents.get(binder, self.names.tree)
        return self.names.scope_at(here)

    def _number(self, node: ast.AST) -> int:
        while not hasattr(node, "lineno"):
            node = self.names.parents[node]
        return bisect_right(self.lines, node.lineno) - 1

    def _read(self, name: str, number: int, scope: Scope) -> None:
        owner = self.names.resolve(name, scope)
        if owner is None:
            self.unbound[number].add(name)
        elif owner is self.names.module:
            (self.late if _in_function(scope) else self.eager)[number].add(name)


def _in_function(scope: Scope | None) -> bool:
    while scope is not None:
        if scope.kind == "function":
            return True
        scope = scope.parent
    return False
