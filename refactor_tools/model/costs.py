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


@dataclass(frozen=True, slots=True)
class Measured:
    """A step of one side on a device: median milliseconds, most bytes allocated, kernels, and the sum of their times.

    Without an accelerator there are no kernels.
    """

    milliseconds: float
    peak_bytes: int
    kernels: int = 0
    kernel_milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Speed:
    """Both sides on the call `label`; `spread` is by how much a side's own runs differ, as a share."""

    label: str
    original: Measured
    component: Measured
    spread: float

    @property
    def ratio(self) -> float:
        """How many times as long as the original the component takes."""
        return self.component.milliseconds / self.original.milliseconds if self.original.milliseconds else 1.0


# Below it a step is mostly launches and noise, and its ratio says nothing.
_SHORTEST = 1.0


def regressions(speed: Speed, max_slowdown: float) -> tuple[str, ...]:
    """In what the component is worse than its original, in words; nothing where the spread explains it."""
    old, new = speed.original, speed.component
    found = []
    if old.milliseconds > _SHORTEST and speed.ratio > max(max_slowdown, 1 + speed.spread):
        found.append(
            f"takes {speed.ratio:.3f} times as long ({max_slowdown:g} is allowed, {speed.spread:.1%} is noise)"
        )
    if new.peak_bytes > old.peak_bytes:
        found.append(f"holds {new.peak_bytes:,} bytes at the peak, the original {old.peak_bytes:,}")
    if new.kernels > old.kernels:
        found.append(f"starts {new.kernels} kernels, the original {old.kernels}")
    return tuple(f"{speed.label}: {text}" for text in found)
