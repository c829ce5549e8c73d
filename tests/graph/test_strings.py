import pytest

from refactor_tools.graph.imports import import_graph
from refactor_tools.model.graphs import ImportGraph

LEGACY = {
    "legacy/__init__.py": "from .layers import Pool\n",
    "legacy/layers.py": "import json\nclass Pool: pass\nRATE = 1\n",
    "legacy/data/__init__.py": "",
    "legacy/data/sets.py": "class Set: pass\n",
}


def edges(graph: ImportGraph) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(one.source, one.target, one.kind, one.names) for one in graph.edges if one.via == "string"]


@pytest.mark.parametrize(
    ("text", "target", "names"),
    [
        ('"legacy.layers.Pool"', "legacy/layers.py", ("Pool",)),
        ('"legacy.layers.RATE"', "legacy/layers.py", ("RATE",)),
        ('"legacy.layers"', "legacy/layers.py", ()),
        ('"legacy.data.sets"', "legacy/data/sets.py", ()),
        ('"legacy.data.sets.Set.method"', "legacy/data/sets.py", ("Set",)),
        ('"legacy.data.sets.Gone"', "legacy/data/sets.py", ("Gone",)),
        ('{"_target_": "legacy.layers.Pool"}', "legacy/layers.py", ("Pool",)),
        ('{"_target_": "legacy.Pool"}', "legacy/__init__.py", ("Pool",)),
        ('mock.patch("legacy.layers.json")', "legacy/layers.py", ("json",)),
    ],
)
def test_where_strings_lead(tree, text: str, target: str, names: tuple[str, ...]) -> None:
    graph = import_graph(tree({**LEGACY, "user.py": f"x = {text}\n"}))
    assert edges(graph) == [("user.py", target, "lazy", names)]
    assert [(one.path, one.target, one.how) for one in graph.hidden] == [("user.py", target, "named in a string")]
    assert graph.unresolved == ()


@pytest.mark.parametrize(
    "text",
    [
        '"legacy.Gone"',
        '"legacy.nothing.here"',
        '"layers.json"',
        '"encoder.layer.weight"',
        '"legacy layers.Pool"',
        'f"legacy.layers.{x}"',
        '"os.path.join"',
    ],
)
def test_strings_that_mean_something_else(tree, text: str) -> None:
    graph = import_graph(tree({**LEGACY, "user.py": f"x = {text}\n"}))
    assert edges(graph) == []
    assert graph.unresolved == ()


def test_a_file_of_a_script_folder_and_its_imports(tree) -> None:
    files = {"config.py": "import json\nclass C: pass\n", "user.py": 'a = "config.json"\nb = "config.C"\n'}
    (edge,) = import_graph(tree(files)).edges[1:]
    assert (edge.line, edge.names) == (2, ("C",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("legacy.layers.Gone", "legacy/layers.py has no `Gone`"),
        ("legacy.gone.Pool", "legacy/__init__.py has no `gone`"),
        ("nobody_has_this.layers.Pool", "neither in the tree nor installed here"),
    ],
)
def test_names_that_lead_nowhere_are_listed(tree, text: str, reason: str) -> None:
    graph = import_graph(tree({**LEGACY, "conf/a.yaml": f"model:\n  _target_: {text}\n"}))
    assert [(one.path, one.line, one.name, one.reason) for one in graph.unresolved] == [
        ("conf/a.yaml", 2, text, reason)
    ]


def test_names_outside_the_tree_are_external(tree) -> None:
    graph = import_graph(tree({"a.yaml": "_target_: collections.OrderedDict\n", "b.py": "mock.patch('os.getcwd')\n"}))
    assert [(one.source, one.target, one.external) for one in graph.edges] == [
        ("a.yaml", "collections", True),
        ("b.py", "os", True),
    ]


def test_yaml_and_json(tree) -> None:
    files = {
        **LEGACY,
        "conf/a.yaml": "model:\n  _target_: legacy.layers.Pool\n",
        "conf/b.json": '{\n "_target_": "legacy.layers.Pool"\n}',
    }
    graph = import_graph(tree(files))
    assert [(one.source, one.line, one.names) for one in graph.edges if one.via == "string"] == [
        ("conf/a.yaml", 2, ("Pool",)),
        ("conf/b.json", 2, ("Pool",)),
    ]


def test_a_string_beside_an_import_of_the_same_file_hides_nothing(tree) -> None:
    graph = import_graph(tree({**LEGACY, "user.py": 'import legacy.layers\nx = "legacy.layers.Pool"\n'}))
    assert len(edges(graph)) == 1
    assert graph.hidden == ()


def test_a_string_annotation_is_type_only_and_hides_nothing(tree) -> None:
    graph = import_graph(tree({**LEGACY, "user.py": 'def f(x: "legacy.layers.Pool"): pass\n'}))
    assert edges(graph) == [("user.py", "legacy/layers.py", "type-only", ("Pool",))]
    assert graph.hidden == ()


def test_a_mention_closes_no_cycle_and_an_import_by_string_does(tree) -> None:
    mention = {"a.py": "import b\n", "b.py": 'x = "a.A"\n'}
    assert import_graph(tree({**mention, "a.py": "import b\nclass A: pass\n"})).cycles == ()
    (cycle,) = import_graph(tree({"a.py": "import b\n", "b.py": 'import_module("a")\n'})).cycles
    assert cycle.at_runtime


def test_files_by_their_path(tree) -> None:
    files = {
        "steps/one.py": "",
        "steps/two.py": 'import runpy, os\nrunpy.run_path(os.path.join(os.path.dirname(__file__), "one.py"))\n',
        "run.py": 'exec(open("steps/one.py").read())\nrunpy.run_path("gone.py")\nrunpy.run_path("/opt/x.py")\n',
    }
    graph = import_graph(tree(files))
    assert edges(graph) == [
        ("run.py", "steps/one.py", "runtime", ()),
        ("steps/two.py", "steps/one.py", "runtime", ()),
    ]
    assert {one.how for one in graph.hidden} == {"file loaded by its path"}
    assert [(one.line, one.reason) for one in graph.unresolved] == [
        (2, "no such file in the tree"),
        (3, "a file outside the tree"),
    ]
