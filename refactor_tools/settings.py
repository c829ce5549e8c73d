"""`[tool.refactor-tools]` of the nearest pyproject.toml, as one frozen value."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from refactor_tools.errors import SettingsError
from refactor_tools.model.families import KeepApart

INDEX = "component_index"
STATE = ".refactor-tools"
_CHOICES = {
    "deprecation-category": ("DeprecationWarning", "FutureWarning", "PendingDeprecationWarning", "UserWarning"),
    "shims": ("legacy", "none"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a tree's owners decided. Paths are relative to `root`, with "/".

    `legacy`: folders that `extract-component` searches (empty: the whole root). `library`: where components go;
    `package`: its dotted name ("" is found from the folders). `tests`: where their tests go. `archive` and `exclude`
    are not analysed. `remove_in` and `deprecation_category` stand in the shims' warnings. `max_parameters` and
    `max_branches` limit what a merge may add. Files over `max_file_bytes` are not read; those over `max_lines` are
    worth dividing. A component that takes more than `max_slowdown` times as long as its original on an accelerator is
    a finding. `keep_apart` names copies that are no family. `shims`: old names keep working ("legacy"), or their users
    are migrated and none is left ("none").
    """

    root: Path
    legacy: tuple[str, ...] = ()
    library: str = "components"
    package: str = ""
    tests: str = "tests/components"
    archive: tuple[str, ...] = ("archive",)
    exclude: tuple[str, ...] = ()
    remove_in: str = "2.0"
    deprecation_category: str = "DeprecationWarning"
    max_parameters: int = 6
    max_branches: int = 2
    max_file_bytes: int = 2_000_000
    max_lines: int = 500
    max_slowdown: float = 1.02
    keep_apart: tuple[KeepApart, ...] = ()
    shims: str = "legacy"

    @property
    def index(self) -> Path:
        return self.root / INDEX

    @property
    def state(self) -> Path:
        return self.root / STATE


def find_root(start: Path) -> Path:
    """The nearest folder upwards whose pyproject.toml has `[tool.refactor-tools]`, else `start`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if "refactor-tools" in _tool_table(folder / "pyproject.toml"):
            return folder
    return start


def load_settings(root: Path) -> Settings:
    """Settings of `root`.

    Raises:
        SettingsError: an unknown key (with the nearest known one) or a value of the wrong type.
    """
    path = root / "pyproject.toml"
    table = _tool_table(path).get("refactor-tools", {})
    known = {field.name.replace("_", "-"): field for field in fields(Settings) if field.name != "root"}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; known keys: {', '.join(sorted(known))}"
            raise SettingsError(f"unknown setting `{key}`{hint}", str(path))
        values[known[key].name] = _checked(key, value, known[key].type, path)
    return Settings(root=root.resolve(), **values)


def _tool_table(path: Path) -> Mapping[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot be read: {error}", str(path)) from error
    tool = document.get("tool", {})
    return tool if isinstance(tool, dict) else {}


def _checked(key: str, value: Any, wanted: Any, path: Path) -> Any:
    if key in _CHOICES and value not in _CHOICES[key]:
        raise SettingsError(f"`{key}` must be one of {', '.join(_CHOICES[key])}, not {value!r}", str(path))
    if key == "keep-apart":
        return tuple(_keep_apart(entry, path) for entry in _sequence(key, value, dict, path))
    if wanted == tuple[str, ...]:
        return tuple(_sequence(key, value, str, path))
    if wanted is float and type(value) is int:
        return float(value)
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise SettingsError(f"`{key}` must be {_words(wanted)}, not {value!r}", str(path))
    return value


def _sequence(key: str, value: Any, item: type, path: Path) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(entry, item) for entry in value):
        raise SettingsError(f"`{key}` must be a list of {_plural(item)}, not {value!r}", str(path))
    return value


def _keep_apart(entry: Mapping[str, Any], path: Path) -> KeepApart:
    names, reason = entry.get("names"), entry.get("reason")
    if not isinstance(names, list) or not isinstance(reason, str) or not reason.strip():
        raise SettingsError("`keep-apart` needs `names` (a list) and `reason` (a sentence) in every entry", str(path))
    return KeepApart(tuple(map(str, names)), reason)


def _words(kind: type) -> str:
    return {"str": "a string", "int": "a number", "float": "a number", "dict": "a table"}[kind.__name__]


def _plural(kind: type) -> str:
    return {"str": "strings", "dict": "tables"}[kind.__name__]
