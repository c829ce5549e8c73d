"""The files of a library that a component's computation depends on."""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

from refactor_tools.certificates.digests import combined_digest, computation_digest, source_digest
from refactor_tools.certificates.reduction import only_what
from refactor_tools.model.certificates import Closure

Wanted = tuple[str, str | None]


def library_root(root: Path, library: str, module: str) -> Path | None:
    """The folder from which `module` is imported: the library's folder or one above it, down to `root`; None where the
    module's file is nowhere there."""
    folder = root / library
    relative = module.replace(".", "/")
    for candidate in (folder, *folder.parents):
        if _file_of(candidate, relative):
            return candidate
        if candidate == root:
            break
    return None


def read_closure(source_root: Path, module: str, name: str) -> Closure:
    """The digests of the definition `name` in `module` and of what it imports from the files of its top package.

    A name that a package's `__init__` merely hands on leads to the file that it comes from; the `__init__` itself
    counts only where it defines the name. Of a file that is imported from by name only what those names need counts. So
    a new neighbour does not change a component's digest, in the same package or in the same file.

    Raises:
        FileNotFoundError: `module` has no file under `source_root`.
    """
    files = _closure(source_root, module, name)
    if not files:
        raise FileNotFoundError(f"{module} has no file under {source_root}")
    texts = [_reduced(path, names) for path, names in files.items()]
    package = module.partition(".")[0]
    return Closure(
        combined_digest(list(map(source_digest, texts))),
        combined_digest([computation_digest(text, package) for text in texts]),
    )


def closure_files(source_root: Path, module: str) -> list[Path]:
    """The files of its top package that `module` needs, in the order of import, its own first."""
    return list(_closure(source_root, module, None))


def _closure(source_root: Path, module: str, name: str | None) -> dict[Path, set[str | None]]:
    """The files, with what is wanted of each: names, or None for all of it."""
    found: dict[Path, set[str | None]] = {}
    seen: set[Wanted] = set()
    queue: list[Wanted] = [(module, name)]
    package = module.partition(".")[0]
    while queue:
        wanted = queue.pop(0)
        if wanted in seen or wanted[0].partition(".")[0] != package:
            continue
        seen.add(wanted)
        path = _file_of(source_root, wanted[0].replace(".", "/"))
        if path is None:
            continue
        imports = list(_imports(_reduced(path, {wanted[1]}), wanted[0], path))
        handed_on = [(name, origin) for name, origin, bound in imports if wanted[1] is not None and bound == wanted[1]]
        if path.name == "__init__.py" and handed_on:
            queue.extend(handed_on)
        else:
            found.setdefault(path, set()).add(wanted[1])
            queue.extend((name, origin) for name, origin, _ in imports)
    return found


def _reduced(path: Path, names: Collection[str | None]) -> str:
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    return text if None in names else only_what(text, *(name for name in names if name is not None))


def _file_of(source_root: Path, relative: str) -> Path | None:
    for path in (source_root / f"{relative}.py", source_root / relative / "__init__.py"):
        if path.is_file():
            return path
    return None


def _imports(text: str, module: str, path: Path) -> Iterator[tuple[str, str | None, str]]:
    """(module, name in it or None, bound name) of every import; a name that may be a submodule is given as both."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None, alias.asname or alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, path.name == "__init__.py")
            for alias in node.names:
                yield f"{base}.{alias.name}", None, alias.asname or alias.name
                yield base, alias.name, alias.asname or alias.name


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    kept = parts[: len(parts) - node.level + is_package]
    return ".".join([*kept, *([node.module] if node.module else [])])
