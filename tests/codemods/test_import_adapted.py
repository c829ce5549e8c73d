"""Consumers of a name whose old place holds an adapter of the component."""

import ast
from types import SimpleNamespace

import pytest

from refactor_tools.codemods.import_tree import SourceTree
from refactor_tools.codemods.imports import FileRewrite, rewrite_imports
from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.facts import Parameter
from refactor_tools.model.migrations import Move

POOL = Move(
    origin="legacy/lstm.py",
    name="Pool",
    module="lib.pooling",
    new_name="Pool",
    form="adapted",
    adapter=Adapter(
        init=(Argument("input_dim", "2 * config.hidden_size"), Argument("dropout", "dropout")),
        forward=(Argument("sequence", "x"), Argument("lengths", "lengths"), Argument("mask", "None")),
    ),
    parameters=(Parameter("config"), Parameter("dropout", default="0.0")),
    forward=(Parameter("x"), Parameter("lengths", default="None")),
    new_parameters=(Parameter("input_dim"), Parameter("dropout", default="0.0")),
    new_forward=(
        Parameter("sequence"),
        Parameter("lengths", "keyword-only", "None"),
        Parameter("mask", "keyword-only", "None"),
    ),
)
BLOCK = Move(
    origin="legacy/lstm.py",
    name="Block",
    module="lib.feedforward",
    new_name="ResidualBlock",
    form="adapted",
    adapter=Adapter(init=(Argument("dim", "width"),), forward=(), state=(("net", "ffwd"),)),
    parameters=(Parameter("width"),),
    forward=(Parameter("x"),),
)
NORM = Move(
    origin="legacy/lstm.py",
    name="Norm",
    module="lib.norm",
    new_name="Norm",
    form="adapted",
    adapter=Adapter(init=(Argument("factory", "nn.LayerNorm"), Argument("size", "[width, EPS, width]"))),
    parameters=(Parameter("width"),),
    forward=(Parameter("x"),),
)
STAGE = Move(
    origin="legacy/lstm.py",
    name="Stage",
    module="lib.stages",
    new_name="Stage",
    form="adapted",
    adapter=Adapter(
        init=(Argument("dim", "width"),),
        attributes=(Argument("expansion", "2"),),
        decorators=(("forward", ("documented",)),),
    ),
    parameters=(Parameter("width"),),
    forward=(Parameter("x"),),
)
SCORE = Move(
    origin="legacy/lstm.py",
    name="score",
    module="lib.scores",
    new_name="score",
    form="adapted",
    kind="function",
    adapter=Adapter(forward=(Argument("first", "b"), Argument("second", "a * scale"))),
    parameters=(Parameter("a"), Parameter("b"), Parameter("scale", default="1")),
)
LEGACY = "from torch import nn\nEPS = 1e-5\nclass Pool: pass\n"
HEAD = "from legacy.lstm import Pool\n"
NEW = "from lib.pooling import Pool\n"


def rewritten(text: str, path: str = "run.py", **others: str) -> FileRewrite:
    files = {"legacy/__init__.py": "", "legacy/lstm.py": LEGACY, path: text}
    files |= {name.replace("__", "/") + ".py": content for name, content in others.items()}
    return rewrite_imports(path, SourceTree(files, files.get, [POOL, BLOCK, NORM, STAGE, SCORE]))


REWRITTEN = {
    "variable": (
        f"{HEAD}pool = Pool(cfg)\ny = pool(x)\n",
        f"{NEW}pool = Pool(input_dim=2 * cfg.hidden_size)\ny = pool(x)\n",
    ),
    "keywords": (
        f"{HEAD}pool = Pool(dropout=0.5, config=self.cfg)\ny = pool(lengths=n, x=x)\n",
        f"{NEW}pool = Pool(input_dim=2 * self.cfg.hidden_size, dropout=0.5)\ny = pool(x, lengths=n)\n",
    ),
    "positional": (
        f"{HEAD}pool = Pool(cfg, p + 1)\ny = pool(a @ b, n)\n",
        f"{NEW}pool = Pool(input_dim=2 * cfg.hidden_size, dropout=p + 1)\ny = pool(a @ b, lengths=n)\n",
    ),
    "in-parentheses": (
        f"{HEAD}pool = Pool(a or b)\n",
        f"{NEW}pool = Pool(input_dim=2 * (a or b).hidden_size)\n",
    ),
    "called-argument": (
        f"{HEAD}pool = Pool(Config(), rate())\n",
        f"{NEW}pool = Pool(input_dim=2 * Config().hidden_size, dropout=rate())\n",
    ),
    "at-once": (f"{HEAD}y = Pool(cfg)(x, n)\n", f"{NEW}y = Pool(input_dim=2 * cfg.hidden_size)(x, lengths=n)\n"),
    "alias": (
        "from legacy.lstm import Pool as P, EPS\npool = P(cfg)\n",
        "from lib.pooling import Pool as P\nfrom legacy.lstm import EPS\npool = P(input_dim=2 * cfg.hidden_size)\n",
    ),
    "module": (
        "import legacy.lstm as L\npool = L.Pool(cfg)\ny = pool(x, n)\n",
        "import legacy.lstm as L\nfrom lib.pooling import Pool\npool = Pool(input_dim=2 * cfg.hidden_size)\n"
        "y = pool(x, lengths=n)\n",
    ),
    "moved-to-a-device": (
        f"{HEAD}pool = Pool(cfg).to(d)\npool = pool.eval()\npool.train()\n"
        "opt = SGD(pool.parameters())\ny = pool(x, n)\n",
        f"{NEW}pool = Pool(input_dim=2 * cfg.hidden_size).to(d)\npool = pool.eval()\npool.train()\n"
        "opt = SGD(pool.parameters())\ny = pool(x, lengths=n)\n",
    ),
    "state-with-the-same-keys": (
        f"{HEAD}pool = Pool(cfg)\nsave(pool.state_dict())\n",
        f"{NEW}pool = Pool(input_dim=2 * cfg.hidden_size)\nsave(pool.state_dict())\n",
    ),
    "member": (
        f"{HEAD}class M(nn.Module):\n    def __init__(self, cfg):\n        self.pool = Pool(cfg)\n"
        "    def forward(self, x, n):\n        return self.pool(x, n)\n",
        f"{NEW}class M(nn.Module):\n    def __init__(self, cfg):\n"
        "        self.pool = Pool(input_dim=2 * cfg.hidden_size)\n"
        "    def forward(self, x, n):\n        return self.pool(x, lengths=n)\n",
    ),
    "member-of-one-class-of-two": (
        f"{HEAD}class M:\n    def __init__(s, cfg):\n        s.pool = Pool(cfg)\n"
        "class N:\n    def __init__(self):\n        self.pool = max\n"
        "    def f(self):\n        return self.pool(1, 2)\n",
        f"{NEW}class M:\n    def __init__(s, cfg):\n        s.pool = Pool(input_dim=2 * cfg.hidden_size)\n"
        "class N:\n    def __init__(self):\n        self.pool = max\n"
        "    def f(self):\n        return self.pool(1, 2)\n",
    ),
    "member-used-below": (
        f"{HEAD}class M:\n    def __init__(self, cfg):\n        self.pool = Pool(cfg)\n"
        "class N(M):\n    def f(self, x, n):\n        return self.pool(x, n)\n",
        f"{NEW}class M:\n    def __init__(self, cfg):\n        self.pool = Pool(input_dim=2 * cfg.hidden_size)\n"
        "class N(M):\n    def f(self, x, n):\n        return self.pool(x, lengths=n)\n",
    ),
    "in-a-function": (
        "def f(cfg, x, n):\n    from legacy.lstm import Pool\n    pool = Pool(cfg)\n    return pool(x, n)\n",
        "def f(cfg, x, n):\n    from lib.pooling import Pool\n    pool = Pool(input_dim=2 * cfg.hidden_size)\n"
        "    return pool(x, lengths=n)\n",
    ),
    "renamed-keys-that-nobody-saves": (
        "from legacy.lstm import Block\nblock = Block(4)\ny = block(x)\n",
        "from lib.feedforward import ResidualBlock as Block\nblock = Block(dim=4)\ny = block(x)\n",
    ),
    "nested-in-each-other": (
        "from legacy.lstm import Pool, Block\npool = Pool(cfg)\nblock = Block(4)\ny = pool(block(x), f(pool(x, m)))\n",
        "from lib.feedforward import ResidualBlock as Block\nfrom lib.pooling import Pool\n"
        "pool = Pool(input_dim=2 * cfg.hidden_size)\nblock = Block(dim=4)\n"
        "y = pool(block(x), lengths=f(pool(x, lengths=m)))\n",
    ),
    "names-of-the-legacy-file": (
        "import torch.nn as nn\nfrom legacy.lstm import Norm, EPS\nnorm = Norm(w)\n",
        "import torch.nn as nn\nfrom lib.norm import Norm\nfrom legacy.lstm import EPS\n"
        "norm = Norm(factory=nn.LayerNorm, size=[w, EPS, w])\n",
    ),
    "function": (
        "from legacy.lstm import score\nprint(score(1 + 2, q), [score(a=a, b=b, scale=s) for a, b in z])\n",
        "from lib.scores import score\n"
        "print(score(first=q, second=(1 + 2) * 1), [score(first=b, second=a * s) for a, b in z])\n",
    ),
    "long-call": (
        f"{HEAD}pool = Pool(configuration_of_the_model_that_is_trained, dropout=probability_of_dropping_it * 2)\n",
        f"{NEW}pool = Pool(\n    input_dim=2 * configuration_of_the_model_that_is_trained.hidden_size,\n"
        "    dropout=probability_of_dropping_it * 2,\n)\n",
    ),
    "crlf": (
        f"{HEAD}pool = Pool(cfg)\n".replace("\n", "\r\n"),
        f"{NEW}pool = Pool(input_dim=2 * cfg.hidden_size)\n".replace("\n", "\r\n"),
    ),
}


@pytest.mark.parametrize("form", REWRITTEN)
def test_rewritten(form: str) -> None:
    before, after = REWRITTEN[form]
    ast.parse(after)
    found = rewritten(before)
    assert found.text == after, found.kept
    assert found.kept == ()
    again = rewritten(after)
    assert again.text == after
    assert again.rewritten == ()


KEPT = {
    "instance": (f"{HEAD}p = Pool(c)\nisinstance(p, Pool)\n", "isinstance at line 3"),
    "subclass": (f"{HEAD}class Mine(Pool): pass\n", "subclassed at line 2"),
    "annotation": (f"{HEAD}def f(pool: Pool): pass\n", "an annotation at line 2"),
    "string annotation": (f"{HEAD}p = Pool(c)\ndef f(pool: 'list[Pool]'): pass\n", "an annotation at line 3"),
    "passed class": (f"{HEAD}build(Pool, c)\n", "passed to `build` at line 2"),
    "passed object": (f"{HEAD}p = Pool(c)\nwrap(p)\n", "passed to `wrap` at line 3"),
    "in a list": (f"{HEAD}m = nn.ModuleList([Pool(c)])\n", "passed to `nn.ModuleList` at line 2"),
    "returned": (f"{HEAD}def f(c):\n    return Pool(c)\n", "returned at line 3"),
    "class attribute": (f"{HEAD}x = Pool.size\n", "its attribute `size` is used at line 2"),
    "object attribute": (f"{HEAD}p = Pool(c)\nx = p.attention\n", "its attribute `attention` is used at line 3"),
    "method": (f"{HEAD}p = Pool(c)\np.apply(f)\n", "its method `apply` is called at line 3"),
    "double star": (f"{HEAD}p = Pool(**kwargs)\n", "arguments cannot be bound: **kwargs"),
    "star": (f"{HEAD}p = Pool(*args)\n", "arguments cannot be bound: *args"),
    "unknown argument": (f"{HEAD}p = Pool(c, size=1)\n", "arguments cannot be bound: `size`"),
    "missing argument": (f"{HEAD}p = Pool(dropout=1)\n", "arguments cannot be bound: `config` is missing"),
    "too many": (f"{HEAD}p = Pool(a, b, c)\n", "arguments cannot be bound: 3 given, 2 taken"),
    "forward": (f"{HEAD}p = Pool(c)\np(**batch)\n", "arguments cannot be bound: **batch"),
    "bound again": (f"{HEAD}p = Pool(c)\np = max\n", "`p` is bound to something else at line 3"),
    "import bound again": (f"{HEAD}Pool = Pool\n", "`Pool` is bound again at line 2"),
    "unused": (HEAD, "not used here, perhaps imported from here"),
    "all": (f"{HEAD}__all__ = ['Pool']\np = Pool(c)\n", "named in a string at line 2"),
    "keys": (
        "from legacy.lstm import Block\nclass M:\n    def __init__(self):\n        self.block = Block(4)\n",
        "its saved keys would change: ffwd -> net",
    ),
    "saved": (
        "from legacy.lstm import Block\nb = Block(4)\nb.state_dict()\n",
        "its saved keys would change: ffwd -> net",
    ),
    "outside": (
        f"{HEAD}class M:\n    def __init__(self, c):\n        self.pool = Pool(c)\nm = M(c)\nm.pool(x, n)\n",
        "reached as `m.pool` at line 6",
    ),
    "by string": (
        f"{HEAD}class M:\n    def __init__(self, c):\n        self.pool = Pool(c)\ngetattr(M(c), 'pool')\n",
        "`pool` is named in a string at line 5",
    ),
    "none": (
        f"{HEAD}class M:\n    def __init__(self, c):\n        self.pool = Pool(c) if c else None\n",
        "used as a value at line 4",
    ),
    "two kinds": (
        f"{HEAD}class M:\n    def __init__(self, c):\n        self.pool = Pool(c)\n        self.pool = None\n",
        "`self.pool` is bound to something else at line 5",
    ),
    "class body": (f"{HEAD}class M:\n    pool = Pool(c)\n", "bound in a class body at line 3"),
    "comment": (f"{HEAD}p = Pool(\n    c,  # sizes\n)\n", "a comment stands inside the call at line 2"),
    "star import": ("from legacy.lstm import *\np = Pool(c)\n", "comes through `import *`"),
    "f-string": (f"{HEAD}x = f'{{Pool(c)}}'\n", "called inside an f-string at line 2"),
    "evaluated twice": (
        "from torch import nn\nfrom legacy.lstm import EPS, Norm\nn = Norm(width())\n",
        "argument `width` would be evaluated more than once, or not always",
    ),
    "other nn": (
        "from legacy.lstm import EPS, Norm\nimport mine as nn\nn = Norm(w)\n",
        "the adapter needs `nn`, which is not the same here",
    ),
    "no constant": (
        "from torch import nn\nfrom legacy.lstm import Norm\nn = Norm(w)\n",
        "the adapter needs `EPS`, which is not the same here",
    ),
    "shadowed": (
        "from torch import nn\nfrom legacy.lstm import Norm, EPS\ndef f(nn):\n    n = Norm(w)\n",
        "the adapter needs `nn`, which is not the same here",
    ),
    "class attributes": (
        "from legacy.lstm import Stage\ns = Stage(4)\n",
        "the old name has what the component has not: expansion, @documented",
    ),
    "order": (
        "from legacy.lstm import score\nscore(f(), g())\n",
        "its arguments would be evaluated in another order",
    ),
}


@pytest.mark.parametrize("form", KEPT)
def test_kept(form: str) -> None:
    text, reason = KEPT[form]
    found = rewritten(text)
    assert found.text == text, found.rewritten
    assert found.rewritten == ()
    assert [kept.reason for kept in found.kept] == [reason]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("from run import Pool\n", "read from here by other.py:1"),
        ("import run\nrun.Pool\n", "read from here by other.py:2"),
        ("from run import *\nPool(c)\n", "read from here by other.py:1"),
        ("from run import M\nM(c).pool(x, n)\n", "`.pool` may be reached from other.py:2"),
        (
            "from run import M\nclass N(M):\n    def f(self): self.pool(x, n)\n",
            "`.pool` may be reached from other.py:3",
        ),
        ("from run import model\n", "`model` is read from other.py:1"),
    ],
)
def test_readers_in_other_files_keep_it(other: str, reason: str) -> None:
    text = f"{HEAD}class M:\n    def __init__(self, c):\n        self.pool = Pool(c)\nmodel = Pool(c)\n"
    found = rewritten(text, other=other)
    assert found.text == text
    assert [kept.reason for kept in found.kept] == [reason]


@pytest.mark.parametrize(
    "other", ["class N:\n    def f(self): self.pool(x, n)\n", "from legacy.lstm import Pool\n", "pool = 1\n"]
)
def test_strangers_do_not_keep_it(other: str) -> None:
    text = f"{HEAD}class M:\n    def __init__(self, c):\n        self.pool = Pool(c)\n"
    assert rewritten(text, other=other).kept == ()


def test_rewritten_calls_compute_what_the_legacy_calls_computed() -> None:
    """Both texts run against recording stand-ins: the component is built and called with the same values."""
    before = f"{HEAD}pool = Pool(Config(), 0.25)\nout = [pool(1, 2), pool(x=3), pool(4, lengths=5)]\n"
    seen = []
    for text, make in ((before, _legacy_pool), (rewritten(before).text, _pool)):
        log: list[object] = []
        body = "".join(text.splitlines(keepends=True)[1:])
        exec(body, {"Pool": make(log), "Config": lambda: SimpleNamespace(hidden_size=8)})
        seen.append(log)
    assert seen[0] == seen[1] == [(16, 0.25), (1, 2, None), (3, None, None), (4, 5, None)]


def _pool(log: list[object]) -> object:
    def build(*, input_dim: int, dropout: float = 0.0) -> object:
        log.append((input_dim, dropout))
        return lambda sequence, *, lengths=None, mask=None: log.append((sequence, lengths, mask))

    return build


def _legacy_pool(log: list[object]) -> object:
    component = _pool(log)

    def build(config: SimpleNamespace, dropout: float = 0.0) -> object:
        pool = component(input_dim=2 * config.hidden_size, dropout=dropout)  # type: ignore[operator]
        return lambda x, lengths=None: pool(x, lengths=lengths)

    return build
