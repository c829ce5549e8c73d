"""The code cells of a notebook as one Python source, line by line where they stand in the file."""

import ast
import json
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from refactor_tools.model.facts import Problem

# Cell magics whose body is Python; the body of any other is another language's.
_PYTHON_CELLS = frozenset(("time", "timeit", "capture", "prun", "debug", "memit", "mprun", "pypy", "python", "python3"))
_MAGIC = re.compile(r"(\s*)(?:[%!?].*|[\w.]+\?{1,2}\s*$)")
_ASSIGNED_MAGIC = re.compile(r"(\s*[\w, ]+=\s*)[%!].*")
_RUN = re.compile(r"(\s*)%run\s+(?:-\w+\s+)*[\"']?([^\s\"']+\.py)")


def notebook_source(path: str, text: str) -> tuple[str, list[Problem]]:
    """Python source of the code cells of the notebook `text`, and what could not be read of it.

    Each line of code stands on the line that it has in the file, so that places can be pointed at; in a notebook that
    keeps a cell on one line, later lines of the cell follow below. Magics and shell lines are left out, except that
    `%run script.py` becomes a call of `runpy`. Nothing is executed.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return "", [Problem(path, getattr(error, "lineno", 0), f"is not a notebook: {getattr(error, 'msg', error)}")]
    written_in = language(document)
    if written_in != "python":
        return "", [Problem(path, 0, f"is a notebook in {written_in}; its cells are not read")]
    lines: list[str] = []
    problems: list[Problem] = []
    for cell in _placed(text, _code_cells(document)):
        first = cell[0][0] if cell else 0
        code = python_lines([line for _, line in cell])
        if code is None:
            problems.append(Problem(path, first, "a cell does not parse; it is left out"))
            continue
        for (place, _), line in zip(cell, code, strict=True):
            lines.extend([""] * (place - 1 - len(lines)))
            lines.append(line)
    return "\n".join(lines) + "\n", problems


def language(document: Any) -> str:
    """The kernel's language in lower case; Python where nothing says otherwise."""
    metadata = document.get("metadata") if isinstance(document, dict) else None
    for key, name in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
        found = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(found, dict) and isinstance(found.get(name), str):
            language: str = found[name].lower()
            return "python" if "python" in language else language
    return "python"


def _code_cells(document: Any) -> Iterator[list[str]]:
    """The source of every code cell as the strings that the file holds; nbformat 3 keeps cells in worksheets."""
    if not isinstance(document, dict):
        return
    sheets = document.get("worksheets")
    owners = sheets if isinstance(sheets, list) else [document]
    for owner in owners:
        cells = owner.get("cells") if isinstance(owner, dict) else None
        for cell in cells if isinstance(cells, list) else ():
            if isinstance(cell, dict) and cell.get("cell_type") == "code":
                source = cell.get("source", cell.get("input", ""))
                pieces = source if isinstance(source, list) else [source]
                yield [piece for piece in pieces if isinstance(piece, str)]


def _placed(text: str, cells: Iterator[list[str]]) -> Iterator[list[tuple[int, str]]]:
    """Each cell's lines with the line of the file that their string stands on, never before the line above."""
    offset = counted = 0
    line = 1
    for pieces in cells:
        cell: list[tuple[int, str]] = []
        for piece in pieces:
            found = max(text.find(json.dumps(piece, ensure_ascii=escaped), offset) for escaped in (False, True))
            if found >= 0:
                line += text.count("\n", counted, found)
                offset, counted = found + 1, found
            for part in piece.splitlines():
                place = max(line, cell[-1][0] + 1 if cell else 0)
                cell.append((place, part))
        yield cell


def python_lines(cell: Sequence[str]) -> list[str] | None:
    """The cell without what is not Python, line for line; None where what is left does not parse."""
    if _parses(cell):
        return list(cell)
    head = next((line for line in cell if line.strip()), "")
    if head.startswith("%%"):
        magic = head[2:].split(maxsplit=1)
        if not magic or magic[0] not in _PYTHON_CELLS:
            return [""] * len(cell)
    code = _without_magics(cell)
    return code if _parses(code) else None


def _without_magics(cell: Sequence[str]) -> list[str]:
    code: list[str] = []
    continued = False
    for line in cell:
        run = _RUN.match(line)
        if continued:
            kept, continued = "", line.endswith("\\")
        elif run:
            kept = f"{run[1]}runpy.run_path({run[2]!r})"
        elif found := _MAGIC.match(line):
            kept, continued = f"{found[1]}pass", line.endswith("\\")
        else:
            kept = _ASSIGNED_MAGIC.sub(r"\1None", line)
        code.append(kept)
    return code


def _parses(lines: Sequence[str]) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
