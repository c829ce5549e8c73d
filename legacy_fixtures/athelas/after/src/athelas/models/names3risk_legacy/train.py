# usage: python train.py --model both --max-steps 200 --out runs/exp7
import argparse
import os
import random

import torch
from lstm2risk import LSTM2Risk, LSTMConfig, collate_batch
from transformer2risk import Transformer2Risk, TransformerConfig, collate_fn

ALPHABET = "abcdefghijklmnopqrstuvwxyz -'."
SYLLABLES = ["an", "bel", "cor", "da", "el", "fi", "gor", "ha", "il", "jo", "ka", "lu", "mar", "ni", "os", "pe"]


def encode(name):
    # 0 is padding
    return [ALPHABET.index(c) + 1 for c in name]


def make_rows(n, seed, n_tabular=10):
    """Names and table rows with a rule in them, so that the loss has somewhere to go."""
    rng = random.Random(seed)
    rows = []
    for _ in range(n):
        first = "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 3)))
        last = "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 4)))
        table = [rng.gauss(0, 1) for _ in range(n_tabular)]
        risky = table[0] + 0.5 * table[3] + (0.8 if "gor" in last else -0.2) + rng.gauss(0, 0.3) > 0
        rows.append((encode(first + " " + last), table, int(risky)))
    return rows


def train(kind, args):
    torch.manual_seed(args.seed)
    rows = make_rows(args.rows, args.seed)
    if kind == "lstm":
        model = LSTM2Risk(LSTMConfig(dropout=args.dropout))
    else:
        model = Transformer2Risk(TransformerConfig(dropout_rate=args.dropout))
    opt = torch.optim.AdamW(model.parameters(), lr=args.lr)
    # sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, args.max_steps)
    model.train()
    for step in range(args.max_steps):
        start = step * args.batch_size % len(rows)
        chunk = rows[start : start + args.batch_size]
        if kind == "lstm":
            batch = collate_batch(chunk)
            loss = torch.nn.functional.cross_entropy(model(batch), batch["label"])
        else:
            idx, mask, tabular, y = collate_fn(chunk)
            _, loss = model(idx, tabular, mask=mask, targets=y)
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        if step % args.log_every == 0 or step == args.max_steps - 1:
            print(f"{kind} step {step} loss {loss.item():.4f}")
    return model


def save(model, kind, out):
    os.makedirs(out, exist_ok=True)
    torch.save(model.state_dict(), os.path.join(out, kind + "_state.pt"))
    # the scoring job unpickles the whole thing
    torch.save(model, os.path.join(out, kind + "_model.pt"))


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--model", choices=["lstm", "transformer", "both"], default="both")
    p.add_argument("--max-steps", type=int, default=30)
    p.add_argument("--out", default="checkpoints")
    p.add_argument("--rows", type=int, default=256)
    p.add_argument("--batch-size", type=int, default=16)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--dropout", type=float, default=0.1)
    p.add_argument("--log-every", type=int, default=10)
    p.add_argument("--seed", type=int, default=7)
    args = p.parse_args()
    for kind in ["lstm", "transformer"] if args.model == "both" else [args.model]:
        save(train(kind, args), kind, args.out)
