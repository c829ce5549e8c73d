"""Certificates as JSON, and where each record of a component stands under `component_index/`."""

import hashlib
import json
from pathlib import PurePosixPath

from refactor_tools.certificates.adapters import adapter_document, read_adapter
from refactor_tools.certificates.cases import dump_cases, load_cases
from refactor_tools.certificates.keymaps import dump_keymap, load_keymap
from refactor_tools.certificates.records import SCHEMA, Record, read_json, write_json
from refactor_tools.errors import UnreadableRecord
from refactor_tools.model.certificates import Certificate, CertifiedOriginal, Closure, Result
from refactor_tools.model.proofs import LADDER, Check, Sensitivity
from refactor_tools.settings import INDEX

__all__ = [
    "case_path",
    "certificate_document",
    "certificate_path",
    "dump_cases",
    "dump_certificate",
    "dump_keymap",
    "keymap_path",
    "load_cases",
    "load_certificate",
    "load_keymap",
    "original_name",
    "original_path",
    "read_certificate",
]


def certificate_path(name: str) -> str:
    """Relative to the root, like all of these."""
    return str(PurePosixPath(INDEX, "certificates", f"{name}.json"))


def keymap_path(name: str) -> str:
    return str(PurePosixPath(INDEX, "keymaps", f"{name}.json"))


def case_path(name: str) -> str:
    return str(PurePosixPath(INDEX, "cases", f"{name}.yaml"))


def original_path(digest: str) -> str:
    """Where the slice whose `original_name` is `digest` is kept."""
    return str(PurePosixPath(INDEX, "originals", f"{digest}.py.txt"))


def original_name(source: str) -> str:
    """The digest that names a kept slice: of its exact text, so that a changed file is noticed."""
    return hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:20]


def dump_certificate(certificate: Certificate) -> str:
    """The text of `component_index/certificates/<Name>.json`."""
    return write_json(certificate_document(certificate))


def certificate_document(certificate: Certificate) -> dict[str, object]:
    """`certificate` as plain data, sealed.

    The seal is a digest over everything else. It shows damage, merges gone wrong and edits by hand; it keeps nobody
    from making a seal of their own.
    """
    document: dict[str, object] = {
        "schema": SCHEMA,
        "component": certificate.component,
        "source": certificate.closure.source,
        "computation": certificate.closure.computation,
        "originals": [_original_document(original) for original in certificate.originals],
        "sensitivity": _sensitivity_document(certificate.sensitivity),
    }
    return {**document, "seal": _seal(document)}


def load_certificate(text: str, path: str) -> Certificate:
    """The certificate in `text`, read from `path`.

    Raises:
        UnreadableRecord: it is damaged, edited by hand, or of another schema.
    """
    return read_certificate(read_json(text, path))


def read_certificate(record: Record) -> Certificate:
    """The inverse of `certificate_document`.

    Raises:
        UnreadableRecord: as `load_certificate`.
    """
    sealed = {key: value for key, value in record.values.items() if key != "seal"}
    if record.text("seal") != _seal(sealed):
        reason = "does not match its seal: it was edited or damaged; prove the component again"
        raise UnreadableRecord(reason, record.path)
    return Certificate(
        component=record.text("component"),
        closure=Closure(record.text("source"), record.text("computation")),
        originals=tuple(map(_original, record.records("originals"))),
        sensitivity=record.optional("sensitivity", _sensitivity),
    )


def _seal(document: dict[str, object]) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def _original_document(original: CertifiedOriginal) -> dict[str, object]:
    roots: dict[str, dict[str, str]] = {}
    for device, minor, root in sorted(original.roots):
        roots.setdefault(device, {})[minor] = root
    return {
        "id": original.id,
        "source": original.source,
        "case": original.case,
        "verdict": original.verdict,
        "reason": original.reason,
        "adapter": adapter_document(original.adapter),
        "roots": roots,
        "branches": original.branches,
        "checks": [{"name": check.name, "passed": check.passed, "detail": check.detail} for check in original.checks],
        "results": [
            {"device": result.device, "dtype": result.dtype, "torch": result.torch, "verdict": result.verdict}
            for result in original.results
        ],
    }


def _sensitivity_document(sensitivity: Sensitivity | None) -> dict[str, object] | None:
    if sensitivity is None:
        return None
    return {
        "seeded": sensitivity.seeded,
        "caught": sensitivity.caught,
        "equal_roots": sensitivity.equal_roots,
        "survivors": list(sensitivity.survivors),
    }


def _original(record: Record) -> CertifiedOriginal:
    roots = record.record("roots")
    return CertifiedOriginal(
        id=record.text("id"),
        source=record.text("source"),
        case=record.text("case"),
        adapter=read_adapter(record.record("adapter")),
        verdict=record.one_of("verdict", LADDER),
        roots=tuple((device, minor, root) for device in roots.values for minor, root in roots.pairs(device)),
        branches=record.text("branches"),
        checks=tuple(map(_check, record.records("checks"))),
        results=tuple(map(_result, record.records("results"))),
        reason=record.text("reason", ""),
    )


def _check(record: Record) -> Check:
    return Check(record.text("name"), record.one_of("passed", (True, False, None)), record.text("detail", ""))


def _result(record: Record) -> Result:
    return Result(record.text("device"), record.text("dtype"), record.text("torch"), record.one_of("verdict", LADDER))


def _sensitivity(record: Record) -> Sensitivity:
    return Sensitivity(
        record.number("seeded"), record.number("caught"), record.number("equal_roots"), record.texts("survivors")
    )
