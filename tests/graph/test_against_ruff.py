"""The import graph holds every edge of ruff's, which finds imports by other means than ours.

Edges that ruff gives are left out by rule, each for a reason:

- from a file to itself: it says nothing about the tree;
- from a stub (`.pyi`): it never runs. An edge to a stub is one to the module that it describes, in our graph the
  source file beside it, or the compiled module that it (or its package) belongs to;
- from a file that this Python cannot parse: it is listed as a problem;
- to a package beside the analysed one that only a string names: what the tree imports is external, what it mentions
  outside itself is nothing.

An import of such a package is an edge to an external module in our graph, so its name alone is compared; that of a
package of stubs ("yaml-stubs", PEP 561) is the name of what it describes.
"""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from refactor_tools.graph.imports import import_graph
from refactor_tools.scan.tree import scan_tree
from refactor_tools.settings import Settings

FIXTURES = sorted((Path(__file__).parents[2] / "legacy_fixtures").glob("*/before"))
TRANSFORMERS = "transformers==4.44.2"

Edge = tuple[str, str]


def ruffs_edges(root: Path, path: Path, *options: str) -> set[Edge]:
    ruff = Path(sysconfig.get_path("scripts")) / "ruff"
    command = [ruff, "analyze", "graph", "--isolated", *options, path]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    found = json.loads(answer.stdout)
    return {
        (Path(source).as_posix(), Path(target).as_posix()) for source, targets in found.items() for target in targets
    }


def missing(root: Path, path: Path) -> tuple[set[Edge], set[Edge]]:
    """Ruff's edges that must be ours, and those of them that are not."""
    scan = scan_tree(root, [path], Settings(root=root), cache=False)
    graph = import_graph(scan)
    files = {facts.path for facts in scan.files}
    unread = {problem.path for problem in scan.problems if problem.message.startswith("does not parse")}
    imported, named = ruffs_edges(root, path), ruffs_edges(root, path, "--detect-string-imports")
    inside = {edge for edge in named if edge[0].partition("/")[0] == edge[1].partition("/")[0] or edge[1] in files}
    claimed = {(source, as_module(target, files)) for source, target in imported | inside}
    due = {edge for edge in claimed if edge[0] != edge[1] and not edge[0].endswith(".pyi") and edge[0] not in unread}
    ours = {(edge.source, edge.target) for edge in graph.edges}
    return due, {edge for edge in due if not is_ours(edge, ours, files)}


def as_module(target: str, files: set[str]) -> str:
    """The source file that a stub describes, if it has one."""
    source = f"{target.removesuffix('.pyi')}.py"
    return source if target.endswith(".pyi") and source in files else target


def is_ours(edge: Edge, ours: set[Edge], files: set[str]) -> bool:
    source, target = edge
    if target in files:
        return edge in ours
    parts = target.removesuffix(".pyi").removesuffix(".py").removesuffix("/__init__").split("/")
    parts[0] = parts[0].removesuffix("-stubs")
    beside = parts[0] != source.partition("/")[0]
    shortest = 1 if beside else 2
    names = (".".join(parts[:size]) for size in range(shortest, len(parts) + 1))
    return any((source, name) in ours for name in names)


@pytest.mark.parametrize("before", FIXTURES, ids=lambda path: path.parent.name)
def test_every_edge_of_a_fixture(before: Path) -> None:
    due, left = missing(before, before)
    assert due
    assert left == set()


@pytest.mark.slow
def test_every_edge_of_torch() -> None:
    site_packages = Path(sysconfig.get_path("purelib"))
    due, left = missing(site_packages, site_packages / "torch")
    assert len(due) > 10_000
    assert left == set()


@pytest.mark.slow
def test_every_edge_of_transformers(transformers: Path) -> None:
    due, left = missing(transformers, transformers / "transformers")
    assert len(due) > 7_000
    assert left == set()


@pytest.fixture(scope="session")
def transformers() -> Path:
    """A folder with the source of transformers, fetched once into a cache outside the repository.

    REFACTOR_TOOLS_CACHE names the cache; the default is the user's.
    """
    kept = Path(os.environ.get("REFACTOR_TOOLS_CACHE", Path.home() / ".cache" / "refactor-tools"))
    folder = kept / TRANSFORMERS.replace("==", "-")
    if not (folder / "transformers" / "__init__.py").is_file():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(kept), TRANSFORMERS]
        answer = subprocess.run(command, capture_output=True, text=True)
        wheels = sorted(kept.glob("transformers-4.44.2-*.whl"))
        if not wheels:
            reason = answer.stderr.strip().rpartition("\n")[2]
            pytest.skip(f"{TRANSFORMERS} is not in REFACTOR_TOOLS_CACHE and could not be fetched: {reason}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            wheel.extractall(folder)
    return folder
