"""Runs the scripts of a legacy system as its owners do: in an interpreter of their own, from their own folder."""

import os
import subprocess
import sys
from pathlib import Path


def run(*arguments: str, folder: Path, path: str | None = None, warnings: str = "error") -> str:
    """stdout of `python ARGUMENTS`; neither PYTHONPATH nor byte code leaks into or out of the fixture."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1"} | ({"PYTHONPATH": path} if path else {})
    command = [sys.executable, "-W", warnings, *arguments]
    child = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    return child.stdout
