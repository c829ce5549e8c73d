import pytest

from refactor_tools.api.extraction.needs import framework_base
from refactor_tools.model.facts import Source
from refactor_tools.unify.members import load_member


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("pl.LightningModule", "LightningModule"),
        ("BertPreTrainedModel", "BertPreTrainedModel"),
        ("nn.Module", ""),
        ("PreTrainedModelOutput", ""),
    ],
)
def test_what_inspects_its_subclasses(base: str, expected: str) -> None:
    text = f"import pl\nfrom torch import nn\n\n\nclass Model({base}):\n    def forward(self, x):\n        return x\n"
    assert framework_base(load_member(Source("a.py", text, "utf-8", ""), "a.py::Model")) == expected
