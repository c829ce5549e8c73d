"""Consumers before and after: the module `pkg/old/layers.py` is now `pkg/new/blocks.py`."""

STUBS = {
    "pkg/__init__.py": "",
    "pkg/base.py": "BASE = 1\n",
    "pkg/old/__init__.py": "",
    "pkg/old/layers.py": "from .helpers import H\nfrom ..base import BASE\nclass Pool: size = 3\nclass Other: pass\n",
    "pkg/old/helpers.py": "H = 1\n",
    "pkg/old/deep/__init__.py": "",
    "pkg/new/__init__.py": "",
}
MOVED = {
    "pkg/new/blocks.py": "from ..old.helpers import H\nfrom ..base import BASE\n"
    "class Pool: size = 3\nclass Other: pass\n",
}

# form: (path of the consumer, text before, text after)
REWRITTEN = {
    "from": (
        "run.py",
        "from pkg.old.layers import Pool as P, Other  # x\n",
        "from pkg.new.blocks import Pool as P, Other  # x\n",
    ),
    "from-package": (
        "run.py",
        "from pkg.old import layers\nlayers.Pool\n",
        "from pkg.new import blocks as layers\nlayers.Pool\n",
    ),
    "from-package-alias": (
        "run.py",
        "from pkg.old import layers as L\nL.Pool\n",
        "from pkg.new import blocks as L\nL.Pool\n",
    ),
    "from-package-several": (
        "run.py",
        "from pkg.old import helpers, layers  # noqa: F401\n",
        "from pkg.new import blocks as layers  # noqa: F401\nfrom pkg.old import helpers  # noqa: F401\n",
    ),
    "star": ("run.py", "from pkg.old.layers import *\nPool\n", "from pkg.new.blocks import *\nPool\n"),
    "relative": ("pkg/old/model.py", "from .layers import Pool\n", "from ..new.blocks import Pool\n"),
    "relative-module": (
        "pkg/old/model.py",
        "from . import layers, helpers\n",
        "from ..new import blocks as layers\nfrom . import helpers\n",
    ),
    "relative-below": ("pkg/old/deep/m.py", "from ..layers import Pool\n", "from ...new.blocks import Pool\n"),
    "relative-new-neighbour": ("pkg/new/model.py", "from ..old.layers import Pool\n", "from .blocks import Pool\n"),
    "package": (
        "pkg/old/deep/__init__.py",
        "from ..layers import Pool as Pool\n__all__ = ['Pool']\n",
        "from ...new.blocks import Pool as Pool\n__all__ = ['Pool']\n",
    ),
    "import-as": ("run.py", "import pkg.old.layers as L\nL.Pool\n", "import pkg.new.blocks as L\nL.Pool\n"),
    "import-dotted": (
        "run.py",
        "import os, pkg.old.layers  # x\nf = lambda: pkg.old.layers.Pool(pkg.old.layers.Other)\n",
        "import os, pkg.new.blocks  # x\nf = lambda: pkg.new.blocks.Pool(pkg.new.blocks.Other)\n",
    ),
    "import-dotted-and-neighbour": (
        "run.py",
        "import pkg.old.layers\nimport pkg.old.helpers\nx = pkg.old.layers.Pool, pkg.old.helpers.H, pkg\n",
        "import pkg.new.blocks\nimport pkg.old.helpers\nx = pkg.new.blocks.Pool, pkg.old.helpers.H, pkg\n",
    ),
    "import-through-package": (
        "run.py",
        "import pkg.old.helpers\nimport pkg.old as O\nimport pkg.old.layers as _\nx = O.layers.Pool\n",
        "import pkg.old.helpers\nimport pkg.old as O\nimport pkg.new.blocks\nimport pkg.new.blocks as _\n"
        "x = pkg.new.blocks.Pool\n",
    ),
    "import-in-function": (
        "run.py",
        "def f():\n\timport pkg.old.layers\n\treturn pkg.old.layers.Pool\nf()\n",
        "def f():\n\timport pkg.new.blocks\n\treturn pkg.new.blocks.Pool\nf()\n",
    ),
    "try": (
        "run.py",
        "try:\n    import pkg.old.layers as L\nexcept ImportError:\n    L = None\n",
        "try:\n    import pkg.new.blocks as L\nexcept ImportError:\n    L = None\n",
    ),
    "type-checking": (
        "run.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pkg.old.layers\n"
        "def f(x: 'pkg.old.layers.Pool') -> 'list[pkg.old.layers.Other]': pass\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pkg.new.blocks\n"
        "def f(x: 'pkg.new.blocks.Pool') -> 'list[pkg.new.blocks.Other]': pass\n",
    ),
    "type-comment": (
        "run.py",
        "import pkg.old.layers\nx = None  # type: pkg.old.layers.Pool\n",
        "import pkg.new.blocks\nx = None  # type: pkg.new.blocks.Pool\n",
    ),
    "f-string": (
        "run.py",
        "import pkg.old.layers\nx = f'{pkg.old.layers.Pool.size} é'\n",
        "import pkg.new.blocks\nx = f'{pkg.new.blocks.Pool.size} é'\n",
    ),
    "class-body": (
        "run.py",
        "class C:\n    from pkg.old import layers as L\n    pool = L.Pool\n",
        "class C:\n    from pkg.new import blocks as L\n    pool = L.Pool\n",
    ),
    "crlf-and-no-newline": (
        "run.py",
        "import os\r\nfrom pkg.old.layers import Pool",
        "import os\r\nfrom pkg.new.blocks import Pool",
    ),
    "moved-itself": ("pkg/old/layers.py", STUBS["pkg/old/layers.py"], MOVED["pkg/new/blocks.py"]),
}

# form: (path of the consumer, text that stays)
KEPT = {
    "neighbour": ("run.py", "from pkg.old.helpers import H  # layers\n"),
    "other-layers": ("run.py", "layers = 1\nx = layers\n"),
    "other-attribute": ("run.py", "import pkg.old.helpers\nlayers = pkg.old.helpers.H\n"),
    "own-package": ("other/m.py", "from .layers import Pool\n"),
    "done": ("run.py", "import pkg.new.blocks\nx = pkg.new.blocks.Pool\n"),
    "string": ("run.py", "x = 'pkg.old.layers.Pool'\n"),
    "parameter": ("run.py", "import pkg.old.helpers\ndef f(pkg): return pkg.old.layers\n"),
}
