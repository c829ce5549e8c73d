"""A source file's facts, from one parse."""

import ast
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from refactor_tools.model.facts import Built, Definition, FileFacts, Import, Problem, Source
from refactor_tools.model.prints import FilePrints
from refactor_tools.scan.codec import Entry
from refactor_tools.scan.exports import exported_names
from refactor_tools.scan.frameworks import direct_framework, imports_by_name, used_framework
from refactor_tools.scan.reader import Reader
from refactor_tools.scan.scopes import LOCAL, Scope, distinct

_DEEPEST = 20_000

Printer = Callable[[FileFacts, Mapping[str, ast.AST]], FilePrints]


def file_facts(source: Source) -> FileFacts:
    """What the tree-wide pass keeps of `source`. A file that does not parse has no definitions and one problem."""
    return read_file(source).facts


def read_file(source: Source, prints: Printer | None = None) -> Entry:
    """The facts of `source`, and of the same parse what `prints` makes of its definitions' trees."""
    lines = count_lines(source.text)
    try:
        with _deep_recursion():
            facts, nodes = _facts(source, _parse(source), lines)
            return Entry(facts, prints(facts, nodes) if prints else FilePrints(source.path))
    except SyntaxError as error:
        # A line past the end is where an open bracket or string was noticed.
        line = min(error.lineno or 1, max(lines, 1))
        problem = Problem(source.path, line, f"does not parse: {error.msg}")
    except (RecursionError, MemoryError):
        problem = Problem(source.path, 0, "is nested too deeply to be read")
    except ValueError as error:
        problem = Problem(source.path, 0, f"does not parse: {error}")
    return Entry(FileFacts(source.path, source.digest, lines, problems=(problem,)), FilePrints(source.path))


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Room for the expressions of generated code: Python's own frames do not use the C stack."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def count_lines(text: str) -> int:
    """Lines as an editor counts them: a last line without an end is one."""
    return text.count("\n") + (1 if text and not text.endswith("\n") else 0)


def _parse(source: Source) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source.text)


def _facts(source: Source, tree: ast.Module, lines: int) -> tuple[FileFacts, Mapping[str, ast.AST]]:
    reader = Reader(source.path)
    reader.visit(tree)
    named = imports_by_name(reader.imports)
    outermost = reader.scopes[0]
    facts = FileFacts(
        path=source.path,
        digest=source.digest,
        lines=lines,
        definitions=tuple(_with_framework(item, named) for item in sorted(reader.definitions, key=_by_line)),
        imports=tuple(sorted(reader.imports, key=lambda found: found.line)),
        exported=exported_names(tree),
        bound=tuple(sorted(outermost.stores)),
        sys_paths=tuple(dict.fromkeys(reader.sys_paths)),
        findings=tuple(sorted(reader.findings, key=lambda finding: (finding.line, finding.message))),
        problems=tuple(reader.problems),
        names=tuple(sorted({load.name for load in outermost.loads})),
        built=_built(outermost),
        attributes=tuple(sorted(reader.attributes)),
        strings=tuple(sorted(reader.strings)),
    )
    return facts, reader.nodes


def _with_framework(definition: Definition, named: dict[str, Import]) -> Definition:
    framework = direct_framework(definition.bases, named)
    used = framework or used_framework(definition, named)
    return replace(definition, framework=used, is_module=framework is not None)


def _built(outermost: Scope) -> tuple[Built, ...]:
    """What the top level keeps, and what it gives to whom."""
    kept = (load for load in (*outermost.loads, *outermost.passed) if load.member or load.to)
    return distinct(load._replace(member=load.member.removeprefix(LOCAL)) for load in kept)


def _by_line(definition: Definition) -> tuple[int, int]:
    return definition.line, -definition.end_line
