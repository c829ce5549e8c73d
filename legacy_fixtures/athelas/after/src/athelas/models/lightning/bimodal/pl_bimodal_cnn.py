"""Without BERT, for the accounts that have no GPU. The table goes through the encoder of TabAE."""

import pytorch_lightning as pl
import torch
import torch.nn as nn
import torch.nn.functional as F

from athelas.models.lightning.tabular import TabAE

from ..pl_utils import compute_metrics, freeze, init_linear, print_metrics

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.feedforward import ResidualBlock as _ResidualBlock


class ResidualBlock(_legacy.LegacyKeys, _ResidualBlock):
    """Deprecated: use `from athelas.models.pytorch.feedforward import ResidualBlock`."""

    _old_names = {"block": "body"}

    def __init__(self, size, expansion=2, p=0.1):
        _legacy.warn(
            "athelas.models.lightning.bimodal.pl_bimodal_cnn.ResidualBlock",
            "from athelas.models.pytorch.feedforward import ResidualBlock",
            __file__,
        )
        super().__init__(dim=size, hidden_dim=expansion * size, p=p, activation=nn.SiLU, norm=nn.BatchNorm1d)


class BimodalCNN(pl.LightningModule):
    def __init__(self, config):
        super().__init__()
        self.config = config
        embed_dim, n_kernels = config.get("embed_dim", 128), config.get("num_kernels", 100)
        latent = config.get("latent_dim", 32)
        self.embeddings = nn.Embedding(config["vocab_size"], embed_dim, padding_idx=0)
        # two sizes only. TextCNN has three
        self.conv_a = nn.Conv1d(embed_dim, n_kernels, 3, padding=1)
        self.conv_b = nn.Conv1d(embed_dim, n_kernels, 5, padding=2)
        self.tab_subnetwork = TabAE(config["input_tab_dim"], dim=config.get("tab_dim", 64), latent_dim=latent)
        if config.get("freeze_tab"):
            freeze(self.tab_subnetwork)
        width = 2 * n_kernels + latent
        self.blocks = nn.ModuleList(ResidualBlock(width, p=config.get("dropout", 0.1)) for _ in range(2))
        self.final_merge = nn.Linear(width, config.get("n_classes", 2))
        self.final_merge.apply(init_linear)
        self.rec_weight = config.get("rec_weight", 0.1)
        self.pred_lst, self.label_lst = [], []

    def load_tab(self, path):
        self.tab_subnetwork.load_state_dict(torch.load(path, weights_only=True))

    def forward(self, batch):
        x = self.embeddings(batch["input_ids"]).transpose(1, 2)
        text = torch.cat([torch.max(F.relu(conv(x)), dim=2).values for conv in (self.conv_a, self.conv_b)], dim=1)
        merged = torch.cat([text, self.tab_subnetwork.encode(batch["tabular"])], dim=1)
        for block in self.blocks:
            merged = block(merged)
        return self.final_merge(merged)

    def training_step(self, batch, batch_idx):
        loss = F.cross_entropy(self(batch), batch["labels"], label_smoothing=0.05)
        # keeps the encoder of the table honest
        loss = loss + self.rec_weight * self.tab_subnetwork.training_step(batch["tabular"], batch_idx)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        probs = torch.softmax(self(batch), dim=1)
        self.pred_lst.extend(probs[:, 1].tolist())
        self.label_lst.extend(batch["labels"].tolist())

    def on_validation_epoch_end(self):
        print_metrics("bimodal_cnn val", compute_metrics(self.pred_lst, self.label_lst))
        self.pred_lst, self.label_lst = [], []

    def configure_optimizers(self):
        # other learning rates for the embeddings, they start from nothing
        slow = [p for n, p in self.named_parameters() if not n.startswith("embeddings") and p.requires_grad]
        groups = [{"params": self.embeddings.parameters(), "lr": 3 * self.config["lr"]}, {"params": slow}]
        return torch.optim.Adam(groups, lr=self.config["lr"])
