"""Wheels are unpacked once, and what cannot be fetched is said in a sentence."""

import zipfile
from pathlib import Path

import pytest

from benchmarks import corpus
from benchmarks.corpus import Unavailable, executable_of, package_of


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would have been run; pip puts a wheel where it is asked to."""
    seen: list[list[str]] = []

    def run(command: list[str]) -> int:
        seen.append(command)
        if "download" in command:
            folder = Path(command[command.index("--dest") + 1])
            with zipfile.ZipFile(folder / "some_pkg-1.0-py3-none-any.whl", "w") as wheel:
                wheel.writestr("some_pkg/__init__.py", "")
                wheel.writestr("some_pkg/sub/model.py", "x = 1\n")
                wheel.writestr("some_pkg/data.bin", "no")
                wheel.writestr("some_pkg-1.0.dist-info/METADATA", "no")
        return 0

    monkeypatch.setattr(corpus, "_run", run)
    return seen


def test_the_python_files_of_a_wheel(tmp_path: Path, commands: list[list[str]]) -> None:
    package = package_of("some-pkg==1.0", tmp_path)
    assert package.name == "some_pkg"
    files = sorted(path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file())
    assert files == ["__init__.py", "sub/model.py"]


def test_it_is_fetched_once(tmp_path: Path, commands: list[list[str]]) -> None:
    assert package_of("some-pkg==1.0", tmp_path) == package_of("some-pkg==1.0", tmp_path)
    assert len(commands) == 1


def test_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "_run", lambda command: 1)
    with pytest.raises(Unavailable, match=r"could not fetch some-pkg==1\.0; is there a network\?"):
        package_of("some-pkg==1.0", tmp_path)
    with pytest.raises(Unavailable, match=r"could not install tool==2\.0"):
        executable_of("tool==2.0", tmp_path, "tool")


def test_the_cache_is_outside_of_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert corpus.default_cache() == tmp_path / "refactor-tools-benchmarks"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert corpus.default_cache().is_relative_to(Path.home())
