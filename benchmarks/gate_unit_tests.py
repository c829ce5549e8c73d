"""Runs a component's own generated test on wrong versions of it."""

import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.gate_tasks import Bundled
from legacy_fixtures.systems import copy_tree

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class _Run:
    root: Path
    module: Path
    test: str
    source: str


def killed(component: Bundled, sources: Sequence[str], jobs: int) -> list[bool]:
    """For each text of the component's module, whether its test fails.

    Raises:
        ValueError: the test fails on the component as it is.
    """
    # Loaded once: every run is a fork of this process.
    importlib.import_module("torch").set_num_threads(1)
    module = Path(component.task.sys_path[0], *component.task.module.split(".")).with_suffix(".py")
    place = module.relative_to(component.root.resolve())
    texts = [module.read_text(encoding="utf-8"), *sources]
    runs = [_Run(component.root, place, component.test, text) for text in texts]
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        alone, *others = [not passed for passed in pool.imap(_passes, runs, chunksize=1)]
    if alone:
        raise ValueError(f"{component.name}: its test {component.test} fails on the component itself")
    return others


def _passes(run: _Run) -> bool:
    """Whether the test passes on a copy of the system with the text in place; this process ends afterwards."""
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "tree"
        copy_tree(run.root, root)
        (root / run.module).write_text(run.source, encoding="utf-8")
        os.chdir(root)
        signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(_SECONDS)
        try:
            with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
                code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", run.test])
        except _TooLong:
            return False
        finally:
            signal.alarm(0)
            os.chdir("/")
        return code == pytest.ExitCode.OK


class _TooLong(BaseException):
    """A test that does not end."""


def _too_long(*_: object) -> None:
    raise _TooLong
