import pytest

from refactor_tools.graph.imports import import_graph


def test_a_file_under_two_names(tree) -> None:
    files = {
        "src/pkg/__init__.py": "",
        "src/pkg/net.py": "class Net: ...\n",
        "src/pkg/train.py": "from net import Net\n",
        "src/user.py": "from pkg.net import Net\n",
    }
    (finding,) = import_graph(tree(files)).findings
    assert (finding.code, finding.path) == ("double-import", "src/pkg/net.py")
    assert "`net` (src/pkg/train.py:1), `pkg.net` (src/user.py:1)" in finding.message


def test_the_source_folder_as_a_package(tree) -> None:
    files = {
        "src/pkg/__init__.py": "",
        "src/pkg/net.py": "N = 1\n",
        "src/a.py": "import pkg.net\n",
        "b.py": "import src.pkg.net\n",
    }
    (finding,) = import_graph(tree(files)).findings
    assert "`pkg.net` (src/a.py:1), `src.pkg.net` (b.py:1)" in finding.message


@pytest.mark.parametrize(
    "statement",
    [
        "from pkg import net",
        "import pkg.net as n",
        "from pkg.net import N",
        "from .net import N",
        "import_module('pkg.net')",
    ],
)
def test_one_name_however_it_is_written(tree, statement: str) -> None:
    files = {"pkg/__init__.py": "", "pkg/net.py": "N = 1\n", "pkg/a.py": f"{statement}\n", "b.py": "import pkg.net\n"}
    assert import_graph(tree(files)).findings == ()


def test_types_alone_load_nothing(tree) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/net.py": "N = 1\n",
        "pkg/a.py": "if TYPE_CHECKING:\n    from net import N\n",
        "b.py": "import pkg.net\n",
    }
    assert import_graph(tree(files)).findings == ()


@pytest.mark.parametrize("path", ["pkg/__init__.py", "pkg/other.py"])
def test_a_package_that_is_not_installed_is_no_second_name(tree, path: str) -> None:
    files = {"pkg/__init__.py": "", "pkg/numba_nobody_has.py": "N = 1\n", "b.py": "import pkg.numba_nobody_has\n"}
    graph = import_graph(tree({**files, path: "import numba_nobody_has\n"}))
    assert graph.findings == ()


def test_a_folder_without_init_is_a_namespace_however_it_is_reached(tree) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/inner/net.py": "N = 1\n",
        "pkg/a.py": "from .inner.net import N\n",
        "b.py": "import pkg.inner.net\n",
    }
    assert import_graph(tree(files)).findings == ()
