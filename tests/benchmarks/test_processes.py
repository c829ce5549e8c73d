"""Memory of a command counts what its children hold, too."""

import sys
import time
from pathlib import Path

import pytest

from benchmarks.processes import MIB, CommandFailed, measured, tree_memory

HOLD = "import time; held = bytes([1]) * ({mib} * 1024 * 1024); time.sleep({seconds})"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"


def test_children_count(tmp_path: Path) -> None:
    small = measured([sys.executable, "-c", "import time; time.sleep(0.4)"], tmp_path, memory=True)
    large = measured([sys.executable, "-c", PARENT, HOLD.format(mib=200, seconds=0.5)], tmp_path, memory=True)
    assert 0 < small.peak < 100 * MIB
    assert large.peak > 200 * MIB


def test_the_time_is_that_of_the_wall(tmp_path: Path) -> None:
    started = time.perf_counter()
    usage = measured([sys.executable, "-c", "import time; time.sleep(0.5)"], tmp_path, memory=False)
    assert 0.5 <= usage.seconds <= time.perf_counter() - started
    assert usage.peak == 0


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="no such thing"):
        measured([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path, memory=False)


def test_a_process_that_has_ended_holds_nothing() -> None:
    assert tree_memory(2**22 + 1) == 0
