"""Trees as they were and as they are, analysed and compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from refactor_tools.api.analyze import analyze
from refactor_tools.known.compare import Today, compare, today
from refactor_tools.known.findings import contents_of, known_findings, members
from refactor_tools.known.keys import key_of, keys_of
from refactor_tools.known.shrink import shrunk
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.known import Known, News
from refactor_tools.scan.tree import reader
from refactor_tools.settings import Settings

POOL = """
from torch import nn
class {name}(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.Linear({width}, 1)
    def forward(self, x, mask=None):
        scores = self.attention(x)
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), {fill})
        weights = scores.softmax(dim=1)
        return (weights * x).sum(dim=1)
"""


def pool(name: str = "Pool", width: str = "config.width", fill: str = "-1e9") -> str:
    return POOL.format(name=name, width=width, fill=fill)


@dataclass
class Tree:
    """One folder that changes."""

    root: Path

    def write(self, files: Mapping[str, str | None]) -> None:
        for path, text in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                file.unlink()
            else:
                file.write_text(text, encoding="utf-8")

    def analysis(self, paths: tuple[str, ...] = (".",)) -> Analysis:
        chosen = [self.root / path for path in paths]
        return analyze(Settings(root=self.root), chosen, cache=False, proposals=False)

    def known(self) -> Known:
        found = self.analysis()
        keys = keys_of(found.scan)
        contents = contents_of(members(found), reader(self.root), with_text=True)
        return known_findings(found, {key_of(one, keys): value for one, value in contents.items()})

    def news(self, known: Known, extracted: tuple[str, ...] = ()) -> News:
        return compare(known, self._today(known), reader(self.root), extracted)

    def shrunk(self, known: Known, scope: str = "") -> Known:
        def in_scope(path: str) -> bool:
            return path.startswith(scope)

        now = self._today(known, scope)
        return shrunk(known, now, compare(known, now, reader(self.root)), in_scope)

    def _today(self, known: Known, scope: str = "") -> Today:
        found = self.analysis((scope or ".",))
        return today(known, found, reader(self.root), lambda path: path.startswith(scope))


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[Mapping[str, str | None]], Tree]:
    def build(files: Mapping[str, str | None]) -> Tree:
        found = Tree(tmp_path)
        found.write(files)
        return found

    return build
