"""
Two sequences and experts.

    python train_two_seq_moe.py --epochs 3 --out runs/two_seq
    python train_two_seq_moe.py --epochs 5 --out runs/two_seq --resume

leaves epoch_NNN.pt (model, optimizer, schedule; the last two), averaged_state.pt and the whole model as
two_seq_model.pt, which evaluate.py and the service unpickle.
"""

import argparse
import os

import torch
from configs import TrainConfig, TwoSeqConfig, small_data, small_two_seq
from focalloss import FocalLoss
from make_orders import simulate_rows
from tsa_utils import (
    AverageMeter,
    BalancedBatchSampler,
    History,
    OrderDataset,
    Ramp,
    Standardizer,
    all_metrics,
    average_checkpoints,
    batches,
    build_model,
    clip_gradients,
    count_parameters,
    freeze,
    load_checkpoint,
    make_scheduler,
    parameter_groups,
    predict,
    prune_checkpoints,
    save_checkpoint,
    seed_everything,
    split_rows,
    two_seq_inputs,
)

parser = argparse.ArgumentParser()
parser.add_argument("--out", default="runs/two_seq")
parser.add_argument("--data")
parser.add_argument("--rows", type=int, default=192)
parser.add_argument("--epochs", type=int, default=2)
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--lr", type=float, default=2e-3)
parser.add_argument("--second-policy", default="random", choices=["all", "none", "threshold", "random"])
parser.add_argument("--schedule", default="linear", choices=["linear", "cosine", "constant"])
parser.add_argument("--balance", type=float, default=1.0, help="weight of the balance loss at the end")
parser.add_argument("--freeze-embeddings", action="store_true")
parser.add_argument("--resume", action="store_true")
parser.add_argument("--full-size", action="store_true")
parser.add_argument("--seed", type=int, default=11)


def load_rows(args, data):
    if args.data:
        return torch.load(args.data, weights_only=True)
    return simulate_rows(args.rows, args.seed, data.seq_len)


def last_epoch(folder):
    names = sorted(name for name in os.listdir(folder) if name.startswith("epoch_"))
    return os.path.join(folder, names[-1]) if names else None


def train_epoch(model, dataset, sampler, criterion, optimizer, scheduler, clip, balance, step):
    model.train()
    main_loss, balance_loss, norms = AverageMeter(), AverageMeter(), AverageMeter()
    for batch in batches(dataset, sampler):
        logits, moe_loss = model(*two_seq_inputs(batch))
        loss = criterion(logits, batch["label"])
        main_loss.update(loss.item(), len(logits))
        balance_loss.update(moe_loss.item(), len(logits))
        # loss = loss + 0.01 * moe_loss     # is multiplied inside of the MoE
        loss = loss + balance(step) * moe_loss
        optimizer.zero_grad()
        loss.backward()
        norms.update(clip_gradients(model.parameters(), clip))
        optimizer.step()
        scheduler.step()
        step += 1
    return main_loss.avg, balance_loss.avg, norms.avg, step


def main(args):
    os.makedirs(args.out, exist_ok=True)
    data = small_data()
    config = small_two_seq(data)
    if args.full_size:
        config = TwoSeqConfig()
        data.seq_len, data.seq_len_card = config.L_cid, config.L_ccid
    config.second_policy = args.second_policy
    settings = TrainConfig(lr=args.lr, batch_size=args.batch_size, epochs=args.epochs, schedule=args.schedule)

    generator = seed_everything(args.seed)
    train_rows, valid_rows = split_rows(load_rows(args, data))
    standardize = Standardizer().fit(train_rows)
    train_set = OrderDataset(train_rows, standardize, data.seq_len, data.seq_len_card)
    valid_set = OrderDataset(valid_rows, standardize, data.seq_len, data.seq_len_card)
    sampler = BalancedBatchSampler(train_set.labels, settings.batch_size, generator, 0.4)

    model = build_model("two_seq", config)
    if args.freeze_embeddings:
        for tower in (model.cid_tower, model.ccid_tower, model.feature_tower):
            freeze(tower.embedding)
    total = settings.epochs * len(sampler)
    print("%d parameters, %d to train, %d steps" % (count_parameters(model, False), count_parameters(model), total))
    optimizer = torch.optim.AdamW(parameter_groups(model, settings.weight_decay), lr=settings.lr)
    scheduler = make_scheduler(optimizer, total, settings.warmup, settings.schedule)
    criterion = FocalLoss(alpha=0.5)
    balance = Ramp(0.1 * args.balance, args.balance, total // 2)

    first, step = 0, 0
    if args.resume and last_epoch(args.out):
        extra = load_checkpoint(last_epoch(args.out), model, optimizer, scheduler)["extra"]
        first, step = extra["epoch"] + 1, extra["step"]
        print("resumed after epoch", extra["epoch"])

    history = History(os.path.join(args.out, "history.jsonl"))
    for epoch in range(first, settings.epochs):
        loss, moe_loss, norm, step = train_epoch(
            model, train_set, sampler, criterion, optimizer, scheduler, settings.clip, balance, step
        )
        logits, labels, amounts = predict(model, valid_set, two_sequences=True)
        metrics = all_metrics(logits.softmax(-1)[:, 1], labels, amounts)
        history.add(epoch=epoch, loss=loss, moe_loss=moe_loss, norm=norm, **metrics)
        print("two_seq epoch %d loss %.6f balance %.6f auc %.4f" % (epoch, loss, moe_loss, metrics["auc"]))
        save_checkpoint(
            os.path.join(args.out, "epoch_%03d.pt" % epoch),
            model,
            optimizer,
            scheduler,
            standardize,
            epoch=epoch,
            step=step,
        )
    kept = prune_checkpoints(args.out, "epoch_", keep=2)

    # the service loads the mean of the last two
    averaged = average_checkpoints([os.path.join(args.out, name) for name in kept])
    torch.save(averaged, os.path.join(args.out, "averaged_state.pt"))
    model.load_state_dict(averaged)
    torch.save(model, os.path.join(args.out, "two_seq_model.pt"))
    print("kept", " ".join(kept))


if __name__ == "__main__":
    main(parser.parse_args())
