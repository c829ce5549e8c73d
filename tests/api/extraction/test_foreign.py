"""The library never imports legacy code: what would need that is refused, with the circle where there is one."""

from pathlib import Path

import pytest

from refactor_tools.api.extract import extract
from refactor_tools.model.extraction import Extraction, ExtractionRequest
from refactor_tools.settings import load_settings

CLASS = """

class Scaled(nn.Module):
    def __init__(self, dim):
        super().__init__()
{body}
    def forward(self, x):
        return self.fc(x)
"""
PLAIN = "        self.fc = nn.Linear(dim, WIDTH)\n"


def run(root: Path, layers: str, config: str) -> Extraction:
    (root / "legacy").mkdir()
    (root / "legacy/__init__.py").write_text("", encoding="utf-8")
    (root / "legacy/layers.py").write_text(layers, encoding="utf-8")
    (root / "legacy/config.py").write_text(config, encoding="utf-8")
    (root / "pyproject.toml").write_text('[tool.refactor-tools]\nlegacy = ["legacy"]\n', encoding="utf-8")
    return extract(load_settings(root), ExtractionRequest(("Scaled",), prove=False, tests=False))


def details(extraction: Extraction) -> str:
    [refused] = extraction.refused
    return "\n".join(text for detail in refused.refusal.details for text in detail)


@pytest.mark.parametrize(
    ("imported", "body"),
    [
        ("from .config import WIDTH\n", PLAIN),
        ("from legacy.config import WIDTH\n", PLAIN),
        ("from legacy import config\n", PLAIN.replace("WIDTH", "config.WIDTH")),
        ("", "        from legacy.config import WIDTH\n" + PLAIN),
    ],
    ids=["relative", "absolute", "module", "inside"],
)
def test_a_value_of_another_legacy_file_is_refused(tmp_path: Path, imported: str, body: str) -> None:
    extraction = run(tmp_path, f"from torch import nn\n{imported}{CLASS.format(body=body)}", "WIDTH = 4\n")
    assert extraction.refused[0].refusal.reason.startswith("needs something of another legacy file")
    assert "of legacy/config.py, imported in line" in details(extraction)
    assert not extraction.changeset.effective


def test_a_circle_is_shown(tmp_path: Path) -> None:
    layers = "from torch import nn\nfrom legacy.config import WIDTH\n" + CLASS.format(body=PLAIN)
    extraction = run(tmp_path, layers, "from legacy import layers\n\nWIDTH = 4\n")
    assert extraction.refused[0].refusal.reason.startswith("would import in a circle")
    assert "the component -> legacy/config.py -> legacy/layers.py -> the component" in details(extraction)


@pytest.mark.parametrize(
    "layers",
    [
        "from torch import nn\n\nWIDTH = 4\n" + CLASS.format(body=PLAIN),
        "from torch import nn\nfrom legacy.config import OTHER\n\nWIDTH = 4\n" + CLASS.format(body=PLAIN),
        "import math\nfrom torch import nn\n" + CLASS.format(body=PLAIN.replace("WIDTH", "math.floor(4.5)")),
    ],
    ids=["own constant", "an import it does not use", "an installed module"],
)
def test_what_comes_along_or_is_installed_is_no_reason(tmp_path: Path, layers: str) -> None:
    extraction = run(tmp_path, layers, "OTHER = 4\n")
    assert not extraction.refused
    text = next(c.after or b"" for c in extraction.changeset.files if c.path.endswith("/scaled.py"))
    assert b"legacy" not in text.partition(b"class Scaled")[0].rpartition(b'"""')[2]


@pytest.mark.parametrize(
    ("imported", "refused"), [("from shared import WIDTH\n", False), ("from legacy.config import WIDTH\n", True)]
)
def test_files_that_are_not_searched_are_no_legacy_code(tmp_path: Path, imported: str, refused: bool) -> None:
    (tmp_path / "shared.py").write_text("WIDTH = 4\n", encoding="utf-8")
    layers = f"from torch import nn\n{imported}{CLASS.format(body=PLAIN)}"
    assert bool(run(tmp_path, layers, "WIDTH = 4\n").refused) == refused


def test_a_decorator_that_registers_the_class_stays_in_the_legacy_file(tmp_path: Path) -> None:
    registry = "KNOWN = {}\n\n\ndef register(cls):\n    KNOWN[cls.__name__] = cls\n    return cls\n"
    head = "from torch import nn\nfrom legacy.config import register\n"
    body = CLASS.format(body=PLAIN.replace("WIDTH", "dim")).replace("class ", "@register\nclass ")
    extraction = run(tmp_path, head + body, registry)
    assert not extraction.refused
    texts = {change.path: (change.after or b"").decode() for change in extraction.changeset.files}
    assert texts["legacy/layers.py"].count("@register") == 1
    assert not any("register" in text for path, text in texts.items() if path.startswith("components/"))
