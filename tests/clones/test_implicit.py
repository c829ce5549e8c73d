"""Components that are written out inside larger classes, and runs of layers that could become components."""

from collections.abc import Callable

import pytest

from refactor_tools.model.families import Families, Implicit
from tests.clones.negatives import module
from tests.clones.samples import MASKED_POOLING, WIDE_BLOCK

Find = Callable[..., Families]

FEED_FORWARD = module(
    "FeedForward",
    """
self.linear1 = nn.Linear(config.width, config.hidden)
self.dropout = nn.Dropout(config.dropout)
self.linear2 = nn.Linear(config.hidden, config.width)
""",
    "return self.linear2(self.dropout(F.relu(self.linear1(x))))",
)
STACKED_FEED_FORWARD = module(
    "FeedForward",
    """
self.net = nn.Sequential(
    nn.Linear(config.width, config.hidden),
    nn.ReLU(),
    nn.Dropout(config.dropout),
    nn.Linear(config.hidden, config.width),
)
""",
    "return self.net(x)",
)
# The layers of a recurrent encoder, then what a pooling is made of.
ENCODER = module(
    "TextEncoder",
    """
self.embedding = nn.Embedding(config.words, config.width)
self.lstm = nn.LSTM(config.width, config.width, batch_first=True)
self.score = nn.Linear(config.width, 1)
self.head = nn.Linear(config.width, config.classes)
""",
    """
hidden, _ = self.lstm(self.embedding(tokens))
energy = self.score(hidden)
if mask is not None:
    energy = energy.masked_fill(~mask.unsqueeze(-1), float("-inf"))
attention = torch.softmax(energy, dim=1)
pooled = (attention * hidden).sum(dim=1)
return self.head(pooled)
""",
    "tokens, mask=None",
)
BLOCK = module(
    "Block",
    """
self.attention = nn.MultiheadAttention(config.width, config.heads)
self.norm1 = nn.LayerNorm(config.width)
self.norm2 = nn.LayerNorm(config.width)
self.up = nn.Linear(config.width, 4 * config.width)
self.act = nn.ReLU()
self.drop = nn.Dropout(0.1)
self.down = nn.Linear(4 * config.width, config.width)
""",
    """
attended, _ = self.attention(x, x, x)
x = self.norm1(x + attended)
h = self.up(x)
h = self.act(h)
h = self.drop(h)
h = self.down(h)
return self.norm2(x + h)
""",
)
STACKED = module(
    "Classifier",
    """
self.body = nn.Embedding(config.words, config.width)
self.norm = nn.LayerNorm(config.width)
self.heads = nn.ModuleList(
    [
        nn.Sequential(
            nn.Linear(config.width, 2 * config.width),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(2 * config.width, count),
        )
        for count in config.counts
    ]
)
""",
    """
hidden = self.norm(self.body(tokens)).mean(dim=1)
return [head(hidden) for head in self.heads]
""",
    "tokens",
)
RESIDUAL_MODEL = module(
    "Regressor",
    """
self.embed = nn.Linear(config.inputs, config.width)
self.mix = nn.Sequential(
    nn.LayerNorm(config.width),
    nn.Linear(config.width, 4 * config.width),
    nn.ReLU(),
    nn.Linear(4 * config.width, config.width),
)
self.out = nn.Linear(config.width, 1)
""",
    """
hidden = torch.tanh(self.embed(features))
hidden = self.mix(hidden) + hidden
return self.out(hidden).squeeze(-1)
""",
    "features",
)


def implicit(find: Find, component: str, holder: str) -> list[Implicit]:
    return list(find({"component.py": component, "holder.py": holder}).implicit)


def only(find: Find, component: str, holder: str) -> Implicit:
    found = implicit(find, component, holder)
    assert len(found) == 1, found
    return found[0]


def text_of(holder: str, found: Implicit) -> str:
    # `find` puts three lines of imports before a source.
    return "\n".join(holder.strip("\n").splitlines()[found.line - 4 : found.end_line - 3])


def test_a_pooling_in_an_encoder(find: Find) -> None:
    found = only(find, MASKED_POOLING, ENCODER)
    assert (found.component, found.holder) == ("component.py::AttentionPooling", "holder.py::TextEncoder")
    assert (found.how, found.similarity) == ("statements", 1.0)
    text = text_of(ENCODER, found)
    assert text.splitlines()[0].strip() == "energy = self.score(hidden)"
    assert text.splitlines()[-1].strip() == "pooled = (attention * hidden).sum(dim=1)"


@pytest.mark.parametrize("component", [FEED_FORWARD, STACKED_FEED_FORWARD])
def test_a_feed_forward_in_a_block(find: Find, component: str) -> None:
    found = only(find, component, BLOCK)
    assert (found.holder, found.how, found.similarity) == ("holder.py::Block", "statements", 1.0)
    assert text_of(BLOCK, found).split() == [
        *("h", "=", "self.up(x)", "h", "=", "self.act(h)"),
        *("h", "=", "self.drop(h)", "h", "=", "self.down(h)"),
    ]


@pytest.mark.parametrize("component", [FEED_FORWARD, STACKED_FEED_FORWARD])
def test_a_feed_forward_as_an_inline_sequence(find: Find, component: str) -> None:
    found = only(find, component, STACKED)
    assert (found.holder, found.how, found.similarity) == ("holder.py::Classifier", "sequential", 1.0)
    lines = text_of(STACKED, found).splitlines()
    assert (lines[0].strip(), lines[-1].strip()) == (
        "nn.Linear(config.width, 2 * config.width),",
        "nn.Linear(2 * config.width, count),",
    )


def test_a_residual_block_in_a_model(find: Find) -> None:
    found = only(find, WIDE_BLOCK, RESIDUAL_MODEL)
    assert (found.component, found.how, found.similarity) == ("component.py::ResidualBlock", "statements", 1.0)
    assert text_of(RESIDUAL_MODEL, found).strip() == "hidden = self.mix(hidden) + hidden"


def test_a_function_in_a_method(find: Find) -> None:
    function = """
def masked_mean(values, mask):
    weights = mask.unsqueeze(-1).to(values.dtype)
    total = torch.einsum("btd,bt->bd", values, mask)
    return torch.log_softmax(total / weights.sum(dim=1), dim=-1)
"""
    holder = module(
        "Scorer",
        "self.lstm = nn.LSTM(config.width, config.width)\nself.norm = nn.LayerNorm(config.width)",
        """
out, _ = self.lstm(self.norm(x))
count = m.unsqueeze(-1).float()
summed = torch.einsum("btd,bt->bd", out, m)
return F.log_softmax(summed / count.sum(dim=1), dim=-1)
""",
        "x, m",
    )
    assert only(find, function, holder).component == "component.py::masked_mean"


def test_another_activation_lowers_the_similarity(find: Find) -> None:
    found = only(find, FEED_FORWARD, BLOCK.replace("nn.ReLU()", "nn.GELU()"))
    assert 0.9 <= found.similarity < 1.0


def test_an_added_dropout_lowers_the_similarity(find: Find) -> None:
    plain = FEED_FORWARD.replace("self.dropout(F.relu(self.linear1(x)))", "F.relu(self.linear1(x))")
    assert 0.9 <= only(find, plain, BLOCK).similarity < 1.0


def test_the_largest_component_stands_for_a_place(find: Find) -> None:
    residual = module(
        "Residual",
        """
self.linear1 = nn.Linear(config.width, config.hidden)
self.dropout = nn.Dropout(config.dropout)
self.linear2 = nn.Linear(config.hidden, config.width)
self.norm = nn.LayerNorm(config.width)
""",
        "return self.norm(x + self.linear2(self.dropout(F.relu(self.linear1(x)))))",
    )
    found = find({"small.py": FEED_FORWARD, "large.py": residual, "holder.py": BLOCK}).implicit
    in_block = [one.component for one in found if one.holder == "holder.py::Block"]
    assert in_block == ["large.py::Residual"]


def test_the_nearest_of_equal_components_is_named(find: Find) -> None:
    found = find({"a/ffn.py": FEED_FORWARD, "b/ffn.py": FEED_FORWARD, "b/block.py": BLOCK}).implicit
    assert [one.component for one in found] == ["b/ffn.py::FeedForward"]


def test_every_place_is_reported(find: Find) -> None:
    pair = module(
        "Pair",
        """
self.a = nn.Linear(config.width, config.hidden)
self.b = nn.Linear(config.hidden, config.width)
self.c = nn.Linear(config.width, config.hidden)
self.d = nn.Linear(config.hidden, config.width)
self.drop = nn.Dropout(0.1)
""",
        """
left = self.b(self.drop(F.relu(self.a(x))))
right = self.d(self.drop(F.relu(self.c(y))))
return left * right
""",
        "x, y",
    )
    found = implicit(find, FEED_FORWARD, pair)
    assert [one.line for one in found] == [14, 15]


NEGATIVES = {
    "it builds the component": (
        FEED_FORWARD,
        "from component import FeedForward\nimport torch\nfrom torch import nn\n"
        + module(
            "Block",
            "self.norm = nn.LayerNorm(config.width)\nself.ffn = FeedForward(config)\nself.lstm = nn.LSTM(8, 8)",
            "return self.norm(x + self.ffn(self.lstm(x)[0]))",
        ),
    ),
    "a linear layer and an activation": (
        module("Gate", "self.linear = nn.Linear(config.width, config.width)", "return torch.relu(self.linear(x))"),
        BLOCK,
    ),
    "layers in another order": (
        FEED_FORWARD,
        BLOCK.replace("h = self.up(x)", "h = self.act(x)").replace("h = self.act(h)", "h = self.up(h)"),
    ),
    "the same statements with another data flow": (
        FEED_FORWARD,
        BLOCK.replace("h = self.act(h)", "g = self.act(x)").replace("h = self.drop(h)", "h = self.drop(h) * g"),
    ),
    "layers that the constructor does not build": (
        FEED_FORWARD,
        BLOCK.replace("nn.Linear(config.width, 4 * config.width)", "config.up").replace(
            "nn.Linear(4 * config.width, config.width)", "config.down"
        ),
    ),
    "a small component without its dropout": (
        module(
            "Output",
            """
self.dense = nn.Linear(config.width, config.width)
self.dropout = nn.Dropout(0.1)
self.norm = nn.LayerNorm(config.width)
""",
            "return self.norm(self.dropout(self.dense(x)) + y)",
            "x, y",
        ),
        BLOCK,
    ),
    "another residual": (
        WIDE_BLOCK,
        RESIDUAL_MODEL.replace("self.mix(hidden) + hidden", "self.mix(hidden) + features"),
    ),
    "weights of something else": (
        MASKED_POOLING,
        ENCODER.replace("(attention * hidden)", "(attention * tokens)"),
    ),
    "layers in another order in a sequence": (
        FEED_FORWARD,
        STACKED.replace("nn.ReLU()", "nn.Linear(2 * config.width, count)").replace(
            "nn.Linear(2 * config.width, count),\n        )", "nn.ReLU(),\n        )"
        ),
    ),
    "a subclass": (
        FEED_FORWARD,
        "from component import FeedForward\nimport torch\nfrom torch import nn\nfrom torch.nn import functional as F\n"
        + BLOCK.replace("nn.Module", "FeedForward"),
    ),
    "another form of the component": (
        FEED_FORWARD,
        FEED_FORWARD.replace("class FeedForward", "class GatedFeedForward").replace(
            "return self.linear2(", "x = F.layer_norm(x, x.shape[-1:])\n        return self.linear2("
        ),
    ),
    "another framework": (
        FEED_FORWARD,
        "import keras\nfrom torch import nn\nfrom torch.nn import functional as F\n"
        + BLOCK.replace("nn.Module", "keras.layers.Layer").replace("def forward", "def call"),
    ),
    "no module": (FEED_FORWARD, BLOCK.replace("(nn.Module)", "")),
}


@pytest.mark.parametrize("what", NEGATIVES)
def test_what_is_no_inlined_copy(find: Find, what: str) -> None:
    component, holder = NEGATIVES[what]
    assert implicit(find, component, holder) == []
    # Each changes something: what it was made from is a finding.
    assert holder not in (ENCODER, STACKED, RESIDUAL_MODEL)
    assert holder != BLOCK or component != FEED_FORWARD


def test_a_larger_class_of_the_same_family_is_no_holder(find: Find) -> None:
    grown = MASKED_POOLING.replace("class AttentionPooling", "class GatedPooler").replace(
        "return torch.sum(weights * x, dim=1)", "return torch.tanh(torch.sum(weights * x, dim=1))"
    )
    families = find({"a.py": MASKED_POOLING, "b.py": grown})
    assert [family.likeness for family in families.families] == ["near"]
    assert families.implicit == ()


def test_order_of_the_files_does_not_matter(find: Find) -> None:
    sources = {"a.py": FEED_FORWARD, "b.py": BLOCK, "c.py": ENCODER, "d.py": MASKED_POOLING, "e.py": STACKED}
    assert find(sources).implicit == find(dict(reversed(sources.items()))).implicit


LAYERS = "nn.Conv2d(a, b, 3), nn.InstanceNorm2d(b), nn.ELU(), nn.Conv2d(b, c, 1)"
HOLDERS = {
    "a.py": module(
        "Segmenter",
        f"self.stem = nn.Conv2d(3, 8, 7)\nself.net = nn.Sequential({LAYERS})",
        """
features = F.max_pool2d(self.stem(x), 2)
logits = self.net(features)
return F.interpolate(logits, size=x.shape[-2:], mode="bilinear", align_corners=False)
""",
    ),
    "b.py": module(
        "Critic",
        f"self.heads = nn.ModuleList([nn.Sequential({LAYERS}) for _ in range(3)])",
        """
scores = [head(real).mean() - head(fake).mean() for head in self.heads]
penalty = sum((score - 1).pow(2) for score in scores)
return torch.stack(scores).sum() + self.weight * penalty
""",
        "real, fake",
    ),
    "c.py": module(
        "Painter",
        """
self.token = nn.Embedding(16, 8)
self.first = nn.Conv2d(8, 8, 3)
self.norm = nn.InstanceNorm2d(8)
self.second = nn.Conv2d(8, 8, 3)
self.blend = nn.Conv2d(16, 3, 1)
""",
        """
x = self.token(x).permute(0, 3, 1, 2)
y = self.norm(self.first(x))
y = self.second(F.elu(y))
return self.blend(torch.cat([x, y], dim=1)).sigmoid()
""",
    ),
}


def test_a_repeated_run_is_a_candidate(find: Find) -> None:
    (pattern,) = find(HOLDERS).patterns
    assert pattern.text == "Conv2d, instancenorm, elu, Conv2d"
    assert [place.holder for place in pattern.places] == ["a.py::Segmenter", "b.py::Critic", "c.py::Painter"]
    assert [place.line for place in pattern.places] == [8, 7, 15]


def test_two_places_are_no_pattern(find: Find) -> None:
    assert find({path: HOLDERS[path] for path in ("a.py", "c.py")}).patterns == ()


def test_copies_of_one_class_are_no_pattern(find: Find) -> None:
    assert find({f"{name}.py": HOLDERS["c.py"] for name in "abc"}).patterns == ()


def test_what_has_a_component_is_no_pattern(find: Find) -> None:
    component = module("ConvBlock", f"self.net = nn.Sequential({LAYERS})", "return self.net(x)")
    families = find({**HOLDERS, "d.py": component})
    assert families.patterns == ()
    assert {one.component for one in families.implicit} == {"d.py::ConvBlock"}
    assert len(families.implicit) == 3


def test_a_layer_and_an_activation_are_no_pattern(find: Find) -> None:
    sources = {path: text.replace(LAYERS, "nn.Conv2d(a, b, 3), nn.ELU()") for path, text in HOLDERS.items()}
    assert find(sources).patterns == ()


def test_runs_in_another_order_are_no_pattern(find: Find) -> None:
    other = "nn.ELU(), nn.Conv2d(a, b, 3), nn.Conv2d(b, c, 1), nn.InstanceNorm2d(b)"
    assert find({**HOLDERS, "b.py": HOLDERS["b.py"].replace(LAYERS, other)}).patterns == ()
