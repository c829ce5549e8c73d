"""Imports that only what moved away used."""

import pytest

from refactor_tools.codemods.unused_imports import newly_unused, without_unused

NOBODY: frozenset[str] = frozenset()


def cleaned(head: str, used: str = "os, re, sys", left: str = "1", keep: frozenset[str] = NOBODY) -> str:
    """The head of a file whose function used names, after that function is gone."""
    before = f"{head}\ndef f():\n    return {used}\nX = {left}\n"
    after = f"{head}\nX = {left}\n"
    return without_unused(before, after, keep).removesuffix(f"\nX = {left}\n")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("import os\nimport json", "import json"),
        ("import os  # for paths\nimport json", "import json"),
        ("# head\nimport os\n# more\nimport json", "# head\n# more\nimport json"),
        ("import os, json", "import json"),
        ("import json, os", "import json"),
        ("import json, os, ast, re", "import json, ast"),
        ("from x import os, json", "from x import json"),
        ("from x import (os, json)", "from x import (json)"),
        ("from x import (\n    os,  # one\n    json,  # two\n)", "from x import (\n    json,  # two\n)"),
        ("from x import (\n    json,  # two\n    os,  # one\n)", "from x import (\n    json,  # two\n)"),
        ("from x import (json,\n    os)", "from x import (json)"),
        ("from x import y as os, json", "from x import json"),
        ("import os; import json", "import json"),
        ("import json; import os", "import json"),
        ("import os.path\nimport os.other\nimport json", "import json"),
        ("import json\n\nimport os\n\nimport ast", "import json\n\nimport ast"),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os\n    import json\nY = TYPE_CHECKING",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import json\nY = TYPE_CHECKING",
        ),
        ("from typing import TYPE_CHECKING\nimport json\nif TYPE_CHECKING:\n    import os", "import json"),
    ],
)
def test_goes(head: str, expected: str) -> None:
    assert cleaned(head).rstrip() == expected


@pytest.mark.parametrize(
    "head",
    [
        "import json",
        "import os  # noqa: F401",
        "import os  # noqa",
        "import os as os",
        "from x import os as os",
        "from x import *",
        "try:\n    import os\nexcept ImportError:\n    os = None",
        "if X:\n    import os\nelse:\n    os = None",
        "import os\n__all__ = ['os']",
        "import os\nos = os or 1",
        "import os\nT: 'os.PathLike' = 1",
        "import os\ndef g(x):  # type: (os.PathLike) -> int\n    pass",
        "import os\ndef g():\n    '''>>> os.getcwd()'''",
        "import os\ndef g():\n    global os",
        "import os\nimport os.path\nos.x",
        "from __future__ import annotations",
        "def g():\n    import os",
    ],
)
def test_stays(head: str) -> None:
    assert cleaned(head) == head


def test_what_others_read_stays() -> None:
    assert cleaned("import os\nimport re\nimport json", keep=frozenset({"re"})) == "import re\nimport json"


def test_what_was_unused_before_is_left_alone() -> None:
    assert newly_unused("import os\nimport re\nre\n", "import os\nimport re\n") == {"re"}
    assert newly_unused("import os\n", "import os\n") == frozenset()


def test_line_ends_and_all_other_bytes_stay() -> None:
    before = "import json  # é\r\nimport os\r\n\r\n\r\nX = 1 ;  Y = os\r\n"
    after = before.replace("os\r\n\r\n\r\nX = 1 ;  Y = os", "os\r\n\r\n\r\nX = 1 ;  Y = 2")
    assert without_unused(before, after, NOBODY) == "import json  # é\r\n\r\n\r\nX = 1 ;  Y = 2\r\n"


def test_a_second_run_changes_nothing() -> None:
    before, after = "import os\nimport json\nos\n", "import os\nimport json\n"
    once = without_unused(before, after, NOBODY)
    assert without_unused(once, once, NOBODY) == once == "import json\n"
