import pytest

from refactor_tools.graph.composition import composition
from refactor_tools.graph.evidence import evidence
from refactor_tools.graph.imports import import_graph

UNUSED = """
from torch import nn
class A(nn.Module):
    def __init__(self, width): self.w = width
    def forward(self, x, mask): return x * self.w
"""
USING = """
from torch import nn
class B(nn.Module):
    def __init__(self): self.w = 1
    def forward(self, x, mask): return x * mask * self.w
"""


def found(tree, files: dict[str, str]) -> list[str]:
    scan = tree(files)
    shown = evidence(scan, composition(scan, import_graph(scan)))
    return [one.message for one in shown.findings if one.code == "unused-argument"]


MESSAGE = "A.forward accepts `mask` and never uses it"


@pytest.mark.parametrize(
    "more",
    [
        "",
        USING,
        USING + "def run(x): return A(1)(x), B()(x)\n",
        "class C(A):\n    def other(self, mask): return mask\n",
        "class D(nn.Module):\n    def __init__(self): self.a = A(1)\n    def forward(self, x): return self.a(x, 1)\n",
    ],
)
def test_arguments_that_nothing_uses(tree, more: str) -> None:
    assert found(tree, {"a.py": UNUSED + more}) == [MESSAGE]


@pytest.mark.parametrize(
    "more",
    [
        "class C(A):\n    def forward(self, x, mask): return x * mask\n",
        USING + "TABLE = {'a': A, 'b': B}\n",
        USING + "TABLE = [A, B]\n",
        USING + "class D(nn.Module):\n    def __init__(self, k): self.x = A(1) if k else B()\n",
        USING + "class D(nn.Module):\n    def __init__(self, k): self.x = nn.ModuleList([A(1), B()])\n",
        USING + "def run(part): return part\nrun(A(1))\nrun(B())\n",
        USING + "def run(parts): return parts\nrun(parts={'a': A(1), 'b': B()})\n",
        USING + "def run(part): return part\nrun(part=A)\nrun(B)\n",
    ],
)
def test_arguments_that_an_interface_asks_for(tree, more: str) -> None:
    assert found(tree, {"a.py": UNUSED + more}) == []


def test_siblings_share_an_interface(tree) -> None:
    base = "from torch import nn\nclass Base(nn.Module): pass\n"
    text = base + UNUSED.replace("A(nn.Module)", "A(Base)") + USING.replace("B(nn.Module)", "B(Base)")
    assert found(tree, {"a.py": text}) == []
    overridden = (
        UNUSED.replace("A(nn.Module)", "A(Base)") + "class Base(nn.Module):\n    def forward(self, x, mask): raise E\n"
    )
    assert found(tree, {"a.py": overridden}) == []


def test_keras_asks_for_training_and_mask(tree) -> None:
    text = """
    import keras
    class A(keras.layers.Layer):
        def call(self, x, training=None, mask=None, scale=1): return x
    """
    assert found(tree, {"a.py": text}) == ["A.call accepts `scale` and never uses it"]
