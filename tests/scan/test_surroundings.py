from pathlib import Path

import pytest

from refactor_tools.model.facts import Scan
from refactor_tools.scan.listing import list_tree
from refactor_tools.scan.surroundings import surroundings, with_surroundings
from refactor_tools.scan.tree import scan_listing
from refactor_tools.settings import Settings


def around(root: Path, files: dict[str, str], path: str) -> tuple[Scan, Scan]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    settings = Settings(root=root)
    listing = list_tree(root, [root / path], settings)
    scan = scan_listing(listing, cache=False)
    return scan, with_surroundings(scan, surroundings(listing, [root / path], settings))


@pytest.mark.parametrize(
    "text",
    [
        "import lib.part\n",
        "from lib import part\n",
        "from lib import (\n    other,\n    part,\n)\n",
        "from .lib.part import x\n",
        "def f():\n    import lib.part\n",
        "import_module('lib.part')\n",
        "try:\n    from lib.part import *\nexcept ImportError: pass\n",
    ],
)
def test_files_that_may_import_what_was_read(tmp_path: Path, text: str) -> None:
    scan, whole = around(tmp_path, {"lib/part.py": "x = 1\n", "user.py": text}, "lib")
    assert [facts.path for facts in whole.files] == ["lib/part.py", "user.py"]
    assert [facts.path for facts in scan.files] == ["lib/part.py"]


@pytest.mark.parametrize("text", ["import os\n", "part = 1\n", "'''The part of lib.'''\n", "", "\0\n"])
def test_files_that_have_nothing_to_do_with_it(tmp_path: Path, text: str) -> None:
    scan, whole = around(tmp_path, {"lib/part.py": "x = 1\n", "user.py": text}, "lib")
    assert whole is scan


def test_files_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    files = {"lib/part.py": "x = 1\n", "python2.py": "import lib.part\nprint 'x'\n"}
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    scan, whole = around(tmp_path, files, "lib")
    assert scan.problems == whole.problems == ()


def test_bases_from_what_was_read_make_modules(tmp_path: Path) -> None:
    files = {
        "lib/part.py": "from torch import nn\nclass Base(nn.Module): pass\n",
        "user.py": "from lib.part import Base\nclass A(Base): pass\n",
    }
    _, whole = around(tmp_path, files, "lib")
    assert {one.id: one.is_module for one in whole.definitions} == {"lib/part.py::Base": True, "user.py::A": True}
