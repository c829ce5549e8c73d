"""The migration map that an analysis proposes, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.analysis import Analysis
    from refactor_tools.model.migration_map import MigrationMap
    from refactor_tools.settings import Settings


def propose_map(settings: Settings, analysis: Analysis) -> MigrationMap:
    """What of `analysis` should become which component: see `unify.migration_map`.

    Components of the library and what they were extracted from are left out.

    Raises:
        UnreadableRecord: a key map in the component index is damaged.
    """
    from refactor_tools.api.tasks import read_keymaps
    from refactor_tools.unify.migration_map import proposed_map

    done = frozenset(original.id for keymap in read_keymaps(settings.root) for original in keymap.originals)
    library = f"{settings.library}/"
    ids = (definition.id for definition in analysis.scan.definitions)
    return proposed_map(analysis, left_out=frozenset(one for one in ids if one.startswith(library)) | done)


def read_map(file: Path) -> MigrationMap:
    """The map in `file`.

    Raises:
        RefactorError: there is no such file, or it is no map; the message says where.
    """
    from refactor_tools.api.files import read_file
    from refactor_tools.errors import RefactorError
    from refactor_tools.migration_map.read import load_map

    text = read_file(file)
    if text is None:
        raise RefactorError("there is no such map; `analyze-deps --map FILE` proposes one", str(file))
    return load_map(text, str(file))


def require_unedited(file: Path, *, force: bool = False) -> None:
    """Raises RefactorError where somebody edited the map in `file` since it was written, unless `force`."""
    from refactor_tools.api.files import read_file
    from refactor_tools.errors import RefactorError
    from refactor_tools.migration_map.write import is_as_written

    before = read_file(file)
    if before is not None and not force and not is_as_written(before):
        raise RefactorError("was edited since it was proposed; give another name, or --force to replace it", str(file))


def write_map(settings: Settings, analysis: Analysis, file: Path, *, force: bool = False) -> MigrationMap:
    """Write the proposed map to `file` and return it.

    Raises:
        RefactorError: somebody edited the file since it was written (unless `force`), or it cannot be written.
    """
    from refactor_tools.api.files import read_file, write_file
    from refactor_tools.migration_map.write import dump_map

    require_unedited(file, force=force)
    proposal = propose_map(settings, analysis)
    text = dump_map(proposal)
    if text != read_file(file):
        write_file(file, text)
    return proposal
