# python -m athelas.models.lightning.tabular.fit_tab_ae
import argparse

import torch

from athelas.models.lightning.tabular import TabAE


def make_table(n_rows, n_features, seed):
    g = torch.Generator().manual_seed(seed)
    factors = torch.randn(n_rows, 3, generator=g)
    table = factors @ torch.randn(3, n_features, generator=g)
    missing = torch.rand(n_rows, n_features, generator=g) < 0.15
    missing[:, 0] = False
    return table.masked_fill(missing, float("nan"))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--max-steps", type=int, default=20)
    ap.add_argument("--out", default=None)
    args = ap.parse_args()
    torch.manual_seed(3)
    table = make_table(64, 9, seed=3)
    model = TabAE(n_features=9)
    opt = model.configure_optimizers()
    for step in range(args.max_steps):
        loss = model.training_step(table, step)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("tab_ae loss %.4f" % loss.item())
    if args.out:
        torch.save(model.state_dict(), args.out)


if __name__ == "__main__":
    main()
