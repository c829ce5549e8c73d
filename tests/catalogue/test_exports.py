"""Adding a re-export: where it goes, and what must stay as it is."""

import ast

import pytest

from refactor_tools.catalogue.exports import exported_names, with_export
from refactor_tools.errors import RefactorError

FRESH = 'from .b import B\n\n__all__ = ["B"]\n'


@pytest.mark.parametrize("text", [None, "", "\n\n"])
def test_a_new_file(text: str | None) -> None:
    assert with_export(text, "b", "B") == FRESH


PREAMBLES = ['"""Pooling."""', "# Copyright", '"""Doc."""\n\nfrom __future__ import annotations']


@pytest.mark.parametrize("preamble", PREAMBLES)
def test_what_binds_nothing_stays_in_front(preamble: str) -> None:
    assert with_export(preamble + "\n", "b", "B") == f"{preamble}\n\n{FRESH}"


@pytest.mark.parametrize(
    ("module", "name", "expected"),
    [
        ("a", "A", 'from .a import A\nfrom .b import B\n\n__all__ = ["A", "B"]\n'),
        ("c", "C", 'from .b import B\nfrom .c import C\n\n__all__ = ["B", "C"]\n'),
        ("b", "A", 'from .b import A, B\n\n__all__ = ["A", "B"]\n'),
        ("b", "LIMIT", 'from .b import LIMIT, B\n\n__all__ = ["LIMIT", "B"]\n'),
        ("b", "apply", 'from .b import B, apply\n\n__all__ = ["B", "apply"]\n'),
    ],
)
def test_sorted_places(module: str, name: str, expected: str) -> None:
    assert with_export(FRESH, module, name) == expected


def test_numbers_sort_as_numbers() -> None:
    text = with_export(with_export(None, "block10", "Block10"), "block2", "Block2")
    assert text == 'from .block2 import Block2\nfrom .block10 import Block10\n\n__all__ = ["Block2", "Block10"]\n'


def test_twice_is_once() -> None:
    assert with_export(FRESH, "b", "B") == FRESH


def test_everything_else_stays() -> None:
    text = (
        '"""Pooling."""\n\nimport os  # needed\nfrom typing import Any\n\nfrom .z import Z  # last\n\n'
        '__all__ = [\n    "Z",  # the end\n]\n\n\ndef __getattr__(name: str) -> Any:\n    return os.environ[name]\n'
    )
    assert with_export(text, "b", "B") == text.replace("from .z", "from .b import B\nfrom .z").replace(
        '    "Z",', '    "B",\n    "Z",'
    )


def test_an_appended_entry_leaves_the_comment_of_the_last_one() -> None:
    text = 'from .a import A\n\n__all__ = [\n    "A",  # first\n]\n'
    assert with_export(text, "b", "B").endswith('__all__ = [\n    "A",  # first\n    "B",\n]\n')


def test_a_list_without_its_last_comma() -> None:
    text = 'from .a import A\n\n__all__ = [\n    "A"\n]\n'
    assert with_export(text, "b", "B").endswith('__all__ = [\n    "A",\n    "B"\n]\n')


def test_line_ends_and_wide_characters_stay() -> None:
    text = '"""Größe."""\r\n\r\nfrom .a import A  # Größe\r\n\r\n__all__ = ["A"]\r\n'
    expected = text.replace("\r\n\r\n__all__", "\r\nfrom .b import B\r\n\r\n__all__").replace('["A"]', '["A", "B"]')
    assert with_export(text, "b", "B") == expected


def test_long_lines_become_one_entry_a_line() -> None:
    text: str | None = None
    names = [f"ComponentNumber{number}" for number in range(9)]
    for name in names:
        text = with_export(text, "parts", name)
    assert text is not None
    assert max(map(len, text.splitlines())) <= 120
    assert text.startswith("from .parts import (\n    ComponentNumber0,\n")
    assert '__all__ = [\n    "ComponentNumber0",\n' in text
    assert exported_names(ast.parse(text)) == {name: ("parts", name) for name in names}


def test_tuples_and_empty_lists() -> None:
    assert with_export("__all__ = ()\n", "b", "B") == 'from .b import B\n\n__all__ = ("B",)\n'
    assert '__all__ = ("A", "B",)' in with_export('from .a import A\n__all__ = ("A",)\n', "b", "B")


def test_without_all_a_star_import_keeps_its_names() -> None:
    text = "from .a import A\nX = 1\n"
    assert with_export(text, "b", "B") == "from .a import A\nfrom .b import B as B\nX = 1\n"


def test_one_name_from_two_modules_is_refused() -> None:
    with pytest.raises(RefactorError, match=r"exported from `\.b` already"):
        with_export(FRESH, "other", "B")


def test_a_computed_all_is_refused() -> None:
    with pytest.raises(RefactorError, match="computed"):
        with_export("from . import a\n__all__ = a.names()\n", "b", "B")


def test_text_that_does_not_parse_is_refused() -> None:
    with pytest.raises(RefactorError, match="line 1 does not parse"):
        with_export("from import\n", "b", "B")


def test_exported_names_read_aliases_and_only_own_modules() -> None:
    text = "from .a import A as First\nfrom ..b import B\nimport os\n"
    assert exported_names(ast.parse(text)) == {"First": ("a", "A")}
