"""Files that nothing in the tree needs."""

import re
from collections.abc import Collection, Iterator, Mapping
from posixpath import dirname

from refactor_tools.graph.unused import TEST_FILE
from refactor_tools.model.graphs import ImportGraph

_INIT = "__init__.py"
_GUARD = re.compile(r"""^if[ \t(]+__name__[ \t]*==[ \t]*["']__main__""", re.MULTILINE)


def started(path: str, text: str, runs: bool) -> str:
    """Why a file may be run or loaded by somebody who is not in the tree, "" where nothing says so.

    `runs`: it does something when it is loaded, besides binding names.
    """
    if TEST_FILE.search(path):
        return "a test, or a file that a runner loads by its name"
    if _GUARD.search(text):
        return "a script (it has a `__main__` part)"
    return "a script (it does something when it is loaded)" if runs else ""


def needless(candidates: Collection[str], files: Collection[str], graph: ImportGraph) -> Mapping[str, str]:
    """For each candidate "" or why it is needed: by a file that stays, or as the package of one.

    Candidates that only need each other are not needed.
    """
    staying: dict[str, str] = {path: "" for path in files if path not in candidates}
    users: dict[str, set[str]] = {}
    for edge in graph.edges:
        if not edge.external and edge.source != edge.target:
            users.setdefault(edge.target, set()).add(edge.source)
    readers = {edge.source for edge in graph.edges} - set(files)
    pending = True
    while pending:
        pending = False
        for path in sorted(set(candidates) - staying.keys()):
            reason = _needed(path, users.get(path, set()), {*staying, *readers})
            if reason:
                staying[path] = reason
                pending = True
    return {path: staying.get(path, "") for path in candidates}


def _needed(path: str, users: Collection[str], staying: Collection[str]) -> str:
    used_by = sorted(set(users) & set(staying))
    if used_by:
        more = f" and {len(used_by) - 1} more" if len(used_by) > 1 else ""
        return f"used by {used_by[0]}{more}"
    inside = next(_inside(path, staying), None)
    return f"the package of {inside}" if inside else ""


def _inside(path: str, staying: Collection[str]) -> Iterator[str]:
    folder = dirname(path)
    if path.rpartition("/")[2] == _INIT and folder:
        yield from (other for other in sorted(staying) if other.startswith(f"{folder}/"))
