import io
import sys

import pytest

from refactor_tools.cli import progress
from refactor_tools.cli.progress import progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(monkeypatch: pytest.MonkeyPatch, *, patience: float = 0.0, quiet: bool = False, terminal: bool = True) -> str:
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "PATIENCE", patience)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("always", quiet=quiet) as say:
        if say is not None:
            for done in range(1, 4):
                say("reading files", done, 3)
            say("comparing copies", 1, 7)
    return stream.getvalue()


def test_stages_with_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    out = drawn(monkeypatch)
    assert "comparing copies" in out
    assert "1/7" in out


def test_nothing_of_what_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, patience=60.0) == ""


@pytest.mark.parametrize(("quiet", "terminal"), [(True, True), (False, False)])
def test_nothing_where_nobody_looks(monkeypatch: pytest.MonkeyPatch, quiet: bool, terminal: bool) -> None:
    assert drawn(monkeypatch, quiet=quiet, terminal=terminal) == ""


def test_an_interrupt_clears_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        with progress_bar("never", quiet=False) as say:
            assert say is not None
            say("reading files", 1, 3)
            raise KeyboardInterrupt

    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    # The cursor is shown again.
    assert "\x1b[?25h" in stream.getvalue()
