"""Relative and absolute spellings of a rewritten import."""

import pytest

from refactor_tools.codemods.import_style import Style
from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.imports import rewrite_imports
from refactor_tools.model.migrations import Move

FILES = {
    "src/app/__init__.py": "",
    "src/app/legacy/__init__.py": "",
    "src/app/legacy/layers.py": "class Pool: pass\n",
    "src/app/lib/__init__.py": "",
    "src/app/lib/pooling.py": "class Pool: pass\n",
    "src/app/legacy/deep/__init__.py": "",
}
MOVE = Move("src/app/legacy/layers.py", "Pool", "app.lib.pooling", "Pool")
RELATIVE, ABSOLUTE = "from .layers import Pool\n", "from app.legacy.layers import Pool\n"


@pytest.mark.parametrize(
    ("path", "text", "style", "after"),
    [
        ("src/app/legacy/model.py", RELATIVE, "keep", "from ..lib.pooling import Pool\n"),
        ("src/app/legacy/model.py", ABSOLUTE, "keep", "from app.lib.pooling import Pool\n"),
        ("src/app/legacy/model.py", RELATIVE, "absolute", "from app.lib.pooling import Pool\n"),
        ("src/app/legacy/model.py", ABSOLUTE, "relative", "from ..lib.pooling import Pool\n"),
        ("src/app/legacy/__init__.py", RELATIVE, "keep", "from ..lib.pooling import Pool\n"),
        ("src/app/lib/model.py", "from ..legacy.layers import Pool\n", "keep", "from .pooling import Pool\n"),
        ("src/app/lib/__init__.py", "from ..legacy.layers import Pool\n", "keep", "from .pooling import Pool\n"),
        ("src/app/legacy/deep/m.py", "from ..layers import Pool\n", "keep", "from ...lib.pooling import Pool\n"),
        (
            "src/app/legacy/model.py",
            "from . import layers\nx = layers.Pool\n",
            "keep",
            "from . import layers\nfrom ..lib.pooling import Pool\nx = Pool\n",
        ),
        (
            "src/app/legacy/model.py",
            "import app.legacy.layers as L\nx = L.Pool\n",
            "relative",
            "import app.legacy.layers as L\nfrom ..lib.pooling import Pool\nx = Pool\n",
        ),
        ("run.py", ABSOLUTE, "relative", "from app.lib.pooling import Pool\n"),
        (
            "src/app/run.py",
            ABSOLUTE + 'if __name__ == "__main__":\n    Pool()\n',
            "relative",
            'from app.lib.pooling import Pool\nif __name__ == "__main__":\n    Pool()\n',
        ),
    ],
)
def test_style(path: str, text: str, style: Style, after: str) -> None:
    files = {**FILES, path: text}
    assert rewrite_imports(path, SourceTree(files, files.get, [MOVE]), style).text == after
    again = {**FILES, path: after}
    assert rewrite_imports(path, SourceTree(again, again.get, [MOVE]), style).text == after


def test_a_module_outside_the_package_is_named_absolutely() -> None:
    files = {**FILES, "src/app/legacy/model.py": RELATIVE}
    move = Move("src/app/legacy/layers.py", "Pool", "other.pooling", "Pool")
    found = rewrite_imports("src/app/legacy/model.py", SourceTree(files, files.get, [move]), "relative")
    assert found.text == "from other.pooling import Pool\n"
