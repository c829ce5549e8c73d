"""Small definitions that are copies of each other, and others that only look like it."""

POOLING = """
class AttentionPooling(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.Linear(2 * config.hidden_size, 1)

    def forward(self, sequence, lengths):
        scores = self.attention(sequence)
        if lengths is not None:
            mask = torch.arange(sequence.size(1), device=sequence.device)[None, :] < lengths[:, None]
            scores = scores.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        weights = F.softmax(scores, dim=1)
        return torch.sum(weights * sequence, dim=1)
"""
MASKED_POOLING = """
class AttentionPooling(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.Linear(config.embedding_size, 1)

    def forward(self, x, mask=None):
        scores = self.attention(x)
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        weights = F.softmax(scores, dim=1)
        return torch.sum(weights * x, dim=1)
"""
DROPPED_POOLING = """
class AttentionPooling(nn.Module):
    def __init__(self, dim, dropout):
        super().__init__()
        self.scorer = nn.Linear(dim, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask=None):
        scores = self.scorer(x)
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        weights = F.softmax(scores, dim=1)
        weights = self.dropout(weights)
        return torch.sum(weights * x, dim=1)
"""
WIDE_BLOCK = """
class ResidualBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = 2 * config.hidden_size
        self.ffwd = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width)
        )

    def forward(self, x):
        return x + self.ffwd(x)
"""
NARROW_BLOCK = """
class ResidualBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(config.width, config.width),
            nn.GELU(),
            nn.Linear(config.width, config.width),
            nn.Dropout(config.dropout_rate),
        )

    def forward(self, x):
        return x + self.net(x)
"""
LAYERED_BLOCK = """
class ResidualBlock(nn.Module):
    def __init__(self, width, dropout):
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm1d(width), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width), nn.Dropout(dropout)
        )

    def forward(self, x):
        return x + self.layers(x)
"""
LAYER = """
class EncoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.MultiheadAttention(config.width, config.heads, batch_first=True)
        self.norm1 = nn.LayerNorm(config.width)
        self.norm2 = nn.LayerNorm(config.width)
        self.linear1 = nn.Linear(config.width, 4 * config.width)
        self.linear2 = nn.Linear(4 * config.width, config.width)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x, padding_mask=None):
        attended, _ = self.attention(x, x, x, key_padding_mask=padding_mask, need_weights=False)
        x = self.norm1(x + self.dropout(attended))
        hidden = self.linear2(self.dropout(F.relu(self.linear1(x))))
        return self.norm2(x + hidden)
"""
PRE_NORM_LAYER = LAYER.replace(
    """        attended, _ = self.attention(x, x, x, key_padding_mask=padding_mask, need_weights=False)
        x = self.norm1(x + self.dropout(attended))
        hidden = self.linear2(self.dropout(F.relu(self.linear1(x))))
        return self.norm2(x + hidden)
""",
    """        normed = self.norm1(x)
        attended, _ = self.attention(normed, normed, normed, key_padding_mask=padding_mask, need_weights=False)
        x = x + self.dropout(attended)
        hidden = self.linear2(self.dropout(F.relu(self.linear1(self.norm2(x)))))
        return x + hidden
""",
)
FOCAL = """
class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        logp = F.log_softmax(logits, dim=-1).gather(1, targets.unsqueeze(1)).squeeze(1)
        loss = -((1 - logp.exp()) ** self.gamma) * logp
        if self.alpha is not None:
            loss = loss * self.alpha[targets]
        return loss.mean()
"""
COLLATE = """
def pad_sequences(items, padding=0):
    lengths = torch.tensor([len(item) for item in items])
    batch = torch.full((len(items), int(lengths.max())), padding)
    for row, item in enumerate(items):
        batch[row, : len(item)] = torch.tensor(item)
    return batch, lengths
"""


TAIL = """\
        hidden = self.linear2(self.dropout(F.relu(self.linear1(x))))
        return self.norm2(x + hidden)
"""

POSITIVES = {
    "lengths for a mask": (POOLING, MASKED_POOLING),
    "a dropout and arguments for a config": (MASKED_POOLING, DROPPED_POOLING),
    "optional ends, width, activation and attribute": (WIDE_BLOCK, NARROW_BLOCK),
    "another norm": (WIDE_BLOCK, LAYERED_BLOCK),
    "an attribute renamed and a dropout added": (
        LAYER,
        LAYER.replace("linear1", "up").replace("(x + hidden)", "(x + self.dropout(hidden))"),
    ),
    "a norm dropped": (
        LAYER,
        LAYER.replace("        self.norm2 = nn.LayerNorm(config.width)\n", "").replace("self.norm2", ""),
    ),
    "arguments for a config": (
        LAYER,
        LAYER.replace("self, config", "self, width, heads")
        .replace("config.width", "width")
        .replace("config.heads", "heads"),
    ),
    "a reordered constructor": (
        LAYER,
        LAYER.replace("        self.dropout = nn.Dropout(0.1)\n", "").replace(
            "        self.attention", "        self.dropout = nn.Dropout(0.1)\n        self.attention"
        ),
    ),
    "another constant": (LAYER, LAYER.replace("0.1", "0.25")),
    "another activation": (LAYER, LAYER.replace("F.relu", "F.gelu")),
    "swapped constructor arguments": (FOCAL, FOCAL.replace("gamma=2.0, alpha=None", "alpha=None, gamma=2.0")),
    "a method split off": (
        LAYER,
        LAYER.replace(
            TAIL,
            "        return self.norm2(x + self.transition(x))\n\n    def transition(self, x):\n"
            "        return self.linear2(self.dropout(F.relu(self.linear1(x))))\n",
        ),
    ),
    "a switch for the reduction": (
        FOCAL,
        FOCAL.replace("alpha=None):", 'alpha=None, reduction="mean"):')
        .replace("self.alpha = alpha", "self.alpha = alpha\n        self.reduction = reduction")
        .replace("return loss.mean()", 'return loss.mean() if self.reduction == "mean" else loss.sum()'),
    ),
    "a grown function": (
        COLLATE,
        COLLATE.replace("padding=0", "padding=0, limit=512").replace(
            "    lengths =", "    items = [item[:limit] for item in items]\n    lengths ="
        ),
    ),
    "pre-norm for post-norm": (LAYER, PRE_NORM_LAYER),
}


RENAMED = {
    "attributes": (LAYER, LAYER.replace("norm1", "first").replace("norm2", "second")),
    "arguments and locals": (
        LAYER,
        LAYER.replace("padding_mask=None", "mask=None").replace("=padding_mask", "=mask").replace("attended", "y"),
    ),
    "the class": (LAYER, LAYER.replace("class EncoderLayer", "class TransformerBlock").replace("attended", "out")),
    "fields of the config": (LAYER, LAYER.replace("config.width", "config.d_model")),
    "the loss": (FOCAL, FOCAL.replace("logp", "log_probability")),
    "a function and what is in it": (
        COLLATE,
        COLLATE.replace("pad_sequences", "collate").replace("items", "rows").replace("item", "entry"),
    ),
}


EXACT = {
    "docstrings": LAYER.replace("(nn.Module):", '(nn.Module):\n    """One layer."""\n'),
    "comments and layout": LAYER.replace("    def forward", "    # the layer\n\n    def forward").replace(
        ", _ =", ",_ ="
    ),
    "annotations": LAYER.replace("x, padding_mask=None)", "x: torch.Tensor, padding_mask=None) -> torch.Tensor"),
    "the class's own name": LAYER.replace("class EncoderLayer", "class Block"),
    "the way torch is imported": "import torch\nimport torch.nn as tnn\nimport torch.nn.functional as F\n"
    + LAYER.replace("nn.", "tnn."),
    "an old-fashioned super call": LAYER.replace("super()", "super(EncoderLayer, self)"),
}

# A whole file.
POOL_FILE = """
from torch import nn
class Pool(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attention = nn.Linear(width, 1)
    def forward(self, x, mask=None):
        scores = self.attention(x)
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), -1e9)
        return (scores.softmax(dim=1) * x).sum(dim=1)
"""
