"""The record of a proof, keyed by the computation and not by the text."""

from dataclasses import dataclass

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.costs import Speed
from refactor_tools.model.proofs import Check, ComponentProof, Freshness, Sensitivity, Verdict, weakest


@dataclass(frozen=True, slots=True)
class Result:
    """What was reached on one kind of device."""

    device: str
    dtype: str
    torch: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class CertifiedOriginal:
    """One original's part of a certificate. `roots` are (device, torch minor, root); digests are "sha256:..."."""

    id: str
    source: str
    case: str
    adapter: Adapter
    verdict: Verdict
    roots: tuple[tuple[str, str, str], ...]
    branches: str
    checks: tuple[Check, ...]
    results: tuple[Result, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Closure:
    """Digests of a component's text and of all that it imports from its package.

    To `source` looks do not count: comments, formatting, docstrings, annotations. To `computation` names of local
    variables and of the files do not count either.
    """

    source: str
    computation: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was proven of the component with the dotted name `component`, and of which text."""

    component: str
    closure: Closure
    originals: tuple[CertifiedOriginal, ...]
    sensitivity: Sensitivity | None = None

    @property
    def verdict(self) -> Verdict | None:
        return weakest(original.verdict for original in self.originals)


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """What a check of one certificate found."""

    component: str
    freshness: Freshness
    verdict: Verdict | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """One component's part of a check: the certificate that holds (None where there is none) and the proof made now.

    `speeds` are measured where the proof was made on an accelerator: (original's id, measures).
    """

    name: str
    status: CertificateStatus
    passed: bool
    certificate: Certificate | None = None
    proof: ComponentProof | None = None
    speeds: tuple[tuple[str, Speed], ...] = ()
