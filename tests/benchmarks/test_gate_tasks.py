"""What the benchmarks of the gate take for their subjects."""

import ast

import pytest

from benchmarks.gate_tasks import REWRITES, Pair, bundled, modules, pairs
from refactor_tools.model.proofs import LADDER
from refactor_tools.prove.mutations.registry import RULES
from refactor_tools.prove.mutations.seeding import seed_bugs


def test_every_bundled_component_has_its_module_and_its_test() -> None:
    found = bundled()
    assert len({component.name for component in found}) == len(found) >= 5
    for component in found:
        assert (component.root / component.test).is_file()
        assert all(original.case is not None for original in component.task.originals)


def test_there_are_enough_rewrites() -> None:
    assert len(pairs()) >= 25


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair.name)
def test_a_rewrite_has_two_texts_a_title_and_a_verdict(pair: Pair) -> None:
    tree = ast.parse((REWRITES / f"{pair.name}.py").read_text(encoding="utf-8"))
    names = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    (original,) = pair.task.originals
    assert original.name in names
    assert pair.task.name in names
    assert ast.dump(ast.Module(names[original.name].body, [])) != ast.dump(ast.Module(names[pair.task.name].body, []))
    assert pair.title.endswith(".")
    assert pair.expected in LADDER


def test_modules_have_what_the_components_lack() -> None:
    sources = [original.source for task in modules() for original in task.originals]
    kinds = {mutant.kind for source in sources for mutant in seed_bugs(source)}
    assert kinds >= set(RULES) - {"eps"}
