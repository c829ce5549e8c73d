"""
Lstm Encoder

A block of layers.

**Core Concept:**
Moved from `src/athelas/models/names3risk_legacy/lstm2risk.py::TextProjection` as it was.

**Architecture:**
1. `token_embedding`: `nn.Embedding(vocab_size, embedding_size, padding_idx=PAD)`
2. `embedding_dropout`: `nn.Dropout(dropout)`
3. `lstm`: `nn.LSTM( embedding_size, hidden_size, num_layers=n_layers, dropout=dropout if n_layers > 1 else 0.0,
   bidirectional=True, )`
4. `pooling`: `AttentionPooling(input_dim=2 * hidden_size)`
5. `norm`: `nn.LayerNorm(2 * hidden_size)`
6. `projection`: `nn.Linear(2 * hidden_size, hidden_size)`
7. The result is `torch.tanh(self.projection(self.norm(pooled)))`.

**Parameters:**
- vocab_size (int): number of embeddings
- embedding_size (int): `embedding_size` of the original
- hidden_size (int): `hidden_size` of the original
- n_layers (int): `n_layers` of the original
- dropout (float): rate of dropout

**Forward Signature:**
Input:
  - tokens (L, B): indices
  - lengths (B,): number of valid positions of each sequence
Output:
  - (B, 40): the result

**Dependencies:**
- athelas.models.pytorch.pooling.attention_pooling.AttentionPooling → built as a part
- torch.nn.Dropout → makes `embedding_dropout`
- torch.nn.Embedding → makes `token_embedding`
- torch.nn.LSTM → makes `lstm`
- torch.nn.LayerNorm → makes `norm`
- torch.nn.Linear → makes `projection`
- torch.nn.utils → one of the layers

**Used By:**
- athelas.models.names3risk_legacy.lstm2risk.LSTM2Risk → as `TextProjection` of lstm2risk.py
- athelas.models.names3risk_legacy.score.lstm_text → as `TextProjection` of lstm2risk.py

**Usage Example:**
```python
>>> import torch
>>> from athelas.models.pytorch.blocks import LSTMEncoder
>>> module = LSTMEncoder(vocab_size=44, embedding_size=24, hidden_size=40, n_layers=2, dropout=0.25)
>>> module(torch.randint(44, (5, 3,)), torch.full((3,), 5)).shape
torch.Size([3, 40])

```

**Implementation Notes:**
- src/athelas/models/names3risk_legacy/lstm2risk.py: LSTM2Risk builds `self.tab_gate` (nn.Linear) and never uses it;
  kept as it was.
"""

import torch
from torch import Tensor, nn

from athelas.models.pytorch.pooling.attention_pooling import AttentionPooling

PAD = 0


class LSTMEncoder(nn.Module):
    """A block of layers."""

    def __init__(self, vocab_size: int, embedding_size: int, hidden_size: int, n_layers: int, dropout: float) -> None:
        """
        Args:
            vocab_size: number of embeddings
            embedding_size: `embedding_size` of the original
            hidden_size: `hidden_size` of the original
            n_layers: `n_layers` of the original
            dropout: rate of dropout
        """
        super().__init__()
        self.token_embedding = nn.Embedding(vocab_size, embedding_size, padding_idx=PAD)
        self.embedding_dropout = nn.Dropout(dropout)
        # not batch_first, the first version ran over single characters in a loop and wanted time outside
        self.lstm = nn.LSTM(
            embedding_size,
            hidden_size,
            num_layers=n_layers,
            dropout=dropout if n_layers > 1 else 0.0,
            bidirectional=True,
        )
        self.pooling = AttentionPooling(input_dim=2 * hidden_size)
        # self.pooling = nn.AdaptiveMaxPool1d(1)
        self.norm = nn.LayerNorm(2 * hidden_size)
        self.projection = nn.Linear(2 * hidden_size, hidden_size)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """
        Args:
            tokens: (L, B) indices
            lengths: (B,) number of valid positions of each sequence

        Returns:
            (B, 40) the result
        """
        # tokens: (L, B)
        embedded = self.embedding_dropout(self.token_embedding(tokens))
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths.cpu(), enforce_sorted=False)
        states, _ = self.lstm(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states)
        states = states.transpose(0, 1)  # pooling is batch first
        pooled = self.pooling(states, lengths=lengths)
        # print(pooled.shape)
        return torch.tanh(self.projection(self.norm(pooled)))
