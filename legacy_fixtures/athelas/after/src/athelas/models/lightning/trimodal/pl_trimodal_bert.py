# message + chat + table
# Run from this folder (python fit_trimodal.py). The pooling is in here once as a class and once by hand.
from dataclasses import dataclass, field

import pytorch_lightning as pl
import torch
import torch.nn as nn
import torch.nn.functional as F
from transformers import BertConfig, BertModel

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.pooling import AttentionPooling as _AttentionPooling


@dataclass
class TrimodalConfig:
    n_vocab: int = 30522
    n_embed: int = 256
    n_layer: int = 4
    n_head: int = 8
    n_table: int = 12
    n_common: int = 256
    max_positions: int = 128
    p_drop: float = 0.1
    n_class: int = 2
    share_encoder: bool = False  # one BERT for message and chat
    class_weights: list = field(default_factory=lambda: [1.0, 1.5])
    lr: float = 2e-5
    warmup: int = 10


def make_encoder(config):
    sizes = BertConfig(
        vocab_size=config.n_vocab,
        hidden_size=config.n_embed,
        num_hidden_layers=config.n_layer,
        num_attention_heads=config.n_head,
        intermediate_size=2 * config.n_embed,  # 4x did not fit three times on one card
        max_position_embeddings=config.max_positions,
        hidden_dropout_prob=config.p_drop,
        attention_probs_dropout_prob=config.p_drop,
    )
    return BertModel(sizes, add_pooling_layer=False)


class AttentionPooling(_legacy.LegacyKeys, _AttentionPooling):
    """Deprecated: use `from athelas.models.pytorch.pooling import AttentionPooling`."""

    _old_names = {"attention": "scorer", "dropout": "drop"}

    def __init__(self, size, p_drop):
        _legacy.warn(
            "pl_trimodal_bert.AttentionPooling",
            "from athelas.models.pytorch.pooling import AttentionPooling",
            __file__,
        )
        super().__init__(input_dim=size, dropout=p_drop)

    def forward(self, tokens, token_mask=None):
        return super().forward(tokens, token_mask=token_mask)


class TrimodalBert(pl.LightningModule):
    name = "trimodal_bert"

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.text_encoder = make_encoder(config)
        self.chat_encoder = self.text_encoder if config.share_encoder else make_encoder(config)
        self.tab_encoder = nn.Sequential(nn.Linear(config.n_table, config.n_common), nn.LayerNorm(config.n_common))
        self.setup_fusion()
        self.out = nn.Linear(config.n_common, config.n_class)
        self.register_buffer("class_weights", torch.tensor(config.class_weights), persistent=False)
        self.seen = []

    def setup_fusion(self):
        c = self.config
        self.text_pool = AttentionPooling(c.n_embed, c.p_drop)
        # by hand, because the chat had no dropout in the paper
        self.chat_attention = nn.Linear(c.n_embed, 1)
        self.merge = nn.Linear(2 * c.n_embed + c.n_common, c.n_common)

    def encode(self, ids, mask, encoder):
        return encoder(input_ids=ids, attention_mask=mask.long()).last_hidden_state

    def fuse(self, text, text_mask, chat, chat_mask, table):
        text = self.text_pool(text, text_mask)
        scores = self.chat_attention(chat)
        scores = scores.masked_fill(~chat_mask.unsqueeze(-1), float("-inf"))
        weights = F.softmax(scores, dim=1)
        chat = torch.sum(weights * chat, dim=1)
        return F.relu(self.merge(torch.cat([text, chat, table], dim=-1)))

    def forward(self, batch):
        text, text_mask, chat, chat_mask, table, _ = batch
        text = self.encode(text, text_mask, self.text_encoder)
        chat = self.encode(chat, chat_mask, self.chat_encoder)
        return self.out(self.fuse(text, text_mask, chat, chat_mask, self.tab_encoder(table)))

    def training_step(self, batch, batch_idx):
        logits = self(batch)
        loss = F.cross_entropy(logits, batch[-1], weight=self.class_weights)
        # loss = loss + 0.01 * logits.pow(2).mean()
        self.log("loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        self.seen.append((F.softmax(self(batch), dim=-1), batch[-1]))

    def on_validation_epoch_end(self):
        # in here: pl_utils would be imported before fit_trimodal has set the path
        from athelas.models.lightning.pl_utils import compute_metrics, print_metrics

        p = torch.cat([p for p, _ in self.seen])[:, 1]
        y = torch.cat([y for _, y in self.seen])
        print_metrics(self.name + " val", compute_metrics(p.tolist(), y.tolist(), which=["auroc", "ap"]))
        self.seen = []

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=self.config.lr, eps=1e-6)
        warmup = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=self.config.warmup)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": warmup, "interval": "step"}}
