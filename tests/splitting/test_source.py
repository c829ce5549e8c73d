"""What a file is made of."""

import pytest

from refactor_tools.errors import RefactorError
from refactor_tools.splitting.source import ModuleSource, read_module


def read(text: str) -> ModuleSource:
    return read_module(text, "m.py")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ('"""Doc."""\nfrom __future__ import annotations\nimport a\n', ["docstring", "future", "import"]),
        ("import logging\nlog = logging.getLogger(__name__)\n", ["import", "logger"]),
        ("X = 1\nX += 1\nT = {}\nT['a'] = X\nT.update(b=2)\n", ["data", "change", "data", "change", "change"]),
        ("try:\n    import a\nexcept ImportError:\n    a = None\n", ["import"]),
        ("if True:\n    def f(): pass\nelse:\n    f = None\n", ["data"]),
        ("import warnings\ntry:\n    import a\nexcept ImportError:\n    warnings.warn('no')\n", ["import", "effect"]),
        ("import sys\nsys.path.insert(0, '.')\nsys.x = 1\n", ["import", "effect", "effect"]),
        ("__all__ = ['a']\n__version__ = '1'\n__all__ += ['b']\n", ["exports", "effect", "exports"]),
        ("if __name__ == '__main__':\n    main()\n", ["guard"]),
        ("for i in range(3):\n    print(i)\ndel i\n", ["effect", "effect"]),
        ("def has():\n    return 1\nif has():\n    import a\n", ["definition", "data"]),
    ],
)
def test_kinds(text: str, kinds: list[str]) -> None:
    assert [item.kind for item in read(text).statements] == kinds


def test_comments_above_belong_to_what_follows_and_indented_ones_to_what_precedes() -> None:
    text = "import a\n\n# about f\n\n\ndef f():\n    return a\n    # the end of f\n\n# about X\nX = 1  # one\n"
    source = read(text)
    _, function, constant = source.statements
    assert source.above(function) == "\n# about f\n\n\n"
    assert source.of(function) == "def f():\n    return a\n    # the end of f\n"
    assert source.above(constant) + source.of(constant) == "\n# about X\nX = 1  # one\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_statements_cover_the_file(newline: str) -> None:
    text = newline.join(['"""D."""', "", "import a; X = 1", "@a.b", "class C:", "    '''é'''", "", "# end", ""])
    source = read(text)
    assert "".join(source.above(item) + source.of(item) for item in source.statements) + source.tail == text


def test_statements_on_one_line_and_texts_below_stay_together() -> None:
    assert [len(item.nodes) for item in read("import a\nX = 1; Y = 2\n'''About Y.'''\nZ = 3\n").statements] == [1, 3, 1]


def test_reads_are_told_apart_by_when_they_happen() -> None:
    source = read("A = B = C = D = 1\nclass K(A):\n    x = B\n    def f(self, y=C):\n        return D, len, K\n")
    reader = source.statements[1]
    assert reader.eager == {"A", "B", "C"}
    assert reader.late == {"D", "K"}
    assert reader.unbound == {"len"}


def test_names_in_written_annotations_are_read() -> None:
    source = read("class A: pass\ndef f(x: 'list[A]', y='A') -> 'A':\n    '''A'''\nT = 'A'\n")
    assert [item.reads for item in source.statements] == [frozenset(), {"A"}, frozenset()]


def test_names_in_type_comments_are_read() -> None:
    source = read("class A: pass\nclass B: pass\ndef f(x):\n    # type: (A) -> None\n    y = x  # type: ignore[B]\n")
    assert source.statements[2].reads == {"A"}


def test_a_global_that_a_function_rebinds_is_no_binding_of_that_function() -> None:
    source = read("X = 0\ndef f():\n    global X\n    X = 1\n")
    assert [item.binds for item in source.statements] == [{"X"}, {"f"}]
    assert source.statements[1].shadowed == {"X"}


def test_a_file_that_does_not_parse_is_named_with_its_line() -> None:
    with pytest.raises(RefactorError, match=r"m\.py:2: does not parse"):
        read("X = 1\nprint X\n")
