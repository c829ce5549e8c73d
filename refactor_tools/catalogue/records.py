"""Reads what a library holds: its files as text, and what stands about them in `component_index/`."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from refactor_tools.catalogue.docstrings import follows_template, parse_docstring
from refactor_tools.catalogue.exports import exported_names
from refactor_tools.certificates.store import certificate_path, keymap_path, load_certificate, load_keymap
from refactor_tools.errors import RefactorError
from refactor_tools.layout import library_place
from refactor_tools.model.certificates import Certificate
from refactor_tools.model.components import ComponentRecord, Dependency, KeyMap
from refactor_tools.model.facts import Parameter
from refactor_tools.model.proofs import PASSING
from refactor_tools.scan.syntax import FORWARD, constructor, method, signature
from refactor_tools.settings import Settings

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Entry:
    """A component with its records under `component_index/`, None where there is none.

    `uses` are dotted names of the library's own modules and packages that its file imports, with the name imported.
    """

    record: ComponentRecord
    keymap: KeyMap | None
    certificate: Certificate | None
    uses: frozenset[tuple[str, str]] = frozenset()


def read_records(settings: Settings) -> tuple[ComponentRecord, ...]:
    """The components under `settings.library`, by category and name.

    Raises:
        RefactorError: a file of the library or a record about it cannot be read.
    """
    return tuple(entry.record for entry in read_entries(settings))


def read_entries(settings: Settings) -> tuple[Entry, ...]:
    """`read_records`, with key maps and certificates; `used_by` is completed by what the library itself uses."""
    library = settings.root / settings.library
    files = sorted(path for path in library.rglob("*.py") if not path.name.startswith("_"))
    entries = [entry for path in files for entry in _entries(settings, library, path)]
    entries.sort(key=lambda entry: (entry.record.category, entry.record.name, entry.record.path))
    return tuple(replace(entry, record=_with_consumers(entry.record, entries)) for entry in entries)


def _entries(settings: Settings, library: Path, path: Path) -> Iterator[Entry]:
    tree = _parsed(path, settings.root)
    _, package = library_place(settings)
    inside = path.relative_to(library)
    home = ".".join((package, *inside.parts[:-1]))
    module = f"{home}.{inside.stem}"
    exports = _exports(path, settings.root)
    exported = {own for origin, own in exports.values() if origin == inside.stem}
    for node in _components(tree, exported):
        record = ComponentRecord(
            name=node.name,
            kind="class" if isinstance(node, ast.ClassDef) else "function",
            category=str(PurePosixPath(*inside.parts[:-1])) if inside.parts[:-1] else "",
            path=path.relative_to(settings.root).as_posix(),
            module=module,
            exported_from=home if node.name in exported else module,
            parameters=constructor(node) if isinstance(node, ast.ClassDef) else signature(node, bound=False),
            forward=_forward(node),
            doc=parse_docstring(_docstring(tree, node)),
        )
        yield _completed(record, settings.root, frozenset(_uses(tree, home, package)))


def _components(tree: ast.Module, exported: Iterable[str]) -> list[Definition]:
    """What the category exports of a module; without an export its public classes, else its public functions."""
    found = [node for node in tree.body if isinstance(node, Definition)]
    named = [node for node in found if node.name in exported]
    public = [node for node in found if not node.name.startswith("_")]
    return named or [node for node in public if isinstance(node, ast.ClassDef)] or public


def _docstring(tree: ast.Module, node: Definition) -> str:
    """The template where it stands: in a file with several components in that of the definition."""
    own = ast.get_docstring(node) or ""
    return own if follows_template(own) else ast.get_docstring(tree) or own or node.name


def _forward(node: Definition) -> tuple[Parameter, ...] | None:
    if not isinstance(node, ast.ClassDef):
        return None
    forward = method(node, *FORWARD)
    return signature(forward, bound=True) if forward else None


def _completed(record: ComponentRecord, root: Path, uses: frozenset[tuple[str, str]]) -> Entry:
    known_as = {f"{record.module}.{record.name}", f"{record.exported_from}.{record.name}"}
    keymap = _keymap(root, record)
    certificate = _certificate(root, record.name)
    if certificate is not None and certificate.component not in known_as:
        certificate = None
    verdict = (certificate and certificate.verdict) or "NOT_RUN"
    originals = keymap.originals if keymap else ()
    record = replace(
        record,
        legacy=tuple(original.id for original in originals),
        shims=tuple(original.id for original in originals if original.form != "none"),
        verdict=verdict,
        proven=verdict in PASSING,
    )
    return Entry(record, keymap, certificate, uses)


def _keymap(root: Path, record: ComponentRecord) -> KeyMap | None:
    path = keymap_path(record.name)
    text = _text(root / path)
    keymap = load_keymap(text, path) if text is not None else None
    return keymap if keymap is not None and keymap.module == record.module else None


def _certificate(root: Path, name: str) -> Certificate | None:
    path = certificate_path(name)
    text = _text(root / path)
    return load_certificate(text, path) if text is not None else None


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _parsed(path: Path, root: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as error:
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
        place = path.relative_to(root).as_posix()
        raise RefactorError(f"does not parse{line}; repair it, then build the index again", place) from error


def _exports(path: Path, root: Path) -> Mapping[str, tuple[str, str]]:
    init = path.parent / "__init__.py"
    return exported_names(_parsed(init, root)) if init.is_file() else {}


def _uses(tree: ast.Module, home: str, package: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = home.split(".")[: len(home.split(".")) + 1 - node.level] if node.level else []
            source = ".".join((*base, *([node.module] if node.module else [])))
            if source == package or source.startswith(f"{package}."):
                yield from ((source, alias.name) for alias in node.names)


def _with_consumers(record: ComponentRecord, entries: Iterable[Entry]) -> ComponentRecord:
    """`used_by` with the library's own consumers that the docstring does not name."""
    known = {entry.name.rpartition(".")[2] for entry in record.doc.used_by}
    places = {(record.module, record.name), (record.exported_from, record.name)}
    consumers = tuple(
        Dependency(f"{other.record.module}.{other.record.name}", "")
        for other in entries
        if other.record.name not in known and places & other.uses
    )
    return replace(record, doc=replace(record.doc, used_by=(*record.doc.used_by, *consumers)))
