# Order + feature attention on one sequence, once per loss.
#
#   python train_order_feature.py --losses focal,asl --epochs 3 --out runs/of
#
# leaves <loss>_state.pt per loss, best_state.pt (a copy of the best one), settings.pt and history.jsonl
import argparse
import os
import shutil

import torch
import torch.nn.functional as F
from athelas.models.pytorch.losses import ASL_FocalLoss, ASLSingleLabel, CyclicalFocalLoss as Cyclical_FocalLoss
from asl_focal_loss import AsymmetricLoss, AsymmetricLossOptimized
from configs import OrderFeatureConfig, TrainConfig, small_data, small_order_feature
from focalloss import BinaryFocalLossWithLogits, FocalLoss, one_hot
from make_orders import simulate_rows
from tsa_utils import (
    EMA,
    AverageMeter,
    EarlyStopping,
    History,
    OrderDataset,
    ShuffledBatchSampler,
    Standardizer,
    all_metrics,
    batches,
    build_model,
    clip_gradients,
    make_scheduler,
    parameter_groups,
    predict,
    say,
    seed_everything,
    split_rows,
)


class PlainLoss:
    """cross entropy, to compare with"""

    def __call__(self, logits, target):
        return F.cross_entropy(logits, target)


# name -> how to make it, what it wants: class indices, one-hot labels, or also the epoch
LOSSES = {
    "ce": (lambda epochs: PlainLoss(), "index"),
    "focal": (lambda epochs: FocalLoss(alpha=0.6, gamma=2.0), "index"),
    "binary_focal": (lambda epochs: BinaryFocalLossWithLogits(alpha=0.5, pos_weight=1.5), "labels"),
    "asl": (lambda epochs: ASLSingleLabel(gamma_neg=2), "index"),
    "asl_multi": (lambda epochs: AsymmetricLoss(), "labels"),
    "asl_fast": (lambda epochs: AsymmetricLossOptimized(), "labels"),
    "cyclical": (lambda epochs: Cyclical_FocalLoss(epochs=epochs), "epoch"),
    "asl_focal": (lambda epochs: ASL_FocalLoss(gamma_neg=3, epochs=epochs), "epoch"),
}


def compute_loss(name, criterion, logits, target, epoch):
    wants = LOSSES[name][1]
    if wants == "index":
        return criterion(logits, target)
    if wants == "labels":
        loss = criterion(logits, one_hot(target, logits.size(1)))
        # those of the multi-label file sum
        return loss / logits.numel() if name.startswith("asl") else loss
    return criterion(logits, target, epoch)


def train_one(name, model_config, settings, train_set, valid_set, history, args):
    generator = seed_everything(settings.seed)
    model = build_model("order_feature", model_config)
    say(args.verbose, model.describe())
    criterion = LOSSES[name][0](settings.epochs)
    sampler = ShuffledBatchSampler(len(train_set), settings.batch_size, generator)
    optimizer = torch.optim.AdamW(parameter_groups(model, settings.weight_decay), lr=settings.lr)
    scheduler = make_scheduler(optimizer, settings.epochs * len(sampler), settings.warmup, settings.schedule)
    ema = EMA(model, settings.ema_decay)
    stopping = EarlyStopping(settings.patience)
    meter = AverageMeter()

    model.train()
    for epoch in range(settings.epochs):
        meter.reset()
        for batch in batches(train_set, sampler):
            optimizer.zero_grad()
            logits, _ = model(batch)
            loss = compute_loss(name, criterion, logits, batch["label"], epoch)
            loss.backward()
            clip_gradients(model.parameters(), settings.clip)
            optimizer.step()
            scheduler.step()
            ema.update(model)
            meter.update(loss.item(), len(batch["label"]))

        ema.swap(model)
        logits, labels, amounts = predict(model, valid_set)
        ema.swap(model)
        metrics = all_metrics(logits.softmax(dim=-1)[:, 1], labels, amounts)
        history.add(loss_name=name, epoch=epoch, loss=meter.avg, **metrics)
        print(f"{name} epoch {epoch} loss {meter.avg:.6f} auc {metrics['auc']:.4f}")
        if stopping(metrics["auc"]):
            print("no progress, stopped")
            break

    ema.swap(model)
    path = os.path.join(args.out, name + "_state.pt")
    torch.save(model.state_dict(), path)
    return stopping.best, path


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--out", default="runs/order_feature")
    p.add_argument("--data", help="from make_orders.py, otherwise made up here")
    p.add_argument("--rows", type=int, default=256)
    p.add_argument("--losses", default="focal,asl")
    p.add_argument("--epochs", type=int, default=2)
    p.add_argument("--batch-size", type=int, default=32)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--patience", type=int, default=5)
    p.add_argument("--seed", type=int, default=11)
    p.add_argument("--full-size", action="store_true")
    p.add_argument("--verbose", action="store_true")
    args = p.parse_args()
    os.makedirs(args.out, exist_ok=True)

    data = small_data()
    model_config = small_order_feature(data)
    if args.full_size:
        model_config = OrderFeatureConfig()
        data.seq_len = model_config.seq_len
    settings = TrainConfig(
        lr=args.lr, batch_size=args.batch_size, epochs=args.epochs, patience=args.patience, seed=args.seed
    )

    rows = torch.load(args.data, weights_only=True) if args.data else simulate_rows(args.rows, args.seed, data.seq_len)
    train_rows, valid_rows = split_rows(rows)
    standardize = Standardizer().fit(train_rows)
    train_set = OrderDataset(train_rows, standardize, data.seq_len)
    valid_set = OrderDataset(valid_rows, standardize, data.seq_len)
    print("%d rows to train, %d to validate" % (len(train_set), len(valid_set)))

    history = History(os.path.join(args.out, "history.jsonl"))
    results = {}
    for name in args.losses.split(","):
        results[name] = train_one(name, model_config, settings, train_set, valid_set, history, args)
    winner = max(results, key=lambda name: results[name][0])
    shutil.copyfile(results[winner][1], os.path.join(args.out, "best_state.pt"))
    torch.save(
        {"config": model_config.as_dict(), "standardize": standardize.state_dict(), "loss": winner},
        os.path.join(args.out, "settings.pt"),
    )
    print("best: %s in epoch %d" % (winner, history.best("auc")["epoch"]))


if __name__ == "__main__":
    main()
