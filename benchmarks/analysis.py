"""What `analyze-deps` reports of a tree, read from its JSON: the command is run as anyone would run it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]


class AnalysisFailed(Exception):
    """`analyze-deps` ended with an error; the message is what it printed."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A class or top-level function; `is_torch_module` says that it derives from torch's `nn.Module`."""

    id: str
    kind: str
    path: str
    line: int
    end_line: int
    is_torch_module: bool


@dataclass(frozen=True, slots=True)
class Hole:
    """One of a family's differences: its kind and each member's text, by the member's id."""

    kind: str
    where: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    """Copies by id; `differences` is None where the family was not compared."""

    name: str
    kind: str
    likeness: str
    similarity: float
    members: tuple[str, ...]
    differences: tuple[Hole, ...] | None
    refusal: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report whose paths are relative to the analysed folder; families are in the order reported, best first."""

    files: int
    lines: int
    definitions: tuple[Definition, ...]
    families: tuple[Family, ...]


def analyze(folder: Path, output: Path, *options: str) -> Report:
    """Run `analyze-deps` on `folder` without a cache; its JSON goes to `output`.

    Raises:
        AnalysisFailed: it ended with an error.
    """
    run = command(folder, output, "--no-cache", *options)
    done = subprocess.run(run, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise AnalysisFailed(done.stderr.strip() or f"exit code {done.returncode}")
    return load(output, folder)


def command(folder: Path, output: Path, *options: str) -> list[str]:
    """The command line; the root is the folder that holds `folder`, so that a package imports by its name."""
    run = [sys.executable, "-m", "refactor_tools", "analyze-deps", str(folder), "--root", str(folder.parent)]
    return [*run, "--quiet", "--output-format", "json", "-o", str(output), *options]


def environment() -> dict[str, str]:
    """The environment in which `python -m refactor_tools` is this checkout's."""
    known = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(CHECKOUT), *([known] if known else [])])}


def load(file: Path, folder: Path) -> Report:
    """The report in `file`, with `folder`'s name taken off its paths.

    Raises:
        AnalysisFailed: the file cannot be read or holds no report.
    """
    try:
        return parsed(json.loads(file.read_bytes()), f"{folder.name}/")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AnalysisFailed(f"{file} holds no report of `analyze-deps --output-format json`: {error}") from error


def parsed(document: dict[str, Any], prefix: str = "") -> Report:
    return Report(
        files=document["files"],
        lines=document["lines"],
        definitions=tuple(_definition(one, prefix) for one in document["definitions"]),
        families=tuple(_family(one, prefix) for one in document["families"]),
    )


def plain(identity: str) -> str:
    """An id without the line that tells definitions of one name in one file apart."""
    return re.sub(r"@\d+", "", identity)


def _definition(one: dict[str, Any], prefix: str) -> Definition:
    return Definition(
        id=one["id"].removeprefix(prefix),
        kind=one["kind"],
        path=one["path"].removeprefix(prefix),
        line=one["line"],
        end_line=one["end_line"],
        is_torch_module=one["framework"] == "torch" and one["tier"] is not None,
    )


def _family(one: dict[str, Any], prefix: str) -> Family:
    holes = one["differences"]
    return Family(
        name=one["name"],
        kind=one["kind"],
        likeness=one["likeness"],
        similarity=one["similarity"],
        members=tuple(member.removeprefix(prefix) for member in one["members"]),
        differences=None if holes is None else tuple(_hole(hole, prefix) for hole in holes),
        refusal=(one["proposal"] or {}).get("refusal", ""),
    )


def _hole(one: dict[str, Any], prefix: str) -> Hole:
    texts = {value["member"].removeprefix(prefix): value["text"] for value in one["values"]}
    return Hole(one["kind"], one["where"], texts)
