"""New components: planned here as one change set."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from refactor_tools.errors import RefactorError
from refactor_tools.settings import INDEX

if TYPE_CHECKING:
    from refactor_tools.model.changes import ChangeSet, FileChange
    from refactor_tools.scaffold.new_component import NewComponent, Template
    from refactor_tools.settings import Settings


@dataclass(frozen=True, slots=True)
class Scaffolded:
    """`paths` are the component, its test and its case file; `named` is False where the name was not asked for."""

    name: str
    category: str
    template: str
    package: str
    paths: tuple[str, str, str]
    changes: ChangeSet
    named: bool


def templates(category: str | None = None) -> tuple[tuple[str, Template], ...]:
    """The templates with their categories, of one category or of all.

    Raises:
        RefactorError: the category is unknown.
    """
    from refactor_tools.scaffold.new_component import TEMPLATES, choose_template

    if category is not None:
        choose_template(category, None)
    chosen = TEMPLATES if category is None else {category: TEMPLATES[category]}
    return tuple((folder, template) for folder, entries in chosen.items() for template in entries)


def new_component(
    settings: Settings, category: str, name: str | None = None, template: str | None = None
) -> Scaffolded:
    """A component of `category`: its file, the `__init__.py` files above it, its test, its case and the index.

    Args:
        name: in snake or Pascal case; None takes the template's, with a number where that is taken
        template: None takes the category's first

    Raises:
        RefactorError: the category, the template or the name cannot be used, or the name is taken.
    """
    from refactor_tools.layout import component_path, library_place, pascal_case, test_path
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.scaffold.new_component import NewComponent, choose_template, class_name

    chosen = choose_template(category, template)
    if name is None:
        found = _free_name(settings, category, pascal_case(chosen.name))
    else:
        found = class_name(name)
        if place := _taken(settings, category, found):
            raise RefactorError(f"`{found}` is taken; choose another name, nothing was written", place)
    package = f"{library_place(settings)[1]}.{category}"
    new = NewComponent(found, category, chosen, package)
    files = _files(settings, new)
    changes = ChangeSet(f"new component {found}", (*_changes(settings.root, files), *_index(settings, files)))
    paths = (component_path(settings, category, found), test_path(settings, found), _case_path(found))
    return Scaffolded(found, category, chosen.name, package, paths, changes, name is not None)


def _files(settings: Settings, new: NewComponent) -> dict[str, str]:
    """Path to text of everything but the index."""
    from refactor_tools.catalogue.exports import with_export
    from refactor_tools.certificates.cases import dump_cases
    from refactor_tools.layout import component_path, library_place, snake_case, test_path
    from refactor_tools.rendering import render
    from refactor_tools.scaffold.conftest import tests_conftest
    from refactor_tools.scaffold.new_component import case_of, component_source, test_source

    path = component_path(settings, new.category, new.name)
    init = f"{settings.library}/{new.category}/__init__.py"
    conftest, conftest_text = tests_conftest(settings)
    starts = {
        f"{settings.library}/__init__.py": render("components/library.py.j2", package=library_place(settings)[1]),
        f"{settings.library}/py.typed": "",
        conftest: conftest_text,
    }
    return {
        **{start: text for start, text in starts.items() if not (settings.root / start).exists()},
        init: with_export(_text(settings.root / init), snake_case(new.name), new.name),
        path: component_source(new),
        test_path(settings, new.name): test_source(new),
        _case_path(new.name): dump_cases(new.name, {f"{path}::{new.name}": case_of(new)}),
    }


def _changes(root: Path, files: Mapping[str, str]) -> Iterator[FileChange]:
    from refactor_tools.catalogue.index import file_change

    return (file_change(root, path, text) for path, text in files.items())


def _index(settings: Settings, files: Mapping[str, str]) -> tuple[FileChange, ...]:
    """The index of the tree as it will be, built on a copy of what the index is made of."""
    from refactor_tools.catalogue.index import index_changes
    from refactor_tools.layout import library_place

    with TemporaryDirectory(prefix="refactor-tools-") as folder:
        scratch = Path(folder)
        for kept in (settings.library, INDEX):
            if (settings.root / kept).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "originals")
                shutil.copytree(settings.root / kept, scratch / kept, ignore=ignored)
        for path, text in files.items():
            (scratch / path).parent.mkdir(parents=True, exist_ok=True)
            (scratch / path).write_text(text, encoding="utf-8", newline="")
        return index_changes(replace(settings, root=scratch, package=library_place(settings)[1]))


def _free_name(settings: Settings, category: str, name: str) -> str:
    number = 1
    candidate = name
    while _taken(settings, category, candidate):
        number += 1
        candidate = f"{name}{number}"
    return candidate


def _taken(settings: Settings, category: str, name: str) -> str:
    """Where the name is in use already: a component of any category, its file, test or case; "" where it is free."""
    from refactor_tools.catalogue.records import read_records
    from refactor_tools.layout import component_path, test_path

    owner = next((record.path for record in read_records(settings) if record.name.lower() == name.lower()), "")
    places = (component_path(settings, category, name), test_path(settings, name), _case_path(name))
    return owner or next((place for place in places if (settings.root / place).exists()), "")


def _case_path(name: str) -> str:
    from refactor_tools.certificates.store import case_path

    return case_path(name)


def _text(path: Path) -> str | None:
    return path.read_bytes().decode() if path.is_file() else None
