import json

from refactor_tools.graph.composition import composition
from refactor_tools.graph.imports import import_graph
from refactor_tools.model.graphs import Composition

PARTS = """
from torch import nn
class Atom(nn.Module):
    def __init__(self): self.a = nn.Linear(1, 1)
    def forward(self, x, mask=None): return self.a(x) * mask
def helper(x): return x
"""


def composed(tree, files: dict[str, str]) -> Composition:
    scan = tree(files)
    return composition(scan, import_graph(scan))


def test_edges_through_imports_and_re_exports(tree) -> None:
    found = composed(
        tree,
        {
            "pkg/__init__.py": "from .parts import *\nfrom . import parts as p\n",
            "pkg/parts.py": PARTS,
            "pkg/a.py": "from pkg import Atom as A\nclass UsesAlias:\n    def f(self): return A()\n",
            "pkg/b.py": "import pkg.parts\nclass UsesDotted:\n    x = pkg.parts.Atom\n",
            "pkg/c.py": "from pkg import p\ndef uses_module(): return p.helper(1)\n",
            "pkg/d.py": "from pkg.a import UsesAlias\nclass Extends(UsesAlias): pass\n",
        },
    )
    assert found.uses["pkg/a.py::UsesAlias"] == ("pkg/parts.py::Atom",)
    assert found.uses["pkg/b.py::UsesDotted"] == ("pkg/parts.py::Atom",)
    assert found.uses["pkg/c.py::uses_module"] == ("pkg/parts.py::helper",)
    assert found.uses["pkg/d.py::Extends"] == ("pkg/a.py::UsesAlias",)
    assert found.used_by["pkg/parts.py::Atom"] == ("pkg/a.py::UsesAlias", "pkg/b.py::UsesDotted")


def test_an_import_in_a_function_hides_the_files_own(tree) -> None:
    found = composed(
        tree,
        {
            "a.py": "class Part:\n    pass\n",
            "b.py": "class Part:\n    pass\n",
            "user.py": (
                "from a import Part\n\n\ndef first():\n    return Part()\n\n\n"
                "def second():\n    from b import Part\n\n    return Part()\n"
            ),
        },
    )
    assert found.uses["user.py::first"] == ("a.py::Part",)
    assert found.uses["user.py::second"] == ("b.py::Part",)


def test_later_definition_of_a_name_is_the_one_that_is_used(tree) -> None:
    found = composed(tree, {"a.py": "def f(): pass\ndef f(): pass\ndef g(): return f()\n"})
    assert found.uses["a.py::g"] == ("a.py::f@2",)


def test_names_that_only_look_alike_are_no_use(tree) -> None:
    found = composed(
        tree,
        {
            "parts.py": PARTS,
            "a.py": "from elsewhere import Atom\nclass A:\n    def f(self, helper): return Atom(helper)\n",
        },
    )
    assert found.uses["a.py::A"] == ()
    assert found.used_by["parts.py::Atom"] == ()


def test_imports_in_a_ring_end(tree) -> None:
    found = composed(tree, {"a.py": "from b import X\ndef f(): return X\n", "b.py": "from a import X\n"})
    assert found.uses["a.py::f"] == ()


def test_recursion_is_no_use(tree) -> None:
    found = composed(tree, {"a.py": "def f(): return f()\n"})
    assert found.uses["a.py::f"] == found.used_by["a.py::f"] == ()
    assert found.unused == ("a.py::f",)


def test_what_strings_and_notebooks_name_is_used_and_nothing_beside_it(tree) -> None:
    notebook = {"cells": [{"cell_type": "code", "source": "from a import shown\nshown()"}]}
    files = {
        "a.py": "class Named: pass\nclass Other: pass\ndef shown(): pass\n",
        "conf.yaml": "_target_: a.Named\n",
        "b.ipynb": json.dumps(notebook),
    }
    assert composed(tree, files).unused == ("a.py::Other",)
