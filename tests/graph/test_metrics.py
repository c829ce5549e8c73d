from itertools import pairwise

from refactor_tools.graph.imports import import_graph
from refactor_tools.graph.metrics import chain, file_metrics
from refactor_tools.model.facts import FileFacts, Scan
from refactor_tools.model.graphs import FileMetrics, ImportEdge, ImportGraph


def metrics(tree, files: dict[str, str]) -> dict[str, FileMetrics]:
    scan = tree(files)
    return {one.path: one for one in file_metrics(scan, import_graph(scan))}


def chains(found: dict[str, FileMetrics]) -> dict[str, tuple[str, ...]]:
    following = {path: one.following for path, one in found.items()}
    return {path: chain(path, following) for path in found}


def test_fan_in_and_fan_out_count_files(tree) -> None:
    found = metrics(
        tree,
        {
            "a.py": "import b\nfrom b import x\nimport os\ndef f():\n    import c\n",
            "b.py": "import c\nx = 1\n",
            "c.py": "\n\nclass A: pass\n",
        },
    )
    assert {path: (one.fan_in, one.fan_out) for path, one in found.items()} == {
        "a.py": (0, 2),
        "b.py": (1, 1),
        "c.py": (2, 0),
    }
    assert (found["c.py"].lines, found["c.py"].definitions) == (3, 1)


def test_longest_chain(tree) -> None:
    found = metrics(
        tree,
        {
            "a.py": "import d\nimport b\n",
            "b.py": "import c\n",
            "c.py": "import d\n",
            "d.py": "",
            "e.py": "import sys\n",
        },
    )
    assert chains(found)["a.py"] == ("a.py", "b.py", "c.py", "d.py")
    assert {path: one.depth for path, one in found.items()} == {"a.py": 4, "b.py": 3, "c.py": 2, "d.py": 1, "e.py": 1}


def test_of_equal_chains_the_first_by_path(tree) -> None:
    found = metrics(tree, {"a.py": "import z\nimport c\n", "c.py": "", "z.py": ""})
    assert chains(found)["a.py"] == ("a.py", "c.py")


def test_a_cycle_counts_once(tree) -> None:
    found = metrics(
        tree,
        {
            "top.py": "import a\n",
            "a.py": "import b\n",
            "b.py": "import a\nimport low\n",
            "low.py": "",
            "x.py": "import y\n",
            "y.py": "import x\n",
        },
    )
    assert chains(found)["top.py"] == ("top.py", "a.py", "low.py")
    assert chains(found)["b.py"] == ("b.py", "low.py")
    assert chains(found)["x.py"] == ("x.py",)


def test_no_file() -> None:
    assert file_metrics(Scan("/root", ()), ImportGraph()) == ()


def test_a_long_line_of_files_is_no_deep_recursion() -> None:
    size = 20_000
    files = tuple(FileFacts(f"{number:06}.py", "", 1) for number in range(size))
    edges = tuple(ImportEdge(one.path, other.path, 1, "runtime", "plain") for one, other in pairwise(files))
    found = file_metrics(Scan("/root", files), ImportGraph(edges))
    assert [one.depth for one in found] == list(range(size, 0, -1))
    assert len(chain(files[0].path, {one.path: one.following for one in found})) == size
