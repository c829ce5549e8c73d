# python -m athelas.models.lightning.text.fit_text --model bert --max-steps 500 --hidden-size 256 --out runs/bert
import argparse

import torch

from athelas.models.lightning.pl_data import HashTokenizer, MessageDataset, make_rows, split
from athelas.models.lightning.pl_utils import (
    build_model,
    compute_metrics,
    count_parameters,
    fix_seeds,
    make_loader,
    make_trainer,
    predict_scores,
    print_metrics,
    restore,
    save_model,
)

MODELS = ["bert", "lstm", "cnn"]


def make_config(args):
    return {
        "vocab_size": args.vocab_size,
        "hidden_size": args.hidden_size,
        "num_layers": args.num_layers,
        "num_heads": 4,
        "frozen_layers": args.frozen_layers,
        "pooling": args.pooling,
        "class_weights": [1.0, 1.5],
        "embed_dim": args.hidden_size,
        "num_kernels": args.hidden_size,
        "max_len": 64,
        "lr": args.lr,
        "total_steps": args.max_steps,
    }


def fit(name, args):
    fix_seeds(args.seed)
    tokenizer = HashTokenizer(args.vocab_size, max_len=64)
    train, valid = (MessageDataset(rows, tokenizer, ("text",)) for rows in split(make_rows(args.rows, args.seed)))
    config = make_config(args)
    model = build_model(name, config)
    if args.encoder and name == "bert":
        missing = model.load_encoder(torch.load(args.encoder, weights_only=True))
        print("bert encoder loaded,", len(missing.missing_keys), "keys missing")
    print(name, "parameters", count_parameters(model))
    valid_loader = make_loader(valid, "text", args.batch_size)
    trainer = make_trainer(args.max_steps)
    trainer.fit(model, make_loader(train, "text", args.batch_size, seed=args.seed))
    print("%s loss %.4f" % (name, trainer.callback_metrics["train_loss"]))
    trainer.validate(model, valid_loader, verbose=False)
    if args.out:
        again = restore(name, config, save_model(model, args.out, name))
        print_metrics(name + " restored", compute_metrics(*predict_scores(again, valid_loader)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=MODELS + ["all"], default="all")
    parser.add_argument("--max-steps", type=int, default=10)
    parser.add_argument("--rows", type=int, default=96)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--vocab-size", type=int, default=1000)
    parser.add_argument("--hidden-size", type=int, default=32)
    parser.add_argument("--num-layers", type=int, default=2)
    parser.add_argument("--frozen-layers", type=int, default=0)
    parser.add_argument("--pooling", choices=["mean", "cls"], default="mean")
    parser.add_argument("--encoder", help="weights of another bert, its head is left out")
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--out")
    args = parser.parse_args()
    for name in MODELS if args.model == "all" else [args.model]:
        fit(name, args)
