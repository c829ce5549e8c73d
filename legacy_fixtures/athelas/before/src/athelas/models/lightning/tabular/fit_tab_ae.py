# python -m athelas.models.lightning.tabular.fit_tab_ae
import argparse

import torch

from athelas.models.lightning.pl_data import MessageTable, make_rows
from athelas.models.lightning.tabular import TabAE


def make_table(n_rows, n_features, seed):
    g = torch.Generator().manual_seed(seed)
    factors = torch.randn(n_rows, 3, generator=g)
    table = factors @ torch.randn(3, n_features, generator=g)
    missing = torch.rand(n_rows, n_features, generator=g) < 0.15
    missing[:, 0] = False
    return table.masked_fill(missing, float("nan"))


def message_table(n_rows, seed):
    """the table that comes with the messages, for the bimodal models"""
    return MessageTable(make_rows(n_rows, seed), missing=0.1, seed=seed).normalised()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--max-steps", type=int, default=20)
    ap.add_argument("--out", default=None)
    ap.add_argument("--table", choices=["factors", "messages"], default="factors")
    ap.add_argument("--dim", type=int, default=16)
    ap.add_argument("--latent-dim", type=int, default=4)
    ap.add_argument("--denoise", type=float, default=0.0, help="probability of a swapped cell")
    ap.add_argument("--resumable", default=None, help="whole model and optimizer, in one file")
    args = ap.parse_args()
    torch.manual_seed(3)
    if args.table == "factors":
        table = make_table(64, 9, seed=3)
    else:
        table = message_table(64, seed=3)
    model = TabAE(n_features=table.size(1), dim=args.dim, latent_dim=args.latent_dim)
    opt = model.configure_optimizers()
    for step in range(args.max_steps):
        if args.denoise > 0:
            loss = model.denoising_step(table, args.denoise)
        else:
            loss = model.training_step(table, step)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("tab_ae loss %.4f" % loss.item())
    print("tab_ae val %.4f" % model.validation_step(table, 0).item())
    scores = model.eval().anomaly_score(table)
    print("tab_ae strangest rows", scores.topk(3).indices.tolist())
    if args.out:
        torch.save(model.state_dict(), args.out)
    if args.resumable:
        torch.save({"model": model, "optimizer": opt.state_dict(), "step": args.max_steps}, args.resumable)


if __name__ == "__main__":
    main()
