"""`extract-component` as a function: plan, unify, prove on a scratch copy, then hand over what to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.extraction import Extraction, ExtractionRequest
    from refactor_tools.settings import Settings


def extract(
    settings: Settings, request: ExtractionRequest, progress: Callable[[str], None] | None = None
) -> Extraction:
    """Make components of the names, bottom-up, in a scratch copy; the tree itself is not touched.

    Raises:
        UnknownName: no definition is called so.
        AmbiguousName: a name stands for different algorithms.
        RefactorError: a file in scope does not parse, a target exists with other content, or torch is missing.
    """
    from refactor_tools.api.extraction.run import extract_all
    from refactor_tools.api.freshness import installed_torch
    from refactor_tools.errors import RefactorError

    if request.prove and installed_torch() is None:
        raise RefactorError("proving needs torch: `pip install 'refactor-tools[torch]'`; --no-prove writes without")
    return extract_all(settings, request, progress or (lambda _: None))
