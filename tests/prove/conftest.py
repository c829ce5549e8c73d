from pathlib import Path
from textwrap import dedent

import pytest

from refactor_tools.model.proofs import OriginalTask, ProofTask
from tests.prove.samples import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Writes a component's module into a folder of its own and gives the task of proving `originals` with it."""

    def make(source: str, *originals: OriginalTask, name: str = "") -> ProofTask:
        (tmp_path / "component.py").write_text(dedent(source), encoding="utf-8")
        found = name or originals[0].name
        kind = "function" if found.islower() else "class"
        return ProofTask(f"component.{found}", "component", found, kind, (str(tmp_path),), originals)

    return make
