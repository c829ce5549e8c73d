"""The bundled legacy systems, and what is made of each."""

import shutil
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
_LEFT_OUT = ("__pycache__", ".refactor-tools", ".mypy_cache", ".ruff_cache", ".pytest_cache")


@dataclass(frozen=True, slots=True)
class System:
    """`before/` is legacy code with an agreed migration map, `after/` what following the map and migrating the users of
    what moved makes of it.
    """

    name: str

    @property
    def before(self) -> Path:
        return HERE / self.name / "before"

    @property
    def after(self) -> Path:
        return HERE / self.name / "after"

    @property
    def agreed(self) -> Path:
        return self.before / "migration_map.yaml"


SYSTEMS = (System("athelas"),)


def copy_tree(source: Path, target: Path) -> None:
    """Copy a tree without what running it leaves behind."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*_LEFT_OUT))


def files_of(tree: Path) -> dict[str, bytes]:
    """Every file under a tree by its path, without what running it leaves behind."""
    found = {}
    for path in sorted(tree.rglob("*")):
        relative = path.relative_to(tree)
        if path.is_file() and not set(relative.parts) & set(_LEFT_OUT) and path.suffix != ".pyc":
            found[relative.as_posix()] = path.read_bytes()
    return found
