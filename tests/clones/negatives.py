"""Pairs of definitions that are no copies."""

from tests.clones.samples import FOCAL, MASKED_POOLING, WIDE_BLOCK


def module(name: str, init: str, forward: str, arguments: str = "x") -> str:
    def body(text: str) -> str:
        return "".join(f"        {line}\n" for line in text.strip().splitlines())

    return (
        f"class {name}(nn.Module):\n    def __init__(self, config):\n        super().__init__()\n{body(init)}\n"
        f"    def forward(self, {arguments}):\n{body(forward)}"
    )


MLP = module(
    "Mlp",
    """
self.net = nn.Sequential(nn.Linear(config.width, config.hidden), nn.ReLU(), nn.Linear(config.hidden, config.width))
self.dropout = nn.Dropout(config.dropout)
""",
    "return self.dropout(self.net(x))",
)
SELF_ATTENTION = module(
    "SelfAttention",
    """
self.query = nn.Linear(config.width, config.width)
self.key = nn.Linear(config.width, config.width)
self.value = nn.Linear(config.width, config.width)
self.dropout = nn.Dropout(config.dropout)
""",
    """
q, k, v = self.query(x), self.key(x), self.value(x)
scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(q.size(-1))
return torch.matmul(self.dropout(scores.softmax(dim=-1)), v)
""",
)
MEAN_POOLING = module(
    "Pooling",
    "self.project = nn.Linear(config.width, config.width)",
    """
if mask is None:
    return self.project(x.mean(dim=1))
total = (x * mask.unsqueeze(-1)).sum(dim=1)
return self.project(total / mask.sum(dim=1, keepdim=True).clamp(min=1))
""",
    "x, mask=None",
)
LSTM_PROJECTION = module(
    "TextProjection",
    """
self.embedding = nn.Embedding(config.vocabulary, config.embedding_size, padding_idx=0)
self.lstm = nn.LSTM(config.embedding_size, config.hidden_size, bidirectional=True, batch_first=True)
self.pooling = AttentionPooling(config)
""",
    """
packed = nn.utils.rnn.pack_padded_sequence(self.embedding(x), lengths.cpu(), batch_first=True, enforce_sorted=False)
output, _ = self.lstm(packed)
output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
return self.pooling(output, lengths)
""",
    "x, lengths",
)
BLOCKS_PROJECTION = module(
    "TextProjection",
    """
self.token = nn.Embedding(config.vocabulary, config.width)
self.position = nn.Embedding(config.length, config.width)
self.blocks = nn.ModuleList([EncoderLayer(config) for _ in range(config.depth)])
self.norm = nn.LayerNorm(config.width)
""",
    """
positions = torch.arange(x.size(1), device=x.device)
hidden = self.token(x) + self.position(positions)
for block in self.blocks:
    hidden = block(hidden, mask)
return self.norm(hidden)[:, 0]
""",
    "x, mask=None",
)
GRU_CLASSIFIER = module(
    "GruClassifier",
    """
self.gru = nn.GRU(config.width, config.hidden, num_layers=2)
self.head = nn.Sequential(nn.Dropout(0.5), nn.Linear(config.hidden, config.classes))
""",
    """
_, state = self.gru(x)
return self.head(state[-1]).log_softmax(dim=-1)
""",
)
LSTM_ENCODER = module(
    "LstmEncoder",
    """
self.embedding = nn.Embedding(config.vocabulary, config.width)
self.lstm = nn.LSTM(config.width, config.hidden, bidirectional=True, batch_first=True)
self.norm = nn.LayerNorm(2 * config.hidden)
""",
    """
output, _ = self.lstm(self.embedding(x))
output = self.norm(output)
return output, output.mean(dim=1)
""",
)
DICE = module(
    "DiceLoss",
    "self.smooth = config.smooth",
    """
probabilities = logits.sigmoid().flatten(1)
targets = targets.flatten(1)
overlap = (probabilities * targets).sum(dim=1)
return 1 - ((2 * overlap + self.smooth) / (probabilities.sum(dim=1) + targets.sum(dim=1) + self.smooth)).mean()
""",
    "logits, targets",
)
CONFIG = """
from dataclasses import dataclass

@dataclass
class TrainConfig:
    lr: float = 1.0
    decay: float = 0.0
    epochs: int = 10
    batch_size: int = 32
"""
L1 = """
def l1_distance(input, target, size_average=None, reduction="mean"):
    if size_average is not None:
        reduction = _legacy.get_string(size_average)
    if not target.size() == input.size():
        warnings.warn("sizes differ")
    input, target = torch.broadcast_tensors(input, target)
    return torch._C._nn.l1_distance(input, target, _legacy.get_enum(reduction))
"""

ENUM = """
from enum import Enum
class Mode(Enum):
    A = 1
    B = 2
    def flip(self):
        return Mode(3 - self.value) if self.value in (1, 2) else self.A if self.value > 2 else self.B
"""
SMALL = """
def small(**arguments):
    fixed = dict(width=64, depth=2, heads=4, classes=10, dropout=0.1, activation="relu", norm_first=True)
    model = build_model("small", **fixed, **arguments)
    return model
"""
RESIDUAL_BLOCK = """
class ResidualBlock(nn.Module):
    def __init__(self, size, expansion=2, p=0.1):
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm1d(size),
            nn.Linear(size, expansion * size),
            nn.SiLU(),
            nn.Linear(expansion * size, size),
            nn.Dropout(p),
        )

    def forward(self, x):
        return x + self.body(x)
"""
FEED_FORWARD_BLOCK = """
class MLPBlock(nn.Module):
    def __init__(self, d_model, mult=2, p=0.1):
        super().__init__()
        self.mlp = nn.Sequential(
            nn.LayerNorm(d_model),
            nn.Linear(d_model, mult * d_model),
            nn.SiLU(),
            nn.Linear(mult * d_model, d_model),
            nn.Dropout(p),
        )

    def forward(self, h):
        return self.mlp(h)
"""

NEGATIVES = {
    "configs": (CONFIG, CONFIG.replace("TrainConfig", "ModelConfig").replace("lr", "width")),
    "equal configs": (CONFIG, CONFIG),
    "stubs": ("class Stub(nn.Module):\n    pass\n", "class Stub(nn.Module):\n    pass\n"),
    "abstract methods": (
        "class Base:\n    def run(self, x):\n        raise NotImplementedError\n",
        "class Base:\n    def run(self, x):\n        raise NotImplementedError\n",
    ),
    "enums": (ENUM, ENUM),
    "constructors that hand on": (
        "class Wide(nn.Linear):\n    def __init__(self, a, b):\n        super().__init__(a, b, bias=False)\n",
        "class Wide(nn.Linear):\n    def __init__(self, a, b):\n        super().__init__(a, b, bias=False)\n",
    ),
    "thin variants": (SMALL, SMALL.replace("small", "large").replace("64", "128")),
    "two-line functions": (
        "def scale(x):\n    y = x * 2\n    return y\n",
        "def scale(x):\n    y = x * 2\n    return y\n",
    ),
    "a perceptron and attention": (MLP, SELF_ATTENTION),
    "one name, two algorithms": (LSTM_PROJECTION, BLOCKS_PROJECTION),
    "different losses": (FOCAL, DICE),
    "different losses, one name": (FOCAL.replace("FocalLoss", "Loss"), DICE.replace("DiceLoss", "Loss")),
    "mean and attention pooling": (MEAN_POOLING, MASKED_POOLING),
    "mean and attention pooling, one name": (MEAN_POOLING, MASKED_POOLING.replace("AttentionPooling", "Pooling")),
    "a residual block and a feed-forward part": (RESIDUAL_BLOCK, FEED_FORWARD_BLOCK),
    "an encoder and a classifier": (LSTM_ENCODER, GRU_CLASSIFIER),
    "a block and the model that holds it": (WIDE_BLOCK, LSTM_ENCODER),
    "wrappers of two operations": (L1, L1.replace("l1_distance", "mse_distance")),
    "models of the same wiring": (
        module(
            "TextModel", "self.first = Encoder(config)\nself.second = Head(config)", "return self.second(self.first(x))"
        ),
        module("TableModel", "self.one = Tower(config)\nself.two = Scorer(config)", "return self.two(self.one(x))"),
    ),
}
