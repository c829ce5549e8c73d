"""Generated files as ruff formats them."""

import subprocess
import sys

from refactor_tools.errors import RefactorError

WIDTH = 120


def formatted(text: str) -> str:
    """`text` in ruff's format, whatever settings lie about.

    Raises:
        RefactorError: the text does not parse, or ruff is not installed.
    """
    command = [sys.executable, "-m", "ruff", "format", "--isolated", f"--line-length={WIDTH}", "--no-cache", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RefactorError(f"cannot be formatted: {' '.join(done.stderr.split())}")
    return done.stdout
