"""How long a command takes and how much memory it and everything that it starts hold together."""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.1
MIB = 1024 * 1024
_PROC = Path("/proc")


class CommandFailed(Exception):
    """A command that is measured ended with an error; the message is what it printed."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Wall time in seconds, and the highest sum of memory that was sampled, in bytes (0 where none was)."""

    seconds: float
    peak: int


def measured(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None, *, memory: bool
) -> Usage:
    """Run a command in `folder`, which waits for it.

    With `memory`, sample what it and all its descendants hold, where there is a /proc. That takes time from them: the
    seconds of such a run say little.

    Raises:
        CommandFailed: its exit code is not 0.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    sampler = _Sampler(process.pid)
    if memory:
        sampler.start()
    _, printed = process.communicate()
    seconds = time.perf_counter() - started
    if memory:
        sampler.stop()
    if process.returncode:
        raise CommandFailed(f"{' '.join(command)} ended with {process.returncode}\n{printed.strip()}")
    return Usage(seconds, sampler.peak)


def tree_memory(pid: int) -> int:
    """Bytes that a process and its descendants hold now.

    This is the proportional set size, in which pages that several processes share are counted once in all; where that
    cannot be read it is the resident set size. A process that has ended counts as nothing.
    """
    return sum(_memory(one) for one in _with_descendants(pid))


class _Sampler(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak = pid, 0
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(INTERVAL):
            self.peak = max(self.peak, tree_memory(self.pid))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _with_descendants(pid: int) -> list[int]:
    found = [pid]
    for one in found:  # grows while it is walked
        for task in (_PROC / str(one) / "task").glob("*/children"):
            with suppress(OSError):
                found += [int(child) for child in task.read_text().split()]
    return found


def _memory(pid: int) -> int:
    for name, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        with suppress(OSError):
            for line in (_PROC / str(pid) / name).read_text().splitlines():
                if line.startswith(key):
                    return int(line.split()[1]) * 1024
    return 0
