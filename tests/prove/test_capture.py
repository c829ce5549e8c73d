"""A person's own command is run as it is, and what it calls is noted down."""

import os
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from refactor_tools.prove.capture import Captured, Target, run_captured

PART = """
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence


class Config:
    def __init__(self, width):
        self.width = width
        self.secret = "a" * 500


class Part(nn.Module):
    def __init__(self, config, act=None, *, depth=2):
        super().__init__()
        self.net = nn.Linear(config.width, config.width)
        self.act = act or nn.ReLU()

    def forward(self, x, mask=None, **more):
        if x.shape[0] == 9:
            raise ValueError("nine")
        return self.act(self.net(x))


class Derived(Part):
    def forward(self, x, mask=None):
        return super().forward(x, mask) + 1


def scaled(x, by=2):
    return x * by


def packed(sequence):
    return sequence.data * 2


def main():
    part = Part(Config(8), nn.GELU())
    for batch in (3, 5):
        x = torch.randn(batch, 7, 8)
        part(x, torch.ones(batch, 7, dtype=torch.bool))
    try:
        part(torch.randn(9, 7, 8))
    except ValueError:
        pass
    Derived(Config(4))(torch.randn(2, 4))
    scaled(torch.tensor([3, 1, 40]), by=0.5)
    packed(pack_padded_sequence(torch.randn(3, 5, 8), torch.tensor([5, 2, 1]), batch_first=True))
    print("done")


if __name__ == "__main__":
    main()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "part.py").write_text(dedent(PART), encoding="utf-8")
    (tmp_path / "run.py").write_text("from package.part import main\n\nmain()\n", encoding="utf-8")
    test = "from package.part import main\n\n\ndef test_it():\n    main()\n"
    (package / "test_part.py").write_text(test, encoding="utf-8")
    return tmp_path


def captured(folder: Path, command: str, kept: list[str] | None = None) -> Captured:
    file = str((folder / "package" / "part.py").resolve())
    targets = [
        Target("P", file, "Part", "class"),
        Target("S", file, "scaled", "function"),
        Target("K", file, "packed", "function"),
    ]
    said: list[str] = [] if kept is None else kept
    return run_captured(command.format(python=sys.executable), targets, folder, (), said.append)


def shapes(records: tuple[Any, ...], name: str = "x") -> list[list[int]]:
    return sorted(record["call"][name]["shape"] for record in records)


@pytest.mark.parametrize(
    "command",
    [
        "{python} run.py",
        "{python} package/part.py",
        "{python} -m package.part",
        "{python} -c 'import subprocess, sys; subprocess.check_call([sys.executable, \"run.py\"])'",
        "{python} -m pytest -q -p no:cacheprovider --rootdir . -s package/test_part.py",
        "cd package && {python} -W error part.py",
    ],
)
def test_calls_are_captured_however_the_file_is_run(command: str, folder: Path) -> None:
    lines: list[str] = []
    found = captured(folder, command, lines)
    assert found.exit_code == 0, lines
    assert any("done" in line for line in lines)
    assert shapes(found.records["P"]) == [[2, 4], [3, 7, 8], [5, 7, 8]]
    assert shapes(found.records["S"]) == [[3]]


def test_what_is_noted_are_shapes_and_plain_values(folder: Path) -> None:
    records = captured(folder, "{python} run.py").records
    first = records["P"][0]
    assert first["call"]["x"] == {"is": "tensor", "object": 0, "shape": [3, 7, 8], "dtype": "float32"}
    assert first["call"]["mask"]["dtype"] == "bool"
    assert first["built"]["act"]["name"] == "torch.nn.GELU"
    assert first["built"]["depth"] == {"is": "plain", "value": 2}
    config = first["built"]["config"]
    assert (config["is"], config["name"]) == ("object", "Config")
    assert config["entries"]["width"] == {"is": "plain", "value": 8}
    assert config["entries"]["secret"] == {"is": "unknown", "type": "str"}
    (scaled,) = records["S"]
    assert scaled["call"]["by"] == {"is": "plain", "value": 0.5}
    assert (scaled["call"]["x"]["least"], scaled["call"]["x"]["largest"]) == (1, 40)
    (packed,) = records["K"]
    assert packed["call"]["sequence"] == {"is": "packed", "batch": 3, "length": 5, "width": [8], "dtype": "float32"}


def test_a_call_that_raises_is_not_captured(folder: Path) -> None:
    assert [9, 7, 8] not in shapes(captured(folder, "{python} run.py").records["P"])


def test_a_command_that_fails_keeps_what_it_had_called(folder: Path) -> None:
    text = "from package.part import main\nmain()\nraise SystemExit('too bad')\n"
    (folder / "run.py").write_text(text, encoding="utf-8")
    found = captured(folder, "{python} run.py")
    assert found.exit_code == 1
    assert "too bad" in found.tail[-1]
    assert len(found.records["P"]) == 3


@pytest.mark.parametrize("command", ["true", "{python} -I -c 'print(1)'", "no-such-command-anywhere"])
def test_where_nothing_is_called_nothing_is_captured(command: str, folder: Path) -> None:
    assert captured(folder, command).records == {}


def test_the_tree_and_the_environment_stay_as_they_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sitecustomize.py").write_text("print('their own')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    before = sorted(path.name for path in folder.rglob("*"))
    environment = dict(os.environ)
    found = captured(folder, "{python} run.py")
    assert "their own" in found.tail
    assert len(found.records["P"]) == 3
    assert sorted(path.name for path in folder.rglob("*")) == before
    assert dict(os.environ) == environment


def test_what_the_program_sees_is_unchanged(folder: Path) -> None:
    code = (
        "import inspect, pickle, torch; from package.part import Part, Config; "
        "assert Part.forward.__qualname__ == 'Part.forward'; assert 'nine' in inspect.getsource(Part); "
        "a = torch.initial_seed(); p = Part(Config(8)); pickle.loads(pickle.dumps(p))(torch.ones(2, 8)); print('same')"
    )
    found = captured(folder, f'{{python}} -c "{code}"')
    assert found.tail == ("same",)
    assert found.exit_code == 0
