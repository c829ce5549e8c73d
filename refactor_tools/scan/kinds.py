"""The kinds of files that are read, by suffix."""

from posixpath import splitext

PYTHON = ".py"
NOTEBOOK = ".ipynb"
CONFIGURATIONS = frozenset((".yaml", ".yml", ".json"))
READ = frozenset((PYTHON, NOTEBOOK)) | CONFIGURATIONS


def is_other(path: str) -> bool:
    """Whether the file is read only for what it refers to: a notebook or a configuration file."""
    suffix = splitext(path)[1]
    return suffix == NOTEBOOK or suffix in CONFIGURATIONS
