"""Extraction as a function: what ends in a component, what does not, and that the tree itself stays as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from refactor_tools.api.extract import extract
from refactor_tools.api.extraction.scratch import Scratch, scratch_copy
from refactor_tools.changes.transaction import apply
from refactor_tools.errors import RefactorError
from refactor_tools.model.extraction import Extraction, ExtractionRequest
from refactor_tools.settings import load_settings
from tests.extraction_tree import contents, write_tree

LAYERS = """from torch import nn
from table_model import SCALE


class Inner(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)

    def forward(self, x):
        return self.fc(x)


class Outer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner = Inner(width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return self.norm(self.inner(x))


class Borrower(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)

    def forward(self, x):
        return self.fc(x) + SCALE
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = write_tree(tmp_path / "project")
    (root / "legacy/layers.py").write_text(LAYERS, encoding="utf-8")
    return root


def run(tree: Path, *names: str, **options: object) -> Extraction:
    request = ExtractionRequest(names=names, prove=False, **options)  # type: ignore[arg-type]  # the options of a request
    return extract(load_settings(tree), request)


def written(extraction: Extraction) -> set[str]:
    return {change.path for change in extraction.changeset.effective}


def test_parts_come_first_and_are_imported_from_the_library(tree: Path) -> None:
    extraction = run(tree, "Outer")
    assert [item.name for item in extraction.components] == ["Inner", "Outer"]
    text = next(c.after for c in extraction.changeset.files if c.path.endswith("/outer.py"))
    assert text is not None
    assert b"import Inner" in text


def test_the_tree_is_not_touched(tree: Path) -> None:
    before = contents(tree)
    run(tree, "Outer", "Summary")
    assert contents(tree) == before


def test_a_class_that_needs_another_legacy_file_is_refused(tree: Path) -> None:
    extraction = run(tree, "Borrower")
    assert not extraction.complete
    assert extraction.outcomes[0].outcome == "refused"
    assert written(extraction) == set()


def test_one_refusal_stops_the_run_unless_it_may_go_on(tree: Path) -> None:
    assert written(run(tree, "Inner", "Borrower")) == set()
    extraction = run(tree, "Inner", "Borrower", keep_going=True)
    assert not extraction.complete
    assert any(path.endswith("/inner.py") for path in written(extraction))


def test_everything_leaves_out_homonyms_and_application_models(tree: Path) -> None:
    extraction = run(tree, everything=True)
    outcomes = {item.name: item.outcome for item in extraction.outcomes}
    assert outcomes["Summary"] == outcomes["Inner"] == outcomes["Stretched"] == "extracted"
    assert outcomes["Encoder"] == "homonym"
    assert "TableModel" not in outcomes
    assert not extraction.complete


def test_a_family_can_be_named_by_one_of_its_members(tree: Path) -> None:
    extraction = run(tree, "legacy/text_model.py::Summary")
    assert set(extraction.components[0].members) == {"legacy/text_model.py::Summary", "legacy/table_model.py::Summary"}


def test_without_settings_the_library_is_not_extracted_once_more(tree: Path) -> None:
    (tree / "pyproject.toml").unlink()
    settings = load_settings(tree)
    apply(tree, run(tree, "Summary").changeset, "extract-component")
    again = extract(settings, ExtractionRequest(names=("Summary",), prove=False))
    assert [item.outcome for item in again.outcomes] == ["unchanged"]
    assert written(again) == set()


def test_a_later_run_builds_on_what_an_earlier_one_moved(tree: Path) -> None:
    (tree / "pyproject.toml").unlink()
    apply(tree, run(tree, "Inner").changeset, "extract-component")
    extraction = run(tree, "Outer")
    assert [item.name for item in extraction.components] == ["Outer"]
    text = next(c.after for c in extraction.changeset.files if c.path.endswith("/outer.py"))
    assert text is not None
    assert b".inner import Inner\n" in text
    assert b"self.inner = Inner(width)" in text


def test_what_a_build_cannot_reach_is_said(tree: Path) -> None:
    assert run(tree, "Summary").unreachable == ("legacy",)


@pytest.fixture
def scratch(tree: Path) -> Iterator[Scratch]:
    with scratch_copy(load_settings(tree)) as copy:
        yield copy


def test_scratch_knows_what_was_written(scratch: Scratch) -> None:
    scratch.write("new.py", "x = 1\n")
    scratch.write("legacy/layers.py", None)
    changes = {change.path: (change.before is None, change.after) for change in scratch.changes()}
    assert changes == {"new.py": (True, b"x = 1\n"), "legacy/layers.py": (False, None)}


def test_scratch_goes_back_to_a_mark(scratch: Scratch) -> None:
    scratch.write("kept.py", "x = 1\n")
    mark = scratch.mark()
    scratch.write("kept.py", "x = 2\n")
    scratch.write("legacy/layers.py", "gone\n")
    scratch.back_to(mark)
    assert scratch.read("kept.py") == "x = 1\n"
    assert [change.path for change in scratch.changes()] == ["kept.py"]


def test_scratch_leaves_out_what_proofs_do_not_need(scratch: Scratch) -> None:
    assert not (scratch.root / ".git").exists()
    assert (scratch.root / "legacy/layers.py").is_file()


def test_a_damaged_key_map_is_an_error_that_names_it(tree: Path) -> None:
    (tree / "component_index/keymaps").mkdir(parents=True)
    (tree / "component_index/keymaps/Summary.json").write_text("{", encoding="utf-8")
    with pytest.raises(RefactorError, match=r"keymaps/Summary\.json"):
        run(tree, "Summary")


# How wide the result of each copy is; no layer has less than nothing.
COPIES = {"one": 3, "two": 4, "broken": -1}


def test_copies_that_cannot_be_proven_keep_their_code_and_are_named(tmp_path: Path) -> None:
    for name, width in COPIES.items():
        text = f"""from torch import nn


class Scored(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, {width})

    def forward(self, x):
        return self.fc(x).tanh()
"""
        (tmp_path / "legacy").mkdir(exist_ok=True)
        (tmp_path / "legacy" / f"{name}.py").write_text(text, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[tool.refactor-tools]\nlegacy = ["legacy"]\n', encoding="utf-8")
    members = tuple(f"legacy/{name}.py::Scored" for name in COPIES)
    extraction = extract(load_settings(tmp_path), ExtractionRequest(names=("Scored",), members=members, tests=False))
    [component] = extraction.components
    assert component.members == ("legacy/one.py::Scored", "legacy/two.py::Scored")
    assert component.verdict == "PROVED"
    [(identity, reason)] = component.left_out
    assert identity == "legacy/broken.py::Scored"
    assert reason.startswith("NOT_RUN: ")
    assert extraction.complete
    assert not {"legacy/broken.py"} & written(extraction)
