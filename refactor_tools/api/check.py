"""`check-equivalence` as a function: are the certificates still true, and if not, is the component still proven?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from refactor_tools.model.certificates import Checked
    from refactor_tools.model.changes import ChangeSet, FileChange
    from refactor_tools.settings import Settings

Mode = Literal["check", "prove", "prove-all"]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found for every component asked for, and the certificates and cases to write.

    `reproductions` are tests that show why a component is DIFFERENT; they go into the folder that ignores itself.
    """

    checked: tuple[Checked, ...]
    changes: ChangeSet
    reproductions: tuple[FileChange, ...] = ()

    @property
    def passed(self) -> bool:
        return all(item.passed for item in self.checked)


def check(
    settings: Settings, names: Sequence[str] = (), mode: Mode = "check", progress: Progress | None = None
) -> CheckReport:
    """The state of the certificates of `names` (all, where none is given). Nothing is written.

    Mode "check" runs a component only where its text changed, to see whether the computation did. Mode "prove" proves
    what is neither fresh nor carried, mode "prove-all" everything.

    Raises:
        UnknownName: no component is called so; the message holds the nearest names.
        UnreadableRecord: a key map or a case file is damaged.
    """
    from refactor_tools.api.checking import Checking
    from refactor_tools.api.tasks import choose, read_keymaps
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.settings import STATE

    checking = Checking(settings, mode, progress or (lambda _: None))
    results = [checking.component(keymap) for keymap in choose(names, read_keymaps(settings.root))]
    files = [change for _, changes in results for change in changes]
    reproductions = tuple(change for change in files if change.path.startswith(f"{STATE}/"))
    records = tuple(change for change in files if change not in reproductions)
    return CheckReport(tuple(checked for checked, _ in results), ChangeSet("certificates", records), reproductions)
