"""A tree with a library of three components, one of them extracted and proven."""

from pathlib import Path

import pytest

from refactor_tools.certificates.store import certificate_path, dump_certificate, dump_keymap, keymap_path
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.certificates import Certificate, CertifiedOriginal, Closure, Result
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.model.proofs import Sensitivity, Verdict
from refactor_tools.settings import Settings

POOLING = '''\
"""
Mean Pooling

Averages the valid positions of a sequence.

**Core Concept:**
Padding must not count.

**Parameters:**
- dim (int): the axis that is averaged

**Forward Signature:**
Input:
  - x (B, L, D): the sequences
  - mask (B, L): True where valid, optional
Output:
  - (B, D): one mean per sequence

**Used By:**
- shop.models.Ranker → summary of the clicks

**Alternative Approaches:**
- components.pooling.max_pooling.MaxPooling → where one position decides

**Implementation Notes:**
- An empty sequence gives NaN.
"""

from torch import Tensor, nn


class MeanPooling(nn.Module):
    def __init__(self, dim: int = 1, *, scale: float | None = None) -> None:
        super().__init__()

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return x
'''

BLOCK = '''\
"""Block that pools what it transforms."""

from torch import nn

from ..pooling import MeanPooling
from ..pooling.max_pooling import MaxPooling


class _Part(nn.Module): ...


class PooledBlock(nn.Module):
    def __init__(self, *sizes: int, **options: bool) -> None:
        self.mean, self.max = MeanPooling(), MaxPooling()
'''

FILES = {
    "components/__init__.py": "",
    "components/_legacy.py": "class Hidden: ...\n",
    "components/pooling/__init__.py": "from .mean_pooling import MeanPooling\n",
    "components/pooling/mean_pooling.py": POOLING,
    "components/pooling/max_pooling.py": 'class MaxPooling:\n    """Takes the largest value of each feature."""\n',
    "components/blocks/pooled_block.py": BLOCK,
}

ORIGINAL = OriginalRecord(
    id="legacy/model.py::Mean|Pool",
    name="Mean",
    digest="abc123",
    adapter=Adapter(
        init=(Argument("dim", "config.axis"),), forward=(Argument("x", "states"),), state=(("score", "attention"),)
    ),
    form="adapted",
)
KEYMAP = KeyMap(
    component="components.pooling.mean_pooling.MeanPooling",
    module="components.pooling.mean_pooling",
    exported_from="components.pooling",
    name="MeanPooling",
    kind="class",
    originals=(ORIGINAL,),
)


def certificate(verdict: Verdict = "PROVED_ON_PATHS") -> Certificate:
    return Certificate(
        component=KEYMAP.component,
        closure=Closure("sha256:1", "sha256:1"),
        originals=(
            CertifiedOriginal(
                id=ORIGINAL.id,
                source="sha256:2",
                case="sha256:3",
                adapter=ORIGINAL.adapter,
                verdict=verdict,
                roots=(("cpu", "2.13", "r"),),
                branches="2/2",
                checks=(),
                results=(Result("cpu", "float32", "2.13.0", verdict),),
            ),
        ),
        sensitivity=Sensitivity(seeded=9, caught=8, equal_roots=1, survivors=("eps in line 4",)),
    )


@pytest.fixture
def library(tmp_path: Path) -> Settings:
    records = {
        keymap_path("MeanPooling"): dump_keymap(KEYMAP),
        certificate_path("MeanPooling"): dump_certificate(certificate()),
    }
    for path, text in {**FILES, **records}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return Settings(tmp_path)
