"""What is to be known of one component beside its row: why it failed or drifted, and for which sizes it is proved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from refactor_tools.model.proofs import JOINT_GRAPHS

if TYPE_CHECKING:
    from refactor_tools.model.certificates import CertifiedOriginal, Checked
    from refactor_tools.model.proofs import Check, OriginalProof, Sensitivity

    Original = CertifiedOriginal | OriginalProof

# A size that is a number, not part of a symbol such as s0 or of a name.
_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


def originals_of(item: Checked) -> Sequence[Original]:
    """Those of the proof made now, else of the certificate."""
    holder = item.proof or item.certificate
    return holder.originals if holder else ()


def sensitivity_of(item: Checked) -> Sensitivity | None:
    holder = item.proof or item.certificate
    return holder.sensitivity if holder else None


def explanation(item: Checked, *, divergences_follow: bool = False) -> Iterator[str]:
    """Why a component failed or what drifted, with the checks that failed; nothing where all is as it was.

    With `divergences_follow`, what they show is left to them.
    """
    if not item.passed and item.proof is not None:
        yield from _failures(item, divergences_follow)
    elif item.status.reason and not (item.passed and item.status.freshness == "FRESH"):
        yield item.status.reason
    sensitivity = sensitivity_of(item)
    if sensitivity is not None and sensitivity.survivors and not item.passed:
        yield f"bugs that went unnoticed: {', '.join(sensitivity.survivors)}"


def extents(item: Checked) -> Iterator[str]:
    """For which sizes the originals are proved, or what keeps them on a lower rung."""
    if item.passed:
        yield from dict.fromkeys(filter(None, map(_extent, originals_of(item))))


def _failures(item: Checked, divergences_follow: bool) -> Iterator[str]:
    reasons = {original.reason for original in originals_of(item)}
    if item.status.reason and not any(reason and reason in item.status.reason for reason in reasons):
        yield item.status.reason
    for original in originals_of(item):
        failed = [check for check in original.checks if check.passed is False]
        if not (failed or original.reason):
            continue
        yield f"{original.id}: {original.verdict}"
        if divergences_follow and getattr(original, "divergence", None) is not None:
            yield f"  failed: {', '.join(check.name for check in failed)}"
            continue
        if original.reason:
            yield f"  {original.reason}"
        yield from (f"  {_said(check)}" for check in failed if not check.detail or check.detail not in original.reason)


def _said(check: Check) -> str:
    return f"{check.name} differs: {check.detail}" if check.detail else f"{check.name} differs"


def _extent(original: Original) -> str:
    for check in original.checks:
        if check.name == JOINT_GRAPHS:
            return f"PROVED for {together(check.detail)}" if check.passed else f"{original.verdict}: {check.detail}"
    return f"{original.verdict}: {original.reason}" if original.reason else ""


def together(ranges: str) -> str:
    """Ranges that differ in numbers only as one, `x (s0, 24|48)`, and conditions that all of them share once."""
    parts = [text.partition(" with ") for text in ranges.split("; ")]
    shared = parts[0][2] if len({condition for _, _, condition in parts}) == 1 else ""
    alike: dict[str, list[list[str]]] = {}
    for shapes, sign, condition in parts:
        text = shapes if shared else f"{shapes}{sign}{condition}"
        alike.setdefault(_NUMBER.sub("#", text), []).append(_NUMBER.findall(text))
    merged = "; ".join(_filled(template, numbers) for template, numbers in alike.items())
    return f"{merged} with {shared}" if shared else merged


def _filled(template: str, numbers: list[list[str]]) -> str:
    """The template with every number's values in its place."""
    values = iter("|".join(dict.fromkeys(place)) for place in zip(*numbers, strict=True))
    return re.sub("#", lambda _: next(values), template)
