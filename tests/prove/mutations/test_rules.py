"""Every kind of bug: what it makes of a statement, and the statements that it leaves alone."""

import pytest

from refactor_tools.prove.mutations.registry import RULES
from tests.prove.mutations.forms import normal, wrong

# By kind: a body, and one of the bodies that the rule makes of it.
SEEDED = [
    ("scale", "x = x * 0.5", "x = x * 0.75"),
    ("scale", "x = x + 1e-5", "x = x + 0.0001"),
    ("scale", "x = x / 3", "x = x / 6"),
    ("axis", "x = softmax(x, dim=1)", "x = softmax(x, dim=-1)"),
    ("axis", "x = softmax(x, dim=-1)", "x = softmax(x, dim=0)"),
    ("axis", "x = x.sum(1)", "x = x.sum(-1)"),
    ("axis", "x = x.transpose(-2, -1)", "x = x.transpose(-2, 0)"),
    ("reduction", "x = torch.sum(x, 1)", "x = torch.mean(x, 1)"),
    ("reduction", "x = x.amax(1, keepdim=True)", "x = x.amax(1)"),
    ("reduction", "x = x.var(1)", "x = x.var(1, correction=0)"),
    ("reduction", "x = x.std(1, unbiased=False)", "x = x.std(1)"),
    ("reduction", "x = mse_loss(x, m, reduction='mean')", "x = mse_loss(x, m, reduction='sum')"),
    ("off by one", "x = x[:, 1]", "x = x[:, 2]"),
    ("off by one", "x = x[:n]", "x = x[:n - 1]"),
    ("off by one", "x = x[n:]", "x = x[n - 1:]"),
    ("off by one", "x = torch.arange(n)", "x = torch.arange(n - 1)"),
    ("unstable sort", "x = x.argsort(stable=True)", "x = x.argsort()"),
    ("unstable sort", "x = torch.sort(x)", "x = torch.sort(x, descending=True)"),
    ("operator", "x = x + m", "x = x - m"),
    ("swapped operands", "x = x - m", "x = m - x"),
    ("swapped operands", "x = x @ m", "x = m @ x"),
    ("lost operand", "x = x + m", "x = m"),
    ("lost operand", "x = x * m", "x = x"),
    ("swapped arguments", "x = matmul(x, m)", "x = matmul(m, x)"),
    ("swapped arguments", "x = torch.where(m, x, y)", "x = torch.where(m, y, x)"),
    ("flag", "x = pack(x, batch_first=True)", "x = pack(x, batch_first=False)"),
    ("activation", "x = F.relu(x)", "x = F.gelu(x)"),
    ("mask value", "x = x.masked_fill(m, float('-inf'))", "x = x.masked_fill(m, -5.0)"),
    ("mask value", "x = x.masked_fill(m, float('-inf'))", "x = x.masked_fill(m, -1e9)"),
    ("mask value", "x = x.masked_fill(m, -1e9)", "x = x.masked_fill(m, float('-inf'))"),
    ("inverted mask", "x = x[~m]", "x = x[m]"),
    ("inverted mask", "x = x.masked_fill(m, 0)", "x = x.masked_fill(~m, 0)"),
    ("inverted mask", "x = torch.where(m, x, 0)", "x = torch.where(~m, x, 0)"),
    ("hidden NaN", "x = F.softmax(x)", "x = F.softmax(x).nan_to_num()"),
    ("hidden NaN", "x = x.nan_to_num()", "x = x"),
    ("hidden NaN", "return x + m", "return (x + m).nan_to_num()"),
    ("dropout rate", "x = F.dropout(x, p=0.1)", "x = F.dropout(x, p=0.1 / 2)"),
    ("dropout place", "x = self.drop(x)", "x = x"),
    ("dropout place", "x = self.drop(f(x, 1))", "x = f(self.drop(x), 1)"),
    ("dropout place", "x = self.drop(x)\nx = f(x)", "x = f(x)\nx = self.drop(x)"),
    ("random order", "x = self.drop(x)\ny = torch.rand(3)", "y = torch.rand(3)\nx = self.drop(x)"),
    ("extra draw", "return x", "__import__('torch').rand(1)\nreturn x"),
    ("train or eval", "x = F.dropout(x, training=self.training)", "x = F.dropout(x, training=True)"),
    ("train or eval", "x = F.dropout(x, training=self.training)", "x = F.dropout(x)"),
    ("train or eval", "x = F.dropout(x)", "x = F.dropout(x, training=False)"),
    ("train or eval", "x = self.dropout(x)", "x = type(self.dropout)(self.dropout.p)(x)"),
    ("detach", "x = self.linear(x)", "x = self.linear(x).detach()"),
    ("detach", "x = x.detach()", "x = x"),
    ("detach", "with torch.no_grad():\n    x = f(x)", "if True:\n    x = f(x)"),
    ("dtype", "x = self.linear(x)", "x = self.linear(x).double()"),
    ("dtype", "x = self.linear(x)", "x = self.linear(x).half().float()"),
    ("dtype", "x = torch.zeros(3, dtype=x.dtype)", "x = torch.zeros(3)"),
    ("dtype", "x = m.float()", "x = m"),
    ("device", "x = torch.arange(3, device=x.device)", "x = torch.arange(3)"),
    ("device", "x = self.linear(x)", "x = self.linear(x).cpu()"),
    ("device", "x = m.to(x.device)", "x = m"),
    ("changed input", "x = x * m", "x = x.mul_(m)"),
    ("changed input", "return f(x)", "result_ = f(x)\nx.add_(1)\nreturn result_"),
    ("memory layout", "x = x.transpose(1, 2)", "x = x.reshape(x.transpose(1, 2).shape)"),
    ("memory layout", "x = x.contiguous()", "x = x"),
    ("outputs", "return x, m", "return m, x"),
    ("outputs", "return x, m", "return [x, m]"),
    ("outputs", "return f(x)", "return (f(x),)"),
    ("outputs", "return {'a': x, 'b': m}", "return {'a': m, 'b': x}"),
    ("exception", "raise ValueError('m')", "raise RuntimeError('m')"),
    ("exception", "raise ValueError('m')", "pass"),
    ("condition", "if m:\n    x = 1", "if not m:\n    x = 1"),
    ("comparison", "x = x < m", "x = x <= m"),
    ("lost statement", "x = f(x)", "pass"),
    ("lost statement", "x += m", "pass"),
    ("padding", "x = F.pad(x, (1, 0))", "x = F.pad(x, (0, 1))"),
]
# The same in a constructor.
BUILT = [
    ("eps", "self.n = LayerNorm(d)", "self.n = LayerNorm(d, eps=0.001)"),
    ("eps", "self.n = LayerNorm(d, eps=1e-05)", "self.n = LayerNorm(d, eps=0.0001)"),
    ("bias", "self.f = nn.Linear(d, d)", "self.f = nn.Linear(d, d, bias=False)"),
    ("bias", "self.f = nn.Linear(d, d, bias=False)", "self.f = nn.Linear(d, d)"),
    ("momentum", "self.n = nn.BatchNorm1d(d)", "self.n = nn.BatchNorm1d(d, momentum=0.2)"),
    ("padding", "self.e = nn.Embedding(9, d, padding_idx=0)", "self.e = nn.Embedding(9, d)"),
    ("padding", "self.e = nn.Embedding(9, d)", "self.e = nn.Embedding(9, d, padding_idx=0)"),
    ("padding", "self.c = nn.Conv1d(d, d, 3, padding=1)", "self.c = nn.Conv1d(d, d, 3)"),
    ("dropout rate", "self.d = nn.Dropout(p)", "self.d = nn.Dropout(p / 2)"),
    ("dropout rate", "self.d = nn.Dropout()", "self.d = nn.Dropout(0.25)"),
    ("activation", "self.a = nn.ReLU()", "self.a = nn.GELU()"),
    ("order of parameters", "self.a = f()\nself.b = g()", "self.b = g()\nself.a = f()"),
    ("order of layers", "self.s = nn.Sequential(f(), g())", "self.s = nn.Sequential(g(), f())"),
    ("order of layers", "s = [f(), g()]", "s = [g(), f()]"),
    ("ties", "self.a.weight = self.b.weight", "pass"),
    (
        "ties",
        "self.a = Linear(d, d)\nself.b = Linear(d, d)",
        "self.a = Linear(d, d)\nself.b = Linear(d, d)\nself.b.weight = self.a.weight",
    ),
    ("persistence", "self.register_buffer('b', x)", "self.register_buffer('b', x, persistent=False)"),
    ("persistence", "self.register_buffer('b', x, persistent=False)", "self.register_buffer('b', x)"),
    ("persistence", "self.register_buffer('b', x)", "self.b = x"),
    ("persistence", "self.w = nn.Parameter(x)", "self.register_buffer('w', x)"),
    ("requires_grad", "self.w = nn.Parameter(x)", "self.w = nn.Parameter(x, requires_grad=False)"),
    ("requires_grad", "self.f = Linear(d, d)", "self.f = Linear(d, d)\nself.f.requires_grad_(False)"),
    ("requires_grad", "self.w.requires_grad_(False)", "pass"),
    ("initialisation", "nn.init.zeros_(self.w)", "nn.init.normal_(self.w)"),
    ("initialisation", "nn.init.zeros_(self.w)", "pass"),
    ("initialisation", "self.apply(self.start)", "pass"),
    ("initialisation", "self.f = nn.Linear(d, d)", "self.f = nn.Linear(d, d)\nself.f.reset_parameters()"),
]
# What a rule must leave alone, though it looks like what it changes.
LEFT_ALONE = [
    ("scale", "x = x[3]"),
    ("axis", "x = softmax(x, dim=n)\nx = view(x, 1)"),
    ("eps", "x = f(x, eps=e)"),
    ("bias", "x = nn.Linear(d, d, **options)\nx = nn.ReLU()"),
    ("reduction", "x = x.view(1)\nx = x.sums"),
    ("off by one", "x = x[True]\nx = f('1')"),
    ("unstable sort", "x = x.sorted()"),
    ("operator", "x = x ** m"),
    ("swapped operands", "x = x + m\nx = x * m"),
    ("lost operand", "x = x - m"),
    ("swapped arguments", "x = f(x)\nx = f(*a, m)\nx = f(x, m=m)"),
    ("flag", "x = f(x, True)\nx = f(x, flag=m)\nx = f(x, size=1)"),
    ("activation", "x = self.relu_layer(x)"),
    ("mask value", "x = x.fill(m, -1e9)\nx = float('1')"),
    ("inverted mask", "x = x[m]\nx = -m"),
    ("hidden NaN", "return x"),
    ("dropout rate", "x = self.drop(x)\nx = nn.Linear(0.1)"),
    ("dropout place", "x = self.linear(x)\nx = f(x)"),
    ("random order", "x = self.linear(x)\nx = self.drop(x)"),
    ("extra draw", "x = f(x)"),
    ("train or eval", "self.training = m\nx = self.linear(x)"),
    ("detach", "x = f(x)\nself.w.fill_(x)\nwith open(x) as m:\n    pass"),
    ("dtype", "x = self.flag\nx = torch.float(x)"),
    ("device", "x = f(x)\nx = x.to(m)"),
    ("changed input", "y = y * m\nx = f(x)"),
    ("memory layout", "x = torch.transpose(x, 1, 2)\nx = x.view(3)"),
    ("outputs", "return None"),
    ("exception", "x = ValueError(m)"),
    ("condition", "x = m and x"),
    ("comparison", "x = m is None\nx = m in x"),
    ("lost statement", "y = f(x)\nself.x = f(self.x)"),
    ("padding", "x = f(x, (1, 0))\nx = F.pad(x, sides)\nx = nn.Linear(3, 3)"),
    ("momentum", "x = nn.LayerNorm(3)\nx = nn.BatchNorm1d(3, 1e-05, 0.3)"),
    ("ties", "self.a = self.b.weight\nx = y.weight"),
    ("persistence", "self.add_module('b', x)\nself.w = nn.Linear(3, 3)"),
    ("requires_grad", "x = nn.Linear(3, 3)\nself.w.zero_()"),
    ("initialisation", "x = f(torch.tensor(3))\nself.zeros(x)"),
    ("order of layers", "x = nn.Sequential(f())\nx = [1, 2]\nx = f(f(), g())"),
]
# The same in a constructor.
BUILT_ALONE = [
    ("order of parameters", "self.a = f()\nx = g()\nself.b = 3"),
    ("ties", "self.a = Linear(d, d)\nself.b = Linear(d, p)\nself.c = f(d)\nself.e = f(d)"),
    ("requires_grad", "self.a = nn.ReLU()\nx = nn.Linear(d, d)"),
    ("initialisation", "self.a = d"),
    ("extra draw", "return x"),
    ("changed input", "d = d * p"),
]


@pytest.mark.parametrize(("kind", "body", "expected"), SEEDED)
def test_bugs_of_a_method(kind: str, body: str, expected: str) -> None:
    assert normal(expected) in wrong(kind, body)


@pytest.mark.parametrize(("kind", "body", "expected"), BUILT)
def test_bugs_of_a_constructor(kind: str, body: str, expected: str) -> None:
    assert normal(expected) in wrong(kind, body, constructor=True)


@pytest.mark.parametrize(("kind", "body"), LEFT_ALONE)
def test_what_a_rule_leaves_alone(kind: str, body: str) -> None:
    assert wrong(kind, body) == set()


@pytest.mark.parametrize(("kind", "body"), BUILT_ALONE)
def test_what_a_rule_leaves_alone_in_a_constructor(kind: str, body: str) -> None:
    assert wrong(kind, body, constructor=True) == set()


def test_every_kind_has_its_cases() -> None:
    elsewhere = {"swapped parameters"}
    assert {kind for kind, _, _ in (*SEEDED, *BUILT)} == set(RULES) - elsewhere
    assert {kind for kind, _ in (*LEFT_ALONE, *BUILT_ALONE)} == set(RULES) - elsewhere
