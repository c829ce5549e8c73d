from refactor_tools.graph.cycles import cycles
from refactor_tools.graph.imports import import_graph
from refactor_tools.model.facts import EdgeKind
from refactor_tools.model.graphs import ImportEdge


def edge(source: str, target: str, kind: EdgeKind = "runtime", line: int = 1, external: bool = False) -> ImportEdge:
    return ImportEdge(source, target, line, kind, "plain", external)


def test_no_cycle() -> None:
    assert cycles([edge("a", "b"), edge("b", "c"), edge("a", "c")]) == ()


def test_ring_in_order_of_import() -> None:
    (found,) = cycles([edge("c", "a"), edge("a", "z"), edge("z", "c")])
    assert found.paths == ("a", "z", "c")
    assert found.at_runtime


def test_lazy_import_closes_no_ring_at_runtime() -> None:
    (found,) = cycles([edge("a", "b"), edge("b", "a", "lazy")])
    assert not found.at_runtime


def test_type_only_ring_around_a_runtime_ring_is_its_own() -> None:
    first, second = cycles([edge("a", "b"), edge("b", "a"), edge("b", "c"), edge("c", "a", "type-only")])
    assert (first.paths, first.at_runtime) == (("a", "b"), True)
    assert (set(second.paths), second.at_runtime) == ({"a", "b", "c"}, False)


def test_optional_import_happens_at_runtime() -> None:
    (found,) = cycles([edge("a", "b"), edge("b", "a", "optional")])
    assert found.at_runtime


def test_cut_is_the_edge_with_the_fewest_imports() -> None:
    (found,) = cycles([edge("a", "b", line=1), edge("a", "b", line=2), edge("b", "a", line=7)])
    assert found.cut == edge("b", "a", line=7)


def test_cut_that_opens_the_ring_wins_over_a_cheaper_one_that_does_not() -> None:
    # b <-> a <-> c: every ring needs a -> b or a -> c; d lies on a side path only.
    edges = [edge("a", "b"), edge("b", "a", line=1), edge("b", "d"), edge("d", "a"), edge("b", "a", line=2)]
    (found,) = cycles(edges)
    assert (found.cut.source, found.cut.target) == ("a", "b")


def test_external_modules_are_in_no_cycle() -> None:
    assert cycles([edge("a", "b", external=True), edge("b", "a", external=True)]) == ()


def test_importing_a_module_runs_its_packages(tree) -> None:
    files = {
        "lib/__init__.py": "",
        "lib/core.py": "from other.util import helper\n",
        "other/__init__.py": "from .big import Big\n",
        "other/util.py": "def helper(): ...\n",
        "other/big.py": "from lib.core import x\n",
    }
    (found,) = import_graph(tree(files)).cycles
    assert found.at_runtime
    assert set(found.paths) == {"lib/core.py", "other/__init__.py", "other/big.py"}


def test_a_module_inside_a_package_does_not_run_it_again(tree) -> None:
    files = {
        "pkg/__init__.py": "from .a import A\n",
        "pkg/a.py": "from pkg.b import B\nA = B\n",
        "pkg/b.py": "B = 1\n",
    }
    assert import_graph(tree(files)).cycles == ()


def test_lazy_imports_run_no_package_when_the_file_is_loaded(tree) -> None:
    files = {
        "lib.py": "def f():\n    from other.util import helper\n",
        "other/__init__.py": "import lib\n",
        "other/util.py": "def helper(): ...\n",
    }
    assert import_graph(tree(files)).cycles == ()


def test_an_import_that_runs_only_as_a_script_closes_no_ring_at_runtime(tree) -> None:
    files = {"a.py": "import b\n", "b.py": "if __name__ == '__main__':\n    import a\n"}
    (found,) = import_graph(tree(files)).cycles
    assert not found.at_runtime
