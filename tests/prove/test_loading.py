import dataclasses
import inspect
import linecache
import pickle
import sys
import traceback
from pathlib import Path

import pytest

from refactor_tools.model.proofs import ShimPlace
from refactor_tools.prove.loading import (
    load_apart,
    load_component,
    load_original,
    load_shim,
    load_variant,
    names_of,
    source_of,
)

SLICE = '''
from __future__ import annotations

from dataclasses import dataclass

FACTOR = 2


@dataclass
class Config:
    """A config."""

    width: int = 3

    class Inner:
        depth = FACTOR


def fail():
    raise RuntimeError("here")
'''


def test_slice_is_a_module_of_its_own() -> None:
    config = load_original(SLICE, "Config", "a.py::Config")
    assert dataclasses.asdict(config()) == {"width": 3}
    assert pickle.loads(pickle.dumps(config)) is config
    assert "A config." in inspect.getsource(config)
    assert names_of(config)["FACTOR"] == 2
    assert source_of(config) == SLICE


def test_same_slice_is_executed_once_and_labels_keep_slices_apart() -> None:
    first = load_original(SLICE, "Config", "a.py::Config")
    assert load_original(SLICE, "Config", "a.py::Config") is first
    assert load_original(SLICE, "Config", "b.py::Config") is not first


def test_dotted_names_are_found() -> None:
    assert load_original(SLICE, "Config.Inner", "a.py::Config.Inner").depth == 2


def test_tracebacks_show_the_slices_lines() -> None:
    with pytest.raises(RuntimeError, match="here") as caught:
        load_original(SLICE, "fail", "a.py::fail")()
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.filename, frame.line) == ("<original a.py::fail>", 'raise RuntimeError("here")')


def test_lines_are_those_of_the_slice_that_was_loaded_last_under_a_label() -> None:
    first, second = "def one():\n    return 1\n", "def one():\n    return 'other'\n"
    load_original(first, "one", "a.py::one")
    load_original(second, "one", "a.py::one")
    assert linecache.getline("<original a.py::one>", 2).strip() == "return 'other'"
    load_original(first, "one", "a.py::one")
    assert linecache.getline("<original a.py::one>", 2).strip() == "return 1"


def test_slice_that_raises_leaves_no_module() -> None:
    before = set(sys.modules)
    with pytest.raises(ZeroDivisionError):
        load_original("1 / 0", "Config", "broken")
    assert set(sys.modules) == before


def test_component_and_shim_are_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "loading_package").mkdir()
    (tmp_path / "loading_package" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "loading_package" / "sizes.py").write_text("WIDTH = 4\n", encoding="utf-8")
    (tmp_path / "loading_package" / "pool.py").write_text(
        "from .sizes import WIDTH\n\n\ndef width():\n    return WIDTH\n", encoding="utf-8"
    )
    component = load_component("loading_package.pool", "width", [str(tmp_path)])
    assert load_shim(ShimPlace((str(tmp_path),), "loading_package.pool", "width")) is component
    assert sys.path[0] == str(tmp_path)
    assert sys.path.count(str(tmp_path)) == 1
    changed = source_of(component).replace("return WIDTH", "return WIDTH + extra")
    variant = load_variant(component, changed, "another text", {"extra": 1})
    assert variant() == 5
    assert component() == 4


def test_a_tree_with_modules_of_the_same_names_is_loaded_apart(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder / "twins").mkdir(parents=True)
        (tmp_path / folder / "twins/__init__.py").write_text("")
        (tmp_path / folder / "twins/size.py").write_text(f"SIZE = {folder!r}\n")
        (tmp_path / folder / "twins/part.py").write_text(
            "from twins.size import SIZE\n\ndef part():\n    return SIZE\n"
        )
    path = list(sys.path)
    first = load_component("twins.part", "part", [str(tmp_path / "one")])
    after = list(sys.path)
    try:
        second = load_apart("twins.part", "part", [str(tmp_path / "two")])
        assert (first(), second()) == ("one", "two")
        assert sys.path == after
        assert sys.modules["twins.size"].SIZE == "one"
        assert sys.modules[first.__module__].part is first
        assert sys.modules[second.__module__].part is second
        assert str(tmp_path / "two") in source_file(second)
        with pytest.raises(ModuleNotFoundError):
            load_apart("twins.gone", "part", [str(tmp_path / "two")])
        assert sys.modules["twins.size"].SIZE == "one"
    finally:
        sys.path[:] = path
        for name in [name for name in sys.modules if name.partition(".")[0] in ("twins", "_apart_twins")]:
            del sys.modules[name]


def source_file(function: object) -> str:
    return str(sys.modules[function.__module__].__file__)
