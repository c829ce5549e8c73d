"""Which definitions the tool puts into one file."""

from itertools import pairwise

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from refactor_tools.splitting.proposal import import_rings, propose
from refactor_tools.splitting.units import Unit
from tests.split_tree import MONOLITH
from tests.splitting.plans import names, own, units_of


def test_a_monolith_falls_into_its_concepts() -> None:
    assert names(own(MONOLITH)) == {
        "attention": {"SelfAttention", "CrossAttention", "masked_scores", "MASKED", "exists", "default"},
        "losses": {"FocalLoss", "DiceLoss", "register", "REGISTRY", "EPS"},
        "model": {"Block", "Model"},
        "hidden": {"_Hidden"},
    }


def test_two_runs_say_the_same() -> None:
    assert [names(own(MONOLITH)) for _ in range(3)] == [names(own(MONOLITH))] * 3


def test_what_needs_each_other_stays_together() -> None:
    text = "class A:\n    def f(self):\n        return B\nclass B:\n    def f(self):\n        return A\nclass C: pass\n"
    assert {"A", "B"} in names(own(text)).values()


def test_the_limit_parts_what_belongs_together() -> None:
    body = "".join(f"        x = {i}\n" for i in range(40))
    text = f"class Focal:\n    def f(self):\n{body}\n\nclass Dice:\n    def f(self):\n        y = Focal\n{body}"
    assert len(own(text, 500).files) == 1
    assert len(own(text, 80).files) == 2


def test_helpers_of_many_stand_apart_and_an_own_helper_does_not() -> None:
    classes = "".join(
        f"class {word}:\n    def f(self):\n        return own_{i}(), shared()\ndef own_{i}():\n    return 1\n"
        for i, word in enumerate(("Encoder", "Pooling", "Router", "Focal"))
    )
    found = names(own("def shared():\n    return 1\n" + classes))
    assert found["functional"] == {"shared"}
    assert {"Encoder", "own_0"} in found.values()


numbers = st.integers(0, 11)


@given(st.sets(st.tuples(numbers, numbers), max_size=40), st.integers(10, 60))
def test_files_never_import_each_other_and_keep_the_limit(pairs: set[tuple[int, int]], limit: int) -> None:
    needs = {number: sorted({b for a, b in pairs if a == number and b != number}) for number in range(12)}
    forms = (
        "class K{0}:\n    def f(self):\n        return [{1}]\n",
        "def K{0}():\n    return [{1}]\n",
        "K{0} = [{1}]\n",
    )
    text = "".join(
        forms[number % 3].format(number, ", ".join(f"K{other}" for other in needs[number])) for number in range(12)
    )
    units = units_of(text).units
    groups = propose(units, limit)
    assert sorted(unit.number for group in groups for unit in group) == list(range(12))
    of = {unit.number: index for index, group in enumerate(groups) for unit in group}
    assert import_rings(units, of) == []
    for group in groups:
        assert sum(unit.lines for unit in group) <= limit or _is_one_ring(group)


def _is_one_ring(group: list[Unit]) -> bool:
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(unit.number for unit in group)
    graph.add_edges_from((unit.number, other) for unit in group for other in unit.needs if other in graph)
    return nx.is_strongly_connected(graph)


def test_rings_are_found_with_those_that_close_them() -> None:
    units = units_of("def a():\n    return b\ndef b():\n    return c\ndef c():\n    return d\ndef d(): pass\n").units
    assert import_rings(units, {0: "x", 1: "y", 2: "x", 3: "x"}) == [[0, 1]]
    assert import_rings(units, {0: "x", 1: "x", 2: "y", 3: "y"}) == []
    assert all(a.number < b.number for a, b in pairwise(units))
