"""What the benchmarks measure on and with: wheels, kept in a cache folder outside the checkout."""

import argparse
import os
import subprocess
import sys
import zipfile
from pathlib import Path


class Unavailable(Exception):
    """Something could not be fetched; the message says what, and what to do."""


def add_cache_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cache",
        type=Path,
        default=default_cache(),
        metavar="DIR",
        help="where wheels are kept (default: %(default)s)",
    )


def default_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "refactor-tools-benchmarks")


def progress(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def package_of(requirement: str, cache: Path) -> Path:
    """The folder of the package in the wheel of `requirement` ("name==version"), fetched where it is not there yet.

    Only its Python files are unpacked; nothing of it is installed or imported.

    Raises:
        Unavailable: pip could not fetch the wheel, or it holds no package.
    """
    tree = cache / "trees" / requirement.replace("==", "-")
    if not tree.is_dir():
        _unpack(_wheel(requirement, cache / "wheels" / tree.name), tree)
    packages = [folder for folder in sorted(tree.iterdir()) if (folder / "__init__.py").is_file()]
    if not packages:
        raise Unavailable(f"the wheel of {requirement} holds no package: {tree}")
    return packages[0]


def executable_of(requirement: str, cache: Path, name: str) -> Path:
    """The command `name` of `requirement`, in a virtual environment of its own.

    Raises:
        Unavailable: pip could not install it.
    """
    folder = cache / "tools" / requirement.replace("==", "-")
    command = folder / "bin" / name
    if not command.is_file():
        progress(f"installing {requirement} in {folder}")
        _run([sys.executable, "-m", "venv", str(folder)])
        code = _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", requirement])
        if code or not command.is_file():
            raise Unavailable(f"pip could not install {requirement}; is there a network?")
    return command


def _wheel(requirement: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    progress(f"fetching {requirement} to {folder}")
    options = ["--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    code = _run([sys.executable, "-m", "pip", "download", *options, requirement])
    found = sorted(folder.glob("*.whl"))
    if code or not found:
        raise Unavailable(f"pip could not fetch {requirement}; is there a network? Or give a folder with --tree.")
    return found[-1]


def _unpack(wheel: Path, tree: Path) -> None:
    tree.parent.mkdir(parents=True, exist_ok=True)
    partial = tree.with_name(f"{tree.name}.{os.getpid()}.partial")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith(".py"):
                archive.extract(name, partial)
    partial.rename(tree)


def _run(command: list[str]) -> int:
    """The exit code of a command whose output goes to stderr."""
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode
