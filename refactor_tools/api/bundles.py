"""`--export` and `--import`: results travel between machines as one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refactor_tools.model.certificates import Certificate, Checked
    from refactor_tools.model.changes import ChangeSet, FileChange
    from refactor_tools.settings import Settings


@dataclass(frozen=True, slots=True)
class Imported:
    """The certificates to write, and (component, reason) for each that was left out."""

    changes: ChangeSet
    left_out: tuple[tuple[str, str], ...]


def export_bundle(checked: Sequence[Checked]) -> str:
    """The text of a bundle of all certificates that hold."""
    from refactor_tools.certificates.bundles import dump_bundle
    from refactor_tools.model.proofs import SETTLED

    holding = (item for item in checked if item.status.freshness in SETTLED)
    return dump_bundle(tuple(item.certificate for item in holding if item.certificate is not None))


def import_bundle(settings: Settings, text: str, path: str) -> Imported:
    """What a bundle adds to the certificates of the tree: results for devices other than the CPU.

    A result counts only where both machines had the same component, originals, adapters and cases.

    Raises:
        UnreadableRecord: `text`, read from `path`, is no bundle, or something in it was edited.
    """
    from refactor_tools.certificates.bundles import load_bundle
    from refactor_tools.model.changes import ChangeSet

    files: list[FileChange] = []
    left_out: list[tuple[str, str]] = []
    for other in load_bundle(text, path):
        outcome = _merged(settings, other)
        if isinstance(outcome, str):
            left_out.append((other.component, outcome))
        else:
            files.append(outcome)
    return Imported(ChangeSet("certificates", tuple(files)), tuple(left_out))


def _merged(settings: Settings, other: Certificate) -> FileChange | str:
    """The certificate with the results of `other`, or why it has no use for them."""
    from refactor_tools.certificates.bundles import merged, mismatch
    from refactor_tools.certificates.store import certificate_path, dump_certificate, load_certificate
    from refactor_tools.errors import UnreadableRecord
    from refactor_tools.model.changes import FileChange

    path = certificate_path(other.component.rpartition(".")[2])
    file = settings.root / path
    if not file.is_file():
        return "there is no certificate for it here"
    held = file.read_bytes()
    try:
        certificate = load_certificate(held.decode("utf-8", "surrogateescape"), path)
    except UnreadableRecord as error:
        return str(error)
    if certificate.component != other.component:
        return f"the certificate of that name here is for {certificate.component}"
    if reason := mismatch(certificate, other):
        return f"{reason}; prove it again on both machines"
    return FileChange(path, held, dump_certificate(merged(certificate, other)).encode("utf-8", "surrogateescape"))
