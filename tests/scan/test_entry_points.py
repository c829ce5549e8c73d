from pathlib import Path

from refactor_tools.scan.entry_points import entry_points


def test_every_place_that_declares_them(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[project.scripts]\nrun = 'pkg.cli:run'\n[tool.poetry.scripts]\ngo = 'a:go'\n"
    )
    (tmp_path / "setup.cfg").write_text("[options.entry_points]\nconsole_scripts =\n    old = pkg.old:start\n")
    (tmp_path / "setup.py").write_text("setup(entry_points={'x': ['y = pkg:Plugin']})\n")
    assert entry_points(tmp_path) == {"run", "go", "start", "Plugin"}


def test_none_and_unreadable_ones(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_bytes(b"\xff\xfe:name")
    (tmp_path / "setup.cfg").mkdir()
    assert entry_points(tmp_path) == frozenset()
