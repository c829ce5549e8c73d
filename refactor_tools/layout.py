"""Where a library's files stand, and what they are called. Paths are relative to the root, with "/"."""

import re
from pathlib import PurePosixPath

from refactor_tools.settings import Settings

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+[0-9]*")


def snake_case(name: str) -> str:
    """ "AttentionPooling" and "attention-pooling" are "attention_pooling"; a run of capitals is one word."""
    return "_".join(_WORDS.findall(name)).lower()


def pascal_case(name: str) -> str:
    """ "attention_pooling" is "AttentionPooling"; capitals inside a word stay."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[\W_]+", name) if word)


def library_place(settings: Settings) -> tuple[str, str]:
    """The folder that the library is imported from ("." for the root), and the library's dotted name.

    Without `package` in the settings the folder is the nearest `src` above the library, else the first one upwards that
    is no package itself.
    """
    library = PurePosixPath(settings.library)
    if settings.package:
        depth = len(settings.package.split("."))
        return str(PurePosixPath(*library.parts[: max(len(library.parts) - depth, 0)])), settings.package
    above = list(library.parts[:-1])
    if "src" in above:
        start = len(above) - above[::-1].index("src")
    else:
        start = len(above)
        while start and (settings.root.joinpath(*above[:start]) / "__init__.py").is_file():
            start -= 1
    return str(PurePosixPath(*library.parts[:start])), ".".join(library.parts[start:])


def component_path(settings: Settings, category: str, name: str) -> str:
    """The file of the component called `name`, in either case."""
    return str(PurePosixPath(settings.library, category, f"{snake_case(name)}.py"))


def test_path(settings: Settings, name: str) -> str:
    return str(PurePosixPath(settings.tests, f"test_{snake_case(name)}.py"))


def way_up(path: str, target: str) -> str:
    """`target` as seen from the folder that holds the file `path`."""
    here, there = PurePosixPath(path).parent.parts, PurePosixPath(target).parts
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return str(PurePosixPath(*[".."] * (len(here) - shared), *there[shared:]))
