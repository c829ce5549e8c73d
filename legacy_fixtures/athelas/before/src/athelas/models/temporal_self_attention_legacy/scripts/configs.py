# Settings of the runs. models.py reads OrderFeatureConfig as it is, the two-sequence model takes its arguments one by
# one (two_seq_arguments below puts them into the right order - if you add one, add it at the END).
from dataclasses import asdict, dataclass, replace


@dataclass
class DataConfig:
    n_cat_features: int = 6
    n_num_features: int = 4
    n_engineered: int = 7
    seq_len: int = 51  # 50 and the newest one
    seq_len_card: int = 31
    vocab: int = 60000  # all categories together, 0 is padding


@dataclass
class OrderFeatureConfig:
    n_cat_features: int = 6
    n_num_features: int = 4
    n_engineered_num_features: int = 7
    n_embedding: int = 60000
    seq_len: int = 51
    dim_embed: int = 128
    dim_attn_feedforward: int = 512
    num_heads: int = 4
    n_layers_order: int = 4
    n_layers_feature: int = 3
    n_blocks: int = 2
    dropout: float = 0.1
    use_time_seq: bool = True
    n_classes: int = 2

    def as_dict(self):
        return asdict(self)


@dataclass
class TwoSeqConfig:
    n_cat: int = 6
    n_num: int = 4
    n_engineered: int = 7
    vocab_size: int = 60000
    L_cid: int = 51
    L_ccid: int = 31
    d_model: int = 256
    d_ff: int = 1024
    n_head: int = 8
    n_layer: int = 4
    n_layer_feature: int = 2
    drop: float = 0.1
    n_expert_cid: int = 8
    experts_ccid: tuple = (2, 4)  # groups, experts in a group
    second_policy: str = "random"
    n_out: int = 2


@dataclass
class TrainConfig:
    lr: float = 1e-3
    weight_decay: float = 0.01
    batch_size: int = 64
    epochs: int = 20
    warmup: float = 0.1  # share of the steps
    schedule: str = "cosine"
    clip: float = 1.0
    ema_decay: float = 0.995
    patience: int = 5
    seed: int = 11


def small_data():
    return DataConfig(seq_len=9, seq_len_card=7, vocab=600)


def small_order_feature(data):
    """Fits into a minute on a laptop. The names differ, hence the long list."""
    return OrderFeatureConfig(
        n_cat_features=data.n_cat_features,
        n_num_features=data.n_num_features,
        n_engineered_num_features=data.n_engineered,
        n_embedding=data.vocab,
        seq_len=data.seq_len,
        dim_embed=32,
        dim_attn_feedforward=64,
        n_layers_order=2,
        n_layers_feature=1,
        n_blocks=1,
    )


def small_two_seq(data):
    big = TwoSeqConfig(data.n_cat_features, data.n_num_features, data.n_engineered, data.vocab)
    small = replace(big, L_cid=data.seq_len, L_ccid=data.seq_len_card, d_model=32, d_ff=48, n_head=4)
    return replace(small, n_layer=2, n_layer_feature=1, n_expert_cid=4, experts_ccid=(2, 2))


def two_seq_arguments(c):
    return (
        c.n_cat,
        c.n_num,
        c.n_engineered,
        c.vocab_size,
        c.L_cid,
        c.L_ccid,
        c.d_model,
        c.d_ff,
        c.n_head,
        c.n_layer,
        c.n_layer_feature,
        c.drop,
        c.n_expert_cid,
        c.experts_ccid,
        c.second_policy,
        c.n_out,
    )
