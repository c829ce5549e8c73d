# python -m athelas.models.lightning.bimodal.fit_bimodal --model bimodal_moe --max-steps 2000 --hidden-size 256
import argparse
import os

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

MODELS = ["bimodal_bert", "bimodal_cnn", "bimodal_cross_attn", "bimodal_gate_fusion", "bimodal_moe"]
N_COLUMNS = 12


def make_config(args):
    config = dict(input_tab_dim=N_COLUMNS, vocab_size=args.vocab_size, hidden_size=args.hidden_size)
    config.update(num_layers=1, num_heads=4, fusion_heads=4, max_len=64, hidden_common_dim=args.common_dim)
    config.update(embed_dim=args.hidden_size, num_kernels=args.common_dim, tab_dim=16, latent_dim=8)
    config.update(num_experts=args.num_experts, expert_dim=2 * args.common_dim)
    config.update(lr=args.lr, total_steps=args.max_steps, class_weights=[1.0, 1.5], freeze_tab=bool(args.tab_ae))
    return config


def fit(name, args):
    fix_seeds(args.seed)
    tokenizer = HashTokenizer(args.vocab_size, max_len=64)
    rows, valid_rows = split(make_rows(args.rows, args.seed, N_COLUMNS))
    train, valid = MessageDataset(rows, tokenizer), MessageDataset(valid_rows, tokenizer)
    config = make_config(args)
    model = build_model(name, config)
    if args.tab_ae and name == "bimodal_cnn":
        model.load_tab(args.tab_ae)
    print(name, "parameters", count_parameters(model))
    trainer = make_trainer(args.max_steps)
    trainer.fit(model, make_loader(train, "bimodal", args.batch_size, seed=args.seed))
    print("%s loss %.4f" % (name, trainer.callback_metrics["train_loss"]))
    valid_loader = make_loader(valid, "bimodal", args.batch_size)
    trainer.validate(model, valid_loader, verbose=False)
    if args.out:
        again = restore(name, config, save_model(model, args.out, name))
        print_metrics(name + " restored", compute_metrics(*predict_scores(again, valid_loader)))
        # the ensemble job wants lightning's own file, with the state of the optimizer in it
        trainer.save_checkpoint(os.path.join(args.out, name + ".ckpt"))
        saved = torch.load(os.path.join(args.out, name + ".ckpt"), weights_only=False)
        print(name, "global step", saved["global_step"], "optimizers", len(saved["optimizer_states"]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=MODELS + ["all"], default="all")
    parser.add_argument("--max-steps", type=int, default=10)
    parser.add_argument("--rows", type=int, default=96)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--vocab-size", type=int, default=1000)
    parser.add_argument("--hidden-size", type=int, default=32)
    parser.add_argument("--common-dim", type=int, default=32)
    parser.add_argument("--num-experts", type=int, default=4)
    parser.add_argument("--tab-ae", help="weights of fit_tab_ae (12 columns) for bimodal_cnn, kept frozen")
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--out")
    args = parser.parse_args()
    for name in MODELS if args.model == "all" else [args.model]:
        fit(name, args)
