"""
Classifiers on top of basic_blocks.

    OrderFeatureAttentionClassifier            orders of one account + features of the newest order
    TwoSeqMoEOrderFeatureAttentionClassifier   the same with two sequences, by customer (cid) and by card (ccid),
                                               and experts in the feed-forward parts

Both give (logits, balance loss); the first one never has experts, its balance loss is always 0.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F
from basic_blocks import FeatureAttentionLayer, OrderAttentionLayer
from tsa_utils import count_parameters

from athelas.models.pytorch import _legacy
from athelas.models.pytorch.feedforward import MLPBlock as _MLPBlock


class MLPBlock(_MLPBlock):
    """Deprecated: use `from athelas.models.pytorch.feedforward import MLPBlock`."""

    def __init__(self, d_model, mult=2, p=0.1):
        _legacy.warn("models.MLPBlock", "from athelas.models.pytorch.feedforward import MLPBlock", __file__)
        super().__init__(d_model=d_model, hidden_dim=mult * d_model, dropout=p, activation=nn.SiLU)

    def forward(self, h):
        return super().forward(h)


class OrderFeatureAttentionClassifier(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.order_attention = OrderAttentionLayer(
            config.n_cat_features,
            config.n_num_features,
            n_embedding=config.n_embedding,
            seq_len=config.seq_len,
            dim_embed=config.dim_embed,
            dim_attn_feedforward=config.dim_attn_feedforward,
            num_heads=config.num_heads,
            n_layers_order=config.n_layers_order,
            dropout=config.dropout,
            use_time_seq=config.use_time_seq,
        )
        self.feature_attention = FeatureAttentionLayer(
            config.n_cat_features,
            config.n_num_features,
            config.n_engineered_num_features,
            n_embedding=config.n_embedding,
            dim_embed=config.dim_embed,
            dim_attn_feedforward=config.dim_attn_feedforward,
            num_heads=config.num_heads,
            n_layers_feature=config.n_layers_feature,
            dropout=config.dropout,
        )
        # one table for both towers
        self.feature_attention.embedding = self.order_attention.embedding

        width = 3 * config.dim_embed
        self.norm = nn.LayerNorm(width)
        self.blocks = nn.ModuleList([MLPBlock(width, p=config.dropout) for _ in range(config.n_blocks)])
        self.classifier = nn.Linear(width, config.n_classes)
        # nn.init.constant_(self.classifier.bias, -2.0)   # prior of fraud, focal loss did not like it

    def forward(self, batch):
        orders, order_loss = self.order_attention(
            batch["x_cat"], batch["x_num"], batch["time"], batch["padding"]
        )
        features, feature_loss = self.feature_attention(
            batch["x_cat"][:, -1], batch["x_num"][:, -1], batch["engineered"]
        )
        x = self.norm(torch.cat([orders, features], dim=-1))
        for block in self.blocks:
            x = x + block(x)
        return self.classifier(x), order_loss + feature_loss

    def describe(self):
        towers = count_parameters(self.order_attention), count_parameters(self.feature_attention)
        return "orders %d, features %d, all %d parameters" % (*towers, count_parameters(self))


class TwoSeqMoEOrderFeatureAttentionClassifier(nn.Module):
    """
    The sequence of the card is often empty (new card, gift card). Then its tower sees one made-up order of zeros and
    the gate is told so with a mask.
    """

    def __init__(
        self,
        n_cat,
        n_num,
        n_engineered,
        vocab_size=60000,
        L_cid=51,
        L_ccid=31,
        d_model=256,
        d_ff=1024,
        n_head=8,
        n_layer=4,
        n_layer_feature=2,
        drop=0.1,
        n_expert_cid=8,
        experts_ccid=(2, 4),
        second_policy="random",
        n_out=2,
    ):
        super().__init__()
        self.d_model = d_model
        self.cid_tower = OrderAttentionLayer(
            n_cat, n_num, vocab_size, L_cid, d_model, d_ff, n_head, n_layer, drop,
            use_moe=True, num_experts=n_expert_cid, pre_norm=True, second_policy=second_policy,
        )  # fmt: skip
        # raw times and one direction only for the card, see ticket 212
        self.ccid_tower = OrderAttentionLayer(
            n_cat, n_num, vocab_size, L_ccid, d_model, d_ff, n_head, n_layer, drop,
            use_moe=True, num_experts=experts_ccid, encode_time=True, pre_norm=True, causal=True,
            second_policy=second_policy,
        )  # fmt: skip
        self.feature_tower = FeatureAttentionLayer(
            n_cat, n_num, n_engineered, vocab_size, d_model, d_ff, n_head, n_layer_feature, drop,
            use_moe=True, num_experts=n_expert_cid, pre_norm=True, second_policy=second_policy,
        )  # fmt: skip
        self.gate = nn.Linear(4 * d_model, 2)
        self.mlp = MLPBlock(3 * d_model, 4, drop)
        self.head = nn.Sequential(nn.LayerNorm(3 * d_model), nn.ReLU(inplace=True), nn.Linear(3 * d_model, n_out))

    def mix(self, cid, ccid, has_card):
        """weighted sum of both sequences, all weight on the customer where there is no card"""
        logits = self.gate(torch.cat([cid, ccid], dim=-1))
        no_card = torch.zeros_like(logits)
        no_card[:, 1] = (~has_card) * -1e4
        logits += no_card
        share = F.softmax(logits, dim=-1)
        return share[:, :1] * cid + share[:, 1:] * ccid

    def forward(
        self, cat_cid, num_cid, time_cid, pad_cid, cat_ccid, num_ccid, time_ccid, pad_ccid, engineered, has_card
    ):
        cid, loss_cid = self.cid_tower(cat_cid, num_cid, time_cid, pad_cid)
        ccid, loss_ccid = self.ccid_tower(cat_ccid, num_ccid, time_ccid, pad_ccid)
        both = self.mix(cid, ccid, has_card)
        features, loss_features = self.feature_tower(cat_cid[:, -1], num_cid[:, -1], engineered)
        x = torch.cat([both, features], dim=-1)
        x = x + self.mlp(x)
        # return self.head(x)
        return self.head(x), loss_cid + loss_ccid + loss_features

    def experts_of(self):
        """(name, MoE) of every mixture in the towers"""
        return [(name[: -len(".gate")], gate) for name, gate in self.named_modules() if name.endswith("moe.gate")]
