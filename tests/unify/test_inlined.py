"""Where a component may stand for its copy inside a class, with which arguments and keys, and where it may not."""

import pytest

from refactor_tools.model.inlined import InlinedCopy
from refactor_tools.model.outcomes import Refusal
from refactor_tools.unify.inlined import find_inlined

IMPORTS = "import math\nimport torch\nfrom torch import nn\nfrom torch.nn import functional as F\n\n\n"
POOLING = """class Pooling(nn.Module):
    def __init__(self, input_dim):
        super().__init__()
        self.score = nn.Linear(input_dim, 1)

    def forward(self, states, mask=None):
        scores = self.score(states)
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        return torch.sum(F.softmax(scores, dim=1) * states, dim=1)
"""
FEED_FORWARD = """class FeedForward(nn.Module):
    def __init__(self, dim, hidden, activation=nn.GELU, dropout=0.1):
        super().__init__()
        self.dim = dim
        self.fc1 = nn.Linear(dim, hidden)
        self.act = activation()
        self.drop = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(self.drop(self.act(self.fc1(x))))
"""
CLASSIFIER = """class Classifier(nn.Module):
    def __init__(self, words, width, classes):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.attn = nn.Linear(width, 1)
        self.head = nn.Linear(width, classes)

    def forward(self, tokens, keep):
        hidden = self.embed(tokens)
        energy = self.attn(hidden)
        energy = energy.masked_fill(~keep.unsqueeze(-1), float("-inf"))
        weights = torch.softmax(energy, 1)
        pooled = (hidden * weights).sum(dim=1)
        return self.head(pooled)
"""
BLOCK = """class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.net = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Dropout(0.1), nn.Linear(4 * width, width))
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)
        self.middle = nn.Dropout(0.5)

    def forward(self, x):
        x = x + self.net(self.norm(x))
        h = F.gelu(self.up(x))
        h = self.middle(h)
        return x + self.down(h)
"""


def found(component: str, holder: str) -> tuple[InlinedCopy, ...] | Refusal:
    names = [text.split("(")[0].removeprefix("class ") for text in (component, holder)]
    return find_inlined(IMPORTS + component, names[0], IMPORTS + holder, names[1], {})


def only(component: str, holder: str) -> InlinedCopy:
    copies = found(component, holder)
    assert isinstance(copies, tuple), copies
    assert len(copies) == 1, copies
    return copies[0]


def reason(component: str, holder: str) -> str:
    refusal = found(component, holder)
    assert isinstance(refusal, Refusal), refusal
    return refusal.reason


def texts(holder: str, copy: InlinedCopy) -> tuple[str, str, list[str]]:
    whole = IMPORTS + holder
    made, called, *gone = (whole[span.start : span.end] for span in (copy.made, copy.called, *copy.gone))
    return made, called, gone


def arguments(copy: InlinedCopy) -> tuple[list[str], list[str]]:
    init, call = ([f"{item.name}={item.value}" for item in items] for items in (copy.init, copy.call))
    return init, call


def test_statements_of_a_class() -> None:
    copy = only(POOLING, CLASSIFIER)
    made, called, gone = texts(CLASSIFIER, copy)
    assert (made, called) == ("self.attn = nn.Linear(width, 1)", "(hidden * weights).sum(dim=1)")
    assert [text.partition(" ")[0] for text in gone] == ["energy", "energy", "weights"]
    assert arguments(copy) == (["=width"], ["=hidden", "=keep"])
    assert copy.state == (("pooling.score", "attn"),)


def test_a_guard_that_both_have() -> None:
    masked = '        energy = energy.masked_fill(~keep.unsqueeze(-1), float("-inf"))\n'
    guarded = CLASSIFIER.replace(masked, f"        if keep is not None:\n    {masked}").replace("keep):", "keep=None):")
    copy = only(POOLING, guarded)
    assert arguments(copy) == (["=width"], ["=hidden", "=keep"])
    assert any(text.startswith("if keep") for text in texts(guarded, copy)[2])


def test_what_the_holder_never_does_is_left_out_of_the_call() -> None:
    masked = '        energy = energy.masked_fill(~keep.unsqueeze(-1), float("-inf"))\n'
    assert arguments(only(POOLING, CLASSIFIER.replace(masked, ""))) == (["=width"], ["=hidden"])


def test_a_sequence_and_statements_are_two_copies() -> None:
    copies = found(FEED_FORWARD, BLOCK)
    assert isinstance(copies, tuple)
    first, second = copies
    assert arguments(first) == (["=width", "=4 * width", "=nn.ReLU"], ["=self.norm(x)"])
    assert (first.member, first.state[0], first.state[-1]) == ("net", ("net.fc1", "net.0"), ("net.fc2", "net.3"))
    assert arguments(second) == (["=width", "=2 * width", "dropout=0.5"], ["=x"])
    assert second.member == "feed_forward"
    assert second.state == (
        ("feed_forward.fc1", "up"),
        ("feed_forward.drop", "middle"),
        ("feed_forward.fc2", "down"),
    )
    assert [(item.name, item.value) for item in second.values] == [("act", "nn.GELU()")]
    assert second.unset == ("dim",)


def test_a_sequence_that_the_component_has_too_is_one_key() -> None:
    component = """class Mix(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, 1))

    def forward(self, x):
        return self.layers(x)
"""
    holder = """class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm = nn.LayerNorm(config.width)
        self.tail = nn.Sequential(nn.Linear(config.width, config.width), nn.ReLU(), nn.Linear(config.width, 1))

    def forward(self, x):
        return self.tail(self.norm(x))
"""
    copy = only(component, holder)
    assert copy.state == (("tail.layers", "tail"),)
    assert arguments(copy)[0] == ["=config.width"]


def test_plain_values_come_from_where_the_holder_keeps_them() -> None:
    component = """class Scaled(nn.Module):
    def __init__(self, dim, scale):
        super().__init__()
        self.scale = scale
        self.fc = nn.Linear(dim, dim)
        self.out = nn.Linear(dim, 1)

    def forward(self, x):
        return self.out(torch.tanh(self.fc(x)) * self.scale)
"""
    holder = """class Model(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.factor = width ** -0.5
        self.a = nn.Linear(width, width)
        self.b = nn.Linear(width, 1)

    def forward(self, x):
        return self.b(self.a(x).tanh() * self.factor) * self.factor
"""
    copy = only(component, holder)
    assert arguments(copy)[0] == ["=width", "=width ** -0.5"]
    assert [(item.name, item.value) for item in copy.values] == [("scale", "old.factor")]


def test_the_same_initialisation_goes_with_the_parts() -> None:
    start = "        nn.init.zeros_(self.score.bias)\n"
    component = POOLING.replace("input_dim, 1)\n", f"input_dim, 1)\n{start}")
    holder = CLASSIFIER.replace("(width, 1)\n", f"(width, 1)\n{start.replace('score', 'attn')}")
    assert "nn.init.zeros_(self.attn.bias)" in texts(holder, only(component, holder))[2]


def test_what_both_assert_stays_asserted() -> None:
    checked = '        assert WIDTH > 1, "too narrow"\n        super()'
    component = POOLING.replace("        super()", checked.replace("WIDTH", "input_dim"))
    holder = CLASSIFIER.replace("        super()", checked.replace("WIDTH", "width"))
    assert not any("assert" in text for text in texts(holder, only(component, holder))[2])
    assert reason(component, CLASSIFIER).startswith("nothing in it stands for `assert input_dim > 1")


def test_a_name_that_is_taken_gets_a_number() -> None:
    holder = CLASSIFIER.replace("self.head", "self.pooling")
    assert only(POOLING, holder).member == "pooling_2"


KEPT = {
    "a temporary that is used later": (
        ("return self.head(pooled)", "return self.head(pooled), weights"),
        "`weights` is used by other statements, too",
    ),
    "a statement that reads a part": (
        ("        weights =", "        self.last = self.attn.weight.norm()\n        weights ="),
        "`attn` is used elsewhere in the class (line 18)",
    ),
    "another method that reads a part": (
        ("    def forward", "    def scores(self, x):\n        return self.attn(x)\n\n    def forward"),
        "`attn` is used elsewhere in the class (line 15)",
    ),
    "a part that is asked for by its name": (
        ("        self.head", '        self.frozen = hasattr(self, "attn")\n        self.head'),
        "`attn` is used elsewhere in the class (line 12)",
    ),
    "a part that is made under a condition": (
        ("        self.attn = nn.Linear(width, 1)", "        if width:\n            self.attn = nn.Linear(width, 1)"),
        "its statements are not those of the component, as they are written",
    ),
    "an input that has another value by then": (
        ("        weights =", "        hidden = hidden + 1\n        weights ="),
        "its statements are not those of the component, as they are written",
    ),
    "other numbers": (
        ('float("-inf")', "-1e9"),
        "its statements are not those of the component, as they are written",
    ),
    "another axis": (
        ("softmax(energy, 1)", "softmax(energy, 2)"),
        "its statements are not those of the component, as they are written",
    ),
    "a state of its own making": (
        ("    def forward", "    def state_dict(self, **options):\n        return {}\n\n    def forward"),
        "it defines `state_dict` itself",
    ),
    "members by names that are computed": (
        ("        self.head", "        self.same = getattr(self, str(words), None)\n        self.head"),
        "it reads members by names that are computed (line 12)",
    ),
    "an initialisation of its own": (
        ("        self.head", "        nn.init.zeros_(self.attn.bias)\n        self.head"),
        "`attn` is used elsewhere in the class (line 12)",
    ),
    "two statements in a line": (
        ("        weights =", "        count = 1; weights ="),
        "a statement shares its line with another one (line 18)",
    ),
    "a statement of its own under a guard": (
        (
            "        energy = energy.masked_fill",
            "        if keep is not None:\n            self.seen = 1\n            energy = energy.masked_fill",
        ),
        "another statement stands between those of the component (line 17)",
    ),
}


@pytest.mark.parametrize("what", KEPT)
def test_what_stays_as_it_is(what: str) -> None:
    (old, new), expected = KEPT[what]
    assert old in CLASSIFIER
    assert reason(POOLING, CLASSIFIER.replace(old, new)) == expected


def test_only_some_layers_of_a_sequence() -> None:
    holder = BLOCK.replace("nn.Linear(4 * width, width))", "nn.Linear(4 * width, width), nn.Tanh())")
    holder = holder.replace("F.gelu(self.up(x))", "F.relu(F.gelu(self.up(x)))")
    assert reason(FEED_FORWARD, holder) == "its statements are not those of the component, as they are written"


def test_an_argument_that_is_set_between_the_parts() -> None:
    holder = BLOCK.replace("        self.down =", "        wide = 2 * width\n        self.down =")
    holder = holder.replace("self.up = nn.Linear(width, 2 * width)", "self.up = nn.Linear(width, 2 * width, True)")
    holder = holder.replace("nn.Linear(2 * width, width)", "nn.Linear(wide, width)").replace("self.net(", "(")
    component = FEED_FORWARD.replace("nn.Linear(dim, hidden)", "nn.Linear(dim, 2 * dim, True)")
    assert reason(component, holder) == "`wide` has another value before line 12"


def test_a_component_that_initialises_otherwise() -> None:
    component = POOLING.replace("input_dim, 1)\n", "input_dim, 1)\n        nn.init.zeros_(self.score.bias)\n")
    assert (
        reason(component, CLASSIFIER) == "nothing in it stands for `nn.init.zeros_(self.score.bias)` of the component"
    )


def test_a_value_that_an_old_object_cannot_give() -> None:
    component = FEED_FORWARD + "\n    def width(self):\n        return self.dim\n"
    assert reason(component, BLOCK) == "objects pickled before could not give the component its `dim`"


def test_a_component_with_a_loop() -> None:
    component = POOLING.replace(
        "        scores = self.score",
        "        for _ in range(2):\n            states = states + 1\n        scores = self.score",
    )
    assert reason(component, CLASSIFIER) == "the component does more than calculate (a statement of the kind For)"
