"""What the new files are called."""

import pytest

from refactor_tools.splitting.naming import file_names
from tests.splitting.plans import units_of


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("class FocalLoss: pass\nclass DiceLoss: pass\nclass Other:\n    x = 1\nclass ThirdLoss: pass\n", "losses"),
        ("class SelfAttention: pass\nclass CrossAttention: pass\n", "attention"),
        ("class BigModel:\n    x = 1\n    y = 2\n    z = 3\nclass Head: pass\n", "big_model"),
        ("class RMSNorm: pass\n", "rms_norm"),
        ("class Entropy: pass\nclass Category: pass\nEPS = 1\n", "entropy"),
        ("EPS = 1\nMASK = 2\n", "constants"),
        ("def exists(): pass\ndef default(): pass\n", "functional"),
        ("def dice_loss(): pass\ndef focal_loss(): pass\n", "loss"),
        ("class _Private: pass\n", "private"),
        ("class Class: pass\n", "class_"),
    ],
)
def test_names(text: str, name: str) -> None:
    assert file_names([units_of(text).units], ()) == [name]


def test_names_differ_from_each_other_and_from_what_is_taken() -> None:
    units = units_of("class FocalLoss: pass\nclass Focal_Loss: pass\n").units
    assert file_names([[units[0]], [units[1]]], {"constants"}) == ["focal_loss", "focal_loss_parts"]
    assert file_names([[units[0]]], {"focal_loss"}) == ["focal_loss_parts"]


def test_what_all_names_share_says_nothing() -> None:
    units = units_of("class BertLayer: pass\nclass BertOutput: pass\nclass BertPooler: pass\n").units
    assert file_names([units[:2], units[2:]], ()) == ["bert_layer", "bert_pooler"]
