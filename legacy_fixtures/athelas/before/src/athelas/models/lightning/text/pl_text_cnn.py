"""Convolutions over word embeddings, max over time, then a residual block."""

import pytorch_lightning as pl
import torch
import torch.nn as nn
import torch.nn.functional as F

from ..pl_utils import classification_loss, compute_metrics, make_optimizer, print_metrics


class ResidualBlock(nn.Module):
    def __init__(self, width, p):
        super().__init__()
        self.block = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 2 * width),
            nn.GELU(),
            nn.Linear(2 * width, width),
            nn.Dropout(p),
        )

    def forward(self, hidden):
        return hidden + self.block(hidden)


class TextCNN(pl.LightningModule):
    def __init__(self, config):
        super().__init__()
        self.config = config
        embed_dim = config.get("embed_dim", 128)
        n_kernels = config.get("num_kernels", 100)
        p = config.get("dropout", 0.2)
        self.kernel_sizes = config.get("kernel_sizes", [2, 3, 5])
        self.embeddings = nn.Embedding(config.get("vocab_size", 30000), embed_dim, padding_idx=0)
        self.convs = nn.ModuleList([nn.Conv1d(embed_dim, n_kernels, k, padding=k // 2) for k in self.kernel_sizes])
        width = n_kernels * len(self.kernel_sizes)
        self.blocks = nn.Sequential(*[ResidualBlock(width, p) for _ in range(config.get("n_blocks", 2))])
        self.classifier = nn.Linear(width, config.get("n_classes", 2))
        self.outputs = []

    def features(self, ids):
        x = self.embeddings(ids).transpose(1, 2)  # (B, E, L)
        # branches differ by one in length for even kernels, the max does not mind
        return torch.cat([F.relu(conv(x)).amax(dim=2) for conv in self.convs], dim=1)

    def forward(self, batch):
        return self.classifier(self.blocks(self.features(batch["input_ids"])))

    def training_step(self, batch, batch_idx):
        loss = classification_loss(self(batch), batch["labels"], smoothing=0.05)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        self.outputs.append((self(batch).softmax(dim=-1)[:, 1], batch["labels"]))

    def on_validation_epoch_end(self):
        scores = torch.cat([s for s, _ in self.outputs]).tolist()
        labels = torch.cat([y for _, y in self.outputs]).tolist()
        print_metrics("cnn val", compute_metrics(scores, labels, ["auroc", "f1"]))
        self.outputs.clear()

    def configure_optimizers(self):
        return make_optimizer(self, self.config.get("lr", 1e-3), scheduler="cosine", total_steps=200)
