"""What the benchmarks of the gate prove: the bundled components, and pairs and modules of their own."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from legacy_fixtures.systems import SYSTEMS
from refactor_tools.api.tasks import proof_task, read_cases, read_keymaps
from refactor_tools.certificates.cases import load_cases
from refactor_tools.layout import test_path
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.proofs import OriginalTask, ProofTask
from refactor_tools.settings import load_settings

HERE = Path(__file__).resolve().parent
REWRITES, MODULES = HERE / "rewrites", HERE / "modules"


@dataclass(frozen=True, slots=True)
class Bundled:
    """A component of a bundled system; `test` is its generated test, relative to the system's root."""

    name: str
    root: Path
    test: str
    task: ProofTask


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts of one computation. `expected` is the verdict at least, and `reason` says why it is no better."""

    name: str
    title: str
    task: ProofTask
    expected: str
    reason: str


def bundled() -> tuple[Bundled, ...]:
    """The components of all bundled systems, by system and name."""
    found = []
    for system in SYSTEMS:
        settings = load_settings(system.after)
        for keymap in read_keymaps(system.after):
            task = proof_task(settings, keymap, read_cases(system.after, keymap.name))
            name = f"{system.name}/{keymap.name}"
            found.append(Bundled(name, system.after, test_path(settings, keymap.name), task))
    return tuple(found)


def pairs(folder: Path = REWRITES) -> tuple[Pair, ...]:
    """The rewrites: every file has an `Original` and a `Rewritten`, its case in CASE, and what must come out.

    `INIT`, `FORWARD` and `STATE` are the adapter's, where the two have different names.
    """
    return tuple(map(_pair, sorted(folder.glob("*.py"))))


def modules(folder: Path = MODULES) -> tuple[ProofTask, ...]:
    """Modules held against themselves: a file has one class, called after the file, and its case in CASE."""
    found = []
    for file in sorted(folder.glob("*.py")):
        source = file.read_text(encoding="utf-8")
        name = "".join(word.title() for word in file.stem.split("_"))
        found.append(_task(file, source, _constants(source), name, name))
    return tuple(found)


def _pair(file: Path) -> Pair:
    source = file.read_text(encoding="utf-8")
    constants = _constants(source)
    function = "def rewritten(" in source
    names = ("original", "rewritten") if function else ("Original", "Rewritten")
    title = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    task = _task(file, source, constants, *names)
    return Pair(file.stem, title, task, str(constants["EXPECTED"]), str(constants.get("BECAUSE", "")))


def _task(file: Path, source: str, constants: Mapping[str, object], original: str, component: str) -> ProofTask:
    identity = f"{file.name}::{original}"
    document = f"schema: 1\noriginals:\n  {identity}:\n{indent(str(constants['CASE']).strip(), '    ')}\n"
    adapter = Adapter(
        init=tuple(Argument(*entry) for entry in _entries(constants, "INIT")),
        forward=tuple(Argument(*entry) for entry in _entries(constants, "FORWARD")),
        state=tuple(_entries(constants, "STATE")),
    )
    case = load_cases(document, file.name)[identity]
    return ProofTask(
        component=f"{file.stem}.{component}",
        module=file.stem,
        name=component,
        kind="function" if component.islower() else "class",
        sys_path=(str(file.parent),),
        originals=(OriginalTask(identity, original, source, adapter, case),),
    )


def _constants(source: str) -> dict[str, object]:
    """What the module's constants hold; the file is not run."""
    assigned = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    return {ast.unparse(node.targets[0]): ast.literal_eval(node.value) for node in assigned}


def _entries(constants: Mapping[str, object], name: str) -> list[tuple[str, str]]:
    value = constants.get(name, {})
    return [(str(key), str(entry)) for key, entry in value.items()] if isinstance(value, dict) else []
