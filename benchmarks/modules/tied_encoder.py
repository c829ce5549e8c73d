"""Embeddings tied to the output, a norm, attention over a mask, a batch norm, frozen and unsaved tensors."""

import math

import torch
from torch import nn
from torch.nn import functional as F

CASE = """
constructions:
- arguments: {vocabulary: 11, width: 8, dropout: 0.25}
  dims: {B: 3, L: 5}
  calls:
  - arguments:
      ids: !tensor {shape: [B, L], kind: ids, high: 11}
      mask: !tensor {shape: [B, L], kind: mask}
  - arguments:
      ids: !tensor {shape: [B, L], kind: ids, high: 11}
"""


class TiedEncoder(nn.Module):
    def __init__(self, vocabulary, width, dropout):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width, padding_idx=0)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width, bias=False)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.batch_norm = nn.BatchNorm1d(width, momentum=0.3)
        self.output = nn.Linear(width, vocabulary, bias=False)
        self.output.weight = self.embedding.weight
        self.scale = nn.Parameter(torch.ones(width), requires_grad=False)
        self.shift = nn.Parameter(torch.zeros(width))
        self.register_buffer("steps", torch.arange(width).float(), persistent=False)
        self.rate = dropout
        nn.init.xavier_uniform_(self.query.weight, gain=0.5)
        nn.init.zeros_(self.query.bias)
        self.key.bias.requires_grad_(False)

    def forward(self, ids, mask=None):
        if ids.dim() != 2:
            raise ValueError("ids are (B, L)")
        x = self.norm(self.embedding(ids))
        x = F.dropout(x, self.rate, training=self.training)
        scores = self.query(x) @ self.key(x).transpose(1, 2) / math.sqrt(x.size(-1))
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(1), float("-inf"))
        attended = F.softmax(scores, dim=-1) @ self.value(x)
        attended = F.gelu(attended) * self.scale + self.shift + self.steps
        pooled = self.batch_norm(attended.mean(dim=1))
        return self.output(pooled), attended.detach()
