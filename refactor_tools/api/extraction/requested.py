"""What a run is asked to extract: names, everything, or what a migration map says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from refactor_tools.api.extraction.mapped import chosen_rows, map_targets
from refactor_tools.api.extraction.plans import Choices
from refactor_tools.api.extraction.targets import Target, find_target
from refactor_tools.errors import AmbiguousName
from refactor_tools.model.analysis import Analysis
from refactor_tools.model.components import KeyMap
from refactor_tools.model.extraction import ExtractionRequest, Refused
from refactor_tools.model.outcomes import Refusal
from refactor_tools.settings import Settings


@dataclass(frozen=True, slots=True)
class Requested:
    """Targets in their order, and names that stand for several things; `rows` are all targets of the map, whether they
    are asked for or are only parts of something that is.
    """

    targets: tuple[Target, ...]
    homonyms: tuple[Refused, ...] = ()
    rows: tuple[Target, ...] = ()


def requested(
    request: ExtractionRequest, settings: Settings, analysis: Analysis, keymaps: Sequence[KeyMap]
) -> Requested:
    """See `Requested`.

    Raises:
        UnknownName: nothing is called so.
        AmbiguousName: a name that was given stands for different algorithms.
        RefactorError: the map asks for what cannot be.
    """
    if request.agreed is None:
        return _everything(analysis, keymaps) if request.everything else _named(request, analysis, keymaps)
    rows = tuple(map_targets(request.agreed, settings, analysis, keymaps))
    chosen = tuple(chosen_rows(rows, request.names, request.agreed))
    rest = _everything(analysis, keymaps) if request.everything else Requested(())
    return Requested((*chosen, *rest.targets), rest.homonyms, rows)


def scope(settings: Settings, paths: Sequence[Path]) -> list[Path]:
    """Where definitions are looked for."""
    if paths:
        return list(paths)
    return [settings.root / folder for folder in settings.legacy] or [settings.root]


def _named(request: ExtractionRequest, analysis: Analysis, keymaps: Sequence[KeyMap]) -> Requested:
    found = [find_target(name, analysis, keymaps, request.members) for name in request.names]
    if len(found) == 1:
        choices = Choices(request.category, request.module, request.rename)
        found = [replace(found[0], choices=choices)]
    return Requested(tuple(found))


def _everything(analysis: Analysis, keymaps: Sequence[KeyMap]) -> Requested:
    """All modules but application models."""
    targets: dict[tuple[str, ...], Target] = {}
    refused: dict[str, Refused] = {}
    tiers = analysis.composition.tiers
    parts = {item.name for item in analysis.scan.definitions if item.is_module and tiers.get(item.id) != "application"}
    for name in sorted(parts):
        try:
            target = find_target(name, analysis, keymaps)
            targets.setdefault(target.members, target)
        except AmbiguousName as error:
            refused[name] = Refused(name, Refusal(error.message.partition(";")[0]))
    return Requested(tuple(targets.values()), tuple(refused.values()))
