"""Search: what is found, in which order, and why."""

import pytest

from refactor_tools.catalogue.search import search
from refactor_tools.model.components import ComponentDoc, ComponentRecord
from refactor_tools.model.facts import Parameter


def record(
    name: str, category: str, summary: str, concept: str = "", *, legacy: tuple[str, ...] = ()
) -> ComponentRecord:
    return ComponentRecord(
        name=name,
        kind="class",
        category=category,
        path=f"components/{category}/{name}.py",
        module=f"components.{category}.{name}",
        exported_from=f"components.{category}",
        parameters=(Parameter("dim"),),
        forward=(Parameter("x"), Parameter("mask", default="None")),
        doc=ComponentDoc(name, summary, (concept,) if concept else ()),
        legacy=legacy,
    )


RECORDS = (
    record("AttentionPooling", "pooling", "Pools a sequence into one vector by learned weights.", "padding is ignored"),
    record("MeanPooling", "pooling", "Averages the valid positions of a sequence."),
    record(
        "TransformerBlock", "blocks", "Self-attention and a feed-forward layer.", legacy=("old/model.py::EncoderLayer",)
    ),
    record("FocalLoss", "losses", "Cross entropy that fades easy examples out."),
)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("attention", "AttentionPooling"),
        ("average a sequence", "MeanPooling"),
        ("averaging sequences", "MeanPooling"),
        ("rare classes, easy examples", "FocalLoss"),
        ("EncoderLayer", "TransformerBlock"),
        ("padding", "AttentionPooling"),
        ("feedforward feed forward", "TransformerBlock"),
        ("loss", "FocalLoss"),
        ("transf", "TransformerBlock"),
    ],
)
def test_the_best_one_comes_first(text: str, first: str) -> None:
    assert search(RECORDS, text)[0].record.name == first


def test_names_count_more_than_text() -> None:
    hits = search(RECORDS, "attention")
    assert [hit.record.name for hit in hits] == ["AttentionPooling", "TransformerBlock"]
    assert hits[0].score > hits[1].score


def test_a_hit_says_why() -> None:
    (hit,) = search(RECORDS, "the padding of nothing known")
    assert hit.matches == (("padding", "concept"),)


@pytest.mark.parametrize("text", ["", "the of a", "quaternion", "zz"])
def test_nothing_is_found_for_nothing(text: str) -> None:
    assert search(RECORDS, text) == ()


def test_more_matching_words_are_better() -> None:
    hits = search(RECORDS, "pooling by learned weights")
    assert [hit.record.name for hit in hits[:2]] == ["AttentionPooling", "MeanPooling"]
    assert len(hits[0].matches) > len(hits[1].matches)


def test_equal_scores_are_ordered_by_name() -> None:
    twins = (record("Zeta", "pooling", "same"), record("Alpha", "pooling", "same"))
    assert [hit.record.name for hit in search(twins, "same")] == ["Alpha", "Zeta"]
