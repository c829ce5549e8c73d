"""What one run of one side costs, counted and not timed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """Forward and, where gradients are recorded, backward.

    `flops` are those of matrix products, convolutions and attention; `peak_bytes` is the most that tensors made by the
    run held at once; `operations` is the number that reached the dispatcher.
    """

    flops: int
    peak_bytes: int
    operations: int
