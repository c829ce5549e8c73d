from textwrap import dedent

import pytest

from refactor_tools.errors import UnreadableRecord
from refactor_tools.migration_map.read import load_map
from refactor_tools.model.families import KeepApart
from refactor_tools.model.migration_map import MapRow, MigrationMap

TEXT = """
schema: 1
components:
  - component: Pool
    members: [a.py::Pool, b.py::Pool]
    target: pooling/pool.py
    category: pooling
    priority: high
"""


def test_what_people_may_leave_out() -> None:
    (row,) = load_map(TEXT, "map.yaml").rows
    assert row == MapRow("Pool", ("a.py::Pool", "b.py::Pool"), "pooling/pool.py", "pooling", "high")
    assert load_map("schema: 1\ncomponents: []\nkeep_apart:\n", "map.yaml") == MigrationMap()


def test_rename_and_keep_apart() -> None:
    text = TEXT + "    rename: {embedding_size: d_model}\nkeep_apart:\n  - names: [A, B]\n    reason: two papers\n"
    found = load_map(text, "map.yaml")
    assert found.rows[0].rename == {"embedding_size": "d_model"}
    assert found.keep_apart == (KeepApart(("A", "B"), "two papers"),)


def test_order_and_defaults() -> None:
    text = TEXT + "    order: [dim, eps]\n    defaults: {eps: 1.0e-6, norm: nn.LayerNorm, mode: mean, rate: null}\n"
    (row,) = load_map(text, "map.yaml").rows
    assert row.order == ("dim", "eps")
    assert row.defaults == {"eps": "1e-06", "norm": "nn.LayerNorm", "mode": "'mean'", "rate": "None"}


def test_a_strategy_and_the_names_of_its_components() -> None:
    (row,) = load_map(TEXT + "    strategy: router\n    strategies: {a.py::Pool: TopPool}\n", "map.yaml").rows
    assert (row.strategy, row.strategies) == ("router", {"a.py::Pool": "TopPool"})
    (row,) = load_map(TEXT + "    strategy: router\n", "map.yaml").rows
    assert (row.strategy, row.strategies) == ("router", {})


STRATEGY = "priority: high\n    strategy: router\n    strategies: "


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema: 1", "schema: 2", r"has the schema 2; this version reads 1"),
        ("schema: 1\n", "", r"the map lacks `schema`"),
        ("components:", "component:", r"the map has no `component`; did you mean `components`\?"),
        ("priority: high", "priority: urgent", r"`priority` is one of high, medium, standard, not 'urgent'"),
        ("    priority: high\n", "", r"lacks `priority`"),
        ("target:", "targt:", r"has no `targt`; did you mean `target`\?"),
        ("    category: pooling", "    zzz: 1\n    category: pooling", r"has no `zzz`; known keys: component, members"),
        ("component: Pool", "component: 3", r"`component` must be a text, not 3"),
        ("component: Pool", "component: my pool", r"'my pool' cannot be the name of a component"),
        ("[a.py::Pool, b.py::Pool]", "a.py::Pool", r"`members` must be a list of texts"),
        ("[a.py::Pool, b.py::Pool]", "[]", r"`members` must be a list of texts"),
        ("[a.py::Pool, b.py::Pool]", "[Pool]", r"the member 'Pool' is not of the form path.py::Name"),
        ("[a.py::Pool, b.py::Pool]", "[a.py::Pool, a.py::Pool]", r"a.py::Pool stands twice, under Pool and under Pool"),
        ("pooling/pool.py", "/etc/pool.py", r"`target` is a .py file under the library"),
        ("pooling/pool.py", "../pool.py", r"`target` is a .py file under the library"),
        ("pooling/pool.py", "pooling", r"`target` is a .py file under the library"),
        ("priority: high", "priority: high\n    rename: [a]", r"`rename` maps names of parameters to names"),
        ("priority: high", "priority: high\n    rename: {a: 3}", r"`rename` maps names of parameters to names"),
        ("priority: high", "priority: high\n    rename: {a: b c}", r"`rename` maps names of parameters to names"),
        ("priority: high", "priority: high\n    order: dim", r"`order` must be a list of texts"),
        ("priority: high", "priority: high\n    defaults: [a]", r"`defaults` maps names of parameters to plain values"),
        ("priority: high", "priority: high\n    defaults: {a: [1]}", r"`defaults` maps names of parameters to plain"),
        ("priority: high", "priority: high\n    defaults: {a b: 1}", r"`defaults` maps names of parameters to plain"),
        (
            "priority: high",
            "priority: high\n    strategy: my router",
            r"`strategy` is the name of a .* 'my router'",
        ),
        ("priority: high", "priority: high\n    strategy: class", r"`strategy` is the name of a parameter.* 'class'"),
        ("priority: high", "priority: high\n    strategy: self", r"`strategy` is the name of a parameter.* 'self'"),
        ("priority: high", "priority: high\n    strategy: [router]", r"`strategy` must be a text"),
        (
            "b.py::Pool]",
            "]\n    strategy: router",
            r"`strategy` is for several members .*; this row has one",
        ),
        ("priority: high", f"{STRATEGY}[A]", r"`strategies` maps members to names: .*"),
        ("priority: high", f"{STRATEGY}{{a.py::Pool: 3}}", r"`strategies` maps members to names"),
        ("priority: high", f"{STRATEGY}{{a.py::Pool: if}}", r"`strategies` maps members to names"),
        (
            "priority: high",
            f"{STRATEGY}{{a.py::Pol: A}}",
            r"names a.py::Pol, which is no member .* nearest is a.py::Pool",
        ),
        (
            "priority: high",
            f"{STRATEGY}{{a.py::Pool: A, b.py::Pool: A}}",
            r"A, a strategy of Pool, is the name of another",
        ),
        ("priority: high", f"{STRATEGY}{{a.py::Pool: Pool}}", r"Pool, a strategy of Pool, is the name of another"),
        (
            "priority: high",
            "priority: high\n    strategies: {a.py::Pool: A}",
            r"`strategy`, which this row lacks",
        ),
        ("priority: high", "priority: high\nkeep_apart: [A]", r"an entry of `keep_apart` has names, reason; found 'A'"),
        ("priority: high", "priority: high\nkeep_apart: [{names: [A]}]", r"an entry of `keep_apart` lacks `reason`"),
        ("priority: high", "priority: high\n    priority: high", r"`priority` stands twice in one entry"),
        ("  - component", "  component", r"is not a migration map: |`components` must be a list"),
        ("[a.py::Pool", "[a.py::Pool\n}", r"is not a migration map: "),
        ("a.py::Pool,", "!!python/object:os.system a,", r"is not a migration map: could not determine a constructor"),
    ],
)
def test_what_is_refused_says_where(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(UnreadableRecord, match=message) as caught:
        load_map(TEXT.replace(old, new, 1), "map.yaml")
    assert caught.value.place.partition(":")[0] == "map.yaml"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("schema: 1", "schema: 2", "2:9"),
        ("schema: 1\n", "", "2:1"),
        ("components:", "component:", "4:3"),
        ("priority: high", "priority: urgent", "8:15"),
        ("    priority: high\n", "", "4:5"),
        ("target:", "targt:", "6:12"),
        ("component: Pool", "component: my pool", "4:16"),
        ("[a.py::Pool, b.py::Pool]", "[a.py::Pool, Pool]", "5:27"),
        ("priority: high", "priority: high\n    rename: [a]", "9:13"),
        ("priority: high", "priority: high\n    priority: high", "9:5"),
        ("[a.py::Pool, b.py::Pool]", "[a.py::Pool", "6:11"),
    ],
)
def test_the_place_is_that_of_the_value(old: str, new: str, place: str) -> None:
    with pytest.raises(UnreadableRecord) as caught:
        load_map(TEXT.replace(old, new, 1), "map.yaml")
    assert caught.value.place == f"map.yaml:{place}"


@pytest.mark.parametrize("text", ["", "3", "- a\n", "[" * 5000, "a: &a [*a]\n", "\0", "x: 2020-99-99\n"])
def test_what_is_no_map_at_all(text: str) -> None:
    with pytest.raises(UnreadableRecord):
        load_map(text, "map.yaml")


def test_two_rows_of_one_name_and_one_member_in_two_rows() -> None:
    row = dedent(TEXT).partition("components:\n")[2]
    with pytest.raises(UnreadableRecord, match="two rows are called Pool"):
        load_map(TEXT + row, "map.yaml")
    with pytest.raises(UnreadableRecord, match=r"a.py::Pool stands twice, under Pool and under Other"):
        load_map(TEXT + row.replace("component: Pool", "component: Other"), "map.yaml")
