"""BERT over one message. Random weights unless `load_encoder` is called, the hub is not reachable from training."""

import pytorch_lightning as pl
import torch
import torch.nn as nn
from transformers import BertConfig, BertModel

from ..pl_utils import classification_loss, compute_metrics, freeze, make_optimizer, print_metrics

DEFAULTS = {
    "vocab_size": 30522,
    "hidden_size": 256,
    "num_layers": 4,
    "num_heads": 8,
    "max_len": 128,
    "dropout": 0.1,
    "n_classes": 2,
    "pooling": "mean",  # or cls
    "frozen_layers": 0,
    "class_weights": None,
    "lr": 2e-5,
    "weight_decay": 0.01,
    "scheduler": "linear",
    "total_steps": 1000,
}


def mean_pooling(hidden, attention_mask):
    mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
    summed = torch.sum(hidden * mask, dim=1)
    return summed / mask.sum(dim=1).clamp_(min=1e-9)


class TextBertBase(pl.LightningModule):
    """Encoder and pooling, no head."""

    def __init__(self, config):
        super().__init__()
        self.config = {**DEFAULTS, **config}
        c = self.config
        self.bert = BertModel(
            BertConfig(
                vocab_size=c["vocab_size"],
                hidden_size=c["hidden_size"],
                num_hidden_layers=c["num_layers"],
                num_attention_heads=c["num_heads"],
                intermediate_size=4 * c["hidden_size"],
                max_position_embeddings=c["max_len"],
                hidden_dropout_prob=c["dropout"],
                attention_probs_dropout_prob=c["dropout"],
            )
        )
        if c["frozen_layers"]:
            freeze(self.bert, c["frozen_layers"])
        self.output_text_dim = c["hidden_size"]

    def load_encoder(self, state):
        # checkpoints of the classifier start with bert., those of pretraining do not
        state = {k[len("bert.") :] if k.startswith("bert.") else k: v for k, v in state.items()}
        return self.bert.load_state_dict(state, strict=False)

    def encode(self, batch):
        output = self.bert(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
        if self.config["pooling"] == "cls":
            return output.pooler_output
        return mean_pooling(output.last_hidden_state, batch["attention_mask"])

    def forward(self, batch):
        return self.encode(batch)


class TextBertClassification(TextBertBase):
    def __init__(self, config):
        super().__init__(config)
        self.head = nn.Sequential(
            nn.Dropout(self.config["dropout"]),
            nn.Linear(self.output_text_dim, self.config["n_classes"]),
        )
        self.pred_lst, self.label_lst = [], []

    def forward(self, batch):
        return self.head(super().forward(batch))

    def training_step(self, batch, batch_idx):
        loss = classification_loss(self(batch), batch["labels"], self.config["class_weights"])
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        logits = self(batch)
        self.pred_lst.extend(logits.softmax(-1)[:, 1].tolist())
        self.label_lst.extend(batch["labels"].tolist())
        self.log("val_loss", classification_loss(logits, batch["labels"]))

    def on_validation_epoch_end(self):
        print_metrics("bert val", compute_metrics(self.pred_lst, self.label_lst))
        self.pred_lst.clear()
        self.label_lst.clear()

    def configure_optimizers(self):
        c = self.config
        return make_optimizer(self, c["lr"], c["weight_decay"], c["scheduler"], c["total_steps"])
