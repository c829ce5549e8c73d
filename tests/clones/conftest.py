from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from refactor_tools.clones.families import find_families
from refactor_tools.model.families import Families
from refactor_tools.settings import KeepApart, Settings
from tests.clones.scans import scan_of, with_imports


@pytest.fixture
def find() -> Callable[..., Families]:
    """`find({"a.py": source, ...}, keep_apart=(...))`; sources get torch's imports unless they have imports."""

    def run(sources: Mapping[str, str], keep_apart: tuple[KeepApart, ...] = ()) -> Families:
        texts = {path: with_imports(text) for path, text in sources.items()}
        settings = replace(Settings(root=Path()), keep_apart=keep_apart)
        return find_families(scan_of(texts), settings)

    return run
