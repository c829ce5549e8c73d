"""`extract-component` as a function: plan, unify, prove on a scratch copy, then hand over what to write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.changes import ChangeSet
    from refactor_tools.model.families import Difference
    from refactor_tools.model.outcomes import Outcome, Refusal
    from refactor_tools.model.proofs import ComponentProof
    from refactor_tools.settings import Settings


@dataclass(frozen=True, slots=True)
class ExtractionRequest:
    """What to extract and how. `trusted` is a component index whose certificates count where they are fresh, so that
    nothing has to be proven again.
    """

    names: tuple[str, ...]
    paths: tuple[Path, ...] = ()
    category: str = ""
    module: str = ""
    rename: str = ""
    members: tuple[str, ...] = ()
    prove: bool = True
    tests: bool = True
    keep_going: bool = False
    everything: bool = False
    trusted: Path | None = None


@dataclass(frozen=True, slots=True)
class ExtractedComponent:
    """One component that the run makes; `proof` is None where nothing was proven (`--no-prove`, or trusted)."""

    name: str
    path: str
    members: tuple[str, ...]
    differences: tuple[Difference, ...]
    state_maps: tuple[tuple[str, str, str], ...]
    verdict: str
    proof: ComponentProof | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A name that ended in no component."""

    name: str
    refusal: Refusal
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """`outcomes` has a row for every name; `changeset` is what to apply; `complete` says that every name has ended in a
    component.
    """

    outcomes: tuple[Outcome, ...]
    components: tuple[ExtractedComponent, ...]
    refused: tuple[Refused, ...]
    changeset: ChangeSet
    unreachable: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.refused


def extract(
    settings: Settings, request: ExtractionRequest, progress: Callable[[str], None] | None = None
) -> Extraction:
    """Make components of the names, bottom-up, in a scratch copy; the tree itself is not touched.

    Raises:
        UnknownName: no definition is called so.
        AmbiguousName: a name stands for different algorithms.
        RefactorError: a file in scope does not parse, a target exists with other content, or torch is missing.
    """
    from refactor_tools.api.checking import installed_torch
    from refactor_tools.api.extraction.run import extract_all
    from refactor_tools.errors import RefactorError

    if request.prove and installed_torch() is None:
        raise RefactorError("proving needs torch: `pip install 'refactor-tools[torch]'`; --no-prove writes without")
    return extract_all(settings, request, progress or (lambda _: None))
