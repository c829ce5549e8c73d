"""Rewrites the keys of a safetensors file: the header changes, the tensors' bytes are copied as they are."""

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

from refactor_tools.checkpoints.formats import read_header

_METADATA = "__metadata__"
_ALIGNMENT = 8


def rename_header(source: Path, place: Path, mapper: Callable[[str], str]) -> None:
    """Copy `source` to `place` with every key renamed; order, offsets and the file's own metadata stay."""
    with source.open("rb") as file, place.open("wb") as new:
        header = read_header(file)
        entries = {key if key == _METADATA else mapper(key): entry for key, entry in header.entries.items()}
        text = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
        text += b" " * (-len(text) % _ALIGNMENT)
        new.write(struct.pack("<Q", len(text)) + text)
        file.seek(header.data)
        shutil.copyfileobj(file, new)
