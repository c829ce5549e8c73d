"""safetensors files: the header is rewritten, tensors are copied byte by byte."""

import json
import struct
from pathlib import Path

from refactor_tools.checkpoints.formats import read_contents
from refactor_tools.checkpoints.headers import rename_header

HEADER = {
    "__metadata__": {"format": "pt"},
    "a.b": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
    "a.c": {"dtype": "U8", "shape": [3], "data_offsets": [8, 11]},
}


def test_keys_change_and_bytes_stay(tmp_path: Path) -> None:
    text = json.dumps(HEADER).encode()
    old, new = tmp_path / "old.safetensors", tmp_path / "new.safetensors"
    old.write_bytes(struct.pack("<Q", len(text)) + text + bytes(range(11)))
    rename_header(old, new, lambda key: key.replace("a.", "longer."))
    raw = new.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    assert length % 8 == 0
    assert raw[8 + length :] == bytes(range(11))
    document = json.loads(raw[8 : 8 + length])
    assert list(document) == ["__metadata__", "longer.b", "longer.c"]
    assert document["longer.c"] == HEADER["a.c"]
    assert [item.key for item in read_contents(new, "new").states[0].tensors] == ["longer.b", "longer.c"]
