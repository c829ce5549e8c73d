"""
Autoencoder for the customer table, with holes in the table allowed.

Was a LightningModule. The hooks kept their names so that the old trainer wrapper still drives it,
but nothing of lightning is needed any more.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.pooling import AttentionPooling as _AttentionPooling
from athelas.models.pytorch.feedforward import ResidualBlock as _ResidualBlock
from athelas.models.pytorch.feedforward import MLPBlock as _MLPBlock


class ResidualBlock(_legacy.LegacyKeys, _ResidualBlock):
    """Deprecated: use `from athelas.models.pytorch.feedforward import ResidualBlock`."""

    _old_names = {"block": "layers"}

    def __init__(self, dim, hidden_dim, dropout=0.1):
        _legacy.warn(
            "athelas.models.lightning.tabular.pl_tab_ae.ResidualBlock",
            "from athelas.models.pytorch.feedforward import ResidualBlock",
            __file__,
        )
        super().__init__(dim=dim, hidden_dim=hidden_dim, p=dropout, norm=nn.BatchNorm1d)


class FeedForward(_legacy.LegacyKeys, _MLPBlock):
    """Deprecated: use `from athelas.models.pytorch.feedforward import MLPBlock`."""

    _old_names = {"mlp": "ff"}

    def __init__(self, dim, hidden_dim, dropout=0.1):
        _legacy.warn(
            "athelas.models.lightning.tabular.pl_tab_ae.FeedForward",
            "from athelas.models.pytorch.feedforward import MLPBlock",
            __file__,
        )
        super().__init__(d_model=dim, hidden_dim=hidden_dim, dropout=dropout, norm_first=False)


class AttentionPooling(_legacy.LegacyKeys, _AttentionPooling):
    """Deprecated: use `from athelas.models.pytorch.pooling import AttentionPooling`."""

    _old_names = {"attention": "score"}

    def __init__(self, dim, dropout):
        _legacy.warn(
            "athelas.models.lightning.tabular.pl_tab_ae.AttentionPooling",
            "from athelas.models.pytorch.pooling import AttentionPooling",
            __file__,
        )
        super().__init__(input_dim=dim, dropout=dropout)

    def forward(self, x, mask=None):
        return super().forward(x, token_mask=mask)


class TabAE(nn.Module):
    """Every column becomes a token; NaN means that the cell is missing."""

    def __init__(self, n_features, dim=16, latent_dim=4, n_blocks=2, dropout=0.1, lr=1e-3):
        super().__init__()
        self.lr = lr
        self.column_weight = nn.Parameter(torch.randn(n_features, dim) * 0.1)
        self.column_bias = nn.Parameter(torch.zeros(n_features, dim))
        self.mixer = FeedForward(dim, 2 * dim, dropout)
        self.pooling = AttentionPooling(dim, dropout)
        self.encoder = nn.Sequential(*[ResidualBlock(dim, 2 * dim, dropout) for _ in range(n_blocks)])
        self.to_latent = nn.Linear(dim, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, dim),
            ResidualBlock(dim, dim, dropout=dropout),
            nn.Linear(dim, n_features),
        )

    def encode(self, x):
        present = ~torch.isnan(x)
        x = torch.nan_to_num(x)
        tokens = x.unsqueeze(-1) * self.column_weight + self.column_bias  # (B, n_features, dim)
        tokens = tokens + self.mixer(tokens)
        pooled = self.pooling(tokens, mask=present)
        return self.to_latent(self.encoder(pooled))

    def forward(self, x):
        z = self.encode(x)
        return self.decoder(z), z

    def training_step(self, batch, batch_idx):
        reconstruction, z = self(batch)
        present = ~torch.isnan(batch)
        # loss = F.mse_loss(reconstruction, batch)
        loss = F.mse_loss(reconstruction[present], batch[present])
        return loss + 1e-4 * z.pow(2).mean()

    def corrupt(self, batch, p):
        """Swap noise: a cell becomes that of another row with probability p, holes stay holes."""
        other = batch[torch.randperm(batch.size(0))]
        swap = torch.rand_like(batch) < p
        swap &= ~torch.isnan(other) & ~torch.isnan(batch)
        return torch.where(swap, other, batch)

    def denoising_step(self, batch, p=0.15):
        reconstruction, _ = self(self.corrupt(batch, p))
        present = ~torch.isnan(batch)
        return F.smooth_l1_loss(reconstruction[present], batch[present])

    @torch.no_grad()
    def validation_step(self, batch, batch_idx):
        self.eval()
        loss = F.mse_loss(*self.present_cells(batch))
        self.train()
        return loss

    def present_cells(self, batch):
        present = ~torch.isnan(batch)
        return self(batch)[0][present], batch[present]

    @torch.no_grad()
    def anomaly_score(self, batch):
        """(B,), squared error per present cell. Call eval() first, BatchNorm!"""
        reconstruction, _ = self(batch)
        present = ~torch.isnan(batch)
        error = (reconstruction - batch.nan_to_num()) ** 2 * present
        return error.sum(dim=1) / present.sum(dim=1)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
