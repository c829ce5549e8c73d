"""Which components a change can reach: those whose proof depends on a file that is not as it was."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from refactor_tools.api.tasks import library_root, shim_place
from refactor_tools.certificates.closure import closure_files
from refactor_tools.certificates.store import case_path, certificate_path, keymap_path, original_path
from refactor_tools.git import changed_since, text_at
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.scan.revision import commit_of
from refactor_tools.settings import Settings

_SETTINGS = "pyproject.toml"


def reached_since(settings: Settings, keymaps: Sequence[KeyMap], revision: str) -> tuple[KeyMap, ...]:
    """Those of `keymaps` that the changes since `revision` can reach, uncommitted and untracked ones among them.

    Raises:
        RefactorError: there is no git, no repository, or no such commit.
    """
    commit = commit_of(settings.root, revision)
    changed = changed_since(settings.root, commit)
    if _settings_changed(settings.root, commit, changed) or _library_lost(settings, changed):
        return tuple(keymaps)
    reach = _Reach(settings.root.resolve(), library_root(settings), changed, settings.library)
    return tuple(keymap for keymap in keymaps if any(map(reach.touches, reach.files(keymap))))


@dataclass(frozen=True, slots=True)
class _Reach:
    root: Path
    library: Path
    changed: frozenset[str]
    components: str

    def touches(self, path: str) -> bool:
        """Whether `path` changed, or a folder above it: git shows a repository inside another as one entry."""
        return any(str(place) in self.changed for place in (PurePosixPath(path), *PurePosixPath(path).parents))

    def files(self, keymap: KeyMap) -> Iterator[str]:
        """What the proof of a component is made from and about; a file that was removed has its place here too."""
        yield from (certificate_path(keymap.name), keymap_path(keymap.name), case_path(keymap.name))
        yield from self._imported(self.library, keymap.module)
        if keymap.holder:
            # The components that it builds are imported by its file.
            yield from (name for name in self.changed if PurePosixPath(name).is_relative_to(self.components))
        for original in keymap.originals:
            yield original_path(original.digest)
            yield from self._shim(original)

    def _shim(self, original: OriginalRecord) -> Iterator[str]:
        if original.form == "none":
            return
        path = PurePosixPath(original.id.partition("::")[0])
        yield str(path)
        place = shim_place(self.root, str(self.library), original)
        if place is None:
            return
        yield from self._imported(Path(place.sys_path[0]), place.module)
        if not (self.root / path.parent / "__init__.py").is_file():
            # Files of such a folder import each other by their bare names.
            yield from (name for name in self.changed if PurePosixPath(name).parent == path.parent)

    def _imported(self, source_root: Path, module: str) -> Iterator[str]:
        """The files that importing `module` runs, as far as they belong to its top package."""
        for file in closure_files(source_root, module):
            yield self._relative(file)
            for folder in file.parents:
                if folder == source_root:
                    break
                yield self._relative(folder / "__init__.py")

    def _relative(self, file: Path) -> str:
        return file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else str(file)


def _settings_changed(root: Path, commit: str, changed: frozenset[str]) -> bool:
    if _SETTINGS not in changed:
        return False
    now = (root / _SETTINGS).read_text(encoding="utf-8") if (root / _SETTINGS).is_file() else None
    return _table(now) != _table(text_at(root, commit, _SETTINGS))


def _table(text: str | None) -> object:
    try:
        tool = tomllib.loads(text or "").get("tool", {})
    except tomllib.TOMLDecodeError:
        return text
    return tool.get("refactor-tools") if isinstance(tool, dict) else tool


def _library_lost(settings: Settings, changed: frozenset[str]) -> bool:
    """Whether a file of the library is gone: who imported it cannot be read from the files that are left."""
    library = PurePosixPath(settings.library)
    places = (PurePosixPath(path) for path in changed if path.endswith(".py"))
    return any(place.is_relative_to(library) and not (settings.root / place).is_file() for place in places)
