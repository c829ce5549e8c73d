"""Consumers that stay as they are when `AttentionPooling` of `legacy/layers.py` moves, by form."""

# form: (path of the consumer, text that stays)
KEPT = {
    "other-name": ("run.py", "from legacy.layers import Other  # not AttentionPooling\n"),
    "longer-name": ("run.py", "AttentionPoolingV2 = 1\n"),
    "other-module": ("run.py", "import types\nx = types.SimpleNamespace(AttentionPooling=1).AttentionPooling\n"),
    "own-class": ("run.py", "class AttentionPooling: pass\nAttentionPooling()\n"),
    "prose": ("run.py", '"""See legacy.layers.AttentionPooling."""\nNAME = "legacy.layers.AttentionPooling"\n'),
    "already": ("run.py", "from lib.pooling import AttentionPooling\nAttentionPooling()\n"),
    "star-unused": ("run.py", "from legacy.layers import *  # AttentionPooling too\n"),
    "star-then-own": ("run.py", "from legacy.layers import *\nclass AttentionPooling: pass\nAttentionPooling()\n"),
    "star-done": (
        "run.py",
        "from legacy.layers import *\nfrom lib.pooling import AttentionPooling\npool = AttentionPooling()\n",
    ),
    "module-rebound": (
        "run.py",
        "try:\n    import legacy.layers as L\nexcept ImportError:\n    L = None\nx = L and L.AttentionPooling\n",
    ),
    "module-patched": (
        "run.py",
        "import legacy.layers as L\nL.AttentionPooling = L.Other\nx = L.AttentionPooling()\n",
    ),
    "module-in-class": ("run.py", "class C:\n    import legacy.layers as L\n    x = L.AttentionPooling\n"),
    "parameter": ("run.py", "import legacy.layers\ndef f(legacy): return legacy.layers.AttentionPooling\n"),
    "dynamic": ("run.py", "import importlib\nx = importlib.import_module('legacy.layers').AttentionPooling\n"),
    "literal": (
        "run.py",
        "from typing import Literal\nimport legacy.layers as L\n"
        "x: Literal['L.AttentionPooling'] = 'L.AttentionPooling'\n",
    ),
    "quoted-name-of-another": ("run.py", "class L: AttentionPooling = int\ndef f(x: 'L.AttentionPooling'): pass\n"),
    "no-type-comment": ("run.py", "import legacy.layers as L\nx = L.OLD  # prototype: L.AttentionPooling\n"),
    "another-script-folder": (
        "tools/run.py",
        "import sys\nsys.path.insert(0, 'scripts')\nfrom lstm2risk import AttentionPooling\n",
    ),
}
