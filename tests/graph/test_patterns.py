import pytest

from refactor_tools.graph.imports import import_graph

FILES = {
    "pkg/__init__.py": "",
    "pkg/models/__init__.py": "",
    "pkg/models/resnet.py": "",
    "pkg/models/vgg.py": "",
    "pkg/models/deep/__init__.py": "",
    "pkg/models/deep/net.py": "",
    "scripts/model_a.py": "",
    "scripts/model_b.py": "",
    "scripts/data_a.py": "",
}


@pytest.mark.parametrize(
    ("path", "call", "targets"),
    [
        ("run.py", 'f"pkg.models.{n}"', ["deep/__init__", "resnet", "vgg"]),
        ("run.py", '"pkg.models.%s" % n', ["deep/__init__", "resnet", "vgg"]),
        ("run.py", '"pkg.models.{}.net".format(n)', ["deep/net"]),
        ("run.py", '"pkg.models.v" + n', ["vgg"]),
        ("pkg/models/__init__.py", 'f".{n}", __package__', ["deep/__init__", "resnet", "vgg"]),
        ("pkg/run.py", 'f".models.{n}", __package__', ["deep/__init__", "resnet", "vgg"]),
    ],
)
def test_every_file_that_matches(tree, path: str, call: str, targets: list[str]) -> None:
    graph = import_graph(tree({**FILES, path: f"import_module({call})\n"}))
    found = [one.target for one in graph.edges if one.source == path]
    assert found == [f"pkg/models/{target}.py" for target in targets]
    assert {one.via for one in graph.edges} == {"string"}
    assert {"*" in one.target for one in graph.hidden} == {True}
    assert graph.unresolved == ()


def test_bare_names_match_beside_the_script(tree) -> None:
    files = {**FILES, "scripts/run.py": 'import_module(f"model_{n}")\n', "other/model_c.py": ""}
    graph = import_graph(tree(files))
    assert [one.target for one in graph.edges] == ["scripts/model_a.py", "scripts/model_b.py"]


@pytest.mark.parametrize("call", ["n", 'f"{a}.{b}"', 'f"nothing.of.{n}"', 'f".{n}", package', '"." + n, "gone"'])
def test_names_that_match_nothing_are_listed(tree, call: str) -> None:
    graph = import_graph(tree({**FILES, "run.py": f"import_module({call})\n"}))
    assert graph.edges == ()
    assert [(one.path, one.reason) for one in graph.unresolved] == [
        ("run.py", "the module's name is computed when the file runs")
    ]
