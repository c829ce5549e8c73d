"""Consumers of a class that moves from `legacy.layers` to `lib.pooling`, one for each form of import."""

from collections.abc import Mapping

NAME = "AttentionPooling"
OLD, NEW = f"legacy.layers.{NAME}", f"lib.pooling.{NAME}"

_CLASS = "class AttentionPooling:\n    size = 3\n"
_REST = "class Other:\n    pass\n\n\nOLD = 1\n"

BEFORE = {
    "legacy/__init__.py": "",
    "legacy/layers.py": f"{_CLASS}\n\n{_REST}",
    "legacy/deep/__init__.py": "",
    "lib/__init__.py": "",
    "lib/pooling.py": "",
}
# The class is gone from its old place, and no shim is left there: a consumer must find the new one.
AFTER = {"legacy/layers.py": _REST, "lib/pooling.py": _CLASS}

_PLAIN = "from legacy.layers import AttentionPooling\n"
_FALLBACK = "except ImportError:\n    AttentionPooling = None\n"
_CHECKING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "

# form: (path, text); every one binds names that must still be bound afterwards.
FORMS: Mapping[str, tuple[str, str]] = {
    "absolute": ("run.py", f"{_PLAIN}pool = AttentionPooling()\n"),
    "relative": ("legacy/model.py", "from .layers import AttentionPooling, Other\npool = AttentionPooling()\n"),
    "relative, one up": ("legacy/deep/model.py", "from ..layers import AttentionPooling\npool = AttentionPooling()\n"),
    "relative, module": ("legacy/model.py", "from . import layers\npool = layers.AttentionPooling()\n"),
    "package itself": ("legacy/deep/__init__.py", "from ..layers import AttentionPooling\n"),
    "alias": ("run.py", "from legacy.layers import AttentionPooling as AP\npool = AP()\n"),
    "import a.b as c": ("run.py", "import legacy.layers as L\npool, other = L.AttentionPooling(), L.Other()\n"),
    "import a.b": ("run.py", "import legacy.layers\npool = legacy.layers.AttentionPooling(), legacy.layers.Other()\n"),
    "three in one line": (
        "run.py",
        "from legacy.layers import AttentionPooling as AP; import legacy.layers as L, legacy.layers\n"
        "AP(); L.AttentionPooling(); legacy.layers.Other()\n",
    ),
    "several names": (
        "run.py",
        "from legacy.layers import (  # all\n    OLD,  # old\n    AttentionPooling,\n    Other,\n)\n",
    ),
    "try and except": ("run.py", f"try:\n    {_PLAIN}{_FALLBACK}assert AttentionPooling\n"),
    "type checking": ("run.py", f"{_CHECKING}{_PLAIN}def f(pool: 'AttentionPooling'): pass\n"),
    "version": ("run.py", f"import sys\nif sys.version_info > (3,):\n    {_PLAIN}"),
    "if and else": ("run.py", f"import os\nif os.sep == '?':\n    AttentionPooling = None\nelse:\n    {_PLAIN}"),
    "function": ("run.py", f"def f():\n    {_PLAIN}    return AttentionPooling()\nf()\n"),
    "class body": ("run.py", f"class C:\n    {_PLAIN}    pool = AttentionPooling()\n"),
    "star": ("run.py", "from legacy.layers import *\npool = AttentionPooling(), Other()\n"),
    "listed in __all__": (
        "run.py",
        "from legacy.layers import AttentionPooling, Other\n__all__ = ['AttentionPooling', 'Other']\n",
    ),
    "re-export with noqa": ("run.py", "from legacy.layers import AttentionPooling  # noqa: F401\n"),
    "conditional rebinding": ("run.py", f"{_PLAIN}if AttentionPooling.size > 9:\n    AttentionPooling = None\n"),
    "string annotation": (
        "run.py",
        "import legacy.layers, typing\ndef f(x: 'legacy.layers.AttentionPooling'): pass\ntyping.get_type_hints(f)\n",
    ),
    "docstring and future": (
        "run.py",
        '"""Doc."""\nfrom __future__ import annotations\nimport legacy.layers as L\nL.AttentionPooling\n',
    ),
    "CRLF": (
        "run.py",
        "import os\r\nfrom legacy.layers import AttentionPooling, Other\r\npool = AttentionPooling()\r\n",
    ),
    "BOM, no last newline": ("run.py", "\ufefffrom legacy.layers import AttentionPooling as AP"),
    "import by string": (
        "run.py",
        "import pydoc\npool = pydoc.locate('legacy.layers.AttentionPooling')\nassert pool is not None\n",
    ),
    "mock.patch": (
        "run.py",
        "from unittest import mock\nwith mock.patch('legacy.layers.AttentionPooling.size', 4): pass\n",
    ),
}
