"""What a library holds, read without importing it."""

from dataclasses import replace
from pathlib import Path

import pytest

from refactor_tools.catalogue.records import read_entries, read_records
from refactor_tools.certificates.store import (
    certificate_path,
    dump_certificate,
    dump_keymap,
    keymap_path,
    load_certificate,
)
from refactor_tools.errors import RefactorError, UnreadableRecord
from refactor_tools.model.components import ComponentRecord, Dependency
from refactor_tools.model.facts import Parameter
from refactor_tools.settings import Settings


def named(settings: Settings) -> dict[str, ComponentRecord]:
    return {record.name: record for record in read_records(settings)}


def test_components_by_category_and_name(library: Settings) -> None:
    assert [(record.category, record.name) for record in read_records(library)] == [
        ("blocks", "PooledBlock"),
        ("pooling", "MaxPooling"),
        ("pooling", "MeanPooling"),
    ]


def test_a_record(library: Settings) -> None:
    record = named(library)["MeanPooling"]
    assert record.path == "components/pooling/mean_pooling.py"
    assert record.module == "components.pooling.mean_pooling"
    assert record.exported_from == "components.pooling"
    assert record.parameters == (
        Parameter("dim", default="1", annotation="int"),
        Parameter("scale", "keyword-only", "None", "float | None"),
    )
    assert record.forward is not None
    assert [parameter.name for parameter in record.forward] == ["x", "mask"]
    assert record.doc.title == "Mean Pooling"
    assert record.legacy == record.shims == ("legacy/model.py::Mean|Pool",)
    assert (record.verdict, record.proven) == ("PROVED_ON_PATHS", True)


def test_without_a_certificate_nothing_is_proven(library: Settings) -> None:
    record = named(library)["MaxPooling"]
    assert (record.verdict, record.proven, record.legacy) == ("NOT_RUN", False, ())
    assert record.exported_from == record.module == "components.pooling.max_pooling"
    assert record.doc.title == "Takes the largest value of each feature."


def test_a_certificate_may_name_the_module_or_the_package(library: Settings) -> None:
    path = library.root / certificate_path("MeanPooling")
    shorter = replace(
        load_certificate(path.read_text(encoding="utf-8"), ""), component="components.pooling.MeanPooling"
    )
    path.write_text(dump_certificate(shorter), encoding="utf-8")
    assert named(library)["MeanPooling"].proven


def test_a_certificate_of_another_component_does_not_count(library: Settings) -> None:
    path = library.root / "components/pooling/mean_pooling.py"
    path.rename(path.with_name("average.py"))
    (library.root / "components/pooling/__init__.py").write_text("from .average import MeanPooling\n", encoding="utf-8")
    record = named(library)["MeanPooling"]
    assert (record.verdict, record.legacy) == ("NOT_RUN", ())


def test_the_library_s_own_consumers_are_told(library: Settings) -> None:
    block = Dependency("components.blocks.pooled_block.PooledBlock", "")
    assert named(library)["MaxPooling"].doc.used_by == (block,)
    assert named(library)["MeanPooling"].doc.used_by == (
        Dependency("shop.models.Ranker", "summary of the clicks"),
        block,
    )
    assert named(library)["PooledBlock"].doc.used_by == ()


def test_private_files_and_definitions_are_no_components(library: Settings) -> None:
    assert not {"Hidden", "_Part"} & set(named(library))


def test_functions_are_components_where_the_category_exports_them(library: Settings) -> None:
    folder = library.root / "components/routing"
    folder.mkdir()
    (folder / "__init__.py").write_text("from .gating import top_k\n", encoding="utf-8")
    (folder / "gating.py").write_text("def top_k(x, k=2): ...\n\n\ndef other(): ...\n", encoding="utf-8")
    record = named(library)["top_k"]
    assert (record.kind, record.forward) == ("function", None)
    assert [parameter.name for parameter in record.parameters] == ["x", "k"]
    assert "other" not in named(library)


def test_nothing_is_imported(library: Settings, tmp_path: Path) -> None:
    marker = tmp_path / "imported"
    (library.root / "components/pooling/loud.py").write_text(
        f"open({str(marker)!r}, 'w')\n\n\nclass Loud: ...\n", encoding="utf-8"
    )
    assert "Loud" in named(library)
    assert not marker.exists()


def test_an_empty_tree_has_no_components(tmp_path: Path) -> None:
    assert read_records(Settings(tmp_path)) == ()


def test_a_file_that_does_not_parse_is_named(library: Settings) -> None:
    (library.root / "components/pooling/broken.py").write_text("class Broken(:\n", encoding="utf-8")
    with pytest.raises(RefactorError, match=r"components/pooling/broken\.py: does not parse \(line 1\)"):
        read_records(library)


def test_a_damaged_certificate_is_named(library: Settings) -> None:
    path = library.root / certificate_path("MeanPooling")
    path.write_text(path.read_text(encoding="utf-8").replace("PROVED_ON_PATHS", "PROVED"), encoding="utf-8")
    with pytest.raises(UnreadableRecord, match="seal"):
        read_records(library)


def test_entries_carry_key_map_and_certificate(library: Settings) -> None:
    entries = {entry.record.name: entry for entry in read_entries(library)}
    keymap = entries["MeanPooling"].keymap
    assert keymap is not None
    assert dump_keymap(keymap) == (library.root / keymap_path("MeanPooling")).read_text(encoding="utf-8")
    assert entries["MaxPooling"].keymap is None
