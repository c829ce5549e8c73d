"""`python -m legacy_fixtures.demo FOLDER`: the whole chain on a part of the first legacy system, with its output.

The part is small enough for the chain to be quick: one folder of scripts and the model of a package beside it.
"""

import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from legacy_fixtures.systems import SYSTEMS, copy_tree
from refactor_tools.cli.main import main as refactor_tools

SETTINGS = '[tool.refactor-tools]\nlegacy = ["legacy"]\nlibrary = "components"\n'
CHAIN = (
    ("analyze-deps", "src"),
    ("extract-component", "AttentionPooling", "ResidualBlock"),
    ("migrate-imports",),
    ("check-equivalence",),
    ("component-index",),
)
# Of the folder of the models; the rest of the system proves in minutes what this part proves in seconds.
PART = ("__init__.py", "names3risk_legacy", "lightning/__init__.py", "lightning/pl_data.py", "lightning/tabular")
LEFT_OUT = "src/athelas/models/temporal_self_attention_legacy"
OPENING = "A part of legacy_fixtures/athelas/before: names3risk and the tabular model."
CLOSING = """
What you just saw stands in {folder}/migrated: the library in
src/athelas/models/pytorch, its catalogue in component_index.
{folder}/legacy is the same legacy code, untouched, for you to try:

    source .venv/bin/activate && cd {folder}
    analyze-deps legacy/
    extract-component AttentionPooling
    check-equivalence
    new-component --category fusion
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the chain in FOLDER/migrated and leave FOLDER/legacy untouched beside it; the first failure ends it."""
    arguments = sys.argv[1:] if argv is None else argv
    folder = Path(arguments[0] if arguments else "build/demo")
    shown = folder.as_posix()
    started = time.perf_counter()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("migrated", "legacy"):
        copy_tree(SYSTEMS[0].before, folder / name)
        _keep_part(folder / name)
    print(OPENING, flush=True)
    (folder / "legacy" / "pyproject.toml").unlink()
    (folder / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    back = Path.cwd()
    os.chdir(folder / "migrated")
    try:
        for command in CHAIN:
            print(f"\n$ {' '.join(command)}", flush=True)
            code = refactor_tools(command)
            if code:
                print(f"{command[0]} ended with exit code {code}", file=sys.stderr)
                return code
    finally:
        os.chdir(back)
    print(CLOSING.format(folder=shown), end="")
    print(f"\n{time.perf_counter() - started:.0f} s", flush=True)
    return 0


def _keep_part(root: Path) -> None:
    """Leave of the models what `PART` names, and of the settings what is there."""
    models = root / "src/athelas/models"
    kept = {models / name for name in PART}
    for path in sorted(models.rglob("*"), reverse=True):
        if kept & {path, *path.parents}:
            continue
        if path.is_file():
            path.unlink()
        elif not any(path.iterdir()):
            path.rmdir()
    (root / "migration_map.yaml").unlink()
    settings = root / "pyproject.toml"
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    settings.write_text("".join(line for line in lines if LEFT_OUT not in line), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
