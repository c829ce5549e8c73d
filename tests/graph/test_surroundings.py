from pathlib import Path
from textwrap import dedent

import pytest

from refactor_tools.api.analyze import analyze
from refactor_tools.model.analysis import Analysis
from refactor_tools.settings import Settings

FILES = {
    "legacy/__init__.py": "",
    "legacy/base.py": "def low(): pass\n",
    "legacy/other.py": "from .sub.net import Net\nmodel = Net()\n",
    "legacy/unrelated.py": "import json\nfrom .base import low\n",
    "legacy/sub/__init__.py": "",
    "legacy/sub/net.py": """
    from torch import nn
    from ..base import low
    class Net(nn.Module):
        def __init__(self):
            self.a = nn.Linear(low(), 1)
            self.b = nn.Linear(1, 1)
        def forward(self, x): return self.a(x)
    class Idle(nn.Module): pass
    class Read(nn.Module): pass
    """,
    "train.py": "import legacy.sub.net as net\nnet.Read()\nimport_module('nowhere.at.all')\n",
    "broken.py": "from legacy.sub import net\ndef f(:\n",
    "show.py": "from legacy.sub.net import Net\nprint(Net().b)\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(dedent(text))
    return tmp_path


def run(root: Path, *paths: str) -> Analysis:
    return analyze(Settings(root=root), [root / path for path in paths], cache=False)


def edges(analysis: Analysis) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in analysis.imports.edges if not edge.external}


def test_a_folder_shows_its_edges_to_the_rest(root: Path) -> None:
    found = run(root, "legacy/sub")
    assert [facts.path for facts in found.scan.files] == ["legacy/sub/__init__.py", "legacy/sub/net.py"]
    assert edges(found) == {
        ("legacy/sub/net.py", "legacy/base.py"),
        ("legacy/other.py", "legacy/sub/net.py"),
        ("train.py", "legacy/sub/net.py"),
        ("show.py", "legacy/sub/net.py"),
    }
    assert [(one.path, one.fan_in, one.fan_out) for one in found.metrics][1] == ("legacy/sub/net.py", 3, 1)


def test_what_the_rest_uses_is_used(root: Path) -> None:
    found = run(root, "legacy/sub")
    assert found.composition.unused == ("legacy/sub/net.py::Idle",)
    assert found.dead_members == ()


def test_nothing_else_of_the_rest_is_reported(root: Path) -> None:
    found = run(root, "legacy/sub")
    assert found.scan.problems == found.imports.unresolved == ()
    assert {identity.partition("::")[0] for identity in found.composition.uses} == {"legacy/sub/net.py"}


def test_the_whole_root_has_no_rest(root: Path) -> None:
    found, inside = run(root, ""), run(root, "legacy/sub")
    assert edges(inside) <= edges(found)
    assert len(found.scan.files) == len(FILES)
