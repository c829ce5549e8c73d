"""Transformer variant of names3risk. Batch first everywhere."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


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


class FeedForward(nn.Module):
    def __init__(self, n_embd, dropout):
        super().__init__()
        self.net = nn.Sequential(
            nn.LayerNorm(n_embd),
            nn.Linear(n_embd, 4 * n_embd),
            nn.ReLU(),
            nn.Linear(4 * n_embd, n_embd),
            nn.Dropout(dropout),
        )

    def forward(self, x):
        return self.net(x)


class Head(nn.Module):
    """one head of self attention"""

    def __init__(self, n_embd, head_size, dropout):
        super().__init__()
        self.key = nn.Linear(n_embd, head_size, bias=False)
        self.query = nn.Linear(n_embd, head_size, bias=False)
        self.value = nn.Linear(n_embd, head_size, bias=False)
        # self.register_buffer("tril", torch.tril(torch.ones(block_size, block_size)))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        q, k, v = self.query(x), self.key(x), self.value(x)  # (B, T, hs)
        wei = q @ k.transpose(-2, -1) * k.shape[-1] ** -0.5
        # names are read as a whole, nothing causal here
        # wei = wei.masked_fill(self.tril[:T, :T] == 0, float("-inf"))
        wei = self.dropout(F.softmax(wei, dim=-1))
        return wei @ v


class MultiHeadAttention(nn.Module):
    def __init__(self, n_embd, n_head, dropout):
        super().__init__()
        self.heads = nn.ModuleList(Head(n_embd, n_embd // n_head, dropout) for _ in range(n_head))
        self.proj = nn.Linear(n_embd, n_embd)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        out = torch.cat([h(x) for h in self.heads], dim=-1)
        return self.dropout(self.proj(out))


class Block(nn.Module):
    def __init__(self, n_embd, n_head, dropout):
        super().__init__()
        self.ln = nn.LayerNorm(n_embd)
        self.sa = MultiHeadAttention(n_embd, n_head, dropout)
        self.ffwd = FeedForward(n_embd, dropout)  # brings its own norm

    def forward(self, x):
        x = x + self.sa(self.ln(x))
        x = x + self.ffwd(x)
        return x


class AttentionPooling(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.Linear(config.embedding_size, 1)

    def forward(self, x, mask=None):
        # mask: True where there is a token
        att = self.attention(x)
        if mask is not None:
            att = att.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        alpha = F.softmax(att, dim=1)
        return torch.sum(alpha * x, dim=1)


class ResidualBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(config.hidden_size, config.hidden_size),
            nn.ReLU(),
            nn.Linear(config.hidden_size, config.hidden_size),
            nn.Dropout(config.dropout_rate),
        )

    def forward(self, x):
        return x + self.net(x)


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
