import pytest

from refactor_tools.graph.composition import composition
from refactor_tools.graph.imports import import_graph
from refactor_tools.graph.passing import not_passed_on
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


def test_tiers(tree) -> None:
    found = composed(
        tree,
        {
            "parts.py": PARTS,
            "models.py": """
            from torch import nn
            from parts import Atom
            class Pair(nn.Module):
                def __init__(self): self.atom = Atom()
            class Model(nn.Module):
                def __init__(self): self.layers = nn.ModuleList([Pair() for _ in range(3)])
            class Wide(nn.Module):
                def __init__(self): self.a, self.b = Atom(), Pair()
            class Inner(nn.Module):
                def __init__(self): self.a, self.b = Atom(), Pair()
            class Child(Inner): pass
            class Lone(nn.Module):
                def __init__(self): self.atom = Atom()
            class Plain:
                def __init__(self): self.model = Model
            """,
        },
    )
    assert {identity.partition("::")[2]: tier for identity, tier in found.tiers.items()} == {
        "Atom": "atomic",
        "Pair": "composite",
        "Model": "application",
        "Wide": "application",
        "Inner": "composite",
        "Child": "application",
        "Lone": "composite",
    }


def test_unused(tree) -> None:
    found = composed(
        tree,
        {
            "a.py": """
            __all__ = ["exported"]
            def exported(): pass
            def dead(): pass
            def read_here(): pass
            @register
            def registered(): pass
            def imported(): pass
            def test_something(): pass
            def main(): pass
            print(read_here)
            """,
            "b.py": "from a import imported\n",
            "c.py": "def starred(): pass\n",
            "d.py": "from c import *\n",
        },
    )
    assert found.unused == ("a.py::dead",)


@pytest.mark.parametrize(
    ("signature", "call"),
    [("x, mask=None", "self.atom(x + mask)"), ("x, attn_mask=None", "self.atom(x + attn_mask)")],
)
def test_mask_that_is_not_passed_on(tree, signature: str, call: str) -> None:
    (found,) = not_passed_on(tree({"parts.py": PARTS, "m.py": model(signature, call)}))
    name = signature.partition(", ")[2].partition("=")[0]
    assert (found.code, found.path, found.line) == ("not-passed-on", "m.py", 6)
    assert found.message == f"M.forward has `{name}` and calls `self.atom` (Atom) without its `mask`"


@pytest.mark.parametrize(
    ("signature", "call"),
    [
        ("x, mask=None", "self.atom(x, mask)"),
        ("x, mask=None", "self.atom(x, mask=mask)"),
        ("x, mask=None", "self.atom(*x, mask)"),
        ("x, mask=None", "self.atom(x, **mask)"),
        ("x, scale=None", "self.atom(x * scale)"),
        ("x, mask=None", "self.other(x * mask)"),
    ],
)
def test_calls_that_leave_nothing_out(tree, signature: str, call: str) -> None:
    assert not_passed_on(tree({"parts.py": PARTS, "m.py": model(signature, call)})) == ()


def test_argument_that_is_used_nowhere_is_reported_once(tree) -> None:
    scan = tree({"parts.py": PARTS, "m.py": model("x, mask=None", "self.atom(x)")})
    assert [one.code for facts in scan.files for one in facts.findings] == ["unused-argument"]
    assert not_passed_on(scan) == ()


def model(signature: str, call: str) -> str:
    return f"""
from torch import nn
from parts import Atom
class M(nn.Module):
    def __init__(self): self.atom = Atom()
    def forward(self, {signature}): return {call}
"""
