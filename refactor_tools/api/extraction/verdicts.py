"""What of a proof stands in a component's way."""

from collections.abc import Mapping
from dataclasses import dataclass

from refactor_tools.certificates.store import case_path
from refactor_tools.model.outcomes import Refusal
from refactor_tools.model.proofs import Case, ComponentProof, OriginalProof, Verdict, fails

# Whatever the component: the original itself does not run, or nobody knows with what.
NOT_COMPARABLE: frozenset[Verdict] = frozenset({"NOT_RUN", "LEGACY_BROKEN"})


@dataclass(frozen=True, slots=True)
class Unproven:
    """Originals (by id) that a component was not proven equal to, each with its verdict and why; and the others."""

    failed: tuple[tuple[str, Verdict, str], ...]
    passed: tuple[str, ...]
    refusal: Refusal

    @property
    def not_comparable(self) -> tuple[str, ...]:
        return tuple(identity for identity, verdict, _ in self.failed if verdict in NOT_COMPARABLE)


def failures(proof: ComponentProof, cases: Mapping[str, Case]) -> Unproven | None:
    """What failed of a proof, None where nothing did."""
    failed = [original for original in proof.originals if fails(original.verdict, cases.get(original.id))]
    if not failed:
        return None
    details: list[tuple[str, ...]] = [row for original in failed for row in _rows(original)]
    if any(original.verdict == "NOT_RUN" for original in failed):
        details.append((f"answer in {case_path(proof.component.rpartition('.')[2])}: --no-prove writes it",))
    return Unproven(
        failed=tuple((original.id, original.verdict, _reason(original)) for original in failed),
        passed=tuple(original.id for original in proof.originals if original not in failed),
        refusal=Refusal(f"not proven equal: {proof.verdict}", tuple(details)),
    )


def _rows(original: OriginalProof) -> list[tuple[str, str, str]]:
    failed = [(check.name, check.detail) for check in original.checks if check.passed is False]
    return [(original.id, *row) for row in failed or [(original.verdict, original.reason)]]


def _reason(original: OriginalProof) -> str:
    """The first thing that failed, in one line."""
    failed = next((check for check in original.checks if check.passed is False), None)
    return original.reason if failed is None else f"{failed.name}: {failed.detail}"
