"""A source file's facts, from one parse."""

import ast
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from refactor_tools.model.facts import Built, Computed, Definition, FileFacts, Import, Problem, Source
from refactor_tools.model.prints import FilePrints
from refactor_tools.scan.codec import Entry
from refactor_tools.scan.exports import Exports, exports
from refactor_tools.scan.frameworks import direct_framework, imports_by_name, used_framework
from refactor_tools.scan.lazy_exports import lazy_exports
from refactor_tools.scan.reader import Reader
from refactor_tools.scan.scopes import LOCAL, Scope, distinct
from refactor_tools.scan.type_comments import type_comments

_DEEPEST = 20_000

Printer = Callable[[FileFacts, Mapping[str, ast.AST]], FilePrints]


def file_facts(source: Source) -> FileFacts:
    """What the tree-wide pass keeps of `source`. A file that does not parse has no definitions and one problem."""
    return read_file(source).facts


def read_file(source: Source, prints: Printer | None = None) -> Entry:
    """The facts of `source`, and of the same parse what `prints` makes of its definitions' trees."""
    lines = count_lines(source.text)
    try:
        tree = _parse(source)
        with _deep_recursion():
            facts, nodes = _facts(source, tree, lines)
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
    """Room for the expressions of generated code: a visitor's frames do not use the C stack, which `ast.parse` does."""
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
    for comment, line in type_comments(source.text):
        reader.string_annotation(comment, line)
    imports = _imports(reader, tree)
    named = imports_by_name(imports)
    outermost = reader.scopes[0]
    found = exports(tree) if "__all__" in outermost.stores else None
    facts = FileFacts(
        path=source.path,
        digest=source.digest,
        lines=lines,
        definitions=tuple(_with_framework(item, named) for item in sorted(reader.definitions, key=_by_line)),
        imports=imports,
        exported=found.names if found and not found.computed else None,
        bound=tuple(sorted(outermost.stores)),
        sys_paths=tuple(dict.fromkeys(reader.sys_paths)),
        findings=tuple(sorted(reader.findings, key=lambda finding: (finding.line, finding.message))),
        names=tuple(sorted({load.name for load in outermost.loads})),
        exported_from=found.modules if found else (),
        references=reader.strings.references,
        registered=tuple(reader.registered),
        looked_up=reader.looked_up,
        computed=_computed(reader, found),
        built=_built(outermost),
        attributes=tuple(sorted(reader.attributes)),
        words=tuple(sorted(reader.words)),
    )
    return facts, reader.nodes


def _imports(reader: Reader, tree: ast.Module) -> tuple[Import, ...]:
    """All imports by line; a table of lazy exports says what the computed import in `__getattr__` brings."""
    found = reader.imports
    if "__getattr__" in reader.scopes[0].stores or any(load.name == "sys.modules" for load in reader.scopes[0].loads):
        lazy = lazy_exports(tree)
        first, last = lazy.table_lines
        found = [one for one in found if not (first <= one.line <= last and one.module.startswith("*"))]
        found.extend(lazy.imports)
    return tuple(sorted(found, key=lambda one: one.line))


def _computed(reader: Reader, found: Exports | None) -> tuple[Computed, ...]:
    if not found or not found.computed:
        return tuple(reader.computed)
    exported = Computed("__all__", found.computed, "is computed when the file runs; its public names stand for it")
    return (*reader.computed, exported)


def _with_framework(definition: Definition, named: dict[str, Import]) -> Definition:
    framework = direct_framework(definition.bases, named)
    used = framework or used_framework(definition, named)
    return replace(definition, framework=used, is_module=framework is not None)


def _built(outermost: Scope) -> tuple[Built, ...]:
    """What the top level keeps, and what it gives to whom."""
    kept = (load for load in outermost.loads if load.member or load.to)
    return distinct(load._replace(member=load.member.removeprefix(LOCAL)) for load in kept)


def _by_line(definition: Definition) -> tuple[int, int]:
    return definition.line, -definition.end_line
