"""`check-equivalence` as a function: are the certificates still true, and if not, is the component still proven?"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from refactor_tools.model.proofs import HOME, Platform

if TYPE_CHECKING:
    from refactor_tools.model.certificates import Checked
    from refactor_tools.model.changes import ChangeSet, FileChange
    from refactor_tools.model.components import KeyMap
    from refactor_tools.settings import Settings

Mode = Literal["check", "prove", "prove-all"]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found for every component asked for, and the certificates and cases to write.

    `left_out` are the names of those that the change asked about cannot reach, `reproductions` tests that show why a
    component is DIFFERENT; they go into the folder that ignores itself.
    """

    checked: tuple[Checked, ...]
    changes: ChangeSet
    left_out: tuple[str, ...] = ()
    reproductions: tuple[FileChange, ...] = ()

    @property
    def passed(self) -> bool:
        return all(item.passed for item in self.checked)


def check(
    settings: Settings,
    names: Sequence[str] = (),
    mode: Mode = "check",
    progress: Progress | None = None,
    since: str | None = None,
    platform: Platform = HOME,
    required: Platform | None = None,
    jobs: int = 0,
) -> CheckReport:
    """The state of the certificates of `names` (all, where none is given). Nothing is written.

    With `since`, a revision, only of those that the changes since then can reach.

    Mode "check" runs a component only where its text changed, to see whether the computation did. Mode "prove" proves
    what is neither fresh nor carried, mode "prove-all" everything. On another `platform` than the CPU in single
    precision a proof adds its result to a certificate that holds. A component without a result on the platform
    `required` fails. `jobs` components are run at a time, 0 for one a core.

    Raises:
        UnknownName: no component is called so; the message holds the nearest names.
        UnreadableRecord: a key map or a case file is damaged.
        RefactorError: there is no git, no repository, or no such revision.
    """
    from refactor_tools.api.checking import Checking
    from refactor_tools.api.tasks import choose, read_proven
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.settings import STATE

    chosen = choose(names, read_proven(settings.root))
    reached = chosen if since is None else _reached(settings, chosen, since)
    checking = Checking(settings, mode, progress or (lambda _: None), platform, required)
    with ThreadPoolExecutor(_width(jobs, platform)) as pool:
        results = list(pool.map(checking.component, reached))
    files = [change for _, changes in results for change in changes]
    reproductions = tuple(change for change in files if change.path.startswith(f"{STATE}/"))
    records = ChangeSet("certificates", tuple(change for change in files if change not in reproductions))
    left_out = tuple(keymap.name for keymap in chosen if keymap not in reached)
    return CheckReport(tuple(checked for checked, _ in results), records, left_out, reproductions)


def _width(jobs: int, platform: Platform) -> int:
    """Proofs run in processes of their own. An accelerator is not shared, so that its memory and time are one's own."""
    return jobs or (1 if platform.device != HOME.device else os.cpu_count() or 1)


def _reached(settings: Settings, keymaps: Sequence[KeyMap], since: str) -> Sequence[KeyMap]:
    from refactor_tools.api.since import reached_since

    return reached_since(settings, keymaps, since)
