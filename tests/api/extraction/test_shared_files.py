"""Several rows of a map with one target."""

import ast
from pathlib import Path

import pytest

from refactor_tools.api.check import check
from refactor_tools.api.extract import extract
from refactor_tools.catalogue.docstrings import parse_docstring
from refactor_tools.catalogue.records import read_records
from refactor_tools.changes.transaction import apply
from refactor_tools.migration_map.read import load_map
from refactor_tools.model.extraction import ExtractionRequest
from refactor_tools.settings import load_settings
from tests.extraction_tree import write_tree

MAP = """schema: 1
components:
  - component: StretchedLinear
    members: [legacy/table_model.py::Stretched]
    target: blocks/stretching.py
    category: blocks
    priority: high
  - component: stretch
    members: [legacy/table_model.py::stretch]
    target: blocks/stretching.py
    category: blocks
    priority: standard
"""
PLACE = "components/blocks/stretching.py"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "project")


def run(tree: Path, *, prove: bool = False, text: str = MAP) -> list[tuple[str, str]]:
    settings = load_settings(tree)
    extraction = extract(settings, ExtractionRequest((), prove=prove, tests=False, agreed=load_map(text, "map.yaml")))
    apply(tree, extraction.changeset, "test")
    return [(item.name, item.outcome) for item in extraction.outcomes]


def test_a_function_with_a_row_is_made_before_what_calls_it(tree: Path) -> None:
    assert run(tree) == [("stretch", "extracted"), ("StretchedLinear", "extracted")]
    names = [getattr(node, "name", "") for node in ast.parse((tree / PLACE).read_text()).body]
    assert [name for name in names if name] == ["stretch", "StretchedLinear"]


def test_each_has_the_template_and_the_module_says_what_it_holds(tree: Path) -> None:
    run(tree)
    module = ast.parse((tree / PLACE).read_text())
    contents = ast.get_docstring(module) or ""
    assert contents.startswith("Stretching\n")
    assert "- `stretch`: " in contents
    assert "- `StretchedLinear`: " in contents
    records = {record.name: record.doc for record in read_records(load_settings(tree))}
    assert {name: bool(doc.concept and doc.example) for name, doc in records.items()} == {
        "stretch": True,
        "StretchedLinear": True,
    }
    for node in module.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            assert parse_docstring(ast.get_docstring(node) or "").concept
    assert max(map(len, (tree / PLACE).read_text().splitlines())) <= 120


def test_a_neighbour_leaves_the_certificate_fresh(tree: Path) -> None:
    first, _, second = MAP.rpartition("  - component:")
    settings = load_settings(tree)
    assert run(tree, prove=True, text=f"schema: 1\ncomponents:\n  - component:{second}") == [("stretch", "extracted")]
    assert run(tree, prove=True, text=first) == [("StretchedLinear", "extracted")]
    assert {item.status.freshness for item in check(settings).checked} == {"FRESH"}


def test_a_file_that_no_component_stands_in_is_in_the_way(tree: Path) -> None:
    (tree / PLACE).parent.mkdir(parents=True)
    (tree / PLACE).write_text("SIZE = 1\n")
    assert run(tree) == [("stretch", "refused"), ("StretchedLinear", "refused")]
    assert (tree / PLACE).read_text() == "SIZE = 1\n"


def test_names_that_the_file_has_for_something_else_are_in_the_way(tree: Path) -> None:
    run(tree)
    other = MAP.replace("StretchedLinear\n", "Summary\n", 1).replace("py::Stretched", "py::Summary")
    text = (tree / PLACE).read_text()
    (tree / PLACE).write_text(text + "\n\nclass Summary: ...\n")
    assert dict(run(tree, text=other)) == {"stretch": "unchanged", "Summary": "refused"}
