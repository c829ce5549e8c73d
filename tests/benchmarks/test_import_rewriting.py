"""The benchmark's own figures."""

from pathlib import Path

import pytest

from benchmarks.consumer_forms import FORMS
from benchmarks.import_rewriting import _at_top, _before, _cost, _ours, _outcome


@pytest.mark.parametrize("form", ["relative", "three in one line", "star", "mock.patch"])
def test_a_consumer_survives_ours(form: str) -> None:
    found = _outcome(form, _ours)
    assert found.bound is not None
    assert _before(form) <= found.bound
    assert (found.hoisted, found.again) == (0, False)


def test_a_consumer_that_nothing_rewrote_does_not() -> None:
    from benchmarks.consumer_forms import AFTER
    from benchmarks.import_rewriting import _write

    def nothing(folder: Path, second: bool) -> bool:
        _write(folder, AFTER)
        return not second

    assert _outcome("relative", nothing).bound is None
    assert len(FORMS) > 20


def test_hoisted_imports_are_counted() -> None:
    assert _at_top(b"if 1:\n    from legacy.layers import AttentionPooling\n") == 0
    assert _at_top(b"from lib.pooling import AttentionPooling\nimport os\n") == 1


def test_the_cost_counts_what_is_parsed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in {
        "__init__.py": "",
        "a.py": "class Module: pass\n",
        "b.py": "from .a import Module\n",
        "c.py": "x = 1\n",
    }.items():
        (tmp_path / name).write_text(text)
    figures = _cost(tmp_path, "a.py", "Module")
    assert figures["ratio"] > 0
    out = capsys.readouterr().out
    assert "4 files, 2 mention `Module`" in out
    assert "1 of them change; 2 were parsed" in out
