# names3risk, recurrent version
# tokens of the name -> bi-LSTM, table -> small MLP, both meet in front of the classifier
from dataclasses import dataclass

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.pooling import AttentionPooling as _AttentionPooling
from athelas.models.pytorch.feedforward import ResidualBlock as _ResidualBlock
from athelas.models.pytorch.blocks import LSTMEncoder as _LSTMEncoder

PAD = 0


@dataclass
class LSTMConfig:
    vocab_size: int = 40  # 0 is padding
    embedding_size: int = 16
    hidden_size: int = 24  # per direction!
    n_layers: int = 2
    n_blocks: int = 2
    dropout: float = 0.1
    n_tab_features: int = 10
    n_classes: int = 2

    @classmethod
    def production(cls, vocab_size=30000):
        # what runs since run 58. The defaults above are for the laptop
        return cls(vocab_size, embedding_size=128, hidden_size=256, n_layers=2, n_blocks=3, n_tab_features=40)


class AttentionPooling(_legacy.LegacyKeys, _AttentionPooling):
    """Deprecated: use `from athelas.models.pytorch.pooling import AttentionPooling`."""

    _old_values = {"dropout": None}

    def __init__(self, config):
        _legacy.warn(
            "lstm2risk.AttentionPooling",
            "from athelas.models.pytorch.pooling import AttentionPooling",
            __file__,
        )
        super().__init__(input_dim=2 * config.hidden_size)

    def forward(self, sequence, lengths):
        return super().forward(sequence, lengths=lengths)


class ResidualBlock(_legacy.LegacyKeys, _ResidualBlock):
    """Deprecated: use `from athelas.models.pytorch.feedforward import ResidualBlock`."""

    _old_names = {"block": "ffwd"}

    def __init__(self, config):
        _legacy.warn(
            "lstm2risk.ResidualBlock",
            "from athelas.models.pytorch.feedforward import ResidualBlock",
            __file__,
        )
        super().__init__(
            dim=2 * config.hidden_size,
            hidden_dim=4 * (2 * config.hidden_size),
            activation=nn.ReLU,
            norm=nn.LayerNorm,
        )


class TextProjection(_LSTMEncoder):
    """Deprecated: use `from athelas.models.pytorch.blocks import LSTMEncoder`."""

    def __init__(self, config):
        _legacy.warn("lstm2risk.TextProjection", "from athelas.models.pytorch.blocks import LSTMEncoder", __file__)
        super().__init__(
            vocab_size=config.vocab_size,
            embedding_size=config.embedding_size,
            hidden_size=config.hidden_size,
            n_layers=config.n_layers,
            dropout=config.dropout,
        )


class LSTM2Risk(nn.Module):
    """Logits (B, n_classes) for a batch from `collate_batch`."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.text_projection = TextProjection(config)
        self.tab_projection = nn.Sequential(
            nn.Linear(config.n_tab_features, config.hidden_size),
            nn.ReLU(),
            nn.Dropout(config.dropout),
        )
        self.tab_gate = nn.Linear(config.n_tab_features, config.hidden_size)
        self.blocks = nn.ModuleList([ResidualBlock(config) for _ in range(config.n_blocks)])
        self.classifier = nn.Linear(2 * config.hidden_size, config.n_classes)

    def forward(self, batch):
        text = self.text_projection(batch["text"], batch["text_length"])
        tab = self.tab_projection(batch["tabular"])
        # tab = tab * torch.sigmoid(self.tab_gate(batch["tabular"]))
        x = torch.cat([text, tab], dim=-1)
        for block in self.blocks:
            x = block(x)
        return self.classifier(x)


def collate_batch(samples):
    # samples: list of (token ids, table row, label). time comes first here
    text = [torch.as_tensor(s[0], dtype=torch.long) for s in samples]
    return {
        "text": pad_sequence(text, padding_value=PAD),
        "text_length": torch.tensor([len(t) for t in text]),
        "tabular": torch.stack([torch.as_tensor(s[1], dtype=torch.float32) for s in samples]),
        "label": torch.tensor([s[2] for s in samples]),
    }
