"""`check-equivalence --export`, `--import` and `--device auto`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from refactor_tools.model.certificates import Checked
    from refactor_tools.settings import Settings

FILE = click.Path(dir_okay=False, path_type=Path)


def chosen_device(device: str) -> str:
    """The device that `auto` means here."""
    if device != "auto":
        return device
    from refactor_tools.api.platforms import unavailable
    from refactor_tools.model.proofs import Platform

    return "cpu" if unavailable(Platform("cuda")) else "cuda"


def give_out(checked: Sequence[Checked], path: Path) -> None:
    """Write a bundle of the certificates that hold.

    Raises:
        RefactorError: the file cannot be written.
    """
    from refactor_tools.api.bundles import export_bundle
    from refactor_tools.errors import RefactorError

    try:
        path.write_text(export_bundle(checked), encoding="utf-8")
    except OSError as error:
        raise RefactorError(f"cannot be written: {error.strerror}", str(path)) from error


def take_in(settings: Settings, path: Path, *, quiet: bool) -> None:
    """Merge a bundle into the certificates, and say what was of no use.

    Raises:
        RefactorError: the file cannot be read, or is no bundle.
    """
    from refactor_tools.api.bundles import import_bundle
    from refactor_tools.changes.transaction import apply
    from refactor_tools.errors import RefactorError

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RefactorError(f"cannot be read: {error}", str(path)) from error
    found = import_bundle(settings, text, str(path))
    if found.changes.effective:
        apply(settings.root, found.changes, "check-equivalence")
    for component, reason in () if quiet else found.left_out:
        click.echo(f"  left out: {component}: {reason}", err=True)
