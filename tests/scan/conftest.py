from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from refactor_tools.model.facts import FileFacts, Scan, Source
from refactor_tools.scan.facts import file_facts
from refactor_tools.scan.tree import scan_tree
from refactor_tools.settings import Settings

Facts = Callable[..., FileFacts]
Tree = Callable[[Mapping[str, str]], Scan]


@pytest.fixture
def facts() -> Facts:
    """The facts of one inline file."""

    def read(text: str, path: str = "a.py") -> FileFacts:
        return file_facts(Source(path, dedent(text), "utf-8", "sha256:0"))

    return read


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
