import pytest

from refactor_tools.graph.composition import composition
from refactor_tools.graph.evidence import evidence
from refactor_tools.graph.imports import import_graph

MODULE = """
from torch import nn
class M({base}):
    def __init__(self, width):
        super().__init__()
        self.a = nn.Linear(width, width)
        {init}
    def forward(self, x):
        {body}
        return self.a(x)
"""


LOOP = """
from a import M
class N:
    def __init__(self): self.layers = [M(1) for _ in range(3)]
    def total(self): return sum(layer.b for layer in self.layers)
"""


def module(init: str = "self.b = nn.Linear(1, 1)", body: str = "pass", base: str = "nn.Module", more: str = "") -> str:
    return MODULE.format(init=init, body=body, base=base) + more


def dead(tree, files: dict[str, str]) -> list[tuple[str, int, str]]:
    scan = tree(files)
    found = evidence(scan, composition(scan, import_graph(scan)))
    return [(one.code, one.line, one.message) for one in found.dead_members]


@pytest.mark.parametrize(
    ("init", "code", "message"),
    [
        ("self.b = nn.Linear(1, 1)", "never-called", "M builds `self.b` (nn.Linear) and never uses it"),
        ("self.b: nn.Module = nn.Linear(1, 1)", "never-called", "M builds `self.b` (nn.Linear) and never uses it"),
        ("self.b = width", "never-read", "M assigns `self.b` and never reads it"),
        ("self.b = make()", "never-read", "M assigns `self.b` and never reads it"),
    ],
)
def test_members_that_nothing_reads(tree, init: str, code: str, message: str) -> None:
    assert dead(tree, {"a.py": module(init)}) == [(code, 7, message)]


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": module(body="x = self.b(x)")},
        {"a.py": module(body="del self.b")},
        {"a.py": module("self.b = 1", "self.b += 1")},
        {"a.py": module(body="x = getattr(self, 'b')(x)")},
        {"a.py": module(body="x = getattr(self, name)(x)")},
        {"a.py": module(body="x = getattr(self, f'{name}')(x)")},
        {"a.py": module(body="list(self.children())")},
        {"a.py": module(body="self.__dict__")},
        {"a.py": module("self.training = True")},
        {"a.py": module("self.__hidden = 1")},
        {"a.py": module("self.b = width", more="    @property\n    def b(self): return 1\n")},
        {"a.py": module(more="    b = None\n")},
        {"a.py": module(base="Base", more="class Base(nn.Module):\n    def run(self): return self.b\n")},
        {"a.py": module(base="Base", more="class Base(nn.Module):\n    def run(self): return list(self.children())\n")},
        {"a.py": module(), "b.py": "from a import M\nclass N(M):\n    def forward(self, x): return self.b(x)\n"},
        {"a.py": module(), "b.py": "from a import M\nm = M(1)\nprint(m.b)\n"},
        {
            "a.py": module(),
            "b.py": "from a import M\nclass N:\n    def f(self): self.inner = M(1); return self.inner.b\n",
        },
        {"a.py": module(), "b.py": "def show(model): return model.b\n"},
        {"a.py": module(), "b.py": LOOP, "c.py": "class C:\n    def __init__(self): self.layer = C()\n"},
        {"a.py": module(), "b.py": "from a import M\ndef show(m): return getattr(m, 'b')\n"},
        {"a.py": module("self.b = nn.Linear(1, 1)", base="nn.TransformerEncoderLayer")},
        {"a.py": module("self.b = width", base="nn.Linear")},
        {"a.py": module("self.b = width", base="LightningModule")},
        {"a.py": module(base="Config", more="class Config: pass\n")},
        {"a.py": "from torch import nn\nclass M(nn.Module):\n    def __init__(self): self.b = nn.Linear(1, 1)\n"},
    ],
)
def test_members_that_something_may_read(tree, files: dict[str, str]) -> None:
    assert dead(tree, files) == []


def test_readers_of_something_else_do_not_count(tree) -> None:
    other = """
    import torch.nn.functional as F
    from torch import nn
    class Other(nn.Module):
        def __init__(self, config):
            self.width = config.b
            self.part = Part()
        def forward(self, x): return F.b(self.part.b(x)) + self.width
    class Part(nn.Module):
        def forward(self, x): return x
    """
    assert [line for _, line, _ in dead(tree, {"a.py": module(), "other.py": other})] == [7]


def test_a_program_may_have_settings_but_no_idle_modules(tree) -> None:
    text = "from lightning import LightningModule\n" + module(
        "self.b, self.c = nn.Linear(1, 1), 1", base="LightningModule"
    )
    assert dead(tree, {"a.py": text}) == []
    text = "from lightning import LightningModule\n" + module(base="LightningModule")
    assert [code for code, _, _ in dead(tree, {"a.py": text})] == ["never-called"]


def test_only_idle_modules_are_findings(tree) -> None:
    scan = tree({"a.py": module("self.b = width"), "b.py": module()})
    shown = evidence(scan, composition(scan, import_graph(scan)))
    assert [one.path for one in shown.findings] == ["b.py"]
    assert [one.path for one in shown.dead_members] == ["a.py", "b.py"]
