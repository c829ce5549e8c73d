"""The files under the root that a run was not asked to read, as far as they import what it reads."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from refactor_tools.model.facts import FileFacts, Scan, Source
from refactor_tools.scan.discover import discover, relative_path
from refactor_tools.scan.facts import file_facts
from refactor_tools.scan.link import link
from refactor_tools.scan.read import read_source
from refactor_tools.settings import Settings

_IMPORTING = re.compile(rb"(?:import|from)[^\n]*")
_WORD = re.compile(rb"\w+")


def with_surroundings(scan: Scan, paths: Sequence[Path], settings: Settings) -> Scan:
    """`scan` with the facts of all files outside `paths` that may import one of its files; no prints are made of them.

    Only files whose import lines hold the name of a module or folder of `scan` are parsed, and those that cannot be
    read are passed over: they are no part of what was asked for.
    """
    root = settings.root
    if not scan.files or any(path.resolve() == root for path in paths):
        return scan
    known = {facts.path for facts in scan.files}
    words = {part.removesuffix(".py").encode() for path in known for part in path.split("/")} - {b"__init__"}
    files = []
    for path in discover(root, [root], settings).files:
        name = relative_path(root, path)
        if name not in known:
            files.extend(_facts(root, name, words))
    if not files:
        return scan
    return link(replace(scan, files=tuple(sorted((*scan.files, *files), key=lambda facts: facts.path))))


def _facts(root: Path, name: str, words: set[bytes]) -> list[FileFacts]:
    try:
        text = (root / name).read_bytes()
    except OSError:
        return []
    if not any(words.intersection(_WORD.findall(line)) for line in _IMPORTING.findall(text)):
        return []
    source = read_source(root, name)
    return [file_facts(source)] if isinstance(source, Source) else []
