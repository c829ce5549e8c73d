from pathlib import Path

import pytest

from refactor_tools.errors import SettingsError
from refactor_tools.settings import KeepApart, Settings, find_root, load_settings


def _write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings(tmp_path.resolve())


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "[tool.ruff]\n", "tool = 3\n"])
def test_a_file_without_the_table_is_the_defaults(tmp_path: Path, text: str) -> None:
    assert load_settings(_write(tmp_path, text)) == Settings(tmp_path.resolve())


def test_every_kind_of_value(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "[tool.refactor-tools]\nlegacy = ['a', 'b/c']\nlibrary = 'lib'\nmax-branches = 0\n"
        "max-slowdown = 2\nremove-in = '3.1'\n"
        "[[tool.refactor-tools.keep-apart]]\nnames = ['A', 'B']\nreason = 'two papers'\n",
    )
    assert load_settings(tmp_path) == Settings(
        tmp_path.resolve(),
        legacy=("a", "b/c"),
        library="lib",
        max_branches=0,
        max_slowdown=2.0,
        remove_in="3.1",
        keep_apart=(KeepApart(("A", "B"), "two papers"),),
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("libary = 'x'", r"unknown setting `libary`; did you mean `library`\?"),
        ("zzz = 1", r"unknown setting `zzz`; known keys: archive, .*tests"),
        ("root = '/'", r"unknown setting `root`"),
        ("max_branches = 1", r"did you mean `max-branches`\?"),
        ("library = 3", r"`library` must be a string, not 3"),
        ("max-branches = '2'", r"`max-branches` must be a number"),
        ("max-branches = true", r"`max-branches` must be a number"),
        ("legacy = 'a'", r"`legacy` must be a list of "),
        ("legacy = ['a', 1]", r"`legacy` must be a list of "),
        ("shims = 'some'", r"`shims` must be one of legacy, none, not 'some'"),
        ("deprecation-category = 'Warn'", r"`deprecation-category` must be one of DeprecationWarning, "),
        ("deprecation-category = ['Warn']", r"`deprecation-category` must be one of "),
        ("keep-apart = ['A']", r"`keep-apart` must be a list of "),
        ("keep-apart = [{ names = ['A'] }]", r"`keep-apart` needs `names`"),
        ("keep-apart = [{ names = ['A'], reason = ' ' }]", r"`keep-apart` needs `names`"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, line: str, message: str) -> None:
    _write(tmp_path, f"[tool.refactor-tools]\n{line}\n")
    with pytest.raises(SettingsError, match=message) as caught:
        load_settings(tmp_path)
    assert caught.value.place == str(tmp_path / "pyproject.toml")


@pytest.mark.parametrize("data", [b"[tool", b"\xff\xfe", b"x = 1\nx = 2\n"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(data)
    for read in (load_settings, find_root):
        with pytest.raises(SettingsError, match=r"pyproject\.toml: cannot be read"):
            read(tmp_path)


def test_the_nearest_table_upwards_is_the_root(tmp_path: Path) -> None:
    outer = _write(tmp_path / "outer", "[tool.refactor-tools]\n")
    _write(outer / "inner", "[project]\nname = 'x'\n")
    below = outer / "inner/deep"
    below.mkdir()
    assert find_root(below) == outer.resolve()
    _write(outer / "inner", "[tool.refactor-tools]\n")
    assert find_root(below) == (outer / "inner").resolve()


def test_without_a_table_the_start_is_the_root(tmp_path: Path) -> None:
    assert find_root(tmp_path / "a") == (tmp_path / "a").resolve()
