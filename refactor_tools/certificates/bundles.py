"""What one machine has proven, as one file that another merges into its certificates."""

from dataclasses import replace

from refactor_tools.certificates.mint import minor
from refactor_tools.certificates.records import SCHEMA, read_json, write_json
from refactor_tools.certificates.store import certificate_document, read_certificate
from refactor_tools.model.certificates import Certificate, CertifiedOriginal

# What this machine proves for itself.
_OWN = "cpu"


def dump_bundle(certificates: tuple[Certificate, ...]) -> str:
    """The text of a bundle; each certificate keeps its seal."""
    entries = sorted(certificates, key=lambda certificate: certificate.component)
    return write_json({"schema": SCHEMA, "certificates": [certificate_document(entry) for entry in entries]})


def load_bundle(text: str, path: str) -> tuple[Certificate, ...]:
    """The certificates in `text`, read from `path`.

    Raises:
        UnreadableRecord: it is no bundle, or a certificate in it was edited.
    """
    return tuple(map(read_certificate, read_json(text, path).records("certificates")))


def mismatch(certificate: Certificate, other: Certificate) -> str:
    """Why the results of `other` are not about what `certificate` speaks of; "" where they are."""
    if certificate.closure.computation != other.closure.computation:
        return "it was made of another text of the component"
    theirs = {original.id: original for original in other.originals}
    for original in certificate.originals:
        their = theirs.get(original.id)
        if their is None or (their.source, their.case) != (original.source, original.case):
            return f"it was made with another source or case of {original.id}"
        if their.adapter != original.adapter:
            return f"it was made with another adapter of {original.id}"
    return ""


def merged(certificate: Certificate, other: Certificate) -> Certificate:
    """`certificate` with the results that `other` has for devices that are not proven on here.

    Raises:
        ValueError: the two do not speak of the same computation; see `mismatch`.
    """
    if reason := mismatch(certificate, other):
        raise ValueError(reason)
    theirs = {original.id: original for original in other.originals}
    originals = (with_results(original, _elsewhere(theirs[original.id])) for original in certificate.originals)
    return replace(certificate, originals=tuple(originals))


def with_results(original: CertifiedOriginal, other: CertifiedOriginal) -> CertifiedOriginal:
    """`original` with the results and roots of `other` too; for one place `other`'s hold."""
    results = {(entry.device, entry.dtype, minor(entry.torch)): entry for entry in original.results}
    results |= {(e.device, e.dtype, minor(e.torch)): e for e in other.results}
    roots = {entry[:2]: entry for entry in original.roots}
    roots |= {entry[:2]: entry for entry in other.roots}
    return replace(
        original,
        results=tuple(results[place] for place in sorted(results)),
        roots=tuple(roots[place] for place in sorted(roots)),
    )


def _elsewhere(original: CertifiedOriginal) -> CertifiedOriginal:
    """`original` without what this machine proves for itself."""
    return replace(
        original,
        results=tuple(result for result in original.results if result.device != _OWN),
        roots=tuple(entry for entry in original.roots if entry[0] != _OWN),
    )
