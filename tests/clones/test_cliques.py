from hypothesis import given
from hypothesis import strategies as st

from refactor_tools.clones.cliques import MOST, cliques

EDGES = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from((0.7, 0.8, 0.9)),
    max_size=30,
)


def never(left: int, right: int) -> float:
    return 0.0


def test_a_chain_is_no_clique() -> None:
    found = cliques({(0, 1): 0.9, (1, 2): 0.9}, [1, 1, 1], never)
    assert [set(clique.members) for clique in found] == [{0, 1}, {1, 2}]


def test_what_may_stand_together_closes_a_clique() -> None:
    (found,) = cliques({(0, 1): 0.9, (1, 2): 0.8}, [1, 1, 1], lambda left, right: 0.7)
    assert found.members == (1, 0, 2)
    assert found.similarity == 0.7


def test_cliques_overlap_only_for_what_would_be_left_out() -> None:
    edges = {(0, 1): 0.9, (0, 2): 0.9, (1, 2): 0.9, (2, 3): 0.8, (3, 4): 0.8}
    assert [set(clique.members) for clique in cliques(edges, [1] * 5, never)] == [{0, 1, 2}, {3, 4}]


@given(EDGES)
def test_every_pair_of_a_clique_is_joined(edges: dict[tuple[int, int], float]) -> None:
    found = cliques(edges, [1] * 10, never)
    for clique in found:
        pairs = [(a, b) for a in clique.members for b in clique.members if a < b]
        assert clique.similarity == min(edges[pair] for pair in pairs)
    for node in range(10):
        assert sum(node in clique.members for clique in found) <= MOST
