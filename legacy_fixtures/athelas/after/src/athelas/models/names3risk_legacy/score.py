"""Pokes at the parts of the models with random states; with --checkpoints also scores a few made-up names."""

import argparse
import os

import lstm2risk as lstm
from athelas.models.pytorch.blocks import LSTMEncoder
import torch
from athelas.models.pytorch.pooling import AttentionPooling
from lstm2risk import LSTMConfig
from athelas.models.pytorch.attention import MultiHeadAttention
from transformer2risk import TransformerConfig
from transformer2risk import ResidualBlock as TransformerResidual

BLOCKS = {
    "lstm": (lstm.ResidualBlock, LSTMConfig),
    "transformer": (TransformerResidual, TransformerConfig),
}


def pool_states(batch_size, length):
    config = LSTMConfig()
    states = torch.randn(batch_size, length, 2 * config.hidden_size)
    lengths = torch.randint(1, length + 1, (batch_size,))
    pool = AttentionPooling(input_dim=2 * config.hidden_size)
    pooled = pool(states, lengths=lengths)
    everything = pool(states)
    print("lstm pooling", tuple(pooled.shape), tuple(everything.shape))


def pool_tokens(batch_size, length):
    # in here because of the other AttentionPooling
    from athelas.models.pytorch.pooling import AttentionPooling

    cfg = TransformerConfig(embedding_size=20, n_head=2)
    x = torch.randn(batch_size, length, 20)
    mask = torch.rand(batch_size, length) > 0.3
    mask[:, 0] = True
    pool = AttentionPooling(input_dim=cfg.embedding_size)
    print("transformer pooling", tuple(pool(x, token_mask=mask).shape), tuple(pool(x).shape))


def attend(batch_size, length):
    attention = MultiHeadAttention(dim=32, num_heads=4, dropout=0.0)
    out = attention(torch.randn(batch_size, length, 32))
    print("attention", tuple(out.shape))


def residual(kind, batch_size):
    cls, config_cls = BLOCKS[kind]
    config = config_cls()
    width = 2 * config.hidden_size if kind == "lstm" else config.hidden_size
    block = cls(config)
    print(kind, "residual", tuple(block(torch.randn(batch_size, width)).shape))


def lstm_text(batch_size):
    config = lstm.LSTMConfig(n_layers=1, dropout=0.0)
    text = LSTMEncoder(
        vocab_size=config.vocab_size,
        embedding_size=config.embedding_size,
        hidden_size=config.hidden_size,
        n_layers=config.n_layers,
        dropout=config.dropout,
    )
    tokens = torch.randint(1, config.vocab_size, (9, batch_size))
    print("lstm text", tuple(text(tokens, torch.full((batch_size,), 9)).shape))


@torch.no_grad()
def score_checkpoints(folder):
    from train import make_rows
    from transformer2risk import collate_fn

    rows = make_rows(4, seed=99)
    model = torch.load(os.path.join(folder, "lstm_model.pt"), weights_only=False).eval()
    print("lstm scores", tuple(model(lstm.collate_batch(rows)).softmax(-1).shape))
    model = torch.load(os.path.join(folder, "transformer_model.pt"), weights_only=False).eval()
    idx, mask, tabular, _ = collate_fn(rows)
    print("transformer scores", tuple(model(idx, tabular, mask).softmax(-1).shape))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch-size", type=int, default=5)
    parser.add_argument("--length", type=int, default=11)
    parser.add_argument("--checkpoints")
    args = parser.parse_args()
    torch.manual_seed(0)
    pool_states(args.batch_size, args.length)
    pool_tokens(args.batch_size, args.length)
    attend(args.batch_size, args.length)
    for kind in BLOCKS:
        residual(kind, args.batch_size)
    lstm_text(args.batch_size)
    if args.checkpoints:
        score_checkpoints(args.checkpoints)
