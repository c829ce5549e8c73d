"""Risk of single names or of a csv, with what train_names.py left in a folder."""

import argparse
import json
import os

import torch
from lstm2risk import LSTM2Risk, LSTMConfig, collate_batch
from name_tokenizer import NameTokenizer
from names_data import NameRows, made_up_names, read_csv, write_csv
from transformer2risk import Transformer2Risk, TransformerConfig, collate_fn

BANDS = [(0.8, "block"), (0.5, "review"), (0.0, "pass")]


class Scorer:
    def __init__(self, folder, kind):
        with open(os.path.join(folder, kind + "_names.json")) as f:
            report = json.load(f)
        self.kind = kind
        self.temperature = report["temperature"]
        self.tokenizer = NameTokenizer.load(os.path.join(folder, "tokenizer.json"))
        if kind == "lstm":
            self.model = LSTM2Risk(LSTMConfig(**report["config"]))
        else:
            self.model = Transformer2Risk(TransformerConfig(**report["config"]))
        saved = torch.load(os.path.join(folder, kind + "_names.pt"), weights_only=True)
        self.model.load_state_dict(saved["average"])
        self.model.eval()

    @torch.no_grad()
    def __call__(self, rows):
        items = list(NameRows(rows, self.tokenizer))
        if self.kind == "lstm":
            logits = self.model(collate_batch(items))
        else:
            idx, mask, tabular, _ = collate_fn(items)
            logits = self.model(idx, tabular, mask)
        return (logits / self.temperature).softmax(-1)[:, 1].tolist()


def band(risk):
    return next(name for low, name in BANDS if risk >= low)


def count(model):
    return sum(p.numel() for p in model.parameters())


def sizes():
    from train_names import build  # imports torch things we do not need for scoring

    for kind in ["lstm", "transformer"]:
        model, _ = build(kind, 30000, production=True)
        print(kind, "in production has", count(model), "parameters")


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("folder")
    ap.add_argument("--model", choices=["lstm", "transformer"], default="lstm")
    ap.add_argument("--csv", help="made here if it is missing")
    ap.add_argument("--names", nargs="*", default=["Anna Smith", "Ali asdf-qwer"])
    ap.add_argument("--sizes", action="store_true")
    args = ap.parse_args()
    scorer = Scorer(args.folder, args.model)
    rows = [(name, [0.0] * 10, 0) for name in args.names]
    if args.csv:
        if not os.path.exists(args.csv):
            write_csv(made_up_names(6, seed=1), args.csv)
        rows += read_csv(args.csv)
    for (name, _, _), risk in zip(rows, scorer(rows)):
        ids = scorer.tokenizer.encode(name)
        print(f"{risk:.4f} {band(risk)} {len(ids)} tokens, {scorer.tokenizer.decode(ids)}")
    if args.sizes:
        sizes()
