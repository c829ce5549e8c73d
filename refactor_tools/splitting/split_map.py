"""The map of a division: new file -> top-level names, as YAML that people edit."""

import re
from collections.abc import Mapping, Sequence

import yaml

from refactor_tools.errors import UnreadableRecord

_HEAD = """\
# What goes into which new file. Proposed by `split-module`; edit it and give it back with `split-module {path} --map`.
# Helpers that only one file uses need no line; names that are left out and that no file uses stay where they are.
"""
_STEM = re.compile(r"[^\W\d]\w*")


def dump_split_map(path: str, files: Mapping[str, Sequence[str]]) -> str:
    """The map as YAML; `files` are names by file name."""
    body = yaml.safe_dump({name: list(names) for name, names in files.items()}, sort_keys=False, allow_unicode=True)
    return _HEAD.format(path=path) + body


def load_split_map(text: str, path: str) -> dict[str, tuple[str, ...]]:
    """Names by the stem of their new file; `path` is named in messages.

    Raises:
        UnreadableRecord: it is not YAML, a key is no file name, or a name stands twice.
    """
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise UnreadableRecord(f"is not a map: {getattr(error, 'problem', None) or error}{line}", path) from error
    if not isinstance(document, dict) or not document:
        raise UnreadableRecord("must map new files to lists of names: `losses.py: [FocalLoss, dice]`", path)
    found: dict[str, tuple[str, ...]] = {}
    home: dict[str, str] = {}
    for key, names in document.items():
        stem = str(key).removesuffix(".py")
        if not _STEM.fullmatch(stem) or stem == "__init__":
            raise UnreadableRecord(f"{key!r} is no file name such as losses.py", path)
        if stem in found:
            raise UnreadableRecord(f"{stem}.py stands twice", path)
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise UnreadableRecord(f"{key} must have a list of names, not {names!r:.60}", path)
        for name in names:
            if name in home:
                raise UnreadableRecord(f"{name} stands twice, under {home[name]}.py and under {stem}.py", path)
            home[name] = stem
        found[stem] = tuple(names)
    return found
