"""The `conftest.py` beside the generated tests."""

from posixpath import join

from refactor_tools.layout import library_place, way_up
from refactor_tools.rendering import render
from refactor_tools.settings import Settings


def tests_conftest(settings: Settings) -> tuple[str, str]:
    """Its path and text; one that exists already is the owner's and stays."""
    path = join(settings.tests, "conftest.py")
    source_root, _ = library_place(settings)
    return path, render("tests/conftest.py.j2", source_root=way_up(path, source_root))
