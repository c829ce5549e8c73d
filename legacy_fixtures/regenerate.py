"""`python -m legacy_fixtures.regenerate [--check | --keep]`: make `after/` of every system, and the index over all.

Everything is proven again; with `--keep` only what the committed certificates do not speak of any more. With `--check`
nothing is proven and nothing written: the committed certificates are held against the computations as they are now,
every text is generated anew, and any difference is listed.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from legacy_fixtures.systems import HERE, SYSTEMS, System, copy_tree, files_of
from refactor_tools.api.extract import extract
from refactor_tools.api.migrate import migrate
from refactor_tools.api.migration_map import read_map
from refactor_tools.catalogue.index import index_changes
from refactor_tools.catalogue.toplevel import toplevel_changes
from refactor_tools.changes.transaction import apply
from refactor_tools.model.changes import ChangeSet
from refactor_tools.model.extraction import ExtractionRequest
from refactor_tools.settings import INDEX, load_settings


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code 1 where `--check` finds a difference or something could not be proven."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--check", action="store_true", help="compare with what is committed; write nothing")
    modes.add_argument("--keep", action="store_true", help="prove only what no committed certificate speaks of")
    arguments = parser.parse_args(argv)
    check = arguments.check
    stale = [line for system in SYSTEMS for line in _system(system, check=check, keep=arguments.keep)]
    if not stale:
        stale += _toplevel(check=check)
    for line in stale:
        print(line, file=sys.stderr)
    if stale:
        print("run `make fixtures` and commit what it writes" if check else "nothing more was written", file=sys.stderr)
    return 1 if stale else 0


def _system(system: System, *, check: bool, keep: bool) -> list[str]:
    """What is wrong with one system's `after/`; without `check` it is written anew."""
    trusted = system.after / INDEX if check or keep else None
    with tempfile.TemporaryDirectory(prefix="fixtures-") as folder:
        tree = Path(folder).resolve() / system.name
        copy_tree(system.before, tree)
        refused = _migrated(tree, system, trusted, prove=not check)
        if refused:
            return [f"{system.name}: {line}" for line in refused]
        made = files_of(tree)
        if check:
            return _differences(system, made, files_of(system.after))
        shutil.rmtree(system.after, ignore_errors=True)
        copy_tree(tree, system.after)
        print(f"{system.name}: {len(made)} files")
        return []


def _migrated(tree: Path, system: System, trusted: Path | None, *, prove: bool) -> list[str]:
    settings = load_settings(tree)
    request = ExtractionRequest((), prove=prove, trusted=trusted, agreed=read_map(system.agreed))
    extraction = extract(settings, request, lambda text: print(f"  {text}", file=sys.stderr))
    unproven = [f"{item.name}: no fresh certificate" for item in extraction.components if item.verdict == "NOT_RUN"]
    if extraction.refused or unproven:
        return [f"{item.name}: {item.refusal.reason} {item.refusal.details}" for item in extraction.refused] + unproven
    apply(tree, extraction.changeset, "extract-component")
    apply(tree, migrate(settings).changes, "migrate-imports")
    apply(tree, ChangeSet("index", index_changes(settings)), "component-index")
    return []


def _differences(system: System, made: Mapping[str, bytes], committed: Mapping[str, bytes]) -> list[str]:
    words = {(False, True): "would go", (True, False): "is missing", (True, True): "differs"}
    return [
        f"{system.name}/after/{path} {words[path in made, path in committed]}"
        for path in sorted({*made, *committed})
        if made.get(path) != committed.get(path)
    ]


def _toplevel(*, check: bool) -> list[str]:
    changes = [change for change in toplevel_changes(HERE.parent) if change.changes]
    if check:
        return [f"{change.path} differs" for change in changes]
    apply(HERE.parent, ChangeSet("index", tuple(changes)), "regenerate")
    return []


if __name__ == "__main__":
    raise SystemExit(main())
