import ast

import pytest

from refactor_tools.prove.mutations.registry import OF_OTHER_DEVICES, RULES
from refactor_tools.prove.mutations.seeding import seed_bugs
from tests.prove.samples import BLOCK_COMPONENT, POOL_COMPONENT


@pytest.mark.parametrize("source", [POOL_COMPONENT, BLOCK_COMPONENT])
def test_mutants_are_distinct_programs_with_one_bug(source: str) -> None:
    unchanged = ast.unparse(ast.parse(source))
    mutants = seed_bugs(source)
    assert len({mutant.source for mutant in mutants}) == len(mutants) > 40
    for mutant in mutants:
        compile(mutant.source, "mutant", "exec")
        assert mutant.source != unchanged
        assert mutant.kind in RULES


def test_the_source_is_read_once_and_left_as_it_is() -> None:
    assert seed_bugs(BLOCK_COMPONENT) == seed_bugs(BLOCK_COMPONENT)


def test_kinds_take_turns() -> None:
    kinds = [mutant.kind for mutant in seed_bugs(BLOCK_COMPONENT, 12)]
    assert len(set(kinds)) == len(kinds) == 12


@pytest.mark.parametrize(
    "source",
    [
        "import torch\n\nSIZE = 3\nWIDTH = SIZE + 1\n",
        'def run(x: int | None) -> int | None:\n    """A docstring."""\n    return None\n',
        "def run(x: Literal[3, 4], y: Sequence[1] = None) -> tuple[2]:\n    return None\n",
        "class Layer(Base[3]):\n    size = 3 + 1\n",
    ],
    ids=["module level", "docstrings", "annotations", "class bodies"],
)
def test_bugs_are_seeded_in_functions_only(source: str) -> None:
    assert [mutant for mutant in seed_bugs(source) if mutant.kind != "extra draw"] == []


def test_what_no_cpu_shows_is_a_kind() -> None:
    assert set(RULES) > OF_OTHER_DEVICES


@pytest.mark.parametrize(
    ("line", "kind", "seeded"),
    [
        ("torch.zeros(3).uniform_(0, 1)", "initialisation", False),
        ("torch.zeros(3).float().normal_()", "initialisation", False),
        ("torch.zeros(3).float().add_(x)", "initialisation", True),
        ("torch.zeros(3) + x", "initialisation", True),
    ],
)
def test_what_is_filled_anew_is_no_bug(line: str, kind: str, seeded: bool) -> None:
    mutants = seed_bugs(f"def run(x):\n    return {line}\n")
    assert any(mutant.kind == kind and "zeros became ones" in mutant.label for mutant in mutants) == seeded


@pytest.mark.parametrize(("line", "wrong"), [("torch.rand(3) < x", ">"), ("x < 3", "<=")])
def test_a_drawn_number_is_compared_the_other_way_round(line: str, wrong: str) -> None:
    [mutant] = [one for one in seed_bugs(f"def run(x):\n    return {line}\n") if one.kind == "comparison"]
    assert f" {wrong} " in mutant.source
