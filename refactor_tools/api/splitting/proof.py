"""The module as it is imported before a division and after it, each time in a fresh child."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from refactor_tools.model.splits import SplitVerdict, SurfaceTask
from refactor_tools.prove.children import Answer, Limits, call
from refactor_tools.scan.modules import SOURCE_FOLDER
from refactor_tools.splitting.checks import surface_differences
from refactor_tools.splitting.place import Place

_DESCRIBE = "refactor_tools.prove.surface:describe_module"
_IMPORT = "refactor_tools.prove.surface:import_module"
_LIMITS = Limits(seconds=300)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which the module may be imported: its name, and the folders on the import path."""

    module: str
    sys_path: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    build: tuple[str, ...]

    def ask(self, target: str, module: str) -> Answer:
        return call(target, SurfaceTask(module, self.build), _LIMITS, sys_path=self.sys_path)


def proven(
    root: Path,
    place: Place,
    stems: Sequence[str],
    write: Callable[[], None],
    gone: frozenset[str],
    build: tuple[str, ...] = (),
) -> tuple[SplitVerdict, str, list[str]]:
    """The verdict, why it is no better, and the differences.

    Args:
        root: the copy that `write` divides the file in
        place: where the parts go
        stems: the new files
        write: called once, between the two looks
        gone: imports that the file need not hand out any more
        build: classes whose state is compared, too
    """
    ways = list(_ways(root, place, stems, build))
    before = [(way, way.ask(_DESCRIBE, way.module)) for way in ways]
    write()
    usable = [(way, cast(dict[str, str], answer.value)) for way, answer in before if answer.failure is None]
    if not usable:
        return "NOT_RUN", f"the file as it is cannot be imported: {before[0][1].failure}", []
    differences = [text for way, surface in usable for text in _differences(way, surface, gone)]
    return ("DIFFERENT" if differences else "SAME"), "", list(dict.fromkeys(differences))


def _ways(root: Path, place: Place, stems: Sequence[str], build: tuple[str, ...]) -> Iterator[_Way]:
    """As a module of its package or script folder, and by its path from the root."""
    base = root / place.source_root
    more = [str(root), *([str(root / SOURCE_FOLDER)] if (root / SOURCE_FOLDER).is_dir() else [])]
    parts = tuple((stem, place.part_module(stem)) for stem in stems)
    yield _Way(place.module, tuple(dict.fromkeys([str(base), *more])), parts, build)
    path = place.source.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    if place.source_root and SOURCE_FOLDER not in place.source_root.split("/"):
        prefix = place.source_root.replace("/", ".")
        yield _Way(path, (str(root),), tuple((stem, f"{prefix}.{module}") for stem, module in parts), build)


def _differences(way: _Way, before: dict[str, str], gone: frozenset[str]) -> Iterator[str]:
    answer = way.ask(_DESCRIBE, way.module)
    if answer.failure is not None:
        yield f"import {way.module} would fail: {answer.failure}"
        return
    after = dict(cast(dict[str, str], answer.value))
    starred, now = set(before["*"].split()), set(after.pop("*").split())
    unloadable = set(after.pop("pickles").split()) - set(before["pickles"].split())
    if unloadable:
        yield f"a pickle would no longer find {', '.join(sorted(unloadable))}"
    before = {name: text for name, text in before.items() if name not in ("*", "pickles")}
    lost = starred - now - gone
    if lost:
        yield f"a star import would no longer bring {', '.join(sorted(lost))}"
    added = now - starred
    if added:
        yield f"a star import would also bring {', '.join(sorted(added))}"
    renamed = {module: way.module for _, module in way.parts}
    yield from surface_differences(before, after, renamed, gone)
    for stem, module in way.parts:
        first = way.ask(_IMPORT, module)
        if first.failure is not None:
            yield f"{stem}.py cannot be imported first: {first.failure}"
