"""Which kind of file a checkpoint is, and what its bytes tell. Nothing is unpickled and torch is not needed."""

import io
import json
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from refactor_tools.checkpoints.contents import locations, states, tensors
from refactor_tools.checkpoints.pickles import DamagedPickle, PickleRead, read_pickle
from refactor_tools.errors import RefactorError
from refactor_tools.model.checkpoints import CheckpointContents, Format, StoredState, StoredTensor

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_MOST_HEADER_BYTES = 100_000_000
_MOST_PICKLE_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class SafetensorsHeader:
    """`entries` in the file's order, with `__metadata__` where there is one; the tensors begin at `data`."""

    entries: dict[str, Any]
    data: int


def read_contents(path: Path, shown: str) -> CheckpointContents:
    """What the file `path` holds; messages call it `shown`.

    Raises:
        RefactorError: it cannot be read, is damaged, or is no checkpoint.
    """
    try:
        with path.open("rb") as file:
            start = file.read(16)
            file.seek(0)
            if start.startswith(b"PK\x03\x04"):
                return _from_zip(file)
            if _looks_like_safetensors(start):
                return _from_safetensors(read_header(file))
            return _from_pickles(file)
    except OSError as error:
        raise RefactorError(f"cannot be read: {error.strerror or error}", shown) from error
    except (DamagedPickle, zipfile.BadZipFile, ValueError, RecursionError) as error:
        raise RefactorError(f"is damaged or no checkpoint: {error}", shown) from error


def read_header(file: IO[bytes]) -> SafetensorsHeader:
    """The header of a safetensors file.

    Raises:
        ValueError: it is damaged.
    """
    raw = file.read(8)
    if len(raw) < 8:
        raise ValueError("the safetensors header is cut off")
    (length,) = struct.unpack("<Q", raw)
    if length > _MOST_HEADER_BYTES:
        raise ValueError(f"a safetensors header of {length:,} bytes")
    text = file.read(length)
    if len(text) < length:
        raise ValueError("the safetensors header is cut off")
    entries = json.loads(text)
    if not isinstance(entries, dict):
        raise ValueError("the safetensors header is no object")
    end = max((_end(name, entry) for name, entry in entries.items() if name != "__metadata__"), default=0)
    data = 8 + length
    if file.seek(0, io.SEEK_END) < data + end:
        raise ValueError("the tensors of the safetensors file are cut off")
    return SafetensorsHeader(entries, data)


def _end(name: str, entry: Any) -> int:
    match entry:
        case {"dtype": str(), "shape": list(), "data_offsets": [int(), int(end)]}:
            return int(end)
    raise ValueError(f"the safetensors header says nothing usable of {name}")


def _looks_like_safetensors(start: bytes) -> bool:
    return len(start) > 8 and start[8:9] == b"{" and struct.unpack("<Q", start[:8])[0] <= _MOST_HEADER_BYTES


def _from_zip(file: IO[bytes]) -> CheckpointContents:
    with zipfile.ZipFile(file) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename.endswith("/data.pkl")]
        if len(entries) != 1:
            raise ValueError("it is a zip file without data.pkl, which torch.save writes")
        if entries[0].file_size > _MOST_PICKLE_BYTES:
            raise ValueError(f"its data.pkl has {entries[0].file_size:,} bytes")
        folder = entries[0].filename.removesuffix("data.pkl")
        scripted = f"{folder}constants.pkl" in archive.namelist()
        read = read_pickle(io.BytesIO(archive.read(entries[0])))
    return _contents("torchscript" if scripted else "torch", read)


def _from_pickles(file: IO[bytes]) -> CheckpointContents:
    first = read_pickle(file)
    if first.value != _LEGACY_MAGIC:
        return _contents("pickle", first)
    # What torch.save wrote before it wrote zip files: version, system, the object, the storages' keys, their bytes.
    read_pickle(file)
    read_pickle(file)
    return _contents("torch-legacy", read_pickle(file))


def _contents(kind: Format, read: PickleRead) -> CheckpointContents:
    return CheckpointContents(
        kind,
        tuple(sorted(read.names)),
        tuple(states(read.value)) if kind != "torchscript" else (),
        tensors(read.value),
        locations(read.persistent),
    )


def _from_safetensors(header: SafetensorsHeader) -> CheckpointContents:
    found = tuple(_stored(header))
    return CheckpointContents("safetensors", states=(StoredState("", found),) if found else (), tensors=len(found))


def _stored(header: SafetensorsHeader) -> Iterator[StoredTensor]:
    for name, entry in header.entries.items():
        if name != "__metadata__":
            yield StoredTensor(name, tuple(entry["shape"]), entry["dtype"].lower())
