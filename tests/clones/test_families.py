from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from refactor_tools.clones.families import find_families
from refactor_tools.model.families import Families, Family
from refactor_tools.settings import KeepApart, Settings
from tests.clones.negatives import (
    BLOCKS_PROJECTION,
    CONFIG,
    FEED_FORWARD_BLOCK,
    LSTM_PROJECTION,
    NEGATIVES,
    RESIDUAL_BLOCK,
    module,
)
from tests.clones.samples import (
    COLLATE,
    DROPPED_POOLING,
    EXACT,
    LAYER,
    LAYERED_BLOCK,
    MASKED_POOLING,
    NARROW_BLOCK,
    POOLING,
    POSITIVES,
    PRE_NORM_LAYER,
    RENAMED,
    WIDE_BLOCK,
)
from tests.clones.scans import scan_of, with_imports

Find = Callable[..., Families]

FUNCTIONS = ("sin", "cos", "tan", "exp", "log", "abs", "neg", "sqrt", "erf", "tanh", "ceil", "floor")
METHODS = (
    "cumsum",
    "cumprod",
    "argsort",
    "unfold",
    "flip",
    "roll",
    "unbind",
    "chunk",
    "split",
    "narrow",
    "sort",
    "msort",
)
OTHER_BODY = """\
    total = sum(items) * 2
    if total > 3:
        print(total)
    scaled = [item / total for item in items if item != 0]
    return sorted(scaled)[: len(scaled) // 2]
"""


def pair(find: Find, left: str, right: str) -> Families:
    return find({"left.py": left, "right.py": right})


def only(families: Families) -> Family:
    assert len(families.families) == 1, families
    return families.families[0]


@pytest.mark.parametrize("difference", POSITIVES)
def test_near_copies_form_a_family(find: Find, difference: str) -> None:
    family = only(pair(find, *POSITIVES[difference]))
    assert family.likeness == "near"
    assert len(family.members) == 2
    assert 0.6 < family.similarity < 1.0


@pytest.mark.parametrize("difference", POSITIVES)
def test_near_copies_are_no_homonyms(find: Find, difference: str) -> None:
    assert pair(find, *POSITIVES[difference]).homonyms == ()


@pytest.mark.parametrize("what", RENAMED)
def test_consistent_renaming_is_renamed(find: Find, what: str) -> None:
    family = only(pair(find, *RENAMED[what]))
    assert (family.likeness, family.similarity) == ("renamed", 1.0)


def test_siblings_may_be_renamed(find: Find) -> None:
    source = "class BertMix(nn.Module):\n    pass\n" + LAYER.replace("nn.MultiheadAttention", "BertMix")
    family = only(pair(find, source, source.replace("Bert", "Roberta")))
    assert family.likeness == "renamed"


def test_an_inconsistent_renaming_is_not_renamed(find: Find) -> None:
    family = only(pair(find, LAYER, LAYER.replace("self.norm2(x + hidden)", "self.norm1(x + hidden)")))
    assert family.likeness == "near"


@pytest.mark.parametrize("what", EXACT)
def test_what_is_dropped_leaves_copies_exact(find: Find, what: str) -> None:
    family = only(pair(find, LAYER, EXACT[what]))
    assert (family.likeness, family.similarity) == ("exact", 1.0)


@pytest.mark.parametrize("what", NEGATIVES)
def test_what_is_no_copy_forms_no_family(find: Find, what: str) -> None:
    assert pair(find, *NEGATIVES[what]).families == ()


def test_the_labelled_pairs_are_told_apart_in_one_tree(find: Find) -> None:
    """Everything at once: no class of a negative pair ends in a family with its partner."""
    sources = {f"n{i}/{side}.py": text for i, texts in enumerate(NEGATIVES.values()) for side, text in enumerate(texts)}
    for family in find(sources).families:
        folders = [member.partition("/")[0] for member in family.members]
        assert len(set(folders)) == len(folders), family


def test_three_small_variants_are_one_family(find: Find) -> None:
    for sources in ((POOLING, MASKED_POOLING, DROPPED_POOLING), (WIDE_BLOCK, NARROW_BLOCK, LAYERED_BLOCK)):
        families = find({f"m{i}.py": text for i, text in enumerate(sources)})
        family = only(families)
        assert [member.partition("::")[0] for member in family.members] == ["m0.py", "m1.py", "m2.py"]
        assert families.homonyms == ()


def test_blocks_of_other_names_that_both_add_their_input_or_both_do_not_are_a_family(find: Find) -> None:
    adding = FEED_FORWARD_BLOCK.replace("return self", "return h + self")
    plain = RESIDUAL_BLOCK.replace("return x + ", "return ").replace("ResidualBlock", "GatedBlock")
    for left, right in ((RESIDUAL_BLOCK, adding), (plain, FEED_FORWARD_BLOCK)):
        assert only(pair(find, left, right)).likeness == "near"


def test_a_copy_that_got_a_residual_connection_is_still_one_under_its_name(find: Find) -> None:
    assert only(pair(find, WIDE_BLOCK, WIDE_BLOCK.replace("return x + ", "return "))).likeness == "near"


def test_order_counts(find: Find) -> None:
    """Blocks of equal statements in another order are near at most, and less alike than a renamed copy."""
    family = only(pair(find, LAYER, PRE_NORM_LAYER))
    assert family.likeness == "near"
    swapped = LAYER.replace(
        "        hidden = self.linear2(self.dropout(F.relu(self.linear1(x))))\n        return self.norm2(x + hidden)\n",
        "        x = self.norm2(x)\n        return x + self.linear2(self.dropout(F.relu(self.linear1(x))))\n",
    )
    assert only(pair(find, LAYER, swapped)).similarity < 0.99


def test_exact_copies_of_a_near_copy_stand_in_its_family(find: Find) -> None:
    family = only(find({"a.py": POOLING, "b.py": POOLING, "c.py": MASKED_POOLING, "d.py": MASKED_POOLING}))
    assert family.likeness == "near"
    assert len(family.members) == 4


def test_homonyms(find: Find) -> None:
    families = pair(find, LSTM_PROJECTION, BLOCKS_PROJECTION)
    assert [(h.name, h.members) for h in families.homonyms] == [
        ("TextProjection", ("left.py::TextProjection", "right.py::TextProjection"))
    ]


def test_no_homonyms_among_generic_or_trivial_names(find: Find) -> None:
    body = COLLATE.partition("\n    ")[2]
    for name in ("main", "train", "__getattr__", "collate_fn"):
        left = f"def {name}(items, padding=0):\n    {body}"
        assert pair(find, left, f"def {name}(items):\n{OTHER_BODY}").homonyms == ()
    assert pair(find, CONFIG, CONFIG.replace("lr", "width")).homonyms == ()


def test_homonymous_functions_with_a_telling_name(find: Find) -> None:
    families = pair(find, COLLATE, f"def pad_sequences(items):\n{OTHER_BODY}")
    assert [homonym.name for homonym in families.homonyms] == ["pad_sequences"]


def test_frameworks_are_kept_apart(find: Find) -> None:
    body = """
class Scale({base}):
    def __init__(self, width, depth):
        super().__init__()
        self.width = width
        self.table = [index * width for index in range(depth) if index % 2 == 0 or index > width]

    def call(self, x):
        for index, value in enumerate(self.table):
            x = x * value + index if index < self.width else x - value
        return x
"""
    torch = "from torch import nn\n" + body.format(base="nn.Module")
    keras = "from keras import layers\n" + body.format(base="layers.Layer")
    assert find({"a.py": torch, "b.py": keras}).families == ()
    family = only(find({"a.py": torch, "b.py": keras, "c.py": keras}))
    assert family.members == ("b.py::Scale", "c.py::Scale")


def test_a_class_and_the_class_around_it_are_no_copies(find: Find) -> None:
    inner = "".join(f"    {line}\n" for line in LAYER.strip().splitlines())
    families = find({"a.py": f"class EncoderLayerHolder(nn.Module):\n{inner}"})
    assert families.families == ()


def test_kept_apart(find: Find) -> None:
    kept = (KeepApart(("AttentionPooling",), "measured apart"),)
    families = find({"a.py": POOLING, "b.py": MASKED_POOLING, "c.py": LAYER, "d.py": LAYER}, keep_apart=kept)
    assert [family.name for family in families.families] == ["EncoderLayer"]
    assert [(entry.family.name, entry.reason) for entry in families.kept_apart] == [
        ("AttentionPooling", "measured apart")
    ]


@pytest.mark.parametrize("names", [("EncoderLayer", "Block"), ("a.py::EncoderLayer", "b.py::Block")])
def test_two_named_members_are_kept_apart(find: Find, names: tuple[str, ...]) -> None:
    sources = {"a.py": LAYER, "b.py": LAYER.replace("EncoderLayer", "Block")}
    assert find(sources, keep_apart=(KeepApart(names, "on purpose"),)).families == ()
    assert len(find(sources, keep_apart=(KeepApart((names[0], "Other"), "on purpose"),)).families) == (
        names[0] != "EncoderLayer"
    )


def test_the_best_family_stands_first(find: Find) -> None:
    sources = {f"{index}.py": LAYER for index in range(3)} | {"p.py": POOLING, "q.py": MASKED_POOLING}
    assert [family.name for family in find(sources).families] == ["EncoderLayer", "AttentionPooling"]


def test_priority_is_high_across_files(find: Find) -> None:
    assert only(pair(find, LAYER, LAYER)).priority == "high"
    assert only(find({"a.py": LAYER + LAYER.replace("EncoderLayer", "Again")})).priority == "medium"


def test_the_order_of_files_does_not_matter() -> None:
    texts = {f"{i}.py": with_imports(text) for i, text in enumerate((POOLING, MASKED_POOLING, DROPPED_POOLING, LAYER))}
    results = set()
    for order in permutations(texts):
        shuffled = {path: texts[path] for path in order}
        results.add(find_families(scan_of(shuffled), Settings(root=Path())))
    assert len(results) == 1


def test_families_are_cohesive(find: Find) -> None:
    """A chain of small steps between two different things does not join them."""
    statements = [f"x = torch.{name}(x)" for name in FUNCTIONS]
    others = [f"x = x.{name}(0)" for name in METHODS]
    chain = {
        f"s{step:02}.py": module(
            "Chain",
            "self.w = nn.Linear(config.a, config.b)",
            "\n".join([*others[:step], *statements[step:], "return x"]),
        )
        for step in range(len(statements) + 1)
    }
    for family in (family for family in find(chain).families if family.kind == "class"):
        steps = [int(member[1:3]) for member in family.members]
        assert max(steps) - min(steps) < 9, family


def test_files_that_cannot_be_read_are_left_out() -> None:
    texts = {"a.py": with_imports(LAYER), "b.py": "class ("}
    assert find_families(scan_of(texts), Settings(root=Path())).families == ()


def test_deep_nesting_is_read(find: Find) -> None:
    deep = "x" + " + x" * 700
    source = LAYER.replace("return self.norm2", f"y = {deep}\n        return self.norm2")
    assert only(pair(find, source, source)).likeness == "exact"
