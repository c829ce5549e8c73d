import pytorch_lightning as pl
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from athelas.models.lightning.pl_utils import compute_metrics, print_metrics

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.pooling import AttentionPooling as _AttentionPooling


# taken from names3risk and renamed
class AttentionPooling(_legacy.LegacyKeys, _AttentionPooling):
    """Deprecated: use `from athelas.models.pytorch.pooling import AttentionPooling`."""

    _old_names = {"attention": "attn"}
    _old_values = {"dropout": None}

    def __init__(self, hidden_dim):
        _legacy.warn(
            "athelas.models.lightning.text.pl_lstm.AttentionPooling",
            "from athelas.models.pytorch.pooling import AttentionPooling",
            __file__,
        )
        super().__init__(input_dim=hidden_dim)

    def forward(self, outputs, token_mask=None):
        return super().forward(outputs, token_mask=token_mask)


class TextLSTM(pl.LightningModule):
    def __init__(self, vocab_size, embed_dim=128, hidden_dim=256, n_layers=2, n_classes=2, dropout=0.2, lr=1e-3):
        super().__init__()
        self.save_hyperparameters()
        self.embedding = nn.Embedding(vocab_size, embed_dim, padding_idx=0)
        self.rnn = nn.LSTM(
            embed_dim, hidden_dim // 2, n_layers, batch_first=True, bidirectional=True, dropout=dropout
        )
        self.pool = AttentionPooling(hidden_dim)
        self.drop = nn.Dropout(dropout)
        # self.fc = nn.Linear(2 * hidden_dim, n_classes)   # max and mean, before attention
        self.fc = nn.Linear(hidden_dim, n_classes)
        self._scores = []

    def forward(self, batch):
        embedded = self.drop(self.embedding(batch["input_ids"]))
        packed = pack_padded_sequence(embedded, batch["lengths"].cpu(), batch_first=True, enforce_sorted=False)
        outputs, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        return self.fc(self.drop(self.pool(outputs, batch["attention_mask"] > 0)))

    def training_step(self, batch, batch_idx):
        loss = F.cross_entropy(self(batch), batch["labels"])
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        probs = self(batch).softmax(dim=-1)[:, 1]
        self._scores += zip(probs.tolist(), batch["labels"].tolist())

    def on_validation_epoch_end(self):
        scores, labels = zip(*self._scores)
        print_metrics("lstm val", compute_metrics(scores, labels))
        self._scores = []

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
        # return torch.optim.SGD(self.parameters(), lr=0.1, momentum=0.9)
        scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.98)
        return [optimizer], [{"scheduler": scheduler, "interval": "step"}]
