"""Whether a certificate still speaks of the text that is there. Text only: no torch."""

from dataclasses import dataclass

from refactor_tools.certificates.digests import case_digest, source_digest
from refactor_tools.model.adapters import Adapter
from refactor_tools.model.certificates import Certificate, CertifiedOriginal, Closure
from refactor_tools.model.proofs import Case, OriginalTask, ProofTask


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between what was certified and what is there, in words: of the component, and of anything else.

    `renamed` tells that the component's text differs only in what cannot change what it computes.
    """

    component: tuple[str, ...]
    others: tuple[str, ...]
    renamed: bool

    def __bool__(self) -> bool:
        return bool(self.component or self.others)

    def __str__(self) -> str:
        return "; ".join((*self.component, *self.others))


def changes(certificate: Certificate, task: ProofTask, closure: Closure) -> Changes:
    """What differs between what was certified and what is there; nothing where the certificate is fresh."""
    text = () if certificate.closure.source == closure.source else (f"the source of {task.component} changed",)
    renamed = certificate.closure.computation == closure.computation
    return Changes(text, tuple(_other_changes(certificate, task)), renamed)


def _other_changes(certificate: Certificate, task: ProofTask) -> list[str]:
    found: list[str] = []
    certified = {original.id: original for original in certificate.originals}
    for original in task.originals:
        if original.id not in certified:
            found.append(f"{original.id} is not in the certificate")
        else:
            found += _differences(certified[original.id], original)
    there = {original.id for original in task.originals}
    found += [f"{identity} is no longer an original" for identity in certified if identity not in there]
    return found


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
