"""Runs that follow a migration map; nothing is proven, so that they are quick."""

from pathlib import Path

import pytest

from refactor_tools.api.extract import extract
from refactor_tools.changes.transaction import apply
from refactor_tools.errors import RefactorError
from refactor_tools.migration_map.read import load_map
from refactor_tools.model.extraction import Extraction, ExtractionRequest
from refactor_tools.settings import load_settings
from tests.extraction_tree import write_tree

MAP = """schema: 1
components:
  - component: Stretch
    members: [legacy/table_model.py::Stretched]
    target: blocks/stretch.py
    category: blocks
    priority: standard
  - component: AttentionPooling
    members: [legacy/text_model.py::Summary, legacy/table_model.py::Summary]
    target: pooling/weighted.py
    category: pooling
    priority: high
"""
HOLDER = """

class Holder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.stretched = Stretched(width)

    def forward(self, x):
        return self.stretched(x) + 1
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "project")


def run(tree: Path, text: str, *names: str, everything: bool = False) -> Extraction:
    agreed = load_map(text, "map.yaml")
    request = ExtractionRequest(names, prove=False, tests=False, agreed=agreed, everything=everything)
    return extract(load_settings(tree), request)


def text_of(extraction: Extraction, path: str) -> str:
    return next((change.after or b"").decode() for change in extraction.changeset.files if change.path == path)


def test_rows_become_components_by_priority(tree: Path) -> None:
    extraction = run(tree, MAP)
    assert [(item.name, item.outcome) for item in extraction.outcomes] == [
        ("AttentionPooling", "extracted"),
        ("Stretch", "extracted"),
    ]
    assert [item.path for item in extraction.components] == [
        "components/pooling/weighted.py",
        "components/blocks/stretch.py",
    ]
    assert "class AttentionPooling(nn.Module)" in text_of(extraction, "components/pooling/weighted.py")
    assert "import AttentionPooling" in text_of(extraction, "legacy/table_model.py")


def test_names_choose_rows(tree: Path) -> None:
    extraction = run(tree, MAP, "Stretch")
    assert [item.name for item in extraction.components] == ["Stretch"]


def test_parts_come_first_as_their_own_row_says(tree: Path) -> None:
    file = tree / "legacy/table_model.py"
    file.write_text(file.read_text(encoding="utf-8") + HOLDER, encoding="utf-8")
    row = "  - component: Holder\n    members: [legacy/table_model.py::Holder]\n    target: blocks/holder.py\n"
    text = MAP + row + "    category: blocks\n    priority: high\n"
    extraction = run(tree, text.replace("rity: standard", "rity: medium"), "Holder")
    assert [item.name for item in extraction.components] == ["Stretch", "Holder"]
    text = text_of(extraction, "components/blocks/holder.py")
    assert "from components.blocks.stretch import Stretch\n" in text
    assert "self.stretched = Stretch(width)" in text


def test_a_row_that_is_made_already_is_unchanged(tree: Path) -> None:
    settings = load_settings(tree)
    apply(settings.root, run(tree, MAP, "Stretch").changeset, "test")
    extraction = run(tree, MAP)
    assert [(item.name, item.outcome) for item in extraction.outcomes] == [
        ("AttentionPooling", "extracted"),
        ("Stretch", "unchanged"),
    ]


def test_parameters_are_called_and_ordered_as_the_map_says(tree: Path) -> None:
    extraction = run(tree, MAP + "    rename: {input_dim: d_model}\n    defaults: {d_model: 256}\n", "AttentionPooling")
    text = text_of(extraction, "components/pooling/weighted.py")
    assert "d_model: int = 256" in text
    assert "nn.Linear(d_model, 1)" in text
    assert "d_model=2 * config.hidden_size" in text_of(extraction, "legacy/text_model.py")


def test_a_row_that_cannot_be_is_refused_and_the_others_are_made(tree: Path) -> None:
    extraction = run(tree, MAP + "    rename: {heads: n}\n")
    assert [(item.name, item.outcome) for item in extraction.outcomes] == [
        ("AttentionPooling", "refused"),
        ("Stretch", "extracted"),
    ]
    assert extraction.changeset.effective
    [refused] = extraction.refused
    assert refused.refusal.reason == "`rename` names `heads`, which is none of its parameters"


def test_with_everything_the_rest_follows_by_its_own_names(tree: Path) -> None:
    extraction = run(tree, MAP, everything=True)
    made = {item.name: item.outcome for item in extraction.outcomes}
    assert made["AttentionPooling"] == made["Stretch"] == "extracted"
    assert made["Encoder"] == "homonym"
    assert not {"Summary", "Stretched"} & set(made)


def test_what_the_map_keeps_apart_is_not_merged(tree: Path) -> None:
    kept = "[legacy/text_model.py::Summary, legacy/table_model.py::Summary]"
    text = MAP.partition("  - component: AttentionPooling")[0]
    merged = run(tree, text, everything=True)
    apart = run(tree, f"{text}keep_apart:\n  - names: {kept}\n    reason: two papers\n", everything=True)
    sizes = [{len(item.members) for item in found.components if item.name == "Summary"} for found in (merged, apart)]
    assert sizes == [{2}, {1}]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "table_model.py::Stretched",
            "table_model.py::Stretchd",
            r"^map.yaml:3:16: Stretch: no definition .*Stretchd; the near",
        ),
        (
            "target: blocks/stretch.py",
            "target: norms/stretch.py",
            r"in the category blocks it would be blocks/stretch.py",
        ),
        ("target: blocks/stretch.py", "target: blocks/Stretch.py", r"it would be blocks/stretch.py"),
        (
            "    priority: high\n",
            "    priority: high\nkeep_apart:\n  - {names: [Summary], reason: two}\n",
            r"keeps apart: two",
        ),
        (
            "category: blocks",
            "category: block",
            r"^map.yaml:3:16: Stretch: there is no category block; did you mean blocks\?",
        ),
        ("category: blocks", "category: zoo", r"there is no category zoo; there are losses, .* make its folder"),
    ],
)
def test_errors_of_the_map_stop_the_run_and_say_where(tree: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(RefactorError, match=message):
        run(tree, MAP.replace(old, new))


def test_a_name_without_a_row_gets_the_nearest(tree: Path) -> None:
    with pytest.raises(RefactorError, match=r"map.yaml: the map has no row for Strech; the nearest are Stretch"):
        run(tree, MAP, "Strech")


def test_rows_that_are_parts_of_each_other_are_refused(tree: Path) -> None:
    path = tree / "legacy/table_model.py"
    for name, part in (("First", "Second"), ("Second", "Third"), ("Third", "First")):
        held = HOLDER.replace("Holder", name).replace("Stretched", part)
        path.write_text(path.read_text(encoding="utf-8") + held, encoding="utf-8")
    row = MAP.partition("  - component: AttentionPooling")[0].partition("components:\n")[2]
    rows = [row.replace("Stretched", name).replace("tretch", name.lower()) for name in ("First", "Second", "Third")]
    rows = [text.replace("Sfirst", "First").replace("Ssecond", "Second").replace("Sthird", "Third") for text in rows]
    message = r"^map.yaml:\d+:16: (\w+): is a part of itself: \1 builds \w+ builds \w+ builds \1; put them apart"
    with pytest.raises(RefactorError, match=message):
        run(tree, "schema: 1\ncomponents:\n" + "".join(rows))


def test_a_category_of_ones_own_has_its_folder(tree: Path) -> None:
    (tree / "components/norms").mkdir(parents=True)
    own = MAP.replace("target: blocks/", "target: norms/").replace("category: blocks", "category: norms")
    assert run(tree, own, "Stretch").components[0].path == "components/norms/stretch.py"
