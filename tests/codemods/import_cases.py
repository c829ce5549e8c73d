"""Consumers before and after, by form: `AttentionPooling` of `legacy/layers.py` is now that of `lib.pooling`."""

STUBS = {
    "legacy/__init__.py": "",
    "legacy/layers.py": (
        "import lib.pooling\n"
        "__all__ = ['AttentionPooling', 'Other', 'OLD']\n"
        "OLD = 1\n"
        "class Other: pass\n"
        "def __getattr__(name):\n"
        "    if name != 'AttentionPooling':\n"
        "        raise AttributeError(name)\n"
        "    return lib.pooling.AttentionPooling\n"
    ),
    "legacy/deep/__init__.py": "",
    "legacy/deep/very/__init__.py": "",
    "legacy/api.py": "from .layers import AttentionPooling as AttentionPooling\n",
    "legacy/everything.py": "from .layers import *\n",
    "lib/__init__.py": "",
    "lib/pooling.py": "class AttentionPooling:\n    size = 3\n    def __init__(self, *args): pass\n",
    "scripts/lstm2risk.py": (
        "import lib.pooling\n"
        "__all__ = ['AttentionPooling', 'Other']\n"
        "class Other: pass\n"
        "def __getattr__(name):\n"
        "    if name != 'AttentionPooling':\n"
        "        raise AttributeError(name)\n"
        "    return lib.pooling.AttentionPooling\n"
    ),
}

# form: (path of the consumer, text before, text after)
REWRITTEN = {
    "absolute": (
        "run.py",
        "from legacy.layers import AttentionPooling\npool = AttentionPooling(3)\n",
        "from lib.pooling import AttentionPooling\npool = AttentionPooling(3)\n",
    ),
    "relative": (
        "legacy/model.py",
        "from .layers import AttentionPooling\nX = AttentionPooling\n",
        "from lib.pooling import AttentionPooling\nX = AttentionPooling\n",
    ),
    "relative-from-below": (
        "legacy/deep/model.py",
        "from ..layers import AttentionPooling\n",
        "from lib.pooling import AttentionPooling\n",
    ),
    "relative-without-blanks": (
        "legacy/model.py",
        "from.layers import AttentionPooling\n",
        "from lib.pooling import AttentionPooling\n",
    ),
    "through-a-package": (
        "run.py",
        "from legacy.api import AttentionPooling\n",
        "from lib.pooling import AttentionPooling\n",
    ),
    "through-a-star": (
        "run.py",
        "from legacy.everything import AttentionPooling\n",
        "from lib.pooling import AttentionPooling\n",
    ),
    "script-folder": (
        "scripts/train.py",
        "from lstm2risk import AttentionPooling\n",
        "from lib.pooling import AttentionPooling\n",
    ),
    "alias": (
        "run.py",
        "from legacy.layers import AttentionPooling as AP\nAP()\n",
        "from lib.pooling import AttentionPooling as AP\nAP()\n",
    ),
    "several-first": (
        "legacy/model.py",
        "from .layers import AttentionPooling, Other\n",
        "from lib.pooling import AttentionPooling\nfrom .layers import Other\n",
    ),
    "several-middle": (
        "run.py",
        "from legacy.layers import OLD, AttentionPooling as AP, Other  # all\n",
        "from lib.pooling import AttentionPooling as AP\nfrom legacy.layers import OLD, Other  # all\n",
    ),
    "several-last": (
        "run.py",
        "from legacy.layers import OLD, Other, AttentionPooling\n",
        "from lib.pooling import AttentionPooling\nfrom legacy.layers import OLD, Other\n",
    ),
    "twice": (
        "run.py",
        "from legacy.layers import OLD, AttentionPooling, AttentionPooling as AP\n",
        "from lib.pooling import AttentionPooling, AttentionPooling as AP\nfrom legacy.layers import OLD\n",
    ),
    "backslash": (
        "run.py",
        "from legacy.layers \\\n    import OLD, \\\n    AttentionPooling\n",
        "from lib.pooling import AttentionPooling\nfrom legacy.layers \\\n    import OLD\n",
    ),
    "backslash-all": (
        "run.py",
        "from legacy.layers\\\n    import AttentionPooling\n",
        "from lib.pooling\\\n    import AttentionPooling\n",
    ),
    "backslash-middle": (
        "run.py",
        "from legacy.layers import OLD, AttentionPooling, \\\n    Other\n",
        "from lib.pooling import AttentionPooling\nfrom legacy.layers import OLD, Other\n",
    ),
    "parenthesised-line": (
        "run.py",
        "from legacy.layers import (OLD, AttentionPooling)\n",
        "from lib.pooling import AttentionPooling\nfrom legacy.layers import (OLD)\n",
    ),
    "parenthesised-line-comma": (
        "run.py",
        "from legacy.layers import (OLD, AttentionPooling,)\n",
        "from lib.pooling import AttentionPooling\nfrom legacy.layers import (OLD,)\n",
    ),
    "parenthesised-lines": (
        "run.py",
        "from legacy.layers import (  # layers\n    # the pool\n"
        "    AttentionPooling,  # pools\n    Other,\n    OLD  # old\n)\n",
        "from lib.pooling import AttentionPooling  # pools\n"
        "from legacy.layers import (  # layers\n    # the pool\n    Other,\n    OLD  # old\n)\n",
    ),
    "parenthesised-last-line": (
        "run.py",
        "from legacy.layers import (\n    OLD,  # old\n    AttentionPooling\n)\n",
        "from lib.pooling import AttentionPooling\nfrom legacy.layers import (\n    OLD,  # old\n)\n",
    ),
    "parenthesised-closing": (
        "run.py",
        "from legacy.layers import (OLD,\n                           AttentionPooling)\n",
        "from lib.pooling import AttentionPooling\nfrom legacy.layers import (OLD,\n                           )\n",
    ),
    "parenthesised-shared-lines": (
        "run.py",
        "from legacy.layers import (\n    AttentionPooling, Other,  # both\n    OLD)\n",
        "from lib.pooling import AttentionPooling\nfrom legacy.layers import (\n    Other,  # both\n    OLD)\n",
    ),
    "parenthesised-all": (
        "run.py",
        "from legacy.layers import (\n    AttentionPooling,  # pools\n)\n",
        "from lib.pooling import (\n    AttentionPooling,  # pools\n)\n",
    ),
    "try": (
        "run.py",
        "try:\n    from legacy.layers import AttentionPooling\nexcept ImportError:\n    AttentionPooling = None\n",
        "try:\n    from lib.pooling import AttentionPooling\nexcept ImportError:\n    AttentionPooling = None\n",
    ),
    "try-split": (
        "run.py",
        "try:\n\tfrom legacy.layers import Other, AttentionPooling\n"
        "except ImportError:\n\tAttentionPooling = Other = None\n",
        "try:\n\tfrom lib.pooling import AttentionPooling\n\tfrom legacy.layers import Other\n"
        "except ImportError:\n\tAttentionPooling = Other = None\n",
    ),
    "type-checking": (
        "run.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from legacy.layers import AttentionPooling\n"
        "def f(pool: 'AttentionPooling'): pass\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from lib.pooling import AttentionPooling\n"
        "def f(pool: 'AttentionPooling'): pass\n",
    ),
    "version": (
        "run.py",
        "import sys\nif sys.version_info > (3,):\n    from legacy.layers import AttentionPooling\n",
        "import sys\nif sys.version_info > (3,):\n    from lib.pooling import AttentionPooling\n",
    ),
    "function": (
        "run.py",
        "def f():\n    from legacy.layers import AttentionPooling\n    return AttentionPooling()\nf()\n",
        "def f():\n    from lib.pooling import AttentionPooling\n    return AttentionPooling()\nf()\n",
    ),
    "class": (
        "run.py",
        "class C:\n    from legacy.layers import AttentionPooling\n    pool = AttentionPooling()\n",
        "class C:\n    from lib.pooling import AttentionPooling\n    pool = AttentionPooling()\n",
    ),
    "one-line-block": (
        "run.py",
        "if True: from legacy.layers import AttentionPooling, Other; x = 1\n",
        "if True: from lib.pooling import AttentionPooling; from legacy.layers import Other; x = 1\n",
    ),
    "semicolons": (
        "run.py",
        "import os; from legacy.layers import Other, AttentionPooling; import sys\n",
        "import os; from lib.pooling import AttentionPooling; from legacy.layers import Other; import sys\n",
    ),
    "noqa": (
        "run.py",
        "from legacy.layers import AttentionPooling, Other  # noqa: F401\n",
        "from lib.pooling import AttentionPooling  # noqa: F401\nfrom legacy.layers import Other  # noqa: F401\n",
    ),
    "all": (
        "run.py",
        '"""Doc."""\nfrom legacy.layers import AttentionPooling, Other\n__all__ = ["AttentionPooling", "Other"]\n',
        '"""Doc."""\nfrom lib.pooling import AttentionPooling\nfrom legacy.layers import Other\n'
        '__all__ = ["AttentionPooling", "Other"]\n',
    ),
    "no-final-newline": (
        "run.py",
        "from legacy.layers import AttentionPooling, Other",
        "from lib.pooling import AttentionPooling\nfrom legacy.layers import Other",
    ),
    "crlf": (
        "run.py",
        "import os\r\nfrom legacy.layers import AttentionPooling, Other\r\n",
        "import os\r\nfrom lib.pooling import AttentionPooling\r\nfrom legacy.layers import Other\r\n",
    ),
    "not-ascii": (
        "run.py",
        "größe = 'é'; from legacy.layers import AttentionPooling as Größe\nGröße()\n",
        "größe = 'é'; from lib.pooling import AttentionPooling as Größe\nGröße()\n",
    ),
    "module-alias": (
        "run.py",
        "import legacy.layers as L\npool = L.AttentionPooling()\nother = L.Other()\n",
        "import legacy.layers as L\nfrom lib.pooling import AttentionPooling\n"
        "pool = AttentionPooling()\nother = L.Other()\n",
    ),
    "module-dotted": (
        "run.py",
        "import legacy.layers\npool = legacy.layers.AttentionPooling(legacy.layers.OLD)\n",
        "import legacy.layers\nfrom lib.pooling import AttentionPooling\npool = AttentionPooling(legacy.layers.OLD)\n",
    ),
    "module-forms-together": (
        "run.py",
        "from legacy.layers import AttentionPooling as AP; import legacy.layers as L, legacy.layers\n"
        "AP(); L.AttentionPooling(); legacy.layers.Other()\n",
        "from lib.pooling import AttentionPooling as AP; import legacy.layers as L, legacy.layers\n"
        "AP(); AP(); legacy.layers.Other()\n",
    ),
    "module-from-package": (
        "legacy/model.py",
        "from . import layers\npool = layers.AttentionPooling()\n",
        "from . import layers\nfrom lib.pooling import AttentionPooling\npool = AttentionPooling()\n",
    ),
    "module-script-folder": (
        "scripts/train.py",
        "import lstm2risk\npool = lstm2risk.AttentionPooling()\n",
        "import lstm2risk\nfrom lib.pooling import AttentionPooling\npool = AttentionPooling()\n",
    ),
    "module-name-taken": (
        "run.py",
        "import legacy.layers as L\nclass AttentionPooling(L.AttentionPooling): pass\n",
        "import legacy.layers as L\nfrom lib.pooling import AttentionPooling as _AttentionPooling\n"
        "class AttentionPooling(_AttentionPooling): pass\n",
    ),
    "module-name-there": (
        "run.py",
        "from lib.pooling import AttentionPooling\nimport legacy.layers as L\n"
        "same = L.AttentionPooling is AttentionPooling\n",
        "from lib.pooling import AttentionPooling\nimport legacy.layers as L\n"
        "same = AttentionPooling is AttentionPooling\n",
    ),
    "module-docstring-and-future": (
        "run.py",
        '"""Doc."""\nfrom __future__ import annotations\nfrom __future__ import division\nimport legacy.layers as L\n'
        "X = L.AttentionPooling.size\n",
        '"""Doc."""\nfrom __future__ import annotations\nfrom __future__ import division\nimport legacy.layers as L\n'
        "from lib.pooling import AttentionPooling\nX = AttentionPooling.size\n",
    ),
    "module-shadowed-elsewhere": (
        "run.py",
        "import legacy.layers as L\ndef f(L):\n    return L.AttentionPooling\nx = L.AttentionPooling\n",
        "import legacy.layers as L\nfrom lib.pooling import AttentionPooling\n"
        "def f(L):\n    return L.AttentionPooling\n"
        "x = AttentionPooling\n",
    ),
    "module-in-function": (
        "run.py",
        "def f():\n    import legacy.layers as L\n    return L.AttentionPooling()\nf()\n",
        "def f():\n    from lib.pooling import AttentionPooling\n    return AttentionPooling()\nf()\n",
    ),
    "module-in-function-used": (
        "run.py",
        "def f():\n    import legacy.layers as L  # late\n    return L.AttentionPooling(), L\nf()\n",
        "def f():\n    import legacy.layers as L  # late\n    from lib.pooling import AttentionPooling\n"
        "    return AttentionPooling(), L\nf()\n",
    ),
    "module-in-f-string": (
        "run.py",
        "import legacy.layers as L\nx = f'é {L.AttentionPooling.size} {L.AttentionPooling.size:>{L.OLD}}'\n",
        "import legacy.layers as L\nfrom lib.pooling import AttentionPooling\n"
        "x = f'é {AttentionPooling.size} {AttentionPooling.size:>{L.OLD}}'\n",
    ),
    "module-in-string-annotations": (
        "run.py",
        "import legacy.layers as L\n"
        "def f(é: 'é', x: 'L.AttentionPooling | None', *y: 'L.Other') -> \"list[L.AttentionPooling]\": pass\n",
        "import legacy.layers as L\nfrom lib.pooling import AttentionPooling\n"
        "def f(é: 'é', x: 'AttentionPooling | None', *y: 'L.Other') -> \"list[AttentionPooling]\": pass\n",
    ),
    "module-in-cast": (
        "run.py",
        "from typing import cast\nimport legacy.layers\nx = cast('legacy.layers.AttentionPooling', 1)\n",
        "from typing import cast\nimport legacy.layers\nfrom lib.pooling import AttentionPooling\n"
        "x = cast('AttentionPooling', 1)\n",
    ),
    "module-in-type-comments": (
        "run.py",
        "import legacy.layers\ndef f(x, y):\n    # type: (legacy.layers.AttentionPooling, int) -> legacy.layers.Other\n"
        "    z = []  # type: list[legacy.layers.AttentionPooling]  # all\n",
        "import legacy.layers\nfrom lib.pooling import AttentionPooling\n"
        "def f(x, y):\n    # type: (AttentionPooling, int) -> legacy.layers.Other\n"
        "    z = []  # type: list[AttentionPooling]  # all\n",
    ),
    "type-comment-of-a-name": (
        "run.py",
        "from legacy.layers import AttentionPooling  # noqa: F401\nx = None  # type: AttentionPooling\n",
        "from lib.pooling import AttentionPooling  # noqa: F401\nx = None  # type: AttentionPooling\n",
    ),
    "star-in-string-annotation": (
        "run.py",
        "from legacy.layers import *\ndef f(x: 'AttentionPooling'): pass\n",
        "from legacy.layers import *\nfrom lib.pooling import AttentionPooling\ndef f(x: 'AttentionPooling'): pass\n",
    ),
    "if-else": (
        "run.py",
        "import os\nif os.name == 'x':\n    from legacy.layers import Other as AttentionPooling\n"
        "else:\n    from legacy.layers import AttentionPooling\n",
        "import os\nif os.name == 'x':\n    from legacy.layers import Other as AttentionPooling\n"
        "else:\n    from lib.pooling import AttentionPooling\n",
    ),
    "rebound-by-condition": (
        "run.py",
        "from legacy.layers import AttentionPooling\nif AttentionPooling.size > 9:\n    AttentionPooling = None\n",
        "from lib.pooling import AttentionPooling\nif AttentionPooling.size > 9:\n    AttentionPooling = None\n",
    ),
    "nested-package": (
        "legacy/deep/very/model.py",
        "from ...layers import AttentionPooling, Other\nfrom ... import layers\nx = layers.AttentionPooling\n",
        "from lib.pooling import AttentionPooling\nfrom ...layers import Other\nfrom ... import layers\n"
        "x = AttentionPooling\n",
    ),
    "package-itself": (
        "legacy/deep/__init__.py",
        "from ..layers import AttentionPooling as AttentionPooling, Other as Other\n",
        "from lib.pooling import AttentionPooling as AttentionPooling\nfrom ..layers import Other as Other\n",
    ),
    "decorated-and-inherited": (
        "run.py",
        "import legacy.layers as L\n@L.AttentionPooling\ndef f(): pass\nclass A(L.AttentionPooling): pass\n",
        "import legacy.layers as L\nfrom lib.pooling import AttentionPooling\n"
        "@AttentionPooling\ndef f(): pass\nclass A(AttentionPooling): pass\n",
    ),
    "two-modules-in-one-import": (
        "run.py",
        "import os, legacy.layers as L, sys\nx = L.AttentionPooling, os, sys\n",
        "import os, legacy.layers as L, sys\nfrom lib.pooling import AttentionPooling\nx = AttentionPooling, os, sys\n",
    ),
    "lambda-default-and-comprehension": (
        "run.py",
        "import legacy.layers as L\nf = lambda x=L.AttentionPooling: [L.AttentionPooling for _ in 'ab']\n",
        "import legacy.layers as L\nfrom lib.pooling import AttentionPooling\n"
        "f = lambda x=AttentionPooling: [AttentionPooling for _ in 'ab']\n",
    ),
    "module-no-final-newline": (
        "run.py",
        "import legacy.layers as L; x = L.AttentionPooling",
        "import legacy.layers as L; from lib.pooling import AttentionPooling; x = AttentionPooling",
    ),
    "module-type-checking": (
        "run.py",
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    import legacy.layers as L\ndef f(x: L.AttentionPooling): pass\n",
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    import legacy.layers as L\n    from lib.pooling import AttentionPooling\n"
        "def f(x: AttentionPooling): pass\n",
    ),
    "star": (
        "run.py",
        "from legacy.layers import *\npool = AttentionPooling()\n",
        "from legacy.layers import *\nfrom lib.pooling import AttentionPooling\npool = AttentionPooling()\n",
    ),
    "star-in-all": (
        "run.py",
        "from legacy.layers import *\n__all__ = ['AttentionPooling', 'Other']\n",
        "from legacy.layers import *\nfrom lib.pooling import AttentionPooling\n"
        "__all__ = ['AttentionPooling', 'Other']\n",
    ),
}
