"""Files that the tree imports under two names: each name makes a module of its own, and its classes exist twice."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from refactor_tools.model.facts import Finding

DOUBLE_IMPORT = "double-import"


@dataclass(frozen=True, slots=True)
class Loaded:
    """An import that runs the file `target` as the module `module`."""

    target: str
    module: str
    path: str
    line: int


def double_imports(loaded: Iterable[Loaded]) -> tuple[Finding, ...]:
    """A finding for each file that is loaded under more than one absolute name, with where each is first imported."""
    by_target: dict[str, dict[str, Loaded]] = defaultdict(dict)
    for one in sorted(loaded, key=lambda one: (one.path, one.line)):
        by_target[one.target].setdefault(one.module, one)
    return tuple(
        Finding(
            DOUBLE_IMPORT,
            target,
            0,
            f"is loaded once for each of its names, so its classes exist {_times(names)}: {_listed(names)}",
        )
        for target, names in sorted(by_target.items())
        if len(names) > 1
    )


def _times(names: dict[str, Loaded]) -> str:
    return "twice" if len(names) == 2 else f"{len(names)} times"


def _listed(names: dict[str, Loaded]) -> str:
    return ", ".join(f"`{module}` ({one.path}:{one.line})" for module, one in sorted(names.items()))
