# Numbers of both models on rows that they have not seen.
#
#   python scripts/evaluate.py --order-feature runs/of --two-seq runs/two_seq --out report
#
# The nightly job starts this from the root of the repository, so the folder has to be found first.
import argparse
import csv
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import torch  # noqa: E402
from configs import OrderFeatureConfig, small_data  # noqa: E402
from make_orders import FIELDS, simulate_rows  # noqa: E402
from mixture_of_experts import Top2Gating  # noqa: E402
from temporal_multihead_attention import TemporalMultiheadAttention  # noqa: E402
from tsa_utils import (  # noqa: E402
    OrderDataset,
    Standardizer,
    all_metrics,
    build_model,
    collate,
    predict,
    seed_everything,
    two_seq_inputs,
)

NUMBERS = ["amount", "items", "price", "abroad"]
ENGINEERED = ["over mean", "over max", "pause", "orders", "recent", "new device", "new country"]


def load_order_feature(folder):
    settings = torch.load(os.path.join(folder, "settings.pt"), weights_only=True)
    model = build_model("order_feature", OrderFeatureConfig(**settings["config"]))
    model.load_state_dict(torch.load(os.path.join(folder, "best_state.pt"), weights_only=True))
    return model.eval(), Standardizer().load_state_dict(settings["standardize"])


def load_two_seq(folder):
    """the whole pickle, and what stands beside it in the last checkpoint"""
    model = torch.load(os.path.join(folder, "two_seq_model.pt"), weights_only=False)
    last = sorted(name for name in os.listdir(folder) if name.startswith("epoch_"))[-1]
    state = torch.load(os.path.join(folder, last), weights_only=True)
    return model.eval(), Standardizer().load_state_dict(state["standardize"])


def loss_table(logits, labels):
    """every loss on the same logits; shows which ones sum and which ones average"""
    from train_order_feature import LOSSES, compute_loss

    table = {}
    for name, (make, _) in LOSSES.items():
        table[name] = compute_loss(name, make(10), logits, labels, epoch=7).item()
    return table


def policy_table(model, dataset, seed):
    """does the second expert matter when scoring?"""
    table = {}
    gates = [module for module in model.modules() if isinstance(module, Top2Gating)]
    before = [gate.second_policy_eval for gate in gates]
    for policy in ("none", "threshold", "random", "all"):
        seed_everything(seed)
        for gate in gates:
            gate.second_policy_eval = policy
        logits, labels, amounts = predict(model, dataset, two_sequences=True)
        table[policy] = all_metrics(logits.softmax(-1)[:, 1], labels, amounts)["auc"]
    for gate, policy in zip(gates, before):
        gate.second_policy_eval = policy
    return table


@torch.no_grad()
def expert_load(model, dataset, n=32):
    """share of the tokens per expert in each mixture, by the first batch"""
    loads, hooks = {}, []

    def remember(name):
        def hook(module, args, output):
            used = output[0].sum(dim=(0, 1, 3))
            loads[name] = (used / used.sum()).tolist()

        return hook

    for name, gate in model.experts_of():
        hooks.append(gate.register_forward_hook(remember(name)))
    model(*two_seq_inputs(collate([dataset[i] for i in range(min(n, len(dataset)))])))
    for hook in hooks:
        hook.remove()
    return loads


@torch.no_grad()
def attention_profile(model, dataset, n=32):
    """how much the newest order looks at itself, at the one before and at the rest, per layer of the order tower"""
    profile, hooks = {}, []

    def remember(name):
        def hook(module, args, output):
            newest = output[1][:, -1]
            parts = newest[:, -1], newest[:, -2], newest[:, :-2].sum(dim=-1)
            profile[name] = [part.mean().item() for part in parts]

        return hook

    for name, module in model.order_attention.named_modules():
        if isinstance(module, TemporalMultiheadAttention):
            hooks.append(module.register_forward_hook(remember(name)))
    model(collate([dataset[i] for i in range(min(n, len(dataset)))]))
    for hook in hooks:
        hook.remove()
    return profile


def explain(model, dataset, logits, top=3):
    """the riskiest rows with their most important feature and the order that moved the vector most"""
    riskiest = torch.argsort(logits[:, 1] - logits[:, 0], descending=True, stable=True)[:top].tolist()
    batch = collate([dataset[i] for i in riskiest])
    names = [name for name, _ in FIELDS] + NUMBERS + ENGINEERED
    features = model.feature_attention.feature_importance(
        batch["x_cat"][:, -1], batch["x_num"][:, -1], batch["engineered"]
    )
    orders = model.order_attention.order_importance(
        batch["x_cat"], batch["x_num"], batch["time"], batch["padding"]
    )
    lines = []
    for row, feature, order in zip(riskiest, features, orders):
        back = len(order) - 1 - int(order.argmax())
        lines.append({"row": row, "feature": names[int(feature.argmax())], "orders_back": back})
    return lines


def write_scores(path, columns):
    with open(path, "w", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(columns)
        for values in zip(*columns.values()):
            writer.writerow(["%.6g" % value for value in values])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--order-feature", required=True)
    p.add_argument("--two-seq", required=True)
    p.add_argument("--out", default="report")
    p.add_argument("--rows", type=int, default=96)
    p.add_argument("--seed", type=int, default=1234)
    args = p.parse_args()
    os.makedirs(args.out, exist_ok=True)
    seed_everything(args.seed)

    data = small_data()
    rows = simulate_rows(args.rows, args.seed, data.seq_len)
    report, columns = {}, {}

    model, standardize = load_order_feature(args.order_feature)
    dataset = OrderDataset(rows, standardize, data.seq_len)
    logits, labels, amounts = predict(model, dataset)
    columns["label"], columns["amount"] = labels.tolist(), amounts.tolist()
    columns["order_feature"] = logits.softmax(-1)[:, 1].tolist()
    report["order_feature"] = all_metrics(logits.softmax(-1)[:, 1], labels, amounts)
    report["losses"] = loss_table(logits, labels)
    report["explained"] = explain(model, dataset, logits)
    report["attention"] = attention_profile(model, dataset)

    model, standardize = load_two_seq(args.two_seq)
    dataset = OrderDataset(rows, standardize, data.seq_len, data.seq_len_card)
    logits, labels, amounts = predict(model, dataset, two_sequences=True)
    columns["two_seq"] = logits.softmax(-1)[:, 1].tolist()
    report["two_seq"] = all_metrics(logits.softmax(-1)[:, 1], labels, amounts)
    report["policies"] = policy_table(model, dataset, args.seed)
    report["load"] = expert_load(model, dataset)

    write_scores(os.path.join(args.out, "scores.csv"), columns)
    with open(os.path.join(args.out, "report.json"), "w") as f:
        json.dump(report, f, indent=2, sort_keys=True)
    for name in ("order_feature", "two_seq"):
        print("%s auc %.4f ap %.4f ks %.4f" % (name, *(report[name][key] for key in ("auc", "ap", "ks"))))
    for name, value in report["losses"].items():
        print("loss %-12s %.6f" % (name, value))
    for name, value in report["policies"].items():
        print("second policy %-9s auc %.4f" % (name, value))


if __name__ == "__main__":
    main()
