"""Whether the version has come in which shims go."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.settings import Settings


def expiry(settings: Settings) -> tuple[str, bool | None, tuple[str, ...]]:
    """The project's version, whether it has reached `remove-in`, and what keeps either from being known (then None)."""
    from packaging.version import InvalidVersion, Version

    version = _version(settings)
    if not version:
        return "", None, ("pyproject.toml states no version, so that shims do not expire",)
    try:
        return version, Version(version) >= Version(settings.remove_in), ()
    except InvalidVersion as error:
        return version, None, (f"{error}, so that shims do not expire",)


def _version(settings: Settings) -> str:
    import tomllib

    try:
        document = tomllib.loads((settings.root / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""
    tables = (document.get("project", {}), document.get("tool", {}).get("poetry", {}))
    return next((str(table["version"]) for table in tables if "version" in table), "")
