"""Methods that otherwise different classes share."""

from collections.abc import Callable

from refactor_tools.model.families import Families, Family
from tests.clones.samples import LAYER

Find = Callable[..., Families]

SCORES = """
    def scores(self, query, key, mask=None):
        scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(query.size(-1))
        if mask is not None:
            scores = scores.masked_fill(mask == 0, float("-inf"))
        return scores.softmax(dim=-1)
"""
ENCODER = """
class Encoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        x = self.norm(x + torch.relu(self.first(x)))
        return self.scores(x, x) @ x
"""
LOSS = """
class PairLoss(nn.Module):
    def forward(self, left, right, target):
        predicted = self.scores(left, right).diagonal(dim1=-2, dim2=-1)
        loss = F.binary_cross_entropy(predicted, target, reduction="none")
        return loss.masked_fill(target < 0, 0.0).sum() / target.numel()
"""


def methods(find: Find, *sources: str) -> list[Family]:
    families = find({f"{index}.py": source for index, source in enumerate(sources)}).families
    return [family for family in families if family.kind == "method"]


def test_a_method_in_two_classes_is_a_family(find: Find) -> None:
    (family,) = methods(find, ENCODER + SCORES, LOSS + SCORES)
    assert family.members == ("0.py::Encoder.scores", "1.py::PairLoss.scores")
    assert (family.name, family.likeness) == ("scores", "exact")


def test_a_renamed_and_a_changed_copy(find: Find) -> None:
    (renamed,) = methods(find, ENCODER + SCORES, LOSS + SCORES.replace("query", "q"))
    assert renamed.likeness == "renamed"
    changed = SCORES.replace(
        "        return scores.softmax", "        scores = scores.clamp(max=9.0)\n        return scores.softmax"
    )
    (near,) = methods(find, ENCODER + SCORES, LOSS + changed)
    assert near.likeness == "near"
    assert 0.8 < near.similarity < 1.0


def test_methods_of_one_family_are_not_reported_again(find: Find) -> None:
    assert methods(find, LAYER, LAYER, LAYER.replace("EncoderLayer", "DecoderLayer")) == []


def test_another_name_or_another_body_is_no_copy(find: Find) -> None:
    assert methods(find, ENCODER + SCORES, LOSS + SCORES.replace("def scores", "def weights")) == []
    other = "\n    def scores(self, a, b):\n        return F.cosine_similarity(a, b, dim=-1, eps=1e-6).clamp(min=0)\n"
    assert methods(find, ENCODER + SCORES, LOSS + other) == []


def test_getters_are_too_small(find: Find) -> None:
    getter = "\n    def width(self):\n        return self.first\n"
    assert methods(find, ENCODER + getter, LOSS + getter) == []


def test_several_small_methods_in_two_classes_are_reported(find: Find) -> None:
    access = "".join(
        f"\n    def {name}(self):\n        return self.table.{name}()\n" for name in ("keys", "values", "items")
    )
    found = methods(find, ENCODER + access, LOSS + access)
    assert [family.name for family in found] == ["items", "keys", "values"]
    two = access.rpartition("\n    def")[0]
    assert methods(find, ENCODER + two, LOSS + two) == []


def test_frameworks_are_kept_apart(find: Find) -> None:
    layer = LOSS.replace("nn.Module", "keras.layers.Layer").replace("forward", "call") + SCORES
    assert methods(find, ENCODER + SCORES, "import keras\nimport torch\n" + layer) == []


def test_a_property_and_its_setter_have_ids_of_their_own(find: Find) -> None:
    pair = """
    @property
    def scale(self):
        return torch.exp(self.log_scale.clamp(min=-4, max=4)).mean(dim=0)

    @scale.setter
    def scale(self, value):
        self.log_scale = torch.log(torch.as_tensor(value).clamp(min=0.1)).expand(8)
"""
    members = [family.members for family in methods(find, ENCODER + pair, LOSS + pair)]
    assert [len(found) for found in members] == [2, 2]
    assert sorted("@" in member for found in members for member in found) == [False, False, True, True]
