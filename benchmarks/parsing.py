"""`python benchmarks/parsing.py [FOLDER]`: how fast `ast` and libcst read the same files; default: torch/nn."""

import ast
import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import libcst as cst


def seconds(read: Callable[[str], object], texts: Sequence[str]) -> float:
    """CPU time to read all texts."""
    started = time.process_time()
    for text in texts:
        read(text)
    return time.process_time() - started


def main() -> int:
    """Print lines a second of both, and the ratio."""
    spec = importlib.util.find_spec("torch")
    default = Path(str(spec.origin)).parent / "nn" if spec else Path(ast.__file__).parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))]
    lines = sum(text.count("\n") for text in texts)
    fast, slow = seconds(ast.parse, texts), seconds(cst.parse_module, texts)
    print(f"{len(texts)} files, {lines:,} lines")
    print(f"ast      {lines / fast:10,.0f} lines/s")
    print(f"libcst   {lines / slow:10,.0f} lines/s")
    print(f"ratio    {slow / fast:10.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
