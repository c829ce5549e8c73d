import pytest

from refactor_tools.graph.passing import not_passed_on

PARTS = """
from torch import nn
class Atom(nn.Module):
    def __init__(self): self.a = nn.Linear(1, 1)
    def forward(self, x, mask=None): return self.a(x) * mask
def helper(x): return x
"""


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
