"""The hooks of a pytest session with the gate: its tests are collected, and what was proven is written once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from refactor_tools.errors import RefactorError
from refactor_tools.pytest_plugin.collection import Index
from refactor_tools.pytest_plugin.gate import Gate
from refactor_tools.settings import INDEX, find_root

if TYPE_CHECKING:
    from refactor_tools.api.check import Mode

_MODES: Mapping[str | None, Mode] = {None: "check", "stale": "prove", "all": "prove-all"}
_OUTPUT = "equivalence"
_UNFINISHED = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)


class Session:
    """Registered where equivalence was asked for, in every process of the run."""

    def __init__(self, config: pytest.Config) -> None:
        device, mode = config.getoption("equivalence_device"), _MODES[config.getoption("equivalence_prove")]
        if mode != "check" and device == "auto":
            raise pytest.UsageError("--equivalence-prove needs one device: --equivalence-device=cpu or =cuda")
        self.config = config
        self.gate = Gate(device, mode, config.getoption("equivalence_since"))
        self._problems: list[str] = []
        _add_index(config)

    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        if path.name != INDEX or not (path / "keymaps").is_dir():
            return None
        index: Index = Index.from_parent(parent, path=path)
        index.gate = self.gate
        return index

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> object:
        """Under a bare `-n`, all tests of a file go to one worker, so that each component is checked once."""
        if config.getoption("dist") != "load":
            return None
        from xdist.scheduler import LoadFileScheduling

        return LoadFileScheduling(config, log)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what an xdist worker found; one that crashed has left nothing."""
        from refactor_tools.model.changes import FileChange

        found = getattr(node, "workeroutput", {}).get(_OUTPUT, {"changes": (), "left out": ()})
        for root, *change in found["changes"]:
            self.gate.keep(root, [FileChange(*change)])
        self.gate.left_out |= {(root, name) for root, name in found["left out"]}

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if hasattr(self.config, "workeroutput"):
            changes = [(root, kept.path, kept.before, kept.after) for (root, _), kept in self.gate.changes.items()]
            self.config.workeroutput[_OUTPUT] = {"changes": changes, "left out": list(self.gate.left_out)}
            return
        if exitstatus not in _UNFINISHED:
            self._write(session)
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.gate.left_out:
            session.exitstatus = pytest.ExitCode.OK

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for problem in self._problems:
            terminalreporter.write_line(f"ERROR: nothing was written: {problem}", red=True)
        if self.gate.left_out:
            from refactor_tools.report.words import count

            number = count(len(self.gate.left_out), "component")
            terminalreporter.write_line(f"Left out: {number} that the change since {self.gate.since} cannot reach.")

    def _write(self, session: pytest.Session) -> None:
        """Write what was proven, one transaction a tree."""
        from refactor_tools.changes.transaction import apply
        from refactor_tools.model.changes import ChangeSet

        for root in dict.fromkeys(root for root, _ in self.gate.changes):
            files = tuple(change for (owner, _), change in self.gate.changes.items() if owner == root)
            try:
                apply(Path(root), ChangeSet("certificates", files), "pytest --equivalence")
            except RefactorError as error:
                self._problems.append(str(error))
                session.exitstatus = pytest.ExitCode.USAGE_ERROR


def _add_index(config: pytest.Config) -> None:
    """Collect the component index of the tree: alone where no path was named, else beside the paths."""
    named = config.args if config.args_source.name == "ARGS" else []
    if any(INDEX in Path(argument.partition("::")[0]).parts for argument in named):
        return
    root = find_root(config.invocation_params.dir)
    if not (root / INDEX / "keymaps").is_dir():
        raise pytest.UsageError(f"{root} has no components yet; `extract-component` makes one")
    config.args = [*named, str(root / INDEX)]
