"""Transformer variant of names3risk. Batch first everywhere."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.pooling import AttentionPooling as _AttentionPooling
from athelas.models.pytorch.feedforward import ResidualBlock as _ResidualBlock
from athelas.models.pytorch.feedforward import MLPBlock as _MLPBlock
from athelas.models.pytorch.attention import SelfAttentionHead as _SelfAttentionHead
from athelas.models.pytorch.attention import MultiHeadAttention as _MultiHeadAttention
from athelas.models.pytorch.blocks import TransformerBlock as _TransformerBlock


@dataclass
class TransformerConfig:
    vocabulary_size: int = 40
    block_size: int = 32  # longest name, the collate function cuts
    embedding_size: int = 32
    n_head: int = 4
    n_layer: int = 2
    hidden_size: int = 48
    n_residual: int = 2
    dropout_rate: float = 0.1
    num_tabular: int = 10
    num_classes: int = 2

    @classmethod
    def production(cls, vocabulary_size=30000):
        cfg = cls(vocabulary_size, block_size=64, embedding_size=256, n_head=8, n_layer=4)
        cfg.hidden_size = 512
        cfg.num_tabular = 40
        # cfg.n_residual = 4
        return cfg


class FeedForward(_legacy.LegacyKeys, _MLPBlock):
    """Deprecated: use `from athelas.models.pytorch.feedforward import MLPBlock`."""

    _old_names = {"mlp": "net"}

    def __init__(self, n_embd, dropout):
        _legacy.warn(
            "transformer2risk.FeedForward",
            "from athelas.models.pytorch.feedforward import MLPBlock",
            __file__,
        )
        super().__init__(d_model=n_embd, hidden_dim=4 * n_embd, dropout=dropout, activation=nn.ReLU)


class Head(_SelfAttentionHead):
    """Deprecated: use `from athelas.models.pytorch.attention import SelfAttentionHead`."""

    def __init__(self, n_embd, head_size, dropout):
        _legacy.warn(
            "transformer2risk.Head",
            "from athelas.models.pytorch.attention import SelfAttentionHead",
            __file__,
        )
        super().__init__(input_dim=n_embd, head_dim=head_size, dropout=dropout)


class MultiHeadAttention(_legacy.LegacyKeys, _MultiHeadAttention):
    """Deprecated: use `from athelas.models.pytorch.attention import MultiHeadAttention`."""

    _old_names = {"attention_heads": "heads", "drop": "dropout", "out": "proj"}

    def __init__(self, n_embd, n_head, dropout):
        _legacy.warn(
            "transformer2risk.MultiHeadAttention",
            "from athelas.models.pytorch.attention import MultiHeadAttention",
            __file__,
        )
        super().__init__(dim=n_embd, num_heads=n_head, dropout=dropout)

    def forward(self, x):
        return super().forward(x)


class Block(_legacy.LegacyKeys, _TransformerBlock):
    """Deprecated: use `from athelas.models.pytorch.blocks import TransformerBlock`."""

    _old_names = {
        "ffwd.mlp": "ffwd.net",
        "sa.attention_heads": "sa.heads",
        "sa.drop": "sa.dropout",
        "sa.out": "sa.proj",
    }

    def __init__(self, n_embd, n_head, dropout):
        _legacy.warn("transformer2risk.Block", "from athelas.models.pytorch.blocks import TransformerBlock", __file__)
        super().__init__(n_embd=n_embd, n_head=n_head, dropout=dropout)


class AttentionPooling(_legacy.LegacyKeys, _AttentionPooling):
    """Deprecated: use `from athelas.models.pytorch.pooling import AttentionPooling`."""

    _old_values = {"dropout": None}

    def __init__(self, config):
        _legacy.warn(
            "transformer2risk.AttentionPooling",
            "from athelas.models.pytorch.pooling import AttentionPooling",
            __file__,
        )
        super().__init__(input_dim=config.embedding_size)

    def forward(self, x, mask=None):
        return super().forward(x, token_mask=mask)


class ResidualBlock(_legacy.LegacyKeys, _ResidualBlock):
    """Deprecated: use `from athelas.models.pytorch.feedforward import ResidualBlock`."""

    _old_names = {"block": "net"}

    def __init__(self, config):
        _legacy.warn(
            "transformer2risk.ResidualBlock",
            "from athelas.models.pytorch.feedforward import ResidualBlock",
            __file__,
        )
        super().__init__(
            dim=config.hidden_size,
            hidden_dim=config.hidden_size,
            p=config.dropout_rate,
            activation=nn.ReLU,
        )


class TextProjection(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.tok_emb = nn.Embedding(config.vocabulary_size, config.embedding_size)
        self.pos_emb = nn.Embedding(config.block_size, config.embedding_size)
        self.blocks = nn.Sequential(
            *[Block(config.embedding_size, config.n_head, config.dropout_rate) for _ in range(config.n_layer)]
        )
        self.ln_f = nn.LayerNorm(config.embedding_size)
        self.pool = AttentionPooling(config)

    def forward(self, idx, mask=None):
        B, T = idx.shape
        pos = torch.arange(T, device=idx.device)
        x = self.tok_emb(idx) + self.pos_emb(pos)
        x = self.ln_f(self.blocks(x))
        # TODO padding
        return self.pool(x)


class Transformer2Risk(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.text = TextProjection(config)
        self.table = nn.Linear(config.num_tabular, config.embedding_size)
        self.table_norm = nn.LayerNorm(config.embedding_size)
        self.mix = nn.Linear(2 * config.embedding_size, config.hidden_size)
        self.body = nn.Sequential(*[ResidualBlock(config) for _ in range(config.n_residual)])
        self.head = nn.Sequential(nn.Dropout(config.dropout_rate), nn.Linear(config.hidden_size, config.num_classes))
        self.apply(self._init_weights)

    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, mean=0.0, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(self, idx, tabular, mask=None, targets=None):
        text = self.text(idx, mask)
        table = torch.tanh(self.table_norm(self.table(tabular)))
        hidden = F.relu(self.mix(torch.cat((text, table), dim=1)))
        logits = self.head(self.body(hidden))
        if targets is None:
            return logits
        return logits, F.cross_entropy(logits, targets)


def collate_fn(rows, block_size=32):
    longest = min(block_size, max(len(ids) for ids, _, _ in rows))
    idx = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.bool)
    for i, (ids, _, _) in enumerate(rows):
        ids = ids[:longest]
        idx[i, : len(ids)] = torch.tensor(ids)
        mask[i, : len(ids)] = True
    tabular = torch.tensor([table for _, table, _ in rows], dtype=torch.float)
    y = torch.tensor([label for _, _, label in rows])
    return idx, mask, tabular, y
