"""The files of a library that a component's computation depends on."""

import ast
from collections.abc import Iterator
from pathlib import Path

from refactor_tools.certificates.digests import combined_digest, computation_digest, source_digest
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


def read_closure(source_root: Path, module: str) -> Closure:
    """The digests of `module` and of every file of its top package that it imports, in the order of import.

    A name that a package's `__init__` merely hands on leads to the file that it comes from; the `__init__` itself
    counts only where it defines the name, so that a new neighbour does not change a component's digest.

    Raises:
        FileNotFoundError: `module` has no file under `source_root`.
    """
    files = closure_files(source_root, module)
    if not files:
        raise FileNotFoundError(f"{module} has no file under {source_root}")
    texts = [path.read_text(encoding="utf-8", errors="surrogateescape") for path in files]
    package = module.partition(".")[0]
    return Closure(
        combined_digest(list(map(source_digest, texts))),
        combined_digest([computation_digest(text, package) for text in texts]),
    )


def closure_files(source_root: Path, module: str) -> list[Path]:
    """The files that `read_closure` reads, the module's own first."""
    found: list[Path] = []
    seen: set[Wanted] = set()
    queue: list[Wanted] = [(module, None)]
    package = module.partition(".")[0]
    while queue:
        wanted = queue.pop(0)
        if wanted in seen or wanted[0].partition(".")[0] != package:
            continue
        seen.add(wanted)
        path = _file_of(source_root, wanted[0].replace(".", "/"))
        if path is None:
            continue
        imports = list(_imports(path, wanted[0]))
        handed_on = [(name, origin) for name, origin, bound in imports if wanted[1] is not None and bound == wanted[1]]
        if path.name == "__init__.py" and handed_on:
            queue.extend(handed_on)
        elif path not in found:
            found.append(path)
            queue.extend((name, origin) for name, origin, _ in imports)
    return found


def _file_of(source_root: Path, relative: str) -> Path | None:
    for path in (source_root / f"{relative}.py", source_root / relative / "__init__.py"):
        if path.is_file():
            return path
    return None


def _imports(path: Path, module: str) -> Iterator[tuple[str, str | None, str]]:
    """(module, name in it or None, bound name) of every import; a name that may be a submodule is given as both."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8", errors="surrogateescape"))
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
