"""
Init

uniform by the size of the last axis, in place

**Core Concept:**
One component for 2 copies: `src/athelas/models/lightning/bimodal/pl_bimodal_moe.py::init_`,
`src/athelas/models/temporal_self_attention_legacy/scripts/mixture_of_experts.py::init_`. What they differed in is a
parameter.

**Forward Signature:**
Input:
  - t (B,): the input
Output:
  - (B,): the result

**Used By:**
- athelas.models.lightning.bimodal.pl_bimodal_moe.Experts → as `init_` of pl_bimodal_moe.py
- athelas.models.temporal_self_attention_legacy.scripts.mixture_of_experts.Experts → as `init_` of mixture_of_experts.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.fusion import init_
>>> init_(torch.randn(3)).shape
torch.Size([3])

```
"""

import math

import torch
from torch import Tensor


def init_(t: Tensor) -> Tensor:
    """
    Args:
        t: (B,) the input

    Returns:
        (B,) the result
    """
    bound = 1 / math.sqrt(t.shape[-1])
    with torch.no_grad():
        t.uniform_(-bound, bound)
    return t
