"""One division: read, plan, write into a scratch copy, prove."""

import ast
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from refactor_tools.api.extraction.scratch import Scratch, scratch_copy
from refactor_tools.api.splitting.proof import proven
from refactor_tools.changes.text import encode
from refactor_tools.codemods.unused_imports import without_unused
from refactor_tools.errors import RefactorError
from refactor_tools.model.changes import ChangeSet
from refactor_tools.model.facts import Source
from refactor_tools.model.outcomes import Refusal
from refactor_tools.model.splits import PartFile, Split, SplitRequest, SplitVerdict, Staying
from refactor_tools.scan.read import read_source
from refactor_tools.settings import Settings
from refactor_tools.splitting.arrangement import Arrangement, reordered_registrations
from refactor_tools.splitting.checks import faults
from refactor_tools.splitting.mixins import DividedClass, Mixin, class_faults, divide_class
from refactor_tools.splitting.place import INIT, Place, folder_place, package_place
from refactor_tools.splitting.planning import by_map, is_script, proposed
from refactor_tools.splitting.source import ModuleSource, read_module
from refactor_tools.splitting.split_map import dump_split_map
from refactor_tools.splitting.units import Units, read_units
from refactor_tools.splitting.users import Users, find_users, source_tree
from refactor_tools.splitting.writing import facade_text, part_text

Progress = Callable[[str], object]
_TRIES = 8
# A class of this share of the limit is worth dividing where its file is too long.
_LONG = 0.6


def split(settings: Settings, request: SplitRequest, progress: Progress) -> Split:
    """See `refactor_tools.api.split.split_module`."""
    progress("reading the tree")
    source = _read(settings, request.file)
    module = read_module(source.text, request.file)
    users = find_users(source_tree(settings), request.file)
    units = read_units(module, users.read, users.assigned)
    place = _place(settings, request, module, users)
    if request.files:
        result = by_map(units, dict(request.files), request.file)
        if isinstance(result, Refusal):
            return _refused(request, module, units, result)
    else:
        result = _within_limit(settings, units, place, users)
    if len(result.files) < (1 if request.files or _has_long_class(settings, result) else 2):
        return _nothing(request, module, result.units)
    with scratch_copy(settings) as scratch:
        return _carried_out(scratch, request, source, result, place, users, progress)


def _read(settings: Settings, path: str) -> Source:
    source = read_source(settings.root, path)
    if not isinstance(source, Source):
        raise RefactorError(source.message, path)
    return source


def _place(settings: Settings, request: SplitRequest, module: ModuleSource, users: Users) -> Place:
    """A package of the file's name, unless the file is run as a script, asks where it stands, or `into` says else."""

    def has_init(folder: str) -> bool:
        return (settings.root / folder / INIT).is_file()

    path = PurePosixPath(request.file)
    if request.into:
        place = folder_place(request.file, request.into, has_init)
        root = place.source_root
        if root and not f"{request.into}/".startswith(f"{root}/"):
            raise RefactorError(f"cannot be imported from {request.file}; choose a folder below {root}", request.into)
        return place
    runs = is_script(module) or (not users.importers and any(item.kind == "effect" for item in module.statements))
    asks = any(item.unbound & {"__file__", "__path__", "__package__", "__spec__"} for item in module.statements)
    taken = (settings.root / path.with_suffix("")).exists()
    if path.name == INIT or not (runs or asks or taken):
        return package_place(request.file, has_init)
    return folder_place(request.file, str(path.with_name(f"{path.stem}_parts")), has_init)


def _within_limit(settings: Settings, units: Units, place: Place, users: Users) -> Arrangement:
    """The proposal, made again with less room where a file came out longer than the limit."""
    folder = settings.root / place.folder
    taken = {file.stem for file in folder.glob("*.py")} | {item.name for item in folder.glob("*/")}
    limit = settings.max_lines
    for _ in range(_TRIES):
        result = proposed(units, limit, taken, script=is_script(units.source))
        over = [
            part_text(result, place, stem).count("\n") - settings.max_lines
            for stem, group in result.files.items()
            if len(group) > 1
        ]
        excess = max(over, default=0)
        if excess <= 0:
            break
        limit -= excess
    return result


def _carried_out(
    scratch: Scratch,
    request: SplitRequest,
    source: Source,
    result: Arrangement,
    place: Place,
    users: Users,
    progress: Progress,
) -> Split:
    parts = {stem: part_text(result, place, stem) for stem in result.files}
    facade = facade_text(result, place, users.read)
    wrong = faults(result, place, parts, facade)
    if wrong:
        return _refused(request, result.source, result.units, Refusal(wrong[0], tuple((item,) for item in wrong[1:])))
    divided, tied = _divided(scratch.settings, result, place, parts)
    made = {mixin.stem: mixin.text for item in divided for mixin in item.mixins}
    texts = {place.part(stem): text for stem, text in {**parts, **made}.items()}
    clash = next((path for path in texts if (scratch.root / path).exists()), None)
    if clash is not None:
        refusal = Refusal(f"{clash} exists already; choose another name in the map, or another folder with --into")
        return _refused(request, result.source, result.units, refusal)
    before = scratch.root
    write = _Writer(scratch, place)
    verdict: SplitVerdict = "NOT_ASKED"
    reason, differences = "", list[str]()
    if request.prove:
        progress("importing it before and after")
        verdict, reason, differences = proven(
            before,
            place,
            [*result.files, *made],
            lambda: write(source, facade, texts),
            _unread(result, users),
            tuple(item.name for item in divided),
        )
    else:
        write(source, facade, texts)
    changes = scratch.changes()
    different = Refusal("the module would not be the same", tuple((item,) for item in differences))
    return Split(
        source=request.file,
        facade=place.facade,
        facade_lines=len(facade.splitlines()),
        lines=len(source.text.splitlines()),
        parts=(
            *(_part(result, place, stem, parts[stem]) for stem in result.files),
            *(_mixin(place, item.name, mixin) for item in divided for mixin in item.mixins),
        ),
        staying=_staying(result.units),
        notices=(*_notices(scratch.settings, result, place, parts), *tied),
        changes=ChangeSet(f"divide {request.file}", () if differences else changes),
        verdict=verdict,
        reason=reason,
        refusal=different if differences else None,
        map_text=_map(request, result),
    )


def _long_classes(settings: Settings, text: str) -> list[str]:
    """The classes of a file that is over the limit, the longest first, as far as they are long themselves."""
    tree = read_module(text, "part").tree
    lengths = {
        node.name: (node.end_lineno or 0) - node.lineno + 1 for node in tree.body if isinstance(node, ast.ClassDef)
    }
    long = [name for name, length in lengths.items() if length > settings.max_lines * _LONG]
    over = len(text.splitlines()) > settings.max_lines
    return sorted(long, key=lambda name: (-lengths[name], name)) if over else []


def _has_long_class(settings: Settings, result: Arrangement) -> bool:
    return bool(_long_classes(settings, result.source.text.value))


def _divided(
    settings: Settings, result: Arrangement, place: Place, parts: dict[str, str]
) -> tuple[list[DividedClass], list[str]]:
    """Classes that are longer than a file may be, divided, and why others are not; `parts` gets their new texts."""
    divided: list[DividedClass] = []
    tied = []
    for stem in result.files:
        for name in _long_classes(settings, parts[stem]):
            if len(parts[stem].splitlines()) <= settings.max_lines:
                break
            taken = {*parts, *(mixin.stem for item in divided for mixin in item.mixins)}
            found = divide_class(parts[stem], place.part(stem), name, settings.max_lines, taken)
            if isinstance(found, Refusal):
                tied.append(found.reason)
            elif class_faults(parts[stem], found, place.part(stem)):
                tied.append(class_faults(parts[stem], found, place.part(stem))[0])
            else:
                parts[stem] = without_unused(parts[stem], found.text, frozenset())
                divided.append(found)
    return divided, tied


def _mixin(place: Place, name: str, mixin: Mixin) -> PartFile:
    methods = tuple(f"{name}.{method}" for method in mixin.methods)
    return PartFile(place.part(mixin.stem), len(mixin.text.splitlines()), methods, ())


class _Writer:
    def __init__(self, scratch: Scratch, place: Place) -> None:
        self.scratch, self.place = scratch, place

    def __call__(self, source: Source, facade: str, texts: dict[str, str]) -> None:
        place, scratch = self.place, self.scratch
        if place.facade != place.source:
            scratch.write(place.source, None)
        scratch.write(place.facade, encode(source, facade))
        folder = scratch.root / place.folder
        if place.form == "beside" and not any(folder.glob("*.py")):
            scratch.write(f"{place.folder}/{INIT}", f'"""Parts of {Path(place.source).name}, which imports them."""\n')
        for path, text in texts.items():
            scratch.write(path, text)


def _unread(result: Arrangement, users: Users) -> frozenset[str]:
    """Names that the file only imports and that no other file reads from it: they are not what it offers."""
    imported = {name for item in result.source.statements if item.kind in ("import", "future") for name in item.binds}
    return frozenset(imported - users.read)


def _part(result: Arrangement, place: Place, stem: str, text: str) -> PartFile:
    units = sorted(result.files[stem], key=lambda unit: (not unit.classes, not unit.definitions, unit.number))
    names = [name for unit in units for item in unit.statements for name in sorted(item.binds)]
    imports = tuple(f"{other}.py" for other in result.imports(stem))
    return PartFile(place.part(stem), len(text.splitlines()), tuple(dict.fromkeys(names)), imports)


def _staying(units: Units) -> tuple[Staying, ...]:
    return tuple(
        Staying(unit.label, unit.statements[0].line, units.staying[unit.number])
        for unit in units.units
        if unit.number in units.staying
    )


def _notices(settings: Settings, result: Arrangement, place: Place, parts: dict[str, str]) -> list[str]:
    found = []
    for stem, text in parts.items():
        lines = len(text.splitlines())
        if lines > settings.max_lines:
            group = result.files[stem]
            tied = len(group) > 1 and len(group[0].definitions) + len(group[1].definitions) > 1
            cause = "its definitions need each other" if tied else "it is one definition"
            found.append(f"{place.part(stem)} has {lines} lines, over the limit of {settings.max_lines}: {cause}")
    if any(unit.classes for group in result.files.values() for unit in group):
        found.append(
            f"pickles that name {place.module} still load; new ones name the new files "
            f"({place.part_module(next(iter(result.files)))})"
        )
    if any(item.kind == "logger" for item in result.source.statements):
        below = f"loggers of the new files are called below {place.module}" if place.below else ""
        found += [below] if below else []
    order = reordered_registrations(result)
    if order:
        found.append(f"decorators run in another order: {', '.join(order)}")
    return found


def _map(request: SplitRequest, result: Arrangement) -> str:
    files = {
        f"{stem}.py": list(
            dict.fromkeys(name for unit in group for item in unit.statements for name in sorted(item.binds))
        )
        for stem, group in result.files.items()
    }
    return dump_split_map(request.file, files)


def _refused(request: SplitRequest, module: ModuleSource, units: Units, refusal: Refusal) -> Split:
    lines = len(module.text.value.splitlines())
    empty = ChangeSet(f"divide {request.file}", ())
    return Split(request.file, request.file, lines, lines, (), _staying(units), (), empty, refusal=refusal)


def _nothing(request: SplitRequest, module: ModuleSource, units: Units) -> Split:
    lines = len(module.text.value.splitlines())
    empty = ChangeSet(f"divide {request.file}", ())
    notice = "there is nothing to divide: what can move belongs together"
    return Split(request.file, request.file, lines, lines, (), _staying(units), (notice,), empty)
