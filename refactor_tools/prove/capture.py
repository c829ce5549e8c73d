"""Runs a person's own command with a hook that notes down how some classes and functions are called.

The command runs in the person's environment, as they would run it: it is theirs, and no child of the gate.
"""

import json
import os
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from refactor_tools.prove import capture_hook

_TAIL = 12
# Python imports `sitecustomize` when it starts; the one that stood in front of ours is run after it.
_SITE = """\
import importlib.util, os, sys
_here = os.path.dirname(os.path.abspath(__file__))
_spec = importlib.util.spec_from_file_location("_refactor_tools_capture", {hook!r})
_hook = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_hook)
sys.path[:] = [_entry for _entry in sys.path if os.path.abspath(_entry or ".") != _here]
_own = sys.modules.pop("sitecustomize", None)
try:
    import sitecustomize
except ImportError:
    sys.modules["sitecustomize"] = _own
_hook.start({folder!r})
"""


@dataclass(frozen=True, slots=True)
class Target:
    """What to watch: the class or function `name` in `file` (absolute, links resolved), known by `key`."""

    key: str
    file: str
    name: str
    kind: Literal["class", "function"]


@dataclass(frozen=True, slots=True)
class Captured:
    """What came of a run: distinct calls by target as the hook describes them, the exit code, and the last lines."""

    records: Mapping[str, tuple[Mapping[str, Any], ...]]
    exit_code: int
    tail: tuple[str, ...]


def run_captured(
    command: str,
    targets: Sequence[Target],
    folder: Path,
    paths: Sequence[str] = (),
    say: Callable[[str], None] | None = None,
) -> Captured:
    """Run `command` by the shell in `folder`, with `paths` importable, and collect the calls of `targets`.

    `say` hears every line that the command prints.
    """
    with TemporaryDirectory(prefix="refactor-tools-capture-") as held:
        records = Path(held, "records")
        site = Path(held, "site")
        records.mkdir()
        site.mkdir()
        (records / "targets.json").write_text(json.dumps([asdict(target) for target in targets]), encoding="utf-8")
        text = _SITE.format(hook=str(Path(capture_hook.__file__).resolve()), folder=str(records))
        (site / "sitecustomize.py").write_text(text, encoding="utf-8")
        code, tail = _run(command, folder, _environment([str(site), *paths]), say)
        return Captured(_read(records), code, tail)


def _environment(paths: Sequence[str]) -> dict[str, str]:
    before = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([*paths, *([before] if before else [])])}


def _run(
    command: str, folder: Path, environment: Mapping[str, str], say: Callable[[str], None] | None
) -> tuple[int, tuple[str, ...]]:
    tail: deque[str] = deque(maxlen=_TAIL)
    with subprocess.Popen(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            tail.append(line.rstrip())
            if say is not None:
                say(line.rstrip())
    return process.returncode, tuple(tail)


def _read(folder: Path) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """The records of all processes, each once. A line that a killed process did not finish is left out."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            found.setdefault(record["key"], {})[line] = record
    return {key: tuple(records.values()) for key, records in found.items()}
