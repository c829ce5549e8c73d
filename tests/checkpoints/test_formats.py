"""Checkpoints are read from their bytes alone: every format, nothing unpickled, damage said."""

import io
import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from refactor_tools.checkpoints.formats import read_contents
from refactor_tools.errors import RefactorError
from refactor_tools.model.checkpoints import CheckpointContents, PickledName


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(5, 3)
        self.out = nn.Linear(3, 5, bias=False)
        self.out.weight = self.embed.weight
        self.register_buffer("steps", torch.zeros(2))
        self.register_buffer("scratch", torch.zeros(2), persistent=False)


class Marker:
    """Leaves a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


def scan(path: Path) -> CheckpointContents:
    return read_contents(path, path.name)


def saved(path: Path, value: object, **options: object) -> CheckpointContents:
    torch.save(value, path, **options)  # type: ignore[arg-type]  # the options of torch.save
    return scan(path)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_state_dict_shows_keys_shapes_and_types(tmp_path: Path, zipped: bool) -> None:
    state = Tied().state_dict()
    found = saved(tmp_path / "a.pt", state, _use_new_zipfile_serialization=zipped)
    assert found.format == ("torch" if zipped else "torch-legacy")
    (only,) = found.states
    assert [item.key for item in only.tensors] == list(state)
    assert {item.key: item.shape for item in only.tensors} == {key: tuple(value.shape) for key, value in state.items()}
    assert {item.dtype for item in only.tensors} == {"float"}
    assert only.owner is None
    assert found.locations == ("cpu",)


def test_containers_are_looked_into(tmp_path: Path) -> None:
    model = Tied()
    optimizer = torch.optim.Adam(model.parameters())
    model.embed.weight.sum().backward()
    optimizer.step()
    document = {
        "epoch": 3,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "ema": [model.state_dict()],
    }
    found = saved(tmp_path / "a.pt", document)
    assert [state.place for state in found.states if "optimizer" not in state.place] == ["model", "ema.0"]


def test_a_model_saved_whole_shows_its_class_and_the_keys_it_would_have(tmp_path: Path) -> None:
    model = nn.Sequential(Tied(), nn.Linear(3, 3))
    found = saved(tmp_path / "a.pt", model)
    assert PickledName(__name__, "Tied") in found.names
    (only,) = found.states
    assert only.owner == PickledName("torch.nn.modules.container", "Sequential")
    assert sorted(item.key for item in only.tensors) == sorted(model.state_dict())


def test_tensors_that_are_shared_count_once(tmp_path: Path) -> None:
    assert saved(tmp_path / "a.pt", Tied().state_dict(keep_vars=True)).tensors == 2


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_payload_runs(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "mark"
    document = {"x": Marker(mark), "set": {1, 2}, "frozen": frozenset((3,)), "nested": [(1, 2, 3, 4), b"x", 2**70]}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(document, protocol=protocol))
    torch.save(document, tmp_path / "a.pt", pickle_protocol=max(protocol, 2))
    for name in ("a.pkl", "a.pt"):
        assert PickledName(os.mkdir.__module__, "mkdir") in scan(tmp_path / name).names
    assert not mark.exists()
    pickle.loads((tmp_path / "a.pkl").read_bytes())
    assert mark.exists(), "the payload would have run"


def test_safetensors_headers_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(safetensors({"a.weight": (2, 3), "a.bias": (2,)}))
    found = scan(tmp_path / "a.safetensors")
    assert found.format == "safetensors"
    assert found.tensors == 2
    assert [(item.key, item.shape, item.dtype) for item in found.states[0].tensors] == [
        ("a.weight", (2, 3), "f32"),
        ("a.bias", (2,), "f32"),
    ]


def safetensors(shapes: dict[str, tuple[int, ...]]) -> bytes:
    """A file as the format's description says, with zeros for tensors."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, shape in shapes.items():
        size = 4
        for length in shape:
            size *= length
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(at)


def zip_without_pickle() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("a/readme.txt", "")
    return raw.getvalue()


def torch_file() -> bytes:
    raw = io.BytesIO()
    torch.save({"w": torch.zeros(3)}, raw)
    return raw.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a checkpoint",
        pickle.dumps({"a": list(range(50))})[:40],
        pickle.dumps((1,))[:-2] + b"R.",
        safetensors({"w": (4,)})[:-1],
        struct.pack("<Q", 3) + b"{a}",
        zip_without_pickle(),
        torch_file()[:200],
    ],
)
def test_damage_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pt").write_bytes(content)
    with pytest.raises(RefactorError, match=r"a\.pt: is damaged or no checkpoint"):
        scan(tmp_path / "a.pt")


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()])
def test_what_cannot_be_opened_is_said(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "a.pt")
    with pytest.raises(RefactorError, match=r"a\.pt: cannot be read"):
        scan(tmp_path / "a.pt")
