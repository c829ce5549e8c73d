import json

import pytest

from refactor_tools.graph.imports import import_graph
from refactor_tools.model.facts import Scan
from refactor_tools.model.graphs import ImportGraph


def inside(graph: ImportGraph) -> list[tuple[str, str, str, str]]:
    return [(one.source, one.target, one.kind, one.via) for one in graph.edges if not one.external]


def hidden(graph: ImportGraph) -> list[tuple[str, str, str]]:
    return [(one.path, one.target, one.how) for one in graph.hidden]


def unresolved(graph: ImportGraph) -> list[tuple[str, int, str, str]]:
    return [(one.path, one.line, one.name, one.reason) for one in graph.unresolved]


PACKAGE = {"pkg/__init__.py": "", "pkg/a.py": "A = 1\n", "pkg/sub/__init__.py": "", "pkg/sub/b.py": "B = 1\n"}


@pytest.mark.parametrize(
    ("statement", "target"),
    [
        ("import pkg.a", "pkg/a.py"),
        ("import pkg.sub.b as c", "pkg/sub/b.py"),
        ("from pkg import a", "pkg/a.py"),
        ("from pkg.a import A", "pkg/a.py"),
        ("from pkg import sub", "pkg/sub/__init__.py"),
        ("from pkg.sub import b", "pkg/sub/b.py"),
        ("from .a import A", "pkg/a.py"),
        ("from . import a", "pkg/a.py"),
        ("from .sub.b import B", "pkg/sub/b.py"),
        ("from .sub import b", "pkg/sub/b.py"),
    ],
)
def test_ordinary_imports(tree, statement: str, target: str) -> None:
    graph = import_graph(tree({**PACKAGE, "pkg/user.py": statement}))
    assert inside(graph) == [("pkg/user.py", target, "runtime", "plain")]
    assert graph.hidden == graph.unresolved == ()


def test_relative_imports_reach_upwards(tree) -> None:
    graph = import_graph(tree({**PACKAGE, "pkg/sub/c.py": "from ..a import A\nfrom .. import a\nfrom . import b\n"}))
    assert [target for _, target, _, _ in inside(graph)] == ["pkg/a.py", "pkg/a.py", "pkg/sub/b.py"]


def test_name_of_the_package_itself_leads_to_its_init(tree) -> None:
    graph = import_graph(tree({"pkg/__init__.py": "VERSION = 1\n", "pkg/a.py": "from . import VERSION\n"}))
    assert inside(graph) == [("pkg/a.py", "pkg/__init__.py", "runtime", "plain")]


def test_kinds_and_star(tree) -> None:
    graph = import_graph(
        tree(
            {
                **PACKAGE,
                "pkg/user.py": """
                from typing import TYPE_CHECKING
                from pkg.a import *
                if TYPE_CHECKING:
                    from pkg.sub.b import B
                try:
                    from pkg.sub import b
                except ImportError:
                    b = None
                def f():
                    import pkg.a
                """,
            }
        )
    )
    assert inside(graph) == [
        ("pkg/user.py", "pkg/a.py", "runtime", "star"),
        ("pkg/user.py", "pkg/sub/b.py", "type-only", "plain"),
        ("pkg/user.py", "pkg/sub/b.py", "optional", "plain"),
        ("pkg/user.py", "pkg/a.py", "lazy", "plain"),
    ]


def test_script_folder(tree) -> None:
    graph = import_graph(
        tree({"legacy/model.py": "class M: pass\n", "legacy/train.py": "from model import M\nimport model as m\n"})
    )
    assert inside(graph) == [
        ("legacy/train.py", "legacy/model.py", "runtime", "sys-path"),
        ("legacy/train.py", "legacy/model.py", "runtime", "sys-path"),
    ]
    assert hidden(graph) == [("legacy/train.py", "legacy/model.py", "script folder")] * 2


def test_script_folder_inside_a_package_is_importable_as_a_namespace(tree) -> None:
    graph = import_graph(
        tree(
            {
                "src/pkg/__init__.py": "",
                "src/pkg/scripts/model.py": "M = 1\n",
                "src/pkg/scripts/train.py": "from model import M\n",
                "src/pkg/user.py": "from pkg.scripts.model import M\n",
            }
        )
    )
    assert inside(graph) == [
        ("src/pkg/scripts/train.py", "src/pkg/scripts/model.py", "runtime", "sys-path"),
        ("src/pkg/user.py", "src/pkg/scripts/model.py", "runtime", "plain"),
    ]


def test_script_shadows_the_standard_library_and_never_itself(tree) -> None:
    graph = import_graph(tree({"types.py": "import types\n", "a.py": "import types\n"}))
    assert inside(graph) == [("a.py", "types.py", "runtime", "sys-path")]
    assert [(one.source, one.target) for one in graph.edges if one.external] == [("types.py", "types")]


def test_module_of_a_package_does_not_shadow_the_standard_library(tree) -> None:
    graph = import_graph(tree({"pkg/__init__.py": "", "pkg/types.py": "", "pkg/a.py": "import types\n"}))
    assert inside(graph) == []
    assert graph.hidden == ()


def test_package_in_a_namespace_does_not_shadow_the_standard_library(tree) -> None:
    graph = import_graph(tree({"vendor/jaraco/functools/__init__.py": "", "a.py": "import functools\n"}))
    assert inside(graph) == []


def test_bare_import_of_a_sibling_inside_a_package(tree) -> None:
    files = {"pkg/__init__.py": "", "pkg/model.py": "M = 1\n", "pkg/train.py": "from model import M\n"}
    graph = import_graph(tree(files))
    assert inside(graph) == [("pkg/train.py", "pkg/model.py", "runtime", "sys-path")]
    assert hidden(graph) == [("pkg/train.py", "pkg/model.py", "started from another folder")]


def test_sibling_without_the_name_is_another_package_that_is_not_installed(tree) -> None:
    files = {"pkg/__init__.py": "", "pkg/notthere.py": "M = 1\n", "pkg/train.py": "from notthere import Other\n"}
    graph = import_graph(tree(files))
    assert inside(graph) == []
    assert unresolved(graph) == [("pkg/train.py", 1, "notthere", "neither in the tree nor installed here")]


def test_sys_path_edit(tree) -> None:
    graph = import_graph(
        tree(
            {
                "models/net.py": "N = 1\n",
                "run/train.py": """
                import os, sys
                sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "models"))
                from net import N
                """,
            }
        )
    )
    assert inside(graph) == [("run/train.py", "models/net.py", "runtime", "sys-path")]
    assert hidden(graph) == [("run/train.py", "models/net.py", "sys.path")]


def test_sys_path_edit_of_the_script_that_starts_everything(tree) -> None:
    graph = import_graph(
        tree(
            {
                "models/net.py": "N = 1\n",
                "run/main.py": "import sys\nsys.path.append('models')\nimport steps\n",
                "run/steps.py": "from net import N\n",
            }
        )
    )
    assert ("run/steps.py", "models/net.py", "sys.path of another file") in hidden(graph)


def test_strings(tree) -> None:
    graph = import_graph(
        tree(
            {
                **PACKAGE,
                "run.py": """
                import importlib
                importlib.import_module("pkg.a")
                importlib.import_module(f"pkg.sub.{name}")
                importlib.import_module(name)
                """,
            }
        )
    )
    assert inside(graph) == [
        ("run.py", "pkg/a.py", "runtime", "string"),
        ("run.py", "pkg/sub/b.py", "runtime", "string"),
    ]
    assert hidden(graph) == [
        ("run.py", "pkg/a.py", "import by string"),
        ("run.py", "pkg.sub.*", "import by string"),
    ]
    assert unresolved(graph) == [("run.py", 5, "*", "the module's name is computed when the file runs")]


def test_pattern_relative_to_the_package(tree) -> None:
    graph = import_graph(
        tree({"pkg/__init__.py": "import importlib\nimportlib.import_module(f'.{n}', __name__)\n", "pkg/a.py": ""})
    )
    assert inside(graph) == [("pkg/__init__.py", "pkg/a.py", "runtime", "string")]
    assert hidden(graph) == [("pkg/__init__.py", ".*", "import by string")]


@pytest.mark.parametrize(
    ("statement", "name", "reason"),
    [
        ("from .gone import x", ".gone.x", "no module `gone` in the tree"),
        ("import pkg.gone", "pkg.gone", "no module `pkg.gone` in the tree"),
        ("from pkg.a import Gone", "pkg.a.Gone", "pkg/a.py has no `Gone`"),
        ("from ... import x", "...x", "reaches above the root"),
        ("import package_nobody_has", "package_nobody_has", "neither in the tree nor installed here"),
    ],
)
def test_what_leads_nowhere_is_listed(tree, statement: str, name: str, reason: str) -> None:
    graph = import_graph(tree({**PACKAGE, "pkg/user.py": statement}))
    assert unresolved(graph) == [("pkg/user.py", 1, name, reason)]


@pytest.mark.parametrize(
    "statement",
    [
        "try:\n    import package_nobody_has\nexcept ImportError:\n    pass",
        "def f():\n    try:\n        import package_nobody_has\n    except ImportError:\n        pass",
        "if TYPE_CHECKING:\n    import package_nobody_has",
        "import os.path, networkx",
    ],
)
def test_packages_that_may_be_absent_are_not_listed(tree, statement: str) -> None:
    graph = import_graph(tree({"a.py": statement}))
    assert graph.unresolved == ()
    assert all(one.external for one in graph.edges)
    assert graph.edges


@pytest.mark.parametrize(
    "target",
    [
        "def __getattr__(name): ...\n",
        "globals()['X'] = 1\n",
        "from os import *\n",
        "import sys\nsys.modules[__name__] = Y\n",
    ],
)
def test_names_of_a_module_that_makes_them_itself_are_believed(tree, target: str) -> None:
    graph = import_graph(tree({"pkg/__init__.py": "", "pkg/a.py": target, "pkg/b.py": "from pkg.a import X\n"}))
    assert graph.unresolved == ()


def test_compiled_module_is_external(tree) -> None:
    files = {"pkg/__init__.py": "", "pkg/_C.cpython-311-x86_64-linux-gnu.so": "", "pkg/a.py": "from pkg._C import f\n"}
    graph = import_graph(tree(files))
    assert [(one.source, one.target, one.external) for one in graph.edges] == [("pkg/a.py", "pkg._C", True)]
    assert graph.unresolved == ()


def test_import_of_a_file_beside_the_analysed_ones(tree) -> None:
    scan = tree({**PACKAGE, "pkg/user.py": "from pkg.a import A\n"})
    alone = Scan(scan.root, tuple(one for one in scan.files if one.path == "pkg/user.py"))
    assert inside(import_graph(alone)) == [("pkg/user.py", "pkg/a.py", "runtime", "plain")]


def test_nearest_of_two_packages_of_one_name(tree) -> None:
    before, after = ({f"{side}/src/{path}": text for path, text in PACKAGE.items()} for side in ("before", "after"))
    graph = import_graph(tree({**before, **after, "after/src/run.py": "import pkg.a\n"}))
    assert inside(graph) == [("after/src/run.py", "after/src/pkg/a.py", "runtime", "plain")]


def test_tree_without_imports(tree) -> None:
    assert import_graph(tree({"a.py": ""})) == ImportGraph()


def test_an_empty_graph_of_several_files_says_so(tree) -> None:
    graph = import_graph(tree({"a.py": "import os\n", "b.py": ""}))
    assert graph.notices == ("no import was found from one of these 2 files to another",)
    assert import_graph(tree({"a.py": "import b\n", "b.py": ""})).notices == ()


def test_a_module_that_lacks_the_name_is_imported_all_the_same(tree) -> None:
    graph = import_graph(tree({**PACKAGE, "pkg/user.py": "from pkg.a import Gone\n"}))
    assert inside(graph) == [("pkg/user.py", "pkg/a.py", "runtime", "plain")]


def test_stars_bring_names(tree) -> None:
    files = {
        "pkg/__init__.py": """
        from .a import *
        from .b import *
        from . import c
        __all__ = a.__all__ + ['B']
        __all__.extend(c.__all__)
        """,
        "pkg/a.py": "__all__ = ['A']\n__all__ += ['A2']\nA = A2 = hidden = 1\n",
        "pkg/b.py": "import os\nB = _private = 1\n",
        "pkg/c.py": "__all__ = ('C',)\nC = 1\n",
        "user.py": "from pkg import *\n",
    }
    graph = import_graph(tree(files))
    stars = {(one.source, one.target): one.names for one in graph.edges if one.via == "star"}
    assert stars == {
        ("pkg/__init__.py", "pkg/a.py"): ("A", "A2"),
        ("pkg/__init__.py", "pkg/b.py"): ("B", "os"),
        ("user.py", "pkg/__init__.py"): ("A", "A2", "B", "C"),
    }


def test_names_through_a_star_are_known_and_others_are_not(tree) -> None:
    files = {
        "pkg/__init__.py": "from .a import *\n",
        "pkg/a.py": "from .b import *\nA = 1\n",
        "pkg/b.py": "from .a import *\nB = 1\n",
        "closed/__init__.py": "from .a import *\n",
        "closed/a.py": "A = 1\n",
        "user.py": "from closed import A\nfrom closed import B\nfrom pkg import A as X, B as Y\n",
    }
    graph = import_graph(tree(files))
    assert unresolved(graph) == [("user.py", 2, "closed.B", "closed/__init__.py has no `B`")]


def test_a_star_imports_the_submodules_that_all_names(tree) -> None:
    files = {
        "pkg/__init__.py": "__all__ = ['a', 'X']\nX = 1\n",
        "pkg/a.py": "",
        "pkg/b.py": "",
        "user.py": "from pkg import *\n",
    }
    graph = import_graph(tree(files))
    assert [target for _, target, _, _ in inside(graph)] == ["pkg/__init__.py", "pkg/a.py"]


def test_lazy_exports_are_edges_and_names(tree) -> None:
    files = {
        "pkg/__init__.py": """
        _TABLE = {"A": ".a", "Gone": ".a"}
        def __getattr__(name):
            return getattr(import_module(_TABLE[name], __name__), name)
        """,
        "pkg/a.py": "class A: pass\n",
        "user.py": "from pkg import A\n",
    }
    graph = import_graph(tree(files))
    assert inside(graph) == [
        ("pkg/__init__.py", "pkg/a.py", "lazy", "string"),
        ("user.py", "pkg/__init__.py", "runtime", "plain"),
    ]
    assert unresolved(graph) == [("pkg/__init__.py", 2, ".a.Gone", "pkg/a.py has no `Gone`")]
    assert graph.hidden == ()


def test_notebook(tree) -> None:
    cells = [
        ["import sys\n", "sys.path.append('../lib')\n", "from net import N\n", "%run helper.py"],
        ["from pkg.a import A\n", "import beside"],
    ]
    notebook = {"cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    files = {
        **PACKAGE,
        "lib/net.py": "N = 1\n",
        "nb/a b.ipynb": json.dumps(notebook, indent=1),
        "nb/beside.py": "",
        "nb/helper.py": "",
    }
    scan = tree(files)
    graph = import_graph(scan)
    assert inside(graph) == [
        ("nb/a b.ipynb", "lib/net.py", "runtime", "sys-path"),
        ("nb/a b.ipynb", "nb/helper.py", "runtime", "string"),
        ("nb/a b.ipynb", "pkg/a.py", "runtime", "plain"),
        ("nb/a b.ipynb", "nb/beside.py", "runtime", "sys-path"),
    ]
    text = files["nb/a b.ipynb"].split("\n")
    assert all("import" in text[one.line - 1] or "%run" in text[one.line - 1] for one in graph.edges)
    assert [facts.path for facts in scan.others] == ["nb/a b.ipynb"]
    assert "nb/a b.ipynb" not in [facts.path for facts in scan.files]


def test_a_broken_notebook_leaves_the_rest(tree) -> None:
    scan = tree({**PACKAGE, "a.ipynb": "{", "user.py": "import pkg.a\n"})
    assert [(one.path, one.message.partition(":")[0]) for one in scan.problems] == [("a.ipynb", "is not a notebook")]
    assert inside(import_graph(scan)) == [("user.py", "pkg/a.py", "runtime", "plain")]


def test_blind_spots_are_all_listed(tree) -> None:
    files = {
        "flat/model.py": "M = 1\n",
        "flat/train.py": "from model import M\nexec(M)\n",
        "src/pkg/__init__.py": "",
        "src/pkg/inner/net.py": "N = 1\n",
        "run.py": """
        import sys, os
        sys.path.insert(0, os.path.join(os.path.dirname(__file__), "flat"))
        sys.path.insert(0, os.environ["CODE"])
        import model
        from pkg.inner.net import N
        import_module(f"pkg.inner.{N}")
        import_module(N)
        """,
        "a.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": "import pkg.inner.net\nimport_module(x)"}]}),
    }
    scan = tree(files)
    graph = import_graph(scan)
    assert len(scan.files) + len(scan.others) == len(files)
    assert {(source, target) for source, target, _, _ in inside(graph)} == {
        ("flat/train.py", "flat/model.py"),
        ("run.py", "flat/model.py"),
        ("run.py", "src/pkg/inner/net.py"),
        ("a.ipynb", "src/pkg/inner/net.py"),
    }
    assert [(path, name) for path, _, name, _ in unresolved(graph)] == [
        ("a.ipynb", "*"),
        ("flat/train.py", "exec"),
        ("run.py", "sys.path"),
        ("run.py", "*"),
    ]
