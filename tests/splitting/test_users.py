"""Who reads a module, and who assigns in it."""

import pytest

from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.splitting.users import Users, find_users

MODULE = "import os\nX = 1\ndef helper(): pass\ndef _private(): pass\n"


def users(consumer: str, path: str = "use.py") -> Users:
    files = {"pkg/__init__.py": "", "pkg/m.py": MODULE, "pkg/other.py": "helper = 1\n", path: consumer}
    return find_users(SourceTree(files, files.get), "pkg/m.py")


@pytest.mark.parametrize(
    ("consumer", "read"),
    [
        ("from pkg.m import helper as h, _private\n", {"helper", "_private"}),
        ("import pkg.m\npkg.m.os.path\n", {"os"}),
        ("from pkg import m\nm.X\n", {"X"}),
        ("from pkg.m import *\nprint(X, helper)\nos = 1\n", {"X", "helper"}),
        ('TARGET = "pkg.m.helper"\n', {"helper"}),
        ("from pkg.other import helper\n", set()),
        ("import m\nm.X\n", set()),
        ('note = "pkg.m.unknown"\n', set()),
    ],
)
def test_reads(consumer: str, read: set[str]) -> None:
    assert users(consumer).read == read


@pytest.mark.parametrize(
    ("consumer", "assigned"),
    [
        ("import pkg.m as m\nm.X = 2\n", {"X": "use.py:2"}),
        ("from pkg import m\ndel m.X\n", {"X": "use.py:2"}),
        ("from pkg import m\nsetattr(m, 'X', 3)\n", {"X": "use.py:2"}),
        (
            "from pkg import m\ndef test(monkeypatch):\n    monkeypatch.setattr(m, 'helper', None)\n",
            {"helper": "use.py:3"},
        ),
        ("from unittest.mock import patch\nwith patch('pkg.m.helper'): pass\n", {"helper": "use.py:2"}),
        ("from unittest.mock import patch\nfrom pkg import m\npatch.object(m, 'helper')\n", {"helper": "use.py:3"}),
        ("from pkg import m\nm.X\nY = m\n", {}),
        ("from pkg import other\nother.helper = 2\n", {}),
        ("from pkg.m import X\nX = 2\n", {}),
    ],
)
def test_assignments(consumer: str, assigned: dict[str, str]) -> None:
    assert users(consumer).assigned == assigned


def test_a_relative_import_in_the_package_counts() -> None:
    assert users("from .m import X\n", "pkg/use.py").read == {"X"}
    assert users("from . import m\n", "pkg/use.py").importers == ("pkg/use.py",)
    assert users("print(1)\n").importers == ()
