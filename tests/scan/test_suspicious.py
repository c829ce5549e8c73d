import pytest

MODULE = """
from torch import nn
class M(nn.Module):
    def __init__(self, width, {extra}):
        self.a = nn.Linear(width, width)
        {init}
    def forward(self, x, {argument}):
        {body}
        return self.a(x)
"""


def findings(facts, extra="", init="pass", argument="", body="pass") -> list[tuple[str, int, str]]:
    text = MODULE.format(extra=extra, init=init, argument=argument, body=body)
    return [(one.code, one.line, one.message) for one in facts(text).findings]


def test_argument_of_forward_that_nothing_reads(facts) -> None:
    assert findings(facts, argument="mask=None") == [
        ("unused-argument", 7, "M.forward accepts `mask` and never uses it")
    ]


def test_argument_of_init_that_nothing_reads(facts) -> None:
    assert findings(facts, extra="dropout=0.1") == [
        ("unused-argument", 4, "M.__init__ accepts `dropout` and never uses it")
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"argument": "mask=None", "body": "x = x * mask"},
        {"argument": "mask=None", "body": "del mask"},
        {"argument": "_mask=None"},
        {"argument": "*args, **kwargs"},
        {"argument": "mask=None", "body": "print(locals())"},
        {"argument": "mask=None", "body": "f = lambda: mask"},
        {"extra": "lr=0.1", "init": "self.save_hyperparameters()"},
    ],
)
def test_what_is_not_suspicious(facts, change: dict[str, str]) -> None:
    assert findings(facts, **change) == []


@pytest.mark.parametrize("kept", ['self.save_hyperparameters("width")', "other.save_hyperparameters()"])
def test_hyperparameters_that_are_named_or_another_objects_read_nothing_else(facts, kept: str) -> None:
    assert [one[0] for one in findings(facts, extra="lr=0.1", init=kept)] == ["unused-argument"]


@pytest.mark.parametrize("body", ["raise NotImplementedError", "pass", "'''Only a docstring.'''", "..."])
def test_abstract_forward_uses_nothing(facts, body: str) -> None:
    text = f"class M(nn.Module):\n    def forward(self, x, mask):\n        {body}\n"
    assert facts(text).findings == ()


def test_class_without_forward_is_not_looked_at(facts) -> None:
    assert facts("class A(B):\n    def __init__(self, x):\n        self.y = Thing()\n").findings == ()


def test_static_forward_has_no_self(facts) -> None:
    text = "class F(Function):\n    @staticmethod\n    def forward(ctx, x):\n        return 1\n"
    assert facts(text).findings == ()


def test_findings_of_a_class_that_is_no_module_are_dropped(tree) -> None:
    scan = tree({"a.py": "class A(Base):\n    def forward(self, x, y):\n        return x\nclass Base: pass\n"})
    assert scan.files[0].findings == ()
