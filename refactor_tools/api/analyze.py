"""`analyze-deps` as a function; what an unchanged tree showed before is not found again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from refactor_tools.model.analysis import Analysis

if TYPE_CHECKING:
    from refactor_tools.settings import Settings

# A stage in words, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]

# Aligning a near family costs far more than finding it; those further down the list are rarely looked at.
NEAR_PROPOSALS = 50


def analyze(
    settings: Settings,
    paths: Sequence[Path],
    *,
    jobs: int = 1,
    cache: bool = True,
    progress: Progress | None = None,
    proposals: bool = True,
    near_proposals: int | None = NEAR_PROPOSALS,
) -> Analysis:
    """Everything that reading `paths` (files or folders under the settings' root) shows; nothing of them is run.

    With `proposals`, exact and renamed families and the first `near_proposals` near ones (None: all) say what differs
    and what they could become.

    Raises:
        RefactorError: a path does not exist or lies outside the root.
    """
    from refactor_tools.scan import kept
    from refactor_tools.scan.listing import list_tree
    from refactor_tools.scan.surroundings import surroundings

    started = time.perf_counter()
    listing = list_tree(settings.root, paths, settings)
    around = surroundings(listing, paths, settings)
    digest = listing.digest(settings, proposals, near_proposals, [(one.path, one.digest) for one in around])
    analysis = kept.load(settings.root, "analysis", Analysis, digest) if cache else None
    if analysis is None:
        from refactor_tools.api.stages import NONE, Run, made

        run = Run(settings, jobs, cache, progress or _silent)
        analysis = made(run, listing, around, near_proposals if proposals else NONE)
        if cache:
            kept.store(settings.root, "analysis", analysis, digest)
    return replace(analysis, seconds=time.perf_counter() - started)


def _silent(stage: str, done: int, total: int) -> None:
    return None
