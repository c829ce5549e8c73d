"""Every way to build, hold, inherit, receive or only use a definition, and what is none of them."""

from textwrap import indent

import pytest

from refactor_tools.graph.lookup import Lookup
from refactor_tools.graph.relations import relations

PARTS = """
from torch import nn

class Block(nn.Module):
    def __init__(self, dim=1, inner=None): self.a = nn.Linear(dim, dim)
    @classmethod
    def from_config(cls, config): return cls(config.dim)
    @staticmethod
    def count(): return 1

class Norm(nn.Module):
    def __init__(self, dim=1): self.w = nn.Parameter(dim)

def helper(x): return x
def make(kind): return Block(1) if kind else Norm()
def make_later(kind):
    part = Norm if kind else make(kind)
    return part
def make_list(depth):
    layers = []
    for _ in range(depth):
        layers.append(Block())
    return nn.Sequential(*layers)
def forwards(x): return x(helper(x))

LAYERS = {"block": Block, "norm": Norm}
PAIRS = OrderedDict([("block", Block)])
WRAPPED = Instantiating(LAYERS)
Small = partial(Block, dim=1)
Alias = Norm
SIZE = 3
"""
USER = """
import parts
from functools import partial
from torch import nn
from parts import *
from parts import Block as B, LAYERS, WRAPPED, PAIRS, Small, Alias, SIZE
class User(nn.Module):
{body}
"""
BLOCK, NORM = "parts.py::Block", "parts.py::Norm"


def of_user(tree, body: str) -> set[tuple[str, str, str]]:
    """(how, target, member) of what the class does that has `body`, without what it only uses."""
    scan = tree({"parts.py": PARTS, "user.py": USER.format(body=indent(body, "    "))})
    found, _ = relations(scan, Lookup.of(scan))
    return {
        (one.how, one.target.partition("::")[2], one.member)
        for one in found
        if one.source == "user.py::User" and one.how != "uses"
    }


@pytest.mark.parametrize(
    ("statement", "member"),
    [
        ("self.x = Block()", "x"),
        ("self.x = B()", "x"),
        ("self.x = parts.Block()", "x"),
        ("self.x: nn.Module = Block()", "x"),
        ("self.x, self.y = Block(), 1", "x"),
        ("self.x = Block() if flag else None", "x"),
        ("self.x = flag and Block()", "x"),
        ("self.x = Block().to('cpu')", "x"),
        ("self.x = Block.from_config(config)", "x"),
        ("if flag:\n    self.x = 1\nelif flag:\n    self.x = Block()", "x"),
        ("part = Block()\nself.x = part", "x"),
        ("kind = Block\nself.x = kind(1)", "x"),
        ("kind = Block if flag else None\nself.x = kind(1)", "x"),
        ("self.x = (Block if flag else Unknown)(1)", "x"),
        ("self.x = {'a': Block}[flag](1)", "x"),
        ("self.x = nn.ModuleList([Block() for _ in range(3)])", "x"),
        ("self.x = nn.Sequential(Block(), nn.ReLU())", "x"),
        ("self.x = nn.Sequential(*(Block() for _ in range(3)))", "x"),
        ("self.x = nn.Sequential(OrderedDict([('a', Block())]))", "x"),
        ("self.x = nn.ModuleDict({'a': Block()})", "x"),
        ("self.x = nn.ModuleDict({name: Block() for name in names})", "x"),
        ("self.x = nn.ModuleDict({'a': nn.ModuleList([Block()])})", "x"),
        ("self.x = nn.ModuleList()\nfor _ in range(3):\n    self.x.append(Block())", "x"),
        ("layers = []\nfor _ in range(3):\n    layers.append(Block())\nself.x = nn.Sequential(*layers)", "x"),
        ("layers = [nn.ReLU()]\nlayers += [Block()]\nself.x = nn.ModuleList(layers)", "x"),
        ("layers = OrderedDict()\nlayers['a'] = Block()\nself.x = nn.Sequential(layers)", "x"),
        ("self.x['a'] = Block()", "x"),
        ("self.add_module('x', Block())", "x"),
        ("self.register_module('x', Block())", "x"),
        ("setattr(self, 'x', Block())", "x"),
        ("for i in range(3):\n    setattr(self, f'x{i}', Block())", "x*"),
        ("for i in range(3):\n    self.add_module('x%d' % i, Block())", "x*"),
        ("for kind in (Block,):\n    self.x.append(kind(1))", "x"),
        ("for name, kind in {'a': Block}.items():\n    self.x[name] = kind(1)", "x"),
        ("self.x = nn.ModuleList([kind(1) for kind in (Block,)])", "x"),
        ("kind = partial(Block, dim=2)\nself.x = kind()", "x"),
        ("self.x = Small()", "x"),
        ("self.x = LAYERS['block'](1)", "x"),
        ("self.x = PAIRS[flag](1)", "x"),
        ("self.x = WRAPPED['block']", "x"),
        ("kind = LAYERS['block']\nself.x = kind(1)", "x"),
        ("self.x = make_list(3)", "x"),
        ("x = 1\nself.x = lambda: Block(x)", "x"),
    ],
)
def test_ways_to_build(tree, statement: str, member: str) -> None:
    body = f"def __init__(self, flag):\n{indent(statement, '    ')}"
    assert ("builds", "Block", member) in of_user(tree, body)


@pytest.mark.parametrize(
    ("statement", "targets"),
    [
        ("self.x = LAYERS[flag](1)", {"Block", "Norm"}),
        ("self.x = LAYERS['norm'](1)", {"Norm"}),
        ("self.x = WRAPPED[flag]", {"Block", "Norm"}),
        ("self.x = make(flag)", {"Block", "Norm"}),
        ("self.x = parts.make(flag)", {"Block", "Norm"}),
        ("self.x = make_later(flag)", {"Block", "Norm"}),
        ("self.x = Alias(1)", {"Norm"}),
        ("self.x = self._make(3)", {"Block"}),
    ],
)
def test_choices_and_factories_are_followed(tree, statement: str, targets: set[str]) -> None:
    body = f"def __init__(self, flag):\n    {statement}\ndef _make(self, n):\n    return nn.Sequential(*[Block()] * n)"
    found = of_user(tree, body if "_make" in statement else body.partition("def _make")[0])
    assert {target for how, target, member in found if how == "builds" and member == "x"} == targets


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("kind = Block", {("holds", "Block", "kind")}),
        ("kinds = {'a': Block}", {("holds", "Block", "kinds")}),
        ("kind = partial(Block, dim=1)", {("holds", "Block", "kind")}),
        ("kind = Small", {("holds", "Block", "kind")}),
        ("def __init__(self): self.kind = Block", {("holds", "Block", "kind")}),
        (
            "kind = Block\ndef __init__(self): self.x = self.kind(1)",
            {("holds", "Block", "kind"), ("builds", "Block", "kind")},
        ),
        ("def __init__(self, kind=Block): pass", {("receives", "Block", "kind")}),
        ("def __init__(self, kind=partial(Block, dim=1)): pass", {("receives", "Block", "kind")}),
        ("def __init__(self, *, kind: type = Block): pass", {("receives", "Block", "kind")}),
        ("def __init__(self, part: Block): pass", {("receives", "Block", "part")}),
        ("def __init__(self, part: 'Block | None' = None): pass", {("receives", "Block", "part")}),
        ("def __init__(self, part: Optional[Block] = None): pass", {("receives", "Block", "part")}),
        ("part: Block", {("receives", "Block", "part")}),
        (
            "def __init__(self, kind=None):\n    kind = kind or Block\n    self.x = kind(1)",
            {("builds", "Block", "x")},
        ),
    ],
)
def test_ways_to_hold_and_receive(tree, body: str, expected: set[tuple[str, str, str]]) -> None:
    assert of_user(tree, body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "def f(self, x): return isinstance(x, Block)",
        "def f(self, x: Block) -> Block: return x",
        "def f(self): return Block.count()",
        "def f(self): return helper(1)",
        "def f(self, Block): self.x = Block()",
        "def f(self):\n    Block = other\n    self.x = Block()",
        "def f(self):\n    from elsewhere import Block\n    self.x = Block()",
        "def f(self): self.x = elsewhere.Block()",
        "def f(self): self.x = LAYERS",
        "def f(self): self.x = SIZE",
        "def f(self): self.x = forwards(1)",
        "def f(self): raise Block",
        "'''Block()'''",
    ],
)
def test_what_is_only_used_or_not_even_that(tree, body: str) -> None:
    assert of_user(tree, body) == set()


def test_what_is_given_is_received(tree) -> None:
    scan = tree(
        {
            "parts.py": PARTS,
            "net.py": """
            from torch import nn
            from parts import Block, Norm
            class Net(nn.Module):
                def __init__(self, kind, depth=1, norm=None): self.kind = kind
            class Deep(Net):
                def __init__(self): super().__init__(Block, norm=Norm())
            """,
            "run.py": """
            from net import Net
            from parts import Block, Norm
            model = Net(Block, norm=Norm)
            def build():
                part = Block()
                return Net(part, 2, unknown=Norm)
            def outside(): return Elsewhere(Block)
            """,
        }
    )
    found, _ = relations(scan, Lookup.of(scan))
    received = {(one.target, one.member, one.path, one.line) for one in found if one.source == "net.py::Net"}
    assert received == {(BLOCK, "kind", "net.py", 7), (NORM, "norm", "net.py", 7), (NORM, "", "run.py", 7)}
    assert not any(one.source == BLOCK and one.how == "receives" for one in found)


def test_inherited_and_through(tree) -> None:
    scan = tree(
        {"parts.py": PARTS, "a.py": "from parts import *\nclass A(Block):\n    def f(self): self.x = make(1)\n"}
    )
    found, named = relations(scan, Lookup.of(scan))
    of_a = {(one.how, one.target, one.through) for one in found if one.source == "a.py::A"}
    assert of_a == {
        ("inherits", BLOCK, ""),
        ("builds", BLOCK, "parts.py::make"),
        ("builds", NORM, "parts.py::make"),
        ("uses", "parts.py::make", ""),
    }
    assert named["a.py::A"] == (BLOCK, "parts.py::make")


def test_functions_that_return_each_other_end(tree) -> None:
    scan = tree({"a.py": "def f(): return g()\ndef g(): return f()\nclass A:\n    def h(self): self.x = f()\n"})
    found, _ = relations(scan, Lookup.of(scan))
    assert {(one.source, one.how, one.target) for one in found} == {
        ("a.py::f", "uses", "a.py::g"),
        ("a.py::g", "uses", "a.py::f"),
        ("a.py::A", "uses", "a.py::f"),
    }


REGISTRY = """
from torch import nn
_KNOWN = {}
def register(name):
    def keep(cls):
        _KNOWN[name] = cls
        return cls
    return keep
def build(name, **options): return _KNOWN[name](**options)
MODELS = Registry("models")
"""
REGISTERED = """
from torch import nn
from registry import MODELS, register
@register("focal")
class Focal(nn.Module): pass
@register("other")
class Other(nn.Module): pass
@MODELS.register_module()
class Net(nn.Module): pass
@MODELS.register_module(name="small")
class Small(nn.Module): pass
"""


@pytest.mark.parametrize(
    ("call", "target"),
    [
        ("build('focal')", "Focal"),
        ("build(name='other', x=1)", "Other"),
        ("MODELS.build(dict(type='Net', x=1))", "Net"),
        ("MODELS.build({'type': 'small'})", "Small"),
        ("MODELS.get('small')()", "Small"),
        ("MODELS['Net']()", "Net"),
        ("build('unknown')", None),
        ("build(config.loss)", None),
        ("elsewhere.build('focal')", None),
        ("MODELS.build('focal')", None),
    ],
)
def test_registries_are_asked_by_literal_names(tree, call: str, target: str | None) -> None:
    user = f"from registry import MODELS, build\nclass A:\n    def __init__(self, config):\n        self.x = {call}\n"
    scan = tree({"registry.py": REGISTRY, "kept.py": REGISTERED, "a.py": user})
    found, _ = relations(scan, Lookup.of(scan))
    built = {one.target.partition("::")[2] for one in found if one.source == "a.py::A" and one.how == "builds"}
    assert built == ({target} if target else set())
