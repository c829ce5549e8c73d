"""The texts of new files and of the facade."""

import ast

import pytest

from refactor_tools.splitting.arrangement import Arrangement
from refactor_tools.splitting.checks import faults
from refactor_tools.splitting.place import Place
from refactor_tools.splitting.writing import facade_text, part_text
from tests.splitting.plans import BESIDE, PACKAGE, mapped

NOBODY: frozenset[str] = frozenset()


def texts(result: Arrangement, place: Place = PACKAGE, read: frozenset[str] = NOBODY) -> tuple[dict[str, str], str]:
    parts = {stem: part_text(result, place, stem) for stem in result.files}
    facade = facade_text(result, place, read)
    assert faults(result, place, parts, facade) == []
    return parts, facade


IMPORTS = """
from __future__ import annotations
import os, sys
import p; import q as r
import a.b
import a.c as ac
from x import (
    one,  # first
    two as zwei,
)
from y import long  # noqa: F401
from . import near
from .. import far as further
from ..far.away import thing
from star import *
"""


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("sys", ["import sys"]),
        ("os, sys", ["import os, sys"]),
        ("a.b", ["import a.b"]),
        ("r", ["import q as r"]),
        ("ac", ["import a.c as ac"]),
        ("one", ["from x import one"]),
        ("zwei", ["from x import two as zwei"]),
        ("one, zwei", ["from x import (", "    one,  # first", "    two as zwei,", ")"]),
        ("long", ["from y import long  # noqa: F401"]),
        ("near", ["from .. import near"]),
        ("further", ["from ... import far as further"]),
        ("thing", ["from ...far.away import thing"]),
        ("unknown", ["from star import *"]),
        ("len", []),
    ],
)
def test_a_new_file_has_the_imports_it_uses_as_they_were_written(body: str, lines: list[str]) -> None:
    parts, _ = texts(mapped(f"{IMPORTS}\n\ndef f():\n    return {body}\n", part=["f"]))
    head = parts["part"].partition("def f")[0].splitlines()
    assert [line for line in head if line] == ['"""f, from m.py."""', "from __future__ import annotations", *lines]


def test_guarded_imports_come_along() -> None:
    text = """
    from typing import TYPE_CHECKING
    try:
        import fast
    except ImportError:
        fast = None
    if TYPE_CHECKING:
        from .types import One
        from types import Two
    def f(x: "One"):
        return fast
    def g():
        return 1
    """
    parts, facade = texts(mapped(text, one=["f"], two=["g"]))
    assert "try:\n    import fast\nexcept ImportError:\n    fast = None\n" in parts["one"]
    assert "if TYPE_CHECKING:\n    from ..types import One\n" in parts["one"]
    assert "Two" not in parts["one"]
    assert "import" not in parts["two"].replace('"""g, from m.py."""', "")
    assert "from types import Two" in facade


def test_relative_imports_in_bodies_change_by_the_depth_only() -> None:
    text = "def f():\n    from .x import (y,\n                    z)  # why\n    from  .  import q\n    return y\n"
    parts, _ = texts(mapped(text, part=["f"]))
    assert "    from ..x import (y,\n                    z)  # why\n    from  ..  import q\n" in parts["part"]
    parts, facade = texts(mapped("def f():\n    import os\n    return os\nX = 1\n", part=["f"]), BESIDE)
    assert "from m_parts.part import f\n" in facade


def test_bodies_are_the_same_bytes() -> None:
    body = "# about\n#   f\n\n@ d (\n  1)\ndef f( a,b ) :\n\treturn   {'x' :a}  # odd\n\n    # still f\n"
    parts, facade = texts(mapped(f"def d(n): return lambda x: x\n\n\n{body}\n\nX = 1\n", part=["f", "d"]))
    assert body.rstrip() in parts["part"]
    assert "X = 1\n" in facade
    assert "odd" not in facade


def test_crlf_stays_crlf() -> None:
    text = "import os\n\n\ndef f():\n    return os\n\n\ndef g():\n    return 1\n".replace("\n", "\r\n")
    parts, facade = texts(mapped(text, one=["f"], two=["g"]))
    for written in (*parts.values(), facade):
        assert written.count("\n") == written.count("\r\n") > 0


def test_the_facade_hands_out_every_name_and_lists_the_public_ones() -> None:
    text = (
        '"""D."""\nimport os\nimport sys\n\n\ndef f():\n    return os\n\n\nclass _P: pass\n\n\nX = sys.path\nprint(X)\n'
    )
    _, facade = texts(mapped(text, one=["f", "_P"]))
    assert facade == (
        '"""D."""\nimport sys\n\nfrom .one import _P as _P, f\n\n__all__ = [\n    "X",\n    "f",\n]\n'
        "\n\nX = sys.path\nprint(X)\n"
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("import os\n__all__ = ['os', 'f']\ndef f(): return os\nX = 1\n", True),
        ("import os  # noqa: F401\ndef f(): return os\nX = 1\n", True),
        ("import os\ndef f(): return os\nX = os\n", True),
        ("import os\ndef f(): return 1\nX = 1\n", True),
        ("import os\ndef f(): return os\nX = 1\n", False),
    ],
)
def test_the_facade_loses_only_the_imports_that_moved_code_used(text: str, kept: bool) -> None:
    assert ("import os" in texts(mapped(text, one=["f"]))[1]) is kept


def test_imports_that_others_read_stay() -> None:
    _, facade = texts(mapped("import os\ndef f(): return os\nX = 1\n", one=["f"]), read=frozenset({"os"}))
    assert "import os\n" in facade
    assert '    "os",\n' in facade


def test_an_own_all_stays_as_it_is() -> None:
    _, facade = texts(mapped("__all__ = ['f']\ndef f(): return 1\ndef g(): return 2\nX = 1\n", one=["f", "g"]))
    assert facade.count("__all__") == 1
    assert "from .one import f, g as g\n" in facade


def test_loggers_are_repeated_and_keep_their_names() -> None:
    text = "import logging\nlog = logging.getLogger(__name__)\ndef f():\n    log.info('')\nX = 1\n"
    parts, facade = texts(mapped(text, one=["f"]))
    assert (
        parts["one"].count("log = logging.getLogger(__name__)\n")
        == facade.count("log = logging.getLogger(__name__)\n")
        == 1
    )
    parts, _ = texts(mapped(text, one=["f"]), BESIDE)
    assert 'log = logging.getLogger("m")\n' in parts["one"]


def test_new_files_import_each_other_where_they_need() -> None:
    text = "def a(): return 1\ndef b(): return a()\nclass C:\n    x = b()\n"
    parts, facade = texts(mapped(text, one=["a"], two=["b"], three=["C"]))
    assert "from .one import a\n" in parts["two"]
    assert "from .two import b\n" in parts["three"]
    assert [node.module for node in ast.parse(facade).body if isinstance(node, ast.ImportFrom)] == [
        "one",
        "two",
        "three",
    ]
