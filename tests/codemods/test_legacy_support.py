"""What the shims share: the names it lists, and that models saved whole before the refactoring load with them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.codemods.legacy_support import legacy_support, torch_classes
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.components import KeyMap, OriginalRecord
from tests.checkpoint_tree import migrated_tree, python


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_tree(tmp_path_factory.mktemp("tree") / "project")


def test_layers_are_listed_with_what_they_are_made_of() -> None:
    sources = [
        "from torch import nn\nnn.Linear\nnn.functional.relu\nnn.Module",
        "import torch\ntorch.nn.MultiheadAttention",
    ]
    assert torch_classes(sources) == ["Linear", "MultiheadAttention", "NonDynamicallyQuantizableLinear"]
    assert torch_classes(["from torch.nn import LSTM, Module", "not python at all"]) == ["LSTM"]


def test_other_attributes_are_no_layers() -> None:
    assert torch_classes(["import other\nother.Linear\nself.Linear"]) == []


def keymap(form: str, adapter: Adapter) -> KeyMap:
    original = OriginalRecord("old/a.py::Pool", "Pool", "d", adapter, form)  # type: ignore[arg-type]  # one of the forms
    return KeyMap("lib.pool.Pooling", "lib.pool.pooling", "lib.pool", "Pooling", "class", (original,))


@pytest.mark.parametrize(
    ("form", "adapter", "row"),
    [
        ("alias", Adapter(), '"a.Pool": ("lib.pool", "Pooling"),'),
        ("adapted", Adapter(state=(("new", "old"),)), '"a.Pool": ("a", "Pool"),'),
        ("none", Adapter(init=(Argument("x", "y"),)), '"a.Pool": ("lib.pool", "Pooling"),'),
        ("none", Adapter(state=(("new", "old"),)), ""),
        ("none", Adapter(lacking=(Argument("p", "None"),)), ""),
    ],
)
def test_the_class_that_an_old_object_becomes(form: str, adapter: Adapter, row: str) -> None:
    text = legacy_support("2.0", "FutureWarning", [keymap(form, adapter)], lambda path: Path(path).stem, [])
    ast.parse(text)
    assert "CATEGORY = FutureWarning" in text
    assert (row in text) if row else ('"a.Pool"' not in text)


def given(form: str) -> list[KeyMap]:
    """A component that holds another one, and that one."""
    whole = OriginalRecord(
        "old/a.py::Pool",
        "Pool",
        "d",
        Adapter(state=(("way.gate", "gate"),)),
        form,  # type: ignore[arg-type]  # one of the forms
        strategy="lib.pool.Pooling",
    )
    holder = KeyMap("lib.pool.Any", "lib.pool.any", "lib.pool", "Any", "class", (whole,))
    return [holder, keymap("none", Adapter())]


@pytest.mark.parametrize("form", ["adapted", "none"])
def test_a_component_that_another_is_given_is_saved_under_its_own_name(form: str) -> None:
    text = legacy_support("2.0", "FutureWarning", given(form), lambda path: Path(path).stem, [])
    assert '"lib.pool.pooling.Pooling": ("lib.pool", "Pooling"),' in text
    assert ('"a.Pool": ("a", "Pool"),' in text) == (form == "adapted")
    assert '"a.Pool": ("lib.pool"' not in text
    assert "class LegacyWhole(LegacyKeys):" in text


def test_without_such_a_component_there_is_no_base_for_it() -> None:
    text = legacy_support("2.0", "FutureWarning", [keymap("adapted", Adapter())], lambda path: Path(path).stem, [])
    assert "LegacyWhole" not in text


@pytest.mark.parametrize("restricted", [True, False])
def test_old_models_load_and_compute_the_same(tree: Path, restricted: bool) -> None:
    """In a process that has not imported any legacy file, with no warning at all."""
    out = python(
        tree,
        f"""
        import torch, warnings
        from components import _legacy
        with warnings.catch_warnings(), torch.serialization.safe_globals(_legacy.SAFE_GLOBALS):
            warnings.simplefilter("error")
            text, table, alone = (
                torch.load(f"{{name}}.pt", weights_only={restricted})
                for name in ("text_model", "table_model", "stretched")
            )
        golden, other = torch.load("golden.pt"), torch.load("table_golden.pt")
        assert torch.equal(text(golden["x"], golden["lengths"]), golden["y"])
        assert torch.equal(table(other["x"]), other["y"])
        import components.feedforward
        assert type(alone) is components.feedforward.Stretched
        print(type(text).__module__, type(text.summary).__module__)
        """,
    )
    assert out == "text_model text_model\n"


def test_without_the_safe_names_they_do_not(tree: Path) -> None:
    python(
        tree,
        """
        import pickle, torch
        try:
            torch.load("stretched.pt")
        except pickle.UnpicklingError as error:
            assert "table_model.Stretched" in str(error)
        else:
            raise AssertionError("the list would not be needed")
        """,
    )


def test_importing_it_imports_no_legacy_file(tree: Path) -> None:
    python(
        tree,
        """
        import sys
        from components import _legacy
        assert not {"text_model", "table_model"} & set(sys.modules)
        assert not hasattr(_legacy, "SAFE")
        _legacy.SAFE_GLOBALS
        assert {"text_model", "table_model"} <= set(sys.modules)
        """,
    )


def test_scripts_that_are_not_reachable_are_left_out(tree: Path) -> None:
    python(
        tree,
        f"""
        sys.path.remove({str(tree / "legacy")!r})
        from components import _legacy
        found = {{item[1] if isinstance(item, tuple) else item.__name__ for item in _legacy.SAFE_GLOBALS}}
        assert "table_model.Stretched" in found and "table_model.Summary" not in found, found
        """,
    )


def test_the_text_is_as_a_formatter_leaves_it(tmp_path: Path) -> None:
    name = "a_module_with_a_long_name.of_a_package_with_a_long_name"
    long = legacy_support("2.0", "FutureWarning", [keymap("adapted", Adapter())], lambda path: name, [])
    short = legacy_support("2.0", "FutureWarning", [], str, [])
    (tmp_path / "long.py").write_text(long, encoding="utf-8")
    (tmp_path / "short.py").write_text(short, encoding="utf-8")
    for command in (["format", "--check"], ["check", "--select", "E,F,I,UP,B"]):
        arguments = [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "120", str(tmp_path)]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout
    arguments = [sys.executable, "-m", "mypy", "--strict", "--no-warn-return-any", str(tmp_path / "short.py")]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
