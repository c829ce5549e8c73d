"""The global state that a run can change: random generators and torch's switches. Set before a run, compared after."""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from refactor_tools.prove.content import content_of
from refactor_tools.prove.leaves import same_bits

# More than there are generators under one seed.
_STREAMS = 1_000


@dataclass(frozen=True, slots=True)
class GlobalState:
    """Generators and switches at one moment."""

    torch_random: Tensor
    python_random: object
    numpy_random: str
    cuda_random: str
    switches: tuple[tuple[str, str], ...]

    @property
    def described(self) -> tuple[object, ...]:
        """The state as part of a hash that holds wherever this version of torch runs on a CPU."""
        return content_of(self.torch_random), repr(self.python_random), self.switches

    def differences(self, other: "GlobalState") -> tuple[str, ...]:
        """What differs between two states, in words."""
        found = []
        if not same_bits(self.torch_random, other.torch_random):
            found.append("torch's random state")
        if self.python_random != other.python_random:
            found.append("Python's random state")
        if self.numpy_random != other.numpy_random:
            found.append("NumPy's random state")
        if self.cuda_random != other.cuda_random:
            found.append("CUDA's random state")
        found += [name for (name, left), (_, right) in zip(self.switches, other.switches, strict=True) if left != right]
        return tuple(found)


def current() -> GlobalState:
    return GlobalState(torch.get_rng_state(), random.getstate(), _numpy_random(), _cuda_random(), _switches())


@contextmanager
def isolated(seed: int) -> Iterator[None]:
    """Run a block from a known state of all generators, and undo what it did to the process afterwards."""
    dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
    anomaly = torch.is_anomaly_enabled()
    seed_all(seed)
    try:
        with torch.set_grad_enabled(True):
            yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_default_device(None)
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.set_anomaly_enabled(anomaly)


def stream(seed: int, number: int) -> int:
    """The seed of one of several generators that depend on one seed."""
    return _STREAMS * seed + number


def seed_all(seed: int) -> None:
    random.seed(seed)
    torch.manual_seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed)


def _numpy_random() -> str:
    numpy = sys.modules.get("numpy")
    return repr(numpy.random.get_state()) if numpy else ""


def _cuda_random() -> str:
    running = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return content_of(torch.cuda.get_rng_state()) if running else ""


def _switches() -> tuple[tuple[str, str], ...]:
    return (
        ("the default dtype", str(torch.get_default_dtype())),
        ("the default device", str(torch.get_default_device())),
        ("gradient mode", str(torch.is_grad_enabled())),
        ("deterministic algorithms", str(torch.are_deterministic_algorithms_enabled())),
        ("the number of threads", str(torch.get_num_threads())),
    )
