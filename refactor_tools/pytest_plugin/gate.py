"""What one pytest process asks of the gate: which components, each checked once, and the records to write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from refactor_tools.settings import load_settings

if TYPE_CHECKING:
    from refactor_tools.api.check import Mode
    from refactor_tools.model.certificates import Checked
    from refactor_tools.model.changes import FileChange


@dataclass(slots=True)
class Gate:
    """`changes` are the records to write by root and path, `left_out` the components that `since` cannot reach."""

    device: str
    mode: Mode
    since: str | None
    changes: dict[tuple[str, str], FileChange] = field(default_factory=dict)
    left_out: set[tuple[str, str]] = field(default_factory=set)
    _checked: dict[tuple[Path, str], Checked] = field(default_factory=dict)

    def components(self, root: Path) -> list[str]:
        """The components of the tree at `root` that this run is about.

        Raises:
            RefactorError: a key map is damaged, or `since` names no revision.
        """
        from refactor_tools.api.tasks import read_proven

        keymaps = read_proven(root)
        names = [keymap.name for keymap in keymaps]
        if self.since is None:
            return names
        from refactor_tools.api.since import reached_since

        reached = [keymap.name for keymap in reached_since(load_settings(root), keymaps, self.since)]
        self.left_out |= {(str(root), name) for name in names if name not in reached}
        return reached

    def check(self, root: Path, name: str) -> Checked:
        """What `check-equivalence NAME` finds.

        Raises:
            RefactorError: the component's records cannot be read.
        """
        if (root, name) not in self._checked:
            from refactor_tools.api.check import check
            from refactor_tools.model.proofs import Platform

            platform = Platform() if self.mode == "check" else Platform(self.device)
            report = check(load_settings(root), [name], self.mode, platform=platform)
            self._checked[root, name] = report.checked[0]
            self.keep(str(root), report.changes.effective)
        return self._checked[root, name]

    def keep(self, root: str, changes: Iterable[FileChange]) -> None:
        """Remember what is to be written; two processes that checked one component wish to write the same."""
        for change in changes:
            self.changes.setdefault((root, change.path), change)
