"""Whether consumers survive when a class moves, beside libcst and rope, and what rewriting a file costs.

    python -m benchmarks.import_rewriting [--quick] [--tree FOLDER --module PATH --name NAME] [--require LIMIT]

Survival: each form of `benchmarks/consumer_forms.py` stands in a tree of its own, where the class moves from one module
to another and no shim is left. `migrate-imports --old --new --strings`, libcst's RenameCommand (its command line; it
renames, and the class is moved for it) and rope's move do what they do, and the consumer is run in a fresh interpreter.

    runs        it ends without an error
    lost        names that its module bound before and does not any more, of those that run
    hoisted     imports of the class that stand at the top of the module and stood in a block before
    2nd run     forms that a second run changes (rope cannot repeat a move)

Cost: on the files of a tree (default: torch/nn, as if `nn.Module` moved) that mention the name, CPU time to decide and
rewrite, against libcst's parse_module(text).code; and how many files were parsed.

rope is installed into the cache folder; where that fails its column says so. `--quick` leaves rope and libcst out.

Figures that --require knows: runs, lost, hoisted, changed again, ratio.

Exit code 0; 1 if a limit of --require is missed.
"""

import argparse
import ast
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time

import libcst as cst

from benchmarks.consumer_forms import AFTER, BEFORE, FORMS, NAME, NEW, OLD
from benchmarks.corpus import Unavailable, add_cache_option, executable_of, progress
from benchmarks.limits import add_require_option, missed
from benchmarks.tables import count, table
from refactor_tools.api.consumers import Rewriting
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.imports import import_edits
from refactor_tools.codemods.strings import MovedNames, find_names
from refactor_tools.model.migrations import Move

ROPE = "rope==1.15.2"
ROPE_MOVE = """
import sys
from rope.base.project import Project
from rope.refactor.move import create_move
project = Project(".", ropefolder=None)
resource = project.get_resource("legacy/layers.py")
move = create_move(project, resource, resource.read().index("AttentionPooling"))
project.do(move.get_changes(project.get_resource("lib/pooling.py")))
"""
CHILD = """
import importlib, json, os, sys
sys.path.insert(0, os.getcwd())
print(json.dumps(sorted(vars(importlib.import_module(sys.argv[1])))))
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One consumer after one tool: what it binds (None: it does not run), what was hoisted, whether a second run
    changed it (None: there can be none)."""

    bound: frozenset[str] | None
    hoisted: int
    again: bool | None


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="ours alone")
    parser.add_argument("--tree", type=Path, help="a folder whose files are rewritten (default: torch/nn)")
    parser.add_argument("--module", default="modules/module.py", help="the file in it that held the name")
    parser.add_argument("--name", default="Module", help="the name that moves")
    add_cache_option(parser)
    add_require_option(parser, "runs, lost, hoisted, changed again, ratio")
    options = parser.parse_args(argv)
    tools: dict[str, Callable[[Path, bool], bool]] = {"ours": _ours}
    if not options.quick:
        tools["libcst"] = _libcst
        try:
            python = executable_of(ROPE, options.cache, "python")
            tools["rope"] = lambda folder, second: _rope(python, folder, second)
        except Unavailable as error:
            progress(str(error))
    figures = _survival(tools) | _cost(options.tree or _torch_nn(), options.module, options.name)
    lines = missed(options.require, figures)
    print("\n".join(lines), file=sys.stderr)
    return 1 if lines else 0


def _survival(tools: Mapping[str, Callable[[Path, bool], bool]]) -> dict[str, float]:
    with ThreadPoolExecutor() as pool:
        outcomes = {
            tool: dict(zip(FORMS, pool.map(partial(_outcome, run=run), FORMS), strict=True))
            for tool, run in tools.items()
        }
    before = {form: _before(form) for form in FORMS}
    rows = []
    figures: dict[str, float] = {}
    for tool, found in outcomes.items():
        runs = sum(one.bound is not None for one in found.values())
        lost = sum(len(before[form] - one.bound) for form, one in found.items() if one.bound is not None)
        hoisted = sum(one.hoisted for one in found.values())
        again = sum(bool(one.again) for one in found.values())
        repeats = any(one.again is not None for one in found.values())
        rows.append([tool, f"{runs} of {len(FORMS)}", count(lost), count(hoisted), count(again) if repeats else "-"])
        if tool == "ours":
            figures = {"runs": runs, "lost": lost, "hoisted": hoisted, "changed again": again}
    print(table("consumers", ["run", "lost names", "hoisted", "2nd run"], rows))
    for tool, found in outcomes.items():
        broken = [form for form, one in found.items() if one.bound is None]
        if broken:
            print(f"{tool} breaks: {', '.join(broken)}")
    print()
    return figures


def _before(form: str) -> frozenset[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, {**BEFORE, FORMS[form][0]: FORMS[form][1]})
        found = _bound(folder, FORMS[form][0])
        assert found is not None, form
        return found


def _outcome(form: str, run: Callable[[Path, bool], bool]) -> Outcome:
    path, text = FORMS[form]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, {**BEFORE, path: text})
        progress(f"{form}")
        run(folder, False)
        first = (folder / path).read_bytes()
        bound = _bound(folder, path)
        hoisted = 0 if _at_top(text.encode()) else _at_top(first)
        again = None
        if run(folder, True):
            again = (folder / path).read_bytes() != first
        return Outcome(bound, hoisted, again)


def _ours(folder: Path, second: bool) -> bool:
    if not second:
        _write(folder, AFTER)
    old, new = (f"from {dotted.rpartition('.')[0]} import {NAME}" for dotted in (OLD, NEW))
    options = ["--root", str(folder), "--old", old, "--new", new, "--strings", "--quiet"]
    _call([sys.executable, "-m", "refactor_tools", "migrate-imports", *options], Path.cwd())
    return True


def _libcst(folder: Path, second: bool) -> bool:
    if not second:
        _call([sys.executable, "-m", "libcst.tool", "initialize", "."], folder)
    options = ["--no-format", "-j", "1", "--old_name", OLD, "--new_name", NEW]
    _call(
        [sys.executable, "-m", "libcst.tool", "codemod", *options[:3], "rename.RenameCommand", *options[3:], "."],
        folder,
    )
    _write(folder, AFTER)
    return True


def _rope(python: Path, folder: Path, second: bool) -> bool:
    if not second:
        _call([str(python), "-c", ROPE_MOVE], folder)
    return not second


def _call(command: Sequence[str], folder: Path) -> None:
    """Run a tool; what it says of itself is not asked."""
    subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)


def _bound(folder: Path, path: str) -> frozenset[str] | None:
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    command = [sys.executable, "-c", CHILD, module]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    return frozenset(json.loads(done.stdout)) if done.returncode == 0 else None


def _at_top(data: bytes) -> int:
    """Imports at the top of a module that bring the class, or the module that holds or held it."""
    try:
        body = ast.parse(data).body
    except SyntaxError:
        return 0
    imports = [ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    return sum(any(word in text for word in (NAME, "pooling", "layers")) for text in imports)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())


def _torch_nn() -> Path:
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        raise SystemExit("torch is not installed; give a folder with --tree")
    return Path(spec.origin).parent / "nn"


def _cost(root: Path, module: str, name: str) -> dict[str, float]:
    texts = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.py"))}
    started = process_time()
    tree = SourceTree(texts, texts.get, [Move(module, name, "lib.moved", name)])
    means = MovedNames(tree)
    word = means.word
    rewriting = Rewriting(
        root,
        tree,
        tree.moved_name,
        lambda path: import_edits(path, tree),
        lambda path, text, regions: find_names(path, text, regions, word, means),
    )
    found = [item for path in texts if (item := rewriting.python(path)) is not None]
    ours = process_time() - started
    started = process_time()
    for item in found:
        assert cst.parse_module(texts[item.path]).code == texts[item.path]
    theirs = process_time() - started
    lines = sum(texts[item.path].count("\n") for item in found)
    parsed = len(tree.parsed)
    print(f"{root.name}: {len(texts):,} files, {len(found):,} mention `{name}` ({lines:,} lines),")
    print(f"{sum(item.change is not None for item in found):,} of them change; {parsed:,} were parsed")
    print(f"ours {ours / theirs:.2f} of the CPU time that libcst needs to parse and print those that mention it")
    return {"ratio": ours / theirs}


if __name__ == "__main__":
    raise SystemExit(main())
