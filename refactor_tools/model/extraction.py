"""What a run of extraction is asked for, and what it made."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from refactor_tools.model.changes import ChangeSet
from refactor_tools.model.explanations import Attempt, Explanation
from refactor_tools.model.families import Difference
from refactor_tools.model.inlined import LeftCopy, ReplacedCopy
from refactor_tools.model.migration_map import MigrationMap
from refactor_tools.model.outcomes import Outcome, Refusal
from refactor_tools.model.proofs import ComponentProof


@dataclass(frozen=True, slots=True)
class ExtractionRequest:
    """What to extract and how: `names`, with `everything` all modules, with a map `agreed` its rows (those called
    `names`, if there are any). `trusted` is a component index whose certificates count where they are fresh, so that
    nothing has to be proven again. `shims`: "none" migrates the users of the old names and leaves none. `bootstrap`
    lets scripts find the library from their own folder. With `explain`, the copies of each name are compared line by
    line. With `implicit`, classes in which a component is written out build it instead, where that is proven.
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
    agreed: MigrationMap | None = None
    shims: Literal["legacy", "none"] = "legacy"
    bootstrap: bool = False
    explain: bool = False
    implicit: bool = False


@dataclass(frozen=True, slots=True)
class ExtractedComponent:
    """One component that the run makes; `proof` is None where nothing was proven (`--no-prove`, or trusted).

    `left_out` are the copies (by id) that keep their code, and why; `attempts` are all candidates in the order tried.
    """

    name: str
    path: str
    members: tuple[str, ...]
    differences: tuple[Difference, ...]
    state_maps: tuple[tuple[str, str, str], ...]
    verdict: str
    proof: ComponentProof | None = None
    notes: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A name that ended in no component, and the candidates that were tried."""

    name: str
    refusal: Refusal
    members: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """`outcomes` has a row for every name; `changeset` is what to apply; `complete` says that every name has ended in a
    component. `replaced` are the classes that build a component where they wrote it out, `left` those that still do.
    """

    outcomes: tuple[Outcome, ...]
    components: tuple[ExtractedComponent, ...]
    refused: tuple[Refused, ...]
    changeset: ChangeSet
    unreachable: tuple[str, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    replaced: tuple[ReplacedCopy, ...] = ()
    left: tuple[LeftCopy, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.refused
