"""Rewrites whatever may name what moved: Python files, notebooks, settings, documents and scripts, one at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from refactor_tools.codemods.import_tree import SourceTree
    from refactor_tools.codemods.imports import FileEdits
    from refactor_tools.codemods.string_regions import Region
    from refactor_tools.codemods.strings import Found
    from refactor_tools.errors import RefactorError
    from refactor_tools.model.changes import Edit, FileChange
    from refactor_tools.model.facts import Source
    from refactor_tools.model.migrations import Kept, NamedInString, Rewritten

NOTEBOOK = ".ipynb"


@dataclass(frozen=True, slots=True)
class Consumed:
    """What becomes of one file; `after` is its new text, None where it stays."""

    path: str
    change: FileChange | None = None
    rewritten: tuple[Rewritten, ...] = ()
    kept: tuple[Kept, ...] = ()
    strings: tuple[NamedInString, ...] = ()


@dataclass(frozen=True, slots=True)
class Rewriting:
    """How files are rewritten: `needle` is what a file must hold to be looked at, `imports` gives the edits of a Python
    source in the tree, `names` the finds in a text's regions. With `strings` the finds are rewritten. Files that are
    `always` looked at need no needle."""

    root: Path
    tree: SourceTree
    needle: re.Pattern[str]
    imports: Callable[[str], FileEdits]
    names: Callable[[str, str, Iterable[Region]], Iterable[Found]]
    strings: bool = False
    always: frozenset[str] = frozenset()

    def python(self, path: str) -> Consumed | None:
        """None for a file without the needle, which is not parsed.

        Raises:
            RefactorError: a file with it cannot be parsed or decoded.
        """
        from refactor_tools.codemods.string_regions import python_regions

        text = self.tree.text(path)
        if text is None:
            self._require_no_mention(path)
            return None
        if path not in self.always and not self.needle.search(text):
            return None
        names = self.tree.names(path)
        if names is None:
            raise _unparsable(path, text)
        edits = self.imports(path)
        found = _beside(self.names(path, text, python_regions(text, names.parents)), edits.edits)
        after = self._applied(text, edits.edits, found)
        _require_parsable(path, after)
        strings = self._reports(path, text, found)
        return Consumed(path, self._change(path, after), edits.rewritten, edits.kept, strings)

    def notebook(self, path: str) -> Consumed | None:
        from refactor_tools.codemods.notebook import read_notebook
        from refactor_tools.codemods.string_regions import Region, python_regions
        from refactor_tools.model.migrations import Kept

        source = self._mentioning(path)
        if source is None:
            return None
        notebook = read_notebook(source.text)
        if notebook is None:
            return Consumed(path, kept=(Kept(path, 1, self._named(source.text), "no notebook in Python"),))
        self.tree.put(path, notebook.code)
        names = self.tree.names(path)
        if names is None:
            return Consumed(path, kept=(Kept(path, 1, self._named(source.text), "its cells do not parse together"),))
        edits = self.imports(path)
        code = _beside(self.names(path, notebook.code, python_regions(notebook.code, names.parents)), edits.edits)
        prose = list(self.names(path, source.text, [Region(start, end) for start, end in notebook.prose]))
        inside = [item.edit for item in code if self.strings and not item.reason]
        outside = [item.edit for item in prose if self.strings and not item.reason]
        broken = [Kept(path, line, self._named(source.text), "a cell does not parse") for line in notebook.broken]
        strings = sorted(
            (
                *(replace(item, line=notebook.line(item.line)) for item in self._reports(path, notebook.code, code)),
                *self._reports(path, source.text, prose),
            ),
            key=lambda item: item.line,
        )
        return Consumed(
            path,
            self._change(path, notebook.edited([*edits.edits, *inside], outside)),
            tuple(replace(item, line=notebook.line(item.line)) for item in edits.rewritten),
            (*(replace(item, line=notebook.line(item.line)) for item in edits.kept), *broken),
            tuple(strings),
        )

    def document(self, path: str) -> Consumed | None:
        """Settings, a document or a script of another language."""
        from refactor_tools.codemods.string_regions import Region
        from refactor_tools.model.facts import Problem
        from refactor_tools.model.migrations import NamedInString
        from refactor_tools.scan.read import read_source

        source = read_source(self.root, path)
        if isinstance(source, Problem):
            match = self.needle.search(_raw(self.root, path))
            if match is None:
                return None
            return Consumed(path, strings=(NamedInString(path, source.line, match[0], "", source.message),))
        if not self.needle.search(source.text):
            return None
        found = list(self.names(path, source.text, [Region(0, len(source.text))]))
        after = self._applied(source.text, (), found)
        return Consumed(path, self._change(path, after), strings=self._reports(path, source.text, found))

    def everything(self, files: Sequence[str], others: Sequence[str]) -> Iterator[Consumed]:
        """All of them in order; those without the needle are left out."""
        for path in files:
            found = self.python(path)
            if found is not None:
                yield found
        for path in others:
            found = self.notebook(path) if path.endswith(NOTEBOOK) else self.document(path)
            if found is not None:
                yield found

    def _applied(self, text: str, edits: Sequence[Edit], found: Sequence[Found]) -> str:
        from refactor_tools.changes.text import apply_edits

        return apply_edits(text, [*edits, *(item.edit for item in found if self.strings and not item.reason)])

    def _reports(self, path: str, text: str, found: Sequence[Found]) -> tuple[NamedInString, ...]:
        from refactor_tools.codemods.strings import reports

        return tuple(reports(path, text, found, rewrite=self.strings))

    def _mentioning(self, path: str) -> Source | None:
        from refactor_tools.model.facts import Source
        from refactor_tools.scan.read import read_source

        source = read_source(self.root, path)
        return source if isinstance(source, Source) and self.needle.search(source.text) else None

    def _named(self, text: str) -> str:
        match = self.needle.search(text)
        return match[0] if match else ""

    def _change(self, path: str, text: str) -> FileChange | None:
        from refactor_tools.model.changes import FileChange

        source = _source(self.root, path)
        before = source.text.encode(source.encoding)
        if source.text == text:
            return None
        if (self.root / path).read_bytes() != before:
            raise _error("its encoding does not give the same bytes back; convert it to UTF-8 first", path)
        return FileChange(path, before, _encoded(source, text))

    def _require_no_mention(self, path: str) -> None:
        from refactor_tools.model.facts import Problem
        from refactor_tools.scan.read import read_source

        problem = read_source(self.root, path)
        assert isinstance(problem, Problem)
        if self.needle.search(_raw(self.root, path)):
            raise _error(f"{problem.message}; nothing was written", f"{path}:{problem.line}")


def _beside(found: Iterable[Found], edits: Sequence[Edit]) -> list[Found]:
    """The finds that no edit of an import touches."""
    spans = [(edit.start, edit.end) for edit in edits]
    return [item for item in found if not any(start < item.edit.end and item.start < end for start, end in spans)]


def _source(root: Path, path: str) -> Source:
    from refactor_tools.model.facts import Source
    from refactor_tools.scan.read import read_source

    source = read_source(root, path)
    if not isinstance(source, Source):
        raise _error(f"{source.message}; run the command again", path)
    return source


def _raw(root: Path, path: str) -> str:
    try:
        return (root / path).read_bytes().decode("latin-1")
    except OSError as error:
        raise _error(f"cannot be read: {error.strerror}", path) from error


def _unparsable(path: str, text: str) -> RefactorError:
    import ast

    line, message = 0, "is nested too deeply"
    try:
        ast.parse(text)
    except SyntaxError as error:
        line, message = error.lineno or 0, error.msg
    except (ValueError, RecursionError) as error:
        message = str(error)
    return _error(f"cannot be parsed ({message}); repair it first, nothing was written", f"{path}:{line}")


def _require_parsable(path: str, text: str) -> None:
    import ast

    try:
        ast.parse(text)
    except SyntaxError as error:
        raise AssertionError(f"{path}: the rewritten file does not parse: {error}") from error


def _encoded(source: Source, text: str) -> bytes:
    try:
        return text.encode(source.encoding)
    except UnicodeEncodeError as error:
        raise _error(f"{source.encoding} cannot hold the new import: {error}", source.path) from error


def _error(message: str, place: str) -> RefactorError:
    from refactor_tools.errors import RefactorError

    return RefactorError(message, place)
