"""Generated files in one format."""

import pytest

from refactor_tools.codemods.formatting import WIDTH, formatted
from refactor_tools.errors import RefactorError


def test_long_calls_and_statements_are_divided() -> None:
    call = ", ".join(f"parameter_{number}=value_{number}" for number in range(12))
    text = formatted(f"x = make({call})\ndef f(a, b = 1): return a\n")
    assert max(map(len, text.splitlines())) <= WIDTH
    assert text.endswith("\n\n\ndef f(a, b=1):\n    return a\n")
    assert formatted(text) == text


@pytest.mark.parametrize("text", ["", "# only a comment\n", 'x = "ä ∑"\n'])
def test_what_is_in_form_stays(text: str) -> None:
    assert formatted(text) == text


def test_settings_of_the_folder_do_not_count(tmp_path, monkeypatch) -> None:
    (tmp_path / "ruff.toml").write_text("line-length = 20\n[format]\nquote-style = 'single'\n")
    monkeypatch.chdir(tmp_path)
    assert formatted('x = [1111111111, "2222222222"]\n') == 'x = [1111111111, "2222222222"]\n'


def test_what_does_not_parse_is_said() -> None:
    with pytest.raises(RefactorError, match="cannot be formatted"):
        formatted("def f(:\n")
