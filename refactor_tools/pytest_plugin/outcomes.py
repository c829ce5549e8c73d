"""What one check of one component came to, as a test result. `check-equivalence` has decided; this only reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from refactor_tools.model.certificates import Certificate, CertifiedOriginal, Checked
from refactor_tools.model.proofs import SETTLED, OriginalProof, Verdict, weakest

FRESHNESS, VERDICT, SENSITIVITY = "freshness", "verdict", "sensitivity"
# The device that checks are made on; of the others a certificate has the results.
CHECKED_DEVICE = "cpu"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`text` says why a check failed or was skipped: it did not apply, or what it says no longer holds."""

    kind: Literal["passed", "failed", "skipped"]
    text: str = ""


def check_names(certificate: Certificate | None, device: str) -> Sequence[str]:
    """The checks of one component on `device` that are known before anything is run."""
    originals = certificate.originals if certificate and device == CHECKED_DEVICE else ()
    found = dict.fromkeys(check.name for original in originals for check in original.checks)
    own = () if device != CHECKED_DEVICE else (SENSITIVITY,)
    return (FRESHNESS, VERDICT, *found, *own)


def devices(certificate: Certificate | None, wanted: str) -> Sequence[str]:
    """`wanted`; for "auto" every device that the certificate has a result for."""
    if wanted != "auto":
        return (wanted,)
    originals = certificate.originals if certificate else ()
    return tuple(sorted({CHECKED_DEVICE, *(result.device for part in originals for result in part.results)}))


def outcome(item: Checked, check: str, device: str, explanation: Sequence[str]) -> Outcome:
    """The outcome of `check`; `explanation` are the lines that say what is wrong with the component."""
    said = "\n".join(explanation) or item.status.reason
    if check == FRESHNESS:
        return Outcome("passed" if item.status.freshness in SETTLED else "failed", f"{item.status.freshness}: {said}")
    if item.proof is None and item.status.freshness not in SETTLED:
        return Outcome("skipped", f"{item.status.freshness}: {item.status.reason}")
    if check == VERDICT:
        return _verdict(item, device, said)
    return _sensitivity(item) if check == SENSITIVITY else _check(item, check)


def properties(item: Checked, device: str) -> Mapping[str, str]:
    """What a report keeps of the component beside the outcome."""
    holder = item.proof or item.certificate
    originals = holder.originals if holder else ()
    caught = holder.sensitivity if holder else None
    return {
        "equivalence.component": item.status.component,
        "equivalence.device": device,
        "equivalence.freshness": item.status.freshness,
        "equivalence.verdict": str(_reached(item, device) or ""),
        "equivalence.root": " ".join(root for part in originals for root in _roots(part, device)),
        "equivalence.branches": " ".join(dict.fromkeys(part.branches for part in originals if part.branches)),
        "equivalence.caught": f"{caught.caught}/{caught.seeded}" if caught else "",
    }


def _verdict(item: Checked, device: str, said: str) -> Outcome:
    reached = _reached(item, device)
    if reached is None:
        return Outcome("failed", f"there is no result for {device}; prove it there: `check-equivalence {item.name}`")
    return Outcome("passed" if item.passed else "failed", f"{reached}: {said}")


def _reached(item: Checked, device: str) -> Verdict | None:
    """The verdict on `device`; None where one of the originals was not run there."""
    if device == CHECKED_DEVICE or item.certificate is None:
        return item.status.verdict if device == CHECKED_DEVICE else None
    found = [
        weakest(result.verdict for result in part.results if result.device == device)
        for part in item.certificate.originals
    ]
    known = [verdict for verdict in found if verdict is not None]
    return weakest(known) if len(known) == len(found) else None


def _sensitivity(item: Checked) -> Outcome:
    holder = item.proof or item.certificate
    measured = holder.sensitivity if holder else None
    if measured is None:
        return Outcome("skipped", "no bugs were seeded")
    missed = f"{measured.seeded - measured.caught} of {measured.seeded} seeded bugs went unnoticed"
    text = f"{missed}: {', '.join(measured.survivors)}"
    return Outcome("passed" if measured.sufficient else "failed", text)


def _check(item: Checked, name: str) -> Outcome:
    holder = item.proof or item.certificate
    found = [
        (part.id, check) for part in (holder.originals if holder else ()) for check in part.checks if check.name == name
    ]
    failed = [f"{identity}: {check.detail or name}" for identity, check in found if check.passed is False]
    if failed:
        return Outcome("failed", "\n".join(failed))
    if any(check.passed for _, check in found):
        return Outcome("passed")
    why = "; ".join(dict.fromkeys(check.detail for _, check in found if check.detail))
    return Outcome("skipped", why or item.status.reason or "does not apply")


def _roots(original: CertifiedOriginal | OriginalProof, device: str) -> Iterator[str]:
    if isinstance(original, OriginalProof):
        yield from (original.root,) if original.root else ()
    else:
        yield from (root for place, _, root in original.roots if place == device)
