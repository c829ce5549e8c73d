from hypothesis import given
from hypothesis import strategies as st

from refactor_tools.clones.cliques import LARGEST, MOST, cliques

EDGES = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from((0.7, 0.8, 0.9)),
    max_size=30,
)


LEAST = 0.8


def found(edges: dict[tuple[int, int], float], sizes: list[int] | None = None) -> list[set[int]]:
    return [set(clique.members) for clique in cliques(edges, sizes or [1] * 10, LEAST)]


def test_a_chain_is_no_clique() -> None:
    assert sorted(map(sorted, found({(0, 1): 0.9, (1, 2): 0.9}))) == [[0, 1], [1, 2]]


def test_weak_edges_only_let_others_stand_together() -> None:
    assert found({(0, 1): 0.9, (1, 2): 0.8, (0, 2): 0.7}) == [{0, 1, 2}]
    assert found({(0, 1): 0.7}) == []


def test_the_medoid_comes_first() -> None:
    (clique,) = cliques({(0, 1): 0.9, (1, 2): 0.9, (0, 2): 0.7}, [1] * 3, LEAST)
    assert clique.members[0] == 1


def test_what_is_covered_is_not_proposed_again() -> None:
    edges = {(0, 1): 0.9, (0, 2): 0.9, (1, 2): 0.9, (2, 3): 0.8, (3, 4): 0.8}
    assert found(edges) == [{0, 1, 2}, {2, 3}, {3, 4}]


def test_no_family_grows_past_the_limit() -> None:
    sizes = [LARGEST - 1, 1, 1]
    assert found({(0, 1): 0.9, (0, 2): 0.9, (1, 2): 0.9}, sizes) == [{0, 1}, {0, 2}]


@given(EDGES)
def test_every_pair_of_a_clique_is_joined(edges: dict[tuple[int, int], float]) -> None:
    cliques_found = found(edges)
    for clique in cliques_found:
        assert all((a, b) in edges for a in clique for b in clique if a < b)
    for node in range(10):
        assert sum(node in clique for clique in cliques_found) <= MOST
