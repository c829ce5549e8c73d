"""`component_index/`: the entry page, a page a component, and the same as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from posixpath import join

from refactor_tools.catalogue.page import PAGES, dotted_name, page, page_names
from refactor_tools.catalogue.proofs import standings, standings_document
from refactor_tools.catalogue.records import Entry, read_entries
from refactor_tools.certificates.records import SCHEMA, write_json
from refactor_tools.layout import library_place, way_up
from refactor_tools.model.changes import FileChange
from refactor_tools.model.components import ComponentRecord, Dependency
from refactor_tools.rendering import render
from refactor_tools.settings import INDEX, Settings

README = join(INDEX, "README.md")
JSON = join(INDEX, "index.json")


def index_changes(settings: Settings) -> tuple[FileChange, ...]:
    """Every generated file of the index as it is and as it should be; pages of components that are gone go.

    Raises:
        RefactorError: a file of the library or a record about it cannot be read.
    """
    texts = index_texts(settings, read_entries(settings))
    old_pages = (settings.root / PAGES).glob("*.md")
    vanished = {join(PAGES, path.name) for path in old_pages} - set(texts)
    wanted: dict[str, str | None] = {**texts, **dict.fromkeys(sorted(vanished))}
    return tuple(file_change(settings.root, path, text) for path, text in wanted.items())


def index_texts(settings: Settings, entries: Sequence[Entry]) -> dict[str, str]:
    """The index of `entries`: path to text."""
    pages = page_names(entries)
    linked = {f"{e.record.exported_from}.{e.record.name}": pages[dotted_name(e)] for e in entries} | pages
    return {
        README: _readme(settings, entries, pages),
        JSON: _json(settings, entries, pages),
        **{join(PAGES, pages[dotted_name(entry)]): page(entry, linked) for entry in entries},
    }


def _json(settings: Settings, entries: Sequence[Entry], pages: Mapping[str, str]) -> str:
    _, package = library_place(settings)
    components = [
        asdict(entry.record)
        | {"proofs": standings_document(entry.certificate), "page": f"pages/{pages[dotted_name(entry)]}"}
        for entry in entries
    ]
    return write_json({"schema": SCHEMA, "library": settings.library, "package": package, "components": components})


def file_change(root: Path, path: str, text: str | None) -> FileChange:
    """The change of `path` to `text` (None: it goes)."""
    file = root / path
    return FileChange(path, file.read_bytes() if file.is_file() else None, None if text is None else text.encode())


def _readme(settings: Settings, entries: Sequence[Entry], pages: Mapping[str, str]) -> str:
    _, package = library_place(settings)
    proven = sum(entry.record.proven for entry in entries)
    return render(
        "index/readme.md.j2",
        count=f"{len(entries)} component{'s' * (len(entries) != 1)}",
        package=package,
        library=settings.library,
        library_link=way_up(README, settings.library),
        proven=f"{proven} proven equal to {'what they were' if proven != 1 else 'what it was'} extracted from",
        categories=[
            (category, [_row(entry, pages) for entry in group])
            for category, group in groupby(entries, key=lambda entry: entry.record.category)
        ],
        proofs=[(_row(entry, pages), _standing(entry)) for entry in entries if entry.certificate],
        consumers=[
            (_row(entry, pages), _names(entry.record.doc.used_by)) for entry in entries if entry.record.doc.used_by
        ],
    )


def _row(entry: Entry, pages: Mapping[str, str]) -> Mapping[str, object]:
    record = entry.record
    parameters = (f"`{p.name}`" if p.required else f"`{p.name}={p.default}`" for p in record.parameters)
    return {
        "record": record,
        "page": pages[dotted_name(entry)],
        "parameters": ", ".join(parameters),
        "proof": record.verdict,
        "legacy": ", ".join(_places(record)),
    }


def _standing(entry: Entry) -> str:
    return "; ".join(map(str, standings(entry.certificate)))


def _places(record: ComponentRecord) -> Iterator[str]:
    for place in record.legacy:
        yield f"`{place}`" if place in record.shims else f"`{place}` (old name gone)"


def _names(dependencies: Iterable[Dependency]) -> str:
    return ", ".join(f"`{dependency.name}`" for dependency in dependencies)
