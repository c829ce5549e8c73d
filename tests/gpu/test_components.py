"""Every bundled component on a GPU: what is proven on the CPU holds there too."""

from dataclasses import replace

import pytest
import torch

from benchmarks.gate_tasks import Bundled, bundled
from refactor_tools.model.proofs import PASSING, Platform
from refactor_tools.prove.gate import prove

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here; docs/gpu.md"),
]


@pytest.mark.parametrize("component", bundled(), ids=lambda component: component.name)
def test_a_component_equals_its_originals_on_cuda(component: Bundled) -> None:
    proof = prove(replace(component.task, platform=Platform("cuda")))
    assert dict(proof.environment)["device"] == "cuda"
    assert {part.id: part.reason for part in proof.originals if part.verdict not in PASSING} == {}
