import pytest

from refactor_tools.api.extraction.needs import components_given, framework_base
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.components import KeyMap, OriginalRecord
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


def keymap(name: str, *originals: OriginalRecord) -> KeyMap:
    return KeyMap(f"lib.norms.{name}", f"lib.norms.{name.lower()}", "lib.norms", name, "class", originals)


def original(identity: str, norm: str, strategy: str = "") -> OriginalRecord:
    adapter = Adapter(init=(Argument("dim", "dim"), Argument("norm", norm)))
    name = identity.partition("::")[2]
    return OriginalRecord(identity, name, "", adapter, "adapted", (), (), strategy=strategy)


@pytest.mark.parametrize(
    ("norm", "strategy", "expected"),
    [
        ("Norm", "", {"Norm": "lib.norms.tablenorm.TableNorm"}),
        ("lambda: Norm(2)", "", {"Norm": "lib.norms.tablenorm.TableNorm"}),
        ("nn.LayerNorm", "", {}),
        ("Other", "", {}),
        ("_TableNorm", "lib.norms.TableNorm", {"_TableNorm": "lib.norms.tablenorm.TableNorm"}),
    ],
)
def test_components_that_another_is_given(norm: str, strategy: str, expected: dict[str, str]) -> None:
    table = keymap("TableNorm", original("table.py::Norm", "1"), original("else.py::Other", "1"))
    assert components_given(original("table.py::Mlp", norm, strategy), [table]) == expected
