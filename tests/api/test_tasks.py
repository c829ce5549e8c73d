"""What the gate is asked."""

from pathlib import Path

import pytest

from refactor_tools.api.tasks import proof_task
from refactor_tools.certificates.store import original_name, original_path
from refactor_tools.model.adapters import Adapter
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.settings import load_settings


@pytest.mark.parametrize(
    ("line", "beside"),
    [
        ("from experts import Experts", True),
        ("import experts", True),
        ("import tools.draw as draw", True),
        ("import math", False),
        ("from . import experts", False),
        ("from torch import nn", False),
    ],
)
def test_an_original_that_imports_its_neighbours_finds_them(tmp_path: Path, line: str, beside: bool) -> None:
    (tmp_path / "scripts/tools").mkdir(parents=True)
    (tmp_path / "scripts/experts.py").write_text("class Experts: ...\n")
    (tmp_path / "scripts/blocks.py").write_text("class Block: ...\n")
    source = f"{line}\n\n\nclass Block: ...\n"
    kept = tmp_path / original_path(original_name(source))
    kept.parent.mkdir(parents=True)
    kept.write_text(source)
    record = OriginalRecord("scripts/blocks.py::Block", "Block", original_name(source), Adapter(), "none", (), ())
    keymap = KeyMap(
        "components.blocks.Block", "components.blocks.block", "components.blocks", "Block", "class", (record,)
    )
    task = proof_task(load_settings(tmp_path), keymap, {})
    assert (str((tmp_path / "scripts").resolve()) in task.sys_path) == beside
