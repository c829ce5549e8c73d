import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from refactor_tools.api.analyze import analyze
from refactor_tools.model.analysis import Analysis
from refactor_tools.settings import Settings

COPY = """
from torch import nn
class Pool(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.Linear({width}, 1)
    def forward(self, x, mask=None):
        scores = self.attention(x)
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        weights = scores.softmax(dim=1)
        return (weights * x).sum(dim=1)
"""
MODEL = """
from {pool} import Pool
from torch import nn
class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.pool = Pool(config)
        self.head = nn.Linear(1, 1)
        self.idle = nn.Linear(1, 1)
    def forward(self, x, mask=None):
        return self.head(self.pool(x)) if mask is None else self.head(self.pool(x) * mask)
"""


@pytest.fixture
def legacy(tmp_path: Path) -> Path:
    (tmp_path / "pool_a.py").write_text(dedent(COPY.format(width="2 * config.hidden")))
    (tmp_path / "pool_b.py").write_text(dedent(COPY.format(width="config.width")))
    (tmp_path / "model.py").write_text(dedent(MODEL.format(pool="pool_a")))
    return tmp_path


def run(root: Path, **options: Any) -> Analysis:
    return analyze(Settings(root=root), [root], cache=False, **options)


def test_everything_is_in_one_value(legacy: Path) -> None:
    found = run(legacy)
    assert [one.name for one in found.families.families] == ["Pool"]
    assert found.families.families[0].members == ("pool_a.py::Pool", "pool_b.py::Pool")
    assert [(one.path, one.target) for one in found.imports.hidden] == [("model.py", "pool_a.py")]
    assert found.composition.uses["model.py::Model"] == ("pool_a.py::Pool",)
    assert {one.code for one in found.findings} == {"never-called", "not-passed-on"}


def test_families_say_what_differs(legacy: Path) -> None:
    (family,) = run(legacy).families.families
    assert family.differences is not None
    assert family.proposal is not None
    assert family.proposal.category == "pooling"


def test_without_proposals_nothing_is_compared(legacy: Path) -> None:
    (family,) = run(legacy, proposals=False).families.families
    assert family.differences is family.proposal is None


@pytest.mark.parametrize(("number", "compared"), [(0, False), (1, True), (None, True)])
def test_only_so_many_near_families_are_compared(legacy: Path, number: int | None, compared: bool) -> None:
    (family,) = run(legacy, near_proposals=number).families.families
    assert family.likeness == "near"
    assert (family.proposal is not None) is compared


def test_exact_families_are_compared_in_any_case(legacy: Path) -> None:
    (legacy / "pool_b.py").write_text((legacy / "pool_a.py").read_text())
    (family,) = run(legacy, near_proposals=0).families.families
    assert family.likeness == "exact"
    assert family.proposal is not None


def test_files_over_the_limit_of_lines(legacy: Path) -> None:
    (legacy / "long.py").write_text("x = 1\n" * 50)
    over = [analyze(Settings(root=legacy, max_lines=limit), [legacy], cache=False).over_limit for limit in (49, 50)]
    assert over == [("long.py",), ()]


def test_progress_has_stages_with_totals(legacy: Path) -> None:
    said: list[tuple[str, int, int]] = []
    run(legacy, progress=lambda *one: said.append(one))
    assert {stage for stage, _, _ in said} >= {"reading files", "comparing copies"}
    for stage in {stage for stage, _, _ in said}:
        steps = [(done, total) for name, done, total in said if name == stage]
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1]


def test_nothing_is_written_and_nothing_runs(legacy: Path) -> None:
    (legacy / "danger.py").write_text(f"open({str(legacy / 'ran')!r}, 'w')\nraise SystemExit\n")
    before = sorted(path.name for path in legacy.iterdir())
    run(legacy)
    assert sorted(path.name for path in legacy.iterdir()) == before


def test_torch_is_not_needed(legacy: Path) -> None:
    code = f"""
    import sys
    sys.modules["torch"] = None
    from pathlib import Path
    from refactor_tools.api.analyze import analyze
    from refactor_tools.settings import Settings
    found = analyze(Settings(root=Path({str(legacy)!r})), [Path({str(legacy)!r})], cache=False)
    print(len(found.scan.files))
    """
    done = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, check=True)
    assert done.stdout == "3\n"
