"""The kinds of files that are read, by suffix."""

from pathlib import Path
from posixpath import splitext

PYTHON = ".py"
NOTEBOOK = ".ipynb"
CONFIGURATIONS = frozenset((".yaml", ".yml", ".json"))
READ = frozenset((PYTHON, NOTEBOOK)) | CONFIGURATIONS

# Documents, settings and scripts of other languages, which may name modules and files of the tree.
_SCRIPTS = frozenset((".sh", ".bash", ".zsh", ".ksh", ".sbatch", ".slurm", ".pbs", ".job", ".qsub", ".lsf", ".condor"))
TEXTS = frozenset((".md", ".rst", ".toml", ".ini", ".cfg", ".mk")) | _SCRIPTS
_TEXT_NAMES = frozenset(("Makefile", "makefile", "GNUmakefile", "Dockerfile", "Procfile", "Justfile", "justfile"))


def is_text(path: Path) -> bool:
    """Whether the file is a document, settings or a script; without a suffix its first line tells."""
    if path.suffix or path.name in _TEXT_NAMES:
        return path.suffix in TEXTS or path.name in _TEXT_NAMES
    try:
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False


def is_other(path: str) -> bool:
    """Whether the file is read only for what it refers to: a notebook or a configuration file."""
    suffix = splitext(path)[1]
    return suffix == NOTEBOOK or suffix in CONFIGURATIONS
