# second trainer: byte pairs instead of characters, batches by length, moving average, can be continued
# usage: python train_names.py --model lstm --epochs 5 --out runs/names1
#        python train_names.py --model lstm --epochs 9 --out runs/names1 --resume
import argparse
import copy
import json
import os
from dataclasses import asdict

import torch
import torch.nn.functional as F
from lstm2risk import LSTM2Risk, LSTMConfig, collate_batch
from name_tokenizer import NameTokenizer
from names_data import BucketSampler, NameRows, made_up_names, read_csv, split_rows
from torch.utils.data import DataLoader
from transformer2risk import Transformer2Risk, TransformerConfig, collate_fn

WARMUP = 20


def build(kind, vocab_size, production=False):
    if kind == "lstm":
        config = LSTMConfig.production(vocab_size) if production else LSTMConfig(vocab_size=vocab_size)
        return LSTM2Risk(config), config
    config = TransformerConfig.production(vocab_size) if production else TransformerConfig(vocab_size)
    return Transformer2Risk(config), config


def forward(kind, model, batch):
    """logits and labels, whatever the batch looks like"""
    if kind == "lstm":
        return model(batch), batch["label"]
    idx, mask, tabular, y = batch
    return model(idx, tabular, mask=mask), y


class Average:
    """Exponential moving average of the weights, what the scoring job uses."""

    def __init__(self, model, decay=0.98):
        self.decay = decay
        self.model = copy.deepcopy(model).eval()

    @torch.no_grad()
    def update(self, model):
        for mine, theirs in zip(self.model.state_dict().values(), model.state_dict().values()):
            mine.mul_(self.decay).add_(theirs, alpha=1 - self.decay)


def roc_auc(y, p):
    # pairs by hand, fast enough for a validation set
    pos = [b for a, b in zip(y, p) if a == 1]
    neg = [b for a, b in zip(y, p) if a == 0]
    if not pos or not neg:
        return 0.5
    wins = sum((i > j) + 0.5 * (i == j) for i in pos for j in neg)
    return wins / (len(pos) * len(neg))


@torch.no_grad()
def evaluate(kind, model, loader):
    logits, labels = [], []
    for batch in loader:
        out, y = forward(kind, model, batch)
        logits.append(out)
        labels.append(y)
    return torch.cat(logits), torch.cat(labels)


def fit_temperature(logits, labels, steps=40):
    """One number that makes the probabilities honest."""
    log_t = torch.zeros((), requires_grad=True)
    opt = torch.optim.Adam([log_t], lr=0.05)
    for _ in range(steps):
        opt.zero_grad()
        F.cross_entropy(logits / log_t.exp(), labels).backward()
        opt.step()
    return log_t.exp().item()


def train(args, rows):
    torch.set_num_threads(1)  # more are slower on names this short
    torch.manual_seed(args.seed)
    train_rows, valid_rows = split_rows(rows, 0.25, args.seed)
    tokenizer = NameTokenizer.train([name for name, _, _ in train_rows], args.merges)
    model, config = build(args.model, tokenizer.vocab_size)
    average = Average(model)
    opt = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.01)
    sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda step: min(1.0, (step + 1) / WARMUP))
    first_epoch, path = 0, os.path.join(args.out, args.model + "_names.pt")
    if args.resume:
        saved = torch.load(path, weights_only=True)
        model.load_state_dict(saved["model"])
        average.model.load_state_dict(saved["average"])
        opt.load_state_dict(saved["optimizer"])
        sched.load_state_dict(saved["scheduler"])
        first_epoch = saved["epoch"]
    collate = collate_batch if args.model == "lstm" else collate_fn
    data, valid = NameRows(train_rows, tokenizer), NameRows(valid_rows, tokenizer)
    sampler = BucketSampler(data, args.batch_size, args.seed + first_epoch)
    loader = DataLoader(data, batch_sampler=sampler, collate_fn=collate)
    valid_loader = DataLoader(valid, batch_size=64, collate_fn=collate)
    for epoch in range(first_epoch, args.epochs):
        model.train()
        for batch in loader:
            logits, y = forward(args.model, model, batch)
            loss = F.cross_entropy(logits, y, label_smoothing=0.02)
            opt.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            sched.step()
            average.update(model)
        logits, labels = evaluate(args.model, average.model, valid_loader)
        auc = roc_auc(labels.tolist(), logits.softmax(-1)[:, 1].tolist())
        print(f"{args.model} epoch {epoch} of {len(sampler)} batches loss {loss.item():.4f} auc {auc:.4f}")
    os.makedirs(args.out, exist_ok=True)
    tokenizer.save(os.path.join(args.out, "tokenizer.json"))
    state = {"model": model.state_dict(), "average": average.model.state_dict(), "epoch": args.epochs}
    torch.save({**state, "optimizer": opt.state_dict(), "scheduler": sched.state_dict()}, path)
    report = {"kind": args.model, "config": asdict(config), "temperature": fit_temperature(logits, labels), "auc": auc}
    with open(os.path.join(args.out, args.model + "_names.json"), "w") as f:
        json.dump(report, f, indent=1)


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--model", choices=["lstm", "transformer"], default="lstm")
    p.add_argument("--csv", help="name, t0.., label; made up without it")
    p.add_argument("--rows", type=int, default=200)
    p.add_argument("--merges", type=int, default=60)
    p.add_argument("--epochs", type=int, default=2)
    p.add_argument("--batch-size", type=int, default=16)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--seed", type=int, default=5)
    p.add_argument("--resume", action="store_true")
    p.add_argument("--out", default="checkpoints")
    args = p.parse_args()
    train(args, read_csv(args.csv) if args.csv else made_up_names(args.rows, args.seed))
