"""The generated index: what it says, that it is stable, and that it follows the library."""

import json
import re
from pathlib import Path

from refactor_tools.catalogue.index import index_changes
from refactor_tools.catalogue.page import signature_text
from refactor_tools.catalogue.toplevel import toplevel_changes
from refactor_tools.model.facts import Parameter
from refactor_tools.settings import Settings


def texts(settings: Settings) -> dict[str, str]:
    return {change.path: change.after.decode() for change in index_changes(settings) if change.after is not None}


def write(settings: Settings) -> None:
    for change in index_changes(settings):
        path = settings.root / change.path
        if change.after is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(change.after)


def test_files(library: Settings) -> None:
    assert set(texts(library)) == {
        "component_index/README.md",
        "component_index/index.json",
        "component_index/pages/MaxPooling.md",
        "component_index/pages/MeanPooling.md",
        "component_index/pages/PooledBlock.md",
    }


def test_nothing_is_written(library: Settings) -> None:
    before = sorted(library.root.rglob("*"))
    assert all(change.before is None for change in index_changes(library))
    assert sorted(library.root.rglob("*")) == before


def test_the_second_build_changes_nothing(library: Settings) -> None:
    write(library)
    assert not any(change.changes for change in index_changes(library))


def test_a_page_of_a_component_that_is_gone_goes(library: Settings) -> None:
    write(library)
    (library.root / "components/blocks/pooled_block.py").unlink()
    changes = {change.path: change for change in index_changes(library)}
    assert changes["component_index/pages/PooledBlock.md"].after is None
    write(library)
    assert not (library.root / "component_index/pages/PooledBlock.md").exists()


def test_the_entry_page(library: Settings) -> None:
    page = texts(library)["component_index/README.md"]
    assert "3 components of `components`, in [`components/`](../components), 1 proven equal" in page
    assert (
        "| [MeanPooling](pages/MeanPooling.md) | Averages the valid positions of a sequence. | `dim=1`, `scale=None` "
        "| PROVED_ON_PATHS | `legacy/model.py::Mean\\|Pool` |"
    ) in page
    assert page.index("## Blocks") < page.index("## Pooling") < page.index("## Who uses what")
    assert "`shop.models.Ranker`, `components.blocks.pooled_block.PooledBlock`" in page
    assert "component-index check" in page


def test_the_page_of_a_proven_component(library: Settings) -> None:
    page = texts(library)["component_index/pages/MeanPooling.md"]
    for line in (
        "from components.pooling import MeanPooling",
        "MeanPooling(dim: int = 1, *, scale: float | None = None)",
        "| `scale` | `float \\| None` | `None` |  |",
        "| input, optional | `mask` | (B, L) | True where valid |",
        "- [`components.pooling.max_pooling.MaxPooling`](MaxPooling.md) → where one position decides",
        "- [`components.blocks.pooled_block.PooledBlock`](PooledBlock.md)",
        "| `legacy/model.py::Mean\\|Pool` | still works: adapted | [kept source](../originals/abc123.py.txt) |",
        "| constructor | `dim` | `config.axis` |",
        "| state key | `score.*` | `attention.*` |",
        "| `legacy/model.py::Mean\\|Pool` | cpu | float32 | 2.13.0 | PROVED_ON_PATHS | 2/2 |",
        "Of 9 bugs seeded into the component the gate caught 8; not caught: eps in line 4.",
    ):
        assert f"\n{line}\n" in page, line


def test_the_page_of_a_component_without_legacy(library: Settings) -> None:
    page = texts(library)["component_index/pages/MaxPooling.md"]
    assert "None: it was not extracted from legacy code." in page
    assert "NOT_RUN" in page
    assert "## Example" not in page


def test_links_lead_somewhere(library: Settings) -> None:
    write(library)
    (library.root / "component_index/originals").mkdir()
    (library.root / "component_index/originals/abc123.py.txt").touch()
    pages = [library.root / path for path in texts(library) if path.endswith(".md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))]
    assert len(links) > 8
    for page, link in links:
        assert (page.parent / link).exists(), (page, link)


def test_tables_have_as_many_cells_as_their_heads(library: Settings) -> None:
    for path, text in texts(library).items():
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
            assert len(widths) == 1, (path, table)


def test_two_components_of_one_name_have_two_pages(library: Settings) -> None:
    twin = library.root / "components/blocks/mean_pooling.py"
    twin.write_text('class MeanPooling:\n    """Another one."""\n', encoding="utf-8")
    found = texts(library)
    assert "component_index/pages/MeanPooling.md" not in found
    for dotted in ("components.blocks.mean_pooling.MeanPooling", "components.pooling.mean_pooling.MeanPooling"):
        assert f"component_index/pages/{dotted}.md" in found
        assert f"[MeanPooling](pages/{dotted}.md)" in found["component_index/README.md"]


def test_the_json(library: Settings) -> None:
    document = json.loads(texts(library)["component_index/index.json"])
    assert (document["schema"], document["package"]) == (1, "components")
    mean = document["components"][2]
    assert (mean["name"], mean["verdict"], mean["legacy"]) == (
        "MeanPooling",
        "PROVED_ON_PATHS",
        ["legacy/model.py::Mean|Pool"],
    )
    assert mean["doc"]["inputs"][1] == {"name": "mask", "shape": "(B, L)", "text": "True where valid", "optional": True}


def test_no_place_of_this_machine_is_written(library: Settings) -> None:
    assert not any(str(library.root) in text for text in texts(library).values())


def test_an_empty_library(tmp_path: Path) -> None:
    page = texts(Settings(tmp_path))["component_index/README.md"]
    assert "0 components" in page
    assert "Nothing is in the library yet." in page


def test_signatures() -> None:
    assert signature_text("F", ()) == "F()"
    parameters = (
        Parameter("a", "positional-only"),
        Parameter("b", default="1"),
        Parameter("c", "keyword-only", annotation="int"),
        Parameter("d", "var-keyword"),
    )
    assert signature_text("F", parameters) == "F(a, /, b=1, *, c: int, **d)"
    assert signature_text("F", (Parameter("a", "var-positional"), Parameter("b", "keyword-only"))) == "F(*a, b)"
    many = tuple(Parameter(f"parameter_number_{i}", annotation="int") for i in range(5))
    assert signature_text("F", many).splitlines()[1] == "    parameter_number_0: int,"


def test_the_entry_over_several_trees(library: Settings) -> None:
    project = library.root / "project"
    tree = Settings(project / "legacy_fixtures/shop/after")
    tree.root.mkdir(parents=True)
    (library.root / "components").rename(tree.root / "components")
    write(tree)
    (project / "legacy_fixtures/empty/after").mkdir(parents=True)
    readme, document = toplevel_changes(project)
    page = (readme.after or b"").decode()
    link = "../legacy_fixtures/shop/after/component_index/pages/MeanPooling.md"
    assert f"| [MeanPooling]({link}) | pooling | Averages the valid positions of a sequence. | NOT_RUN | 0 |" in page
    assert (project / "component_index" / link).resolve().is_file()
    assert "empty" not in page
    systems = json.loads(document.after or b"")["systems"]
    assert [(system["name"], len(system["components"])) for system in systems] == [("shop", 3)]


def test_the_entry_over_no_tree(tmp_path: Path) -> None:
    readme, _ = toplevel_changes(tmp_path)
    assert b"None has been made yet." in (readme.after or b"")
