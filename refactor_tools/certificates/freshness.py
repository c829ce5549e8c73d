"""Whether a certificate still speaks of the text that is there. Text only: no torch."""

from refactor_tools.certificates.digests import case_digest, source_digest
from refactor_tools.model.adapters import Adapter
from refactor_tools.model.certificates import Certificate, CertifiedOriginal
from refactor_tools.model.proofs import Case, OriginalTask, ProofTask


def changes(certificate: Certificate, task: ProofTask, closure_digest: str) -> tuple[str, ...]:
    """What differs between what was certified and what is there, in words; nothing where the certificate is fresh."""
    found = [] if certificate.source == closure_digest else [f"the source of {task.component} changed"]
    certified = {original.id: original for original in certificate.originals}
    for original in task.originals:
        if original.id not in certified:
            found.append(f"{original.id} is not in the certificate")
        else:
            found += _differences(certified[original.id], original)
    there = {original.id for original in task.originals}
    found += [f"{identity} is no longer an original" for identity in certified if identity not in there]
    return tuple(found)


def _differences(certified: CertifiedOriginal, there: OriginalTask) -> list[str]:
    compared = (
        ("the kept source", certified.source == source_digest(there.source)),
        ("the case", certified.case == case_digest(there.case or Case())),
        ("the adapter", _unordered(certified.adapter) == _unordered(there.adapter)),
    )
    return [f"{what} of {there.id} changed" for what, same in compared if not same]


def _unordered(adapter: Adapter) -> tuple[object, ...]:
    """Keyword arguments and key maps mean the same in any order."""
    return (
        frozenset(adapter.init),
        frozenset(adapter.forward),
        frozenset(adapter.state),
        frozenset(adapter.lacking),
    )
