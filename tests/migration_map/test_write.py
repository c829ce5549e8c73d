import pytest
from hypothesis import given
from hypothesis import strategies as st

from refactor_tools.migration_map.read import PRIORITIES, load_map
from refactor_tools.migration_map.write import dump_map, is_as_written
from refactor_tools.model.families import KeepApart
from refactor_tools.model.migration_map import MapRow, MigrationMap

ROW = MapRow("Pool", ("a.py::Pool", "b.py::Pool"), "pooling/pool.py", "pooling", "high", note="2 copies\nin 2 files")
CHOSEN = MapRow(
    "Norm",
    ("c.py::Norm",),
    "norms/norm.py",
    "norms",
    "high",
    order=("dim", "eps"),
    defaults={"eps": "1e-06", "norm": "nn.LayerNorm", "mode": "'mean'", "bias": "True", "rate": "None"},
)
GIVEN = MapRow(
    "Mix", ("d.py::Mix", "e.py::Mix"), "x/mix.py", "x", "high", strategy="router", strategies={"d.py::Mix": "TopMix"}
)
PLAN = MigrationMap(
    (
        ROW,
        CHOSEN,
        GIVEN,
        MapRow("Größe", ("ä ö/c.py::A.B@7",), "x/größe.py", "x", "standard", {"embedding_size": "d_model"}),
    ),
    (KeepApart(("a.py::X", "b.py::X"), "yes: # not a comment"),),
)
EDITS = [("high", "standard"), ("Pool", "Pools"), ("# 2 copies", "# two"), ("keep_apart:", "")]


@pytest.mark.parametrize("plan", [PLAN, MigrationMap(), MigrationMap((ROW,)), MigrationMap((), PLAN.keep_apart)])
def test_what_is_read_is_what_was_written(plan: MigrationMap) -> None:
    text = dump_map(plan)
    assert load_map(text, "map.yaml") == plan
    assert dump_map(plan) == text


texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\x85\u2028\u2029"), min_size=1).filter(str.strip)


@given(texts, texts, st.sampled_from(PRIORITIES))
def test_any_text_survives(category: str, reason: str, priority: str) -> None:
    row = MapRow("A", (f"{category.replace('/', '').replace(chr(0), '')}.py::A",), "x/a.py", category, priority)
    plan = MigrationMap((row,), (KeepApart((reason,), reason),))
    assert load_map(dump_map(plan), "map.yaml") == plan


def test_it_says_what_it_is_and_comments_its_rows() -> None:
    text = dump_map(PLAN)
    head = text.partition("schema:")[0]
    assert all(line.startswith("#") for line in head.splitlines())
    assert "extract-component --map" in head
    assert "  # 2 copies\n  # in 2 files\n  - component: Pool\n    members:\n    - a.py::Pool\n" in text


@pytest.mark.parametrize("change", EDITS)
def test_an_edit_is_seen(change: tuple[str, str]) -> None:
    text = dump_map(PLAN)
    assert is_as_written(text)
    assert not is_as_written(text.replace(*change))


@pytest.mark.parametrize("text", ["", "schema: 1\ncomponents: []\n", "# proposal: x\n", "\n# proposal: \n"])
def test_what_a_person_wrote_is_no_proposal(text: str) -> None:
    assert not is_as_written(text)


def test_line_ends_are_no_edit() -> None:
    text = dump_map(PLAN)
    assert is_as_written(text.replace("standard\n", "standard  \n"))
