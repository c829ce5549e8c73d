"""A class that is longer than a file may be: groups of its methods move, byte for byte, into mixins of their own."""

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import networkx as nx

from refactor_tools.changes.text import apply_edits
from refactor_tools.clones.forms import name_words
from refactor_tools.codemods.text import Text
from refactor_tools.layout import pascal_case, snake_case
from refactor_tools.model.changes import Edit
from refactor_tools.model.outcomes import Refusal
from refactor_tools.splitting.class_body import Method, methods_that_may_move
from refactor_tools.splitting.headers import import_section
from refactor_tools.splitting.source import ModuleSource, first_line, read_module

# What a mixin's file holds besides its methods: docstring, imports, the class statement.
_HEADER = 25
# What a reader looks for in the class itself, and what moves only where nothing else is left to move.
_LAST = ("forward", "call")
_EMPTY_WORDS = frozenset({"get", "set", "is", "has", "self", "the", "of", "to", "on", "and"})


@dataclass(frozen=True, slots=True)
class Mixin:
    """A file with some methods of a class; `alias` is the name under which the class inherits from it."""

    stem: str
    alias: str
    methods: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class DividedClass:
    """The file of the class after its division, and its mixins."""

    name: str
    text: str
    mixins: tuple[Mixin, ...]


def divide_class(text: str, path: str, name: str, limit: int, taken: Collection[str]) -> DividedClass | Refusal:
    """Divide the class `name` of a file so that no file has more than `limit` lines.

    Refused where the class could tell the difference; where only some methods may move, the class may stay too long.
    """
    source = read_module(text, path)
    node = next(item for item in source.tree.body if isinstance(item, ast.ClassDef) and item.name == name)
    movable = methods_that_may_move(source, node)
    if isinstance(movable, Refusal):
        return movable
    groups = _chosen(movable, limit, len(text.splitlines()), len(node.body))
    if not groups:
        return Refusal(f"class {name} cannot be divided: its methods are tied to it, or each is too long by itself")
    mixins = tuple(_mixins(source, name, groups, {*taken, *source.names.module.binders}))
    return DividedClass(name, _main(source, node, groups, mixins), mixins)


def _chosen(movable: Sequence[Method], limit: int, lines: int, statements: int) -> list[list[Method]]:
    """The groups that move: all but `forward`, and that one too if the class is still too long."""
    rest = [method for method in movable if method.name not in _LAST]
    last = [method for method in movable if method.name in _LAST]
    moved: list[list[Method]] = []
    for group in [*_packed(_communities(rest), limit), *([method] for method in last)]:
        left = lines - sum(method.lines for found in moved for method in found)
        too_long = sum(method.lines for method in group) + _HEADER > limit
        if left <= limit or too_long or statements <= 1:
            continue
        moved.append(group)
    return moved


def _communities(methods: Sequence[Method]) -> list[list[Method]]:
    """Methods that call each other or share words in their names, in the order of the class."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(methods)))
    for i, left in enumerate(methods):
        for j in range(i + 1, len(methods)):
            right = methods[j]
            called = (right.name in left.calls) + (left.name in right.calls)
            shared = len(_words(left.name) & _words(right.name))
            if called or shared:
                graph.add_edge(i, j, weight=called + 0.5 * shared)
    if not graph.edges:
        return [[method] for method in methods]
    found = nx.community.greedy_modularity_communities(graph, weight="weight")
    return [[methods[index] for index in group] for group in sorted(sorted(group) for group in found)]


def _words(name: str) -> set[str]:
    return set(name_words(name)) - _EMPTY_WORDS


def _packed(groups: Sequence[Sequence[Method]], limit: int) -> list[list[Method]]:
    """Groups cut where they are too long, and the small ones put together."""
    packed: list[list[Method]] = []
    for group in groups:
        current: list[Method] = []
        for method in group:
            if current and sum(item.lines for item in current) + method.lines + _HEADER > limit:
                packed.append(current)
                current = []
            current.append(method)
        packed.append(current)
    merged: list[list[Method]] = []
    for group in packed:
        small = merged and len(merged[-1]) + len(group) <= _few(merged[-1], group)
        if small and sum(item.lines for item in (*merged[-1], *group)) + _HEADER <= limit:
            merged[-1] = [*merged[-1], *group]
        else:
            merged.append(list(group))
    return merged


def _few(left: Sequence[Method], right: Sequence[Method]) -> int:
    """Two groups are put together where one of them is a single method."""
    return len(left) + len(right) if min(len(left), len(right)) == 1 else 0


def _mixins(source: ModuleSource, name: str, groups: Sequence[Sequence[Method]], taken: set[str]) -> Iterator[Mixin]:
    for group in groups:
        about = _about(group)
        stem = f"{snake_case(name)}_{about}"
        number = 2
        while stem in taken or f"_{name}{pascal_case(about)}" in taken:
            stem, number = f"{snake_case(name)}_{about}_{number}", number + 1
        taken.add(stem)
        alias = f"_{name}{pascal_case(stem.removeprefix(f'{snake_case(name)}_'))}"
        methods = tuple(method.name for method in group)
        yield Mixin(stem, alias, methods, _mixin_text(source, name, group))


def _about(group: Sequence[Method]) -> str:
    """The word that most of the methods share, else the name of the longest."""
    counts = Counter(word for method in group for word in _words(method.name))
    word, count = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if count * 2 > len(group) and len(group) > 1:
        return word
    return max(group, key=lambda method: method.lines).name.strip("_")


def _mixin_text(source: ModuleSource, name: str, group: Sequence[Method]) -> str:
    newline = source.newline
    read = frozenset(found for method in group for found in method.reads)
    wanted = read | frozenset({"*"}) if read - set(source.binders) else read
    folder = source.path.rpartition("/")[0]
    imports = import_section(source, wanted, folder)
    loggers = "".join(
        _logger(source, item.number) for item in source.statements if item.kind == "logger" and item.binds & read
    )
    spans = sorted(span for method in group for span in method.spans)
    body = "".join(source.text.value[start:end] for start, end in spans)
    listed = ", ".join(method.name for method in group[:3]) + (" and more" if len(group) > 3 else "")
    head = f'"""Methods of {name}, which inherits them from here: {listed}."""{newline}'
    # The class bears the name of the whole, so that qualified names and private names (`__x`) stay what they were.
    opening = (
        f"{newline * 2 if imports or loggers else newline}class {name}:{newline}    __slots__ = (){newline}{newline}"
    )
    return head + newline + imports + loggers + opening + _without_first_blanks(body).rstrip() + newline


def _logger(source: ModuleSource, number: int) -> str:
    return source.newline + source.of(source.statements[number]).rstrip() + source.newline


def _without_first_blanks(body: str) -> str:
    lines = body.splitlines(keepends=True)
    while lines and not lines[0].strip():
        lines.pop(0)
    return "".join(lines)


def _main(source: ModuleSource, node: ast.ClassDef, groups: Sequence[Sequence[Method]], mixins: Sequence[Mixin]) -> str:
    text = source.text
    edits = [Edit(start, end, "") for group in groups for method in group for start, end in method.spans]
    names = ", ".join(mixin.alias for mixin in mixins)
    edits.append(_bases(text, node, names))
    lines = "".join(f"from .{mixin.stem} import {node.name} as {mixin.alias}{source.newline}" for mixin in mixins)
    imports = [item for item in source.statements if item.kind in ("import", "future") and item.line < first_line(node)]
    at = imports[-1].end if imports else source.statements[0].end
    if imports:
        at = _end_of_code(text, imports[-1].nodes[-1])
    beside = imports and isinstance(imports[-1].node, ast.ImportFrom) and imports[-1].node.level > 0
    edits.append(Edit(at, at, lines if beside else source.newline + lines))
    return apply_edits(text.value, edits)


def _end_of_code(text: Text, node: ast.stmt) -> int:
    line = node.end_lineno or node.lineno
    return text.starts[line] if line < len(text.starts) else len(text.value)


def _bases(text: Text, node: ast.ClassDef, names: str) -> Edit:
    """The mixins in front of the bases of a class statement."""
    start = text.value.index(node.name, text.start(node) + len("class")) + len(node.name)
    if node.bases:
        at = text.start(node.bases[0])
        return Edit(at, at, f"{names}, ")
    closing = text.value.index(":", start)
    return Edit(start, closing, f"({names})")


def class_faults(before: str, after: DividedClass, path: str) -> list[str]:
    """What a division lost or changed of a class, without running it: every statement of its body is somewhere."""
    old = _body(read_module(before, path), after.name)
    new = _body(read_module(after.text, path), after.name)
    for mixin in after.mixins:
        new += _body(read_module(mixin.text, path), after.name)[1:]
    lost = [text for text in old if text not in new]
    return [f"class {after.name} lost {text.partition(chr(10))[0][:60]}" for text in lost] + (
        [] if len(old) == len(new) else [f"class {after.name} has {len(new)} statements and had {len(old)}"]
    )


def _body(source: ModuleSource, name: str) -> list[str]:
    node = next(item for item in source.tree.body if isinstance(item, ast.ClassDef) and item.name == name)
    return [ast.dump(item) for item in node.body]
