"""What is left in a legacy file."""

from pathlib import Path

import pytest

from refactor_tools.api.extraction.library import without_unused_imports
from refactor_tools.api.extraction.scratch import Scratch
from refactor_tools.settings import load_settings

BEFORE = "import math\nimport os\n\n\nclass A:\n    x = math.pi\n\n\nprint(os)\n"
AFTER = "import math\nimport os\n\nfrom lib.a import A as _A\n\n\nprint(os)\n"


@pytest.mark.parametrize(
    ("path", "consumer", "kept"),
    [
        ("old/m.py", "", False),
        ("old/m.py", "from m import math\n", True),
        ("old/m.py", "import m\nm.math.pi\n", True),
        ("old/m.py", "from m import *\nprint(math)\n", True),
        ("old/m.py", "from m import *\nprint(A)\n", False),
        ("old/m.py", "from math import pi\n", False),
        ("old/__init__.py", "", True),
    ],
)
def test_an_import_that_only_moved_code_used_goes_unless_it_is_handed_on(
    tmp_path: Path, path: str, consumer: str, kept: bool
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / path).write_text(BEFORE)
    (tmp_path / "old" / "use.py").write_text(consumer)
    text = without_unused_imports(Scratch(load_settings(tmp_path), tmp_path), path, BEFORE, AFTER, "lib")
    assert ("import math\n" in text) is kept
    assert "import os\n" in text
    assert "from lib.a import A as _A\n" in text
