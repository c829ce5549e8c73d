from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from refactor_tools.model.facts import Scan
from refactor_tools.scan.tree import scan_tree
from refactor_tools.settings import Settings

Tree = Callable[[Mapping[str, str]], Scan]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Writes files under a fresh root and scans them."""

    def build(files: Mapping[str, str]) -> Scan:
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(text), encoding="utf-8")
        return scan_tree(tmp_path, [tmp_path], Settings(root=tmp_path), cache=False)

    return build
