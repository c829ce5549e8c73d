"""Message and table side by side: both vectors concatenated, one linear layer on top. The base line of the others."""

import pytorch_lightning as pl
import torch
import torch.nn as nn

from ..pl_utils import classification_loss, compute_metrics, make_optimizer, print_metrics
from ..text.pl_bert import TextBertBase


def mean_pool(hidden_states, mask):
    m = mask.unsqueeze(-1).to(hidden_states.dtype)
    total = torch.sum(hidden_states * m, dim=1)
    count = m.sum(dim=1)
    return total / count.clamp_(min=1e-6)


class BimodalBert(pl.LightningModule):
    """Base class too: the other bimodal models bring another `fuse`."""

    label = "bimodal_bert"

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.common_dim = config.get("hidden_common_dim", 256)
        self.text_subnetwork = TextBertBase(config)
        text_dim = self.text_subnetwork.output_text_dim
        self.tab_subnetwork = nn.Sequential(
            nn.Linear(config["input_tab_dim"], self.common_dim),
            nn.LayerNorm(self.common_dim),
            nn.ReLU(),
            nn.Dropout(config.get("dropout", 0.1)),
        )
        self.build_fusion(text_dim)
        self.final_merge = nn.Linear(self.common_dim, config.get("n_classes", 2))
        self.outputs = []

    def build_fusion(self, text_dim):
        self.text_norm = nn.LayerNorm(text_dim)
        self.merge = nn.Sequential(nn.Linear(text_dim + self.common_dim, self.common_dim), nn.ReLU())

    def encode_text(self, batch):
        """(B, L, D), one row per token"""
        bert = self.text_subnetwork.bert
        return bert(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state

    def fuse(self, batch):
        text = self.text_norm(mean_pool(self.encode_text(batch), batch["attention_mask"]))
        return self.merge(torch.cat([text, self.tab_subnetwork(batch["tabular"])], dim=1))

    def auxiliary_loss(self):
        return 0.0

    def forward(self, batch):
        return self.final_merge(self.fuse(batch))

    def training_step(self, batch, batch_idx):
        logits = self(batch)
        loss = classification_loss(logits, batch["labels"], self.config.get("class_weights"))
        loss = loss + self.auxiliary_loss()
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        self.outputs.append((self(batch).softmax(dim=-1)[:, 1], batch["labels"]))

    def on_validation_epoch_end(self):
        scores, labels = (torch.cat(column).tolist() for column in zip(*self.outputs))
        print_metrics(self.label + " val", compute_metrics(scores, labels))
        self.outputs.clear()

    def configure_optimizers(self):
        c = self.config
        return make_optimizer(self, c.get("lr", 2e-5), c.get("weight_decay", 0.01), "linear", c.get("total_steps", 1000))
