import pytest

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.certificates import Certificate, CertifiedOriginal, Closure
from refactor_tools.model.proofs import Verdict


def certificate(*verdicts: Verdict) -> Certificate:
    originals = (
        CertifiedOriginal(f"legacy/{place}.py::Pool", "sha256:2", "sha256:3", Adapter(), verdict, (), "", (), ())
        for place, verdict in enumerate(verdicts)
    )
    return Certificate("lib.pool.Pool", Closure("sha256:1", "sha256:1"), tuple(originals))


@pytest.mark.parametrize(
    ("verdicts", "weakest"),
    [
        (("PROVED",), "PROVED"),
        (("PROVED", "PROVED_ON_PATHS"), "PROVED_ON_PATHS"),
        (("BIT_EQUAL", "CLOSE", "PROVED"), "CLOSE"),
        (("BIT_EQUAL", "DIFFERENT"), "DIFFERENT"),
        ((), None),
    ],
)
def test_a_certificate_is_worth_its_weakest_original(verdicts: tuple[Verdict, ...], weakest: Verdict | None) -> None:
    assert certificate(*verdicts).verdict == weakest
