"""
Autoencoder for the customer table, with holes in the table allowed.

Was a LightningModule. The hooks kept their names so that the old trainer wrapper still drives it,
but nothing of lightning is needed any more.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class ResidualBlock(nn.Module):
    def __init__(self, dim, hidden_dim, dropout=0.1):
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm1d(dim),
            nn.Linear(dim, hidden_dim),
            nn.GELU(),
            nn.Linear(hidden_dim, dim),
            nn.Dropout(dropout),
        )

    def forward(self, x):
        return x + self.layers(x)


class FeedForward(nn.Module):
    def __init__(self, dim, hidden_dim, dropout=0.1):
        super().__init__()
        # norm at the end, training was unstable the other way round
        self.ff = nn.Sequential(
            nn.Linear(dim, hidden_dim),
            nn.GELU(),
            nn.Linear(hidden_dim, dim),
            nn.Dropout(dropout),
            nn.LayerNorm(dim),
        )

    def forward(self, x):
        return self.ff(x)


class AttentionPooling(nn.Module):
    def __init__(self, dim, dropout):
        super().__init__()
        self.score = nn.Linear(dim, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask=None):
        logits = self.score(x)
        if mask is not None:
            logits = logits.masked_fill(~mask.unsqueeze(-1), float("-inf"))
        weights = F.softmax(logits, dim=1)
        weights = self.dropout(weights)
        return torch.sum(weights * x, dim=1)


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
