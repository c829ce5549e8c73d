"""The entry over several trees: what each tree's own `component_index/index.json` lists, on one page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import join

from refactor_tools.catalogue.index import JSON, README, file_change
from refactor_tools.certificates.records import SCHEMA, Record, read_json, write_json
from refactor_tools.layout import way_up
from refactor_tools.model.changes import FileChange
from refactor_tools.rendering import render
from refactor_tools.settings import INDEX

TREES = "legacy_fixtures/*/after"


@dataclass(frozen=True, slots=True)
class _System:
    name: str
    folder: str
    components: tuple[Record, ...]


def toplevel_changes(project: Path, trees: str = TREES) -> tuple[FileChange, ...]:
    """`component_index/README.md` and `index.json` of the project; a tree without an index is left out.

    Args:
        project: where the pages stand
        trees: a pattern of folders under `project`; the folder above each tree's own names the system

    Raises:
        UnreadableRecord: an `index.json` is damaged or of another schema.
    """
    systems = tuple(_systems(project, trees))
    document = {"schema": SCHEMA, "systems": [_document(system) for system in systems]}
    page = render("index/toplevel.md.j2", systems=[_section(system) for system in systems])
    return file_change(project, README, page), file_change(project, JSON, write_json(document))


def _systems(project: Path, trees: str) -> Iterator[_System]:
    for folder in sorted(project.glob(trees)):
        place = folder.relative_to(project).as_posix()
        index = folder / JSON
        if index.is_file():
            record = read_json(index.read_text(encoding="utf-8"), join(place, JSON))
            yield _System(folder.parent.name, place, tuple(record.records("components")))


def _document(system: _System) -> Mapping[str, object]:
    return {
        "name": system.name,
        "index": way_up(JSON, join(system.folder, JSON)),
        "components": [_row(system, component) for component in system.components],
    }


def _section(system: _System) -> Mapping[str, object]:
    rows = [_row(system, component) for component in system.components]
    return {
        "name": system.name,
        "count": f"{len(rows)} component{'s' * (len(rows) != 1)}",
        "proven": sum(component.values.get("proven") is True for component in system.components),
        "index": way_up(README, join(system.folder, README)),
        "rows": rows,
    }


def _row(system: _System, component: Record) -> Mapping[str, object]:
    doc = component.record("doc")
    return {
        "name": component.text("name"),
        "category": component.text("category"),
        "summary": doc.text("summary") or doc.text("title"),
        "verdict": component.text("verdict"),
        "copies": len(component.texts("legacy")),
        "page": way_up(README, join(system.folder, INDEX, component.text("page"))),
    }
