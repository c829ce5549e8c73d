from dataclasses import replace

import pytest

from refactor_tools.model.proofs import Call, Case, Construction
from refactor_tools.prove.gate import prove
from refactor_tools.prove.sensitivity import measure
from tests.prove.samples import BLOCK_COMPONENT, BLOCK_ORIGINAL, DIMS, POOL, POOL_COMPONENT, Library, X


def test_bugs_in_a_component_are_caught(library: Library) -> None:
    task = library(BLOCK_COMPONENT, BLOCK_ORIGINAL)
    found = measure(task, prove(task), at_most=12)
    assert found is not None
    assert found.seeded == found.caught >= 10
    assert found.survivors == ()


def test_a_bug_that_no_case_reaches_does_not_count(library: Library) -> None:
    case = Case((Construction({"config": {"hidden_size": 4}}, DIMS, (Call({"states": X}),)),))
    task = library(POOL_COMPONENT, replace(POOL, case=case))
    found = measure(task, prove(task), at_most=100)
    assert found is not None
    assert found.equal_roots > 3
    assert found.seeded == found.caught + len(found.survivors)


@pytest.mark.slow
def test_a_bug_with_equal_bits_survives_by_name(library: Library) -> None:
    # One feature: the mean over the last axis is the sum.
    source = POOL.source.replace("dim=1) * states, dim=1)", "dim=1) * states, dim=1).sum(-1, keepdim=True)")
    component = POOL_COMPONENT.replace("dim=1) * x, dim=1)", "dim=1) * x, dim=1).sum(-1, keepdim=True)")
    case = Case((Construction({"config": {"hidden_size": 0.5}}, DIMS, (Call({"states": X}),)),))
    original = replace(
        POOL,
        source=source.replace("2 * config.hidden_size", "int(2 * config.hidden_size)"),
        adapter=replace(POOL.adapter, init=(replace(POOL.adapter.init[0], value="int(2 * config.hidden_size)"),)),
        case=replace(case, constructions=(replace(case.constructions[0], dims={"B": 3, "L": 5, "D": 1}),)),
    )
    task = library(component, original)
    found = measure(task, prove(task), at_most=100)
    assert found is not None
    assert any(survivor.endswith("sum became mean") for survivor in found.survivors)


def test_nothing_is_measured_where_nothing_passed(library: Library) -> None:
    task = library(POOL_COMPONENT.replace("dim=1) * x", "dim=2) * x"), POOL)
    assert measure(task, prove(task)) is None
