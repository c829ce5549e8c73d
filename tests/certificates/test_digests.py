import pytest

from refactor_tools.certificates.digests import case_digest, source_digest
from refactor_tools.model.proofs import Call, Case, Construction, TensorSpec

SOURCE = '''
import torch

class A(torch.nn.Module):
    """Docstring."""

    def __init__(self, width: int) -> None:
        """More."""
        super().__init__()
        self.net = torch.nn.Linear(width, 1)  # comment

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: int = 3
        return self.net(x) * y
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('    """Docstring."""\n', ""),
        ("  # comment", ""),
        ("width: int", "width"),
        (" -> torch.Tensor", ""),
        ("y: int = 3", "y: float = 3"),
        ("self.net(x) * y", "(self.net(x)\n            * y)"),
    ],
)
def test_looks_do_not_count(old, new):
    assert old in SOURCE
    assert source_digest(SOURCE.replace(old, new)) == source_digest(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Linear(width, 1)", "Linear(width, 1, bias=False)"),
        ("= 3", "= 3.0"),
        ("* y", "+ y"),
        ("(width, 1)", "(1, width)"),
    ],
)
def test_the_computation_counts(old, new):
    assert source_digest(SOURCE.replace(old, new)) != source_digest(SOURCE)


def test_fields_of_classes_count_even_without_a_value():
    assert source_digest("class A:\n    x: int\n") != source_digest("class A:\n    pass\n")
    assert source_digest("class A:\n    x: ClassVar[int] = 1\n") != source_digest("class A:\n    x: int = 1\n")


def test_text_that_does_not_parse_has_a_digest_of_its_own():
    assert source_digest("def (") != source_digest("def ((")
    assert source_digest("def (").startswith("sha256:")


def _case(note="", accepted="", shape=("B", 8), value=1e-5):
    call = Call({"x": TensorSpec(shape)}, note)
    return Case((Construction({"config": {"note": value}}, {"B": 2}, (call,)),), accepted=accepted)


def test_notes_and_reasons_do_not_count_in_a_case():
    assert case_digest(_case(note="all", accepted="known")) == case_digest(_case())


def test_shapes_and_values_count_in_a_case():
    assert case_digest(_case(shape=("B", 9))) != case_digest(_case())
    assert case_digest(_case(value=1e-6)) != case_digest(_case())
