"""A legacy file without its shims: everything else stays, byte for byte."""

import ast
from dataclasses import replace

import pytest

from refactor_tools.codemods.shim_removal import exported_otherwise, without_shims
from refactor_tools.codemods.shims import shimmed
from tests.codemods.test_shims import ADAPTED, ALIAS, LEGACY

HELPER = "# stays\ndef helper(x):\n    return Old(x)\n"


def test_all_shims_and_what_served_them_go() -> None:
    text = without_shims(shimmed(LEGACY, "layers.py", [ADAPTED], "library"), {"Old"})
    assert "Old(nn.Module)" not in text
    assert "_legacy" not in text
    assert "_New" not in text
    assert "class Same(nn.Module):" in text
    assert HELPER in text


def test_an_alias_that_the_file_uses_keeps_its_private_name() -> None:
    text = without_shims(shimmed(LEGACY, "layers.py", [ADAPTED, ALIAS], "library"), {"Same"})
    assert "from library.parts import Same as _Same\n" in text
    assert "self.same = _Same(config.width)" in text
    assert "__getattr__" not in text
    assert "TYPE_CHECKING" not in text
    assert '"Same"' not in text
    assert '    "Model",\n' in text
    assert "class Old(_legacy.LegacyKeys, _New):" in text


def test_an_alias_that_nothing_reads_leaves_no_import() -> None:
    lone = LEGACY.replace("        self.same = Same(config.width)\n", "")
    assert "_Same" not in without_shims(shimmed(lone, "layers.py", [ALIAS], "library"), {"Same"})


def test_the_other_aliases_stay() -> None:
    other = replace(ALIAS, legacy_name="Model", name="Model", old="layers.Model")
    text = without_shims(shimmed(LEGACY, "layers.py", [ALIAS, other], "library"), {"Same"})
    assert text.count("def __getattr__") == 1
    assert '"Model": ("library.parts", "Model"),' in text
    assert '"Same"' not in text


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ('__all__ = ["Old", "helper"]\n', '__all__ = ["helper"]\n'),
        ('__all__ = ["helper", "Old"]\n', '__all__ = ["helper"]\n'),
        ('__all__ = ["helper", "Old",]\n', '__all__ = ["helper", ]\n'),
        ('__all__ = ("Old",)\n', "__all__ = ()\n"),
        ('__all__ = [\n    "Old",  # old\n    "helper",\n]\n', '__all__ = [\n    "helper",\n]\n'),
        ('__all__ = [\n    "helper",\n    "Old",\n]\n', '__all__ = [\n    "helper",\n]\n'),
    ],
)
def test_the_name_leaves_the_list_of_exports(written: str, left: str) -> None:
    text = without_shims(shimmed(LEGACY + written, "layers.py", [ADAPTED], "library"), {"Old"})
    assert text.endswith(left)


@pytest.mark.parametrize(
    ("source", "otherwise"),
    [
        ("__all__ = ['Old']", False),
        ("__all__ = ['Other']", False),
        ("names = ['Old']", False),
        ("__all__ = ['A'] + ['Old']", True),
        ("__all__ += ['Old']", True),
        ("__all__.append('Old')", True),
    ],
)
def test_lists_of_exports_that_cannot_be_edited(source: str, otherwise: bool) -> None:
    assert exported_otherwise(ast.parse(source), "Old") is otherwise


def test_line_ends_and_the_end_of_the_file_are_kept() -> None:
    text = shimmed(LEGACY.replace("\n", "\r\n"), "layers.py", [ADAPTED, ALIAS], "library")
    shorter = without_shims(text, {"Old", "Same"})
    assert "\n" not in shorter.replace("\r\n", "")
    assert shorter.endswith("]\r\n")


def test_without_names_nothing_changes() -> None:
    text = shimmed(LEGACY, "layers.py", [ADAPTED, ALIAS], "library")
    assert without_shims(text, set()) == text
