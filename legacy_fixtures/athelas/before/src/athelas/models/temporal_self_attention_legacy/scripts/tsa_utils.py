# Everything that the scripts share and that has no better place.
#
# Sections: seeds and printing / data / samplers / schedules / optimizer / metrics / checkpoints / training helpers
import copy
import json
import math
import os
import random

import torch
from torch.utils.data import Dataset, Sampler

# ------------------------------------------------------------------------------------------------
# seeds and printing
# ------------------------------------------------------------------------------------------------


def seed_everything(seed):
    random.seed(seed)
    torch.manual_seed(seed)
    # torch.backends.cudnn.deterministic = True
    return torch.Generator().manual_seed(seed)


def say(verbose, *parts):
    if verbose:
        print(*parts)


def count_parameters(module, trainable_only=True):
    return sum(p.numel() for p in module.parameters() if p.requires_grad or not trainable_only)


class AverageMeter:
    """running mean of a loss, weighted by the batch size"""

    def __init__(self):
        self.reset()

    def reset(self):
        self.total = 0.0
        self.n = 0

    def update(self, value, n=1):
        self.total += float(value) * n
        self.n += n

    @property
    def avg(self):
        return self.total / max(1, self.n)


class History:
    """One JSON object per epoch, appended to a file so that a killed run leaves its numbers."""

    def __init__(self, path):
        self.path = path
        self.records = []
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        open(path, "w").close()

    def add(self, **record):
        record = {k: round(v, 6) if isinstance(v, float) else v for k, v in record.items()}
        self.records.append(record)
        with open(self.path, "a") as f:
            f.write(json.dumps(record, sort_keys=True) + "\n")

    def best(self, key, largest=True):
        pick = max if largest else min
        return pick(self.records, key=lambda record: record[key])


# ------------------------------------------------------------------------------------------------
# data
# ------------------------------------------------------------------------------------------------


def split_rows(rows, valid_share=0.25):
    """By account, never by row, otherwise the history of a validation row is in the training set."""
    train, valid = [], []
    for row in rows:
        # Knuth's multiplicative hash, stable over runs (hash() is not)
        bucket = (row["account"] * 2654435761 % 2**32) / 2**32
        (valid if bucket < valid_share else train).append(row)
    return train, valid


class Standardizer:
    """mean and deviation of the numbers, fitted on the training rows"""

    def __init__(self):
        self.mean = {}
        self.std = {}

    def fit(self, rows):
        numbers = torch.tensor([order[1] for row in rows for order in row["cid"]])
        engineered = torch.tensor([row["engineered"] for row in rows])
        for name, table in (("numbers", numbers), ("engineered", engineered)):
            self.mean[name] = table.mean(dim=0)
            self.std[name] = table.std(dim=0).clamp(min=1e-3)
        return self

    def __call__(self, name, values):
        values = values - self.mean[name]
        values /= self.std[name]
        return values.clamp_(-6, 6)

    def state_dict(self):
        return {"mean": self.mean, "std": self.std}

    def load_state_dict(self, state):
        self.mean = state["mean"]
        self.std = state["std"]
        return self


def pad_orders(sequence, length, n_cat, n_num):
    """The newest `length` orders, padded IN FRONT. -> ids, numbers, seconds before the newest one, padding mask"""
    ids = torch.zeros(length, n_cat, dtype=torch.long)
    numbers = torch.zeros(length, n_num)
    seconds = torch.zeros(length)
    padding = torch.ones(length, dtype=torch.bool)
    sequence = sequence[-length:]
    if not sequence:
        # attention needs one order at least, this one is all zeros
        padding[-1] = False
        return ids, numbers, seconds, padding
    n = len(sequence)
    newest = sequence[-1][2]
    ids[-n:] = torch.tensor([order[0] for order in sequence])
    numbers[-n:] = torch.tensor([order[1] for order in sequence])
    seconds[-n:] = torch.tensor([newest - order[2] for order in sequence])
    padding[-n:] = False
    return ids, numbers, seconds, padding


class OrderDataset(Dataset):
    """
    One item per row, a dict. With seq_len_card the sequence of the card is there too, its keys end in _card.
    """

    def __init__(self, rows, standardize, seq_len, seq_len_card=None, n_cat=6, n_num=4):
        self.rows = rows
        self.standardize = standardize
        self.seq_len = seq_len
        self.seq_len_card = seq_len_card
        self.n_cat = n_cat
        self.n_num = n_num
        self.labels = [row["label"] for row in rows]

    def __len__(self):
        return len(self.rows)

    def sequence(self, orders, length):
        ids, numbers, seconds, padding = pad_orders(orders, length, self.n_cat, self.n_num)
        numbers = self.standardize("numbers", numbers).masked_fill_(padding.unsqueeze(-1), 0.0)
        return ids, numbers, seconds, padding

    def __getitem__(self, index):
        row = self.rows[index]
        ids, numbers, seconds, padding = self.sequence(row["cid"], self.seq_len)
        item = {
            "x_cat": ids,
            "x_num": numbers,
            "time": seconds,
            "padding": padding,
            "engineered": self.standardize("engineered", torch.tensor(row["engineered"])),
            "label": torch.tensor(row["label"]),
            "amount": torch.tensor(row["amount"]),
        }
        if self.seq_len_card:
            parts = self.sequence(row["card"], self.seq_len_card)
            for name, part in zip(("x_cat", "x_num", "time", "padding"), parts):
                item[name + "_card"] = part
            item["has_card"] = torch.tensor(bool(row["card"]))
        return item


def collate(items):
    return {name: torch.stack([item[name] for item in items]) for name in items[0]}


def two_seq_inputs(batch):
    """the dict in the order in which the two-sequence model wants its arguments"""
    names = ["x_cat", "x_num", "time", "padding"]
    cid = [batch[name] for name in names]
    ccid = [batch[name + "_card"] for name in names]
    return (*cid, *ccid, batch["engineered"], batch["has_card"])


def batches(dataset, sampler):
    # DataLoader with workers made the order depend on the machine
    for indices in sampler:
        yield collate([dataset[i] for i in indices])


# ------------------------------------------------------------------------------------------------
# samplers, all of them give lists of indices
# ------------------------------------------------------------------------------------------------


class SequentialBatchSampler(Sampler):
    def __init__(self, n, batch_size):
        self.n = n
        self.batch_size = batch_size

    def __iter__(self):
        for start in range(0, self.n, self.batch_size):
            yield list(range(start, min(start + self.batch_size, self.n)))

    def __len__(self):
        return math.ceil(self.n / self.batch_size)


class ShuffledBatchSampler(Sampler):
    """drops the last batch if it is smaller than half of one"""

    def __init__(self, n, batch_size, generator):
        self.n = n
        self.batch_size = batch_size
        self.generator = generator

    def __iter__(self):
        order = torch.randperm(self.n, generator=self.generator).tolist()
        for start in range(0, self.n, self.batch_size):
            chunk = order[start : start + self.batch_size]
            if len(chunk) * 2 >= self.batch_size:
                yield chunk

    def __len__(self):
        whole, rest = divmod(self.n, self.batch_size)
        return whole + (rest * 2 >= self.batch_size)


class BalancedBatchSampler(Sampler):
    """The same share of fraud in each batch, the frauds are drawn with replacement."""

    def __init__(self, labels, batch_size, generator, positive_share=0.5):
        self.positives = [i for i, label in enumerate(labels) if label]
        self.negatives = [i for i, label in enumerate(labels) if not label]
        if not self.positives or not self.negatives:
            raise ValueError("needs both classes")
        self.batch_size = batch_size
        self.n_positive = max(1, round(batch_size * positive_share))
        self.generator = generator

    def __iter__(self):
        n_negative = self.batch_size - self.n_positive
        order = torch.randperm(len(self.negatives), generator=self.generator).tolist()
        for k in range(len(self)):
            drawn = torch.randint(len(self.positives), (self.n_positive,), generator=self.generator).tolist()
            chunk = [self.positives[i] for i in drawn]
            chunk += [self.negatives[i] for i in order[k * n_negative : (k + 1) * n_negative]]
            yield chunk

    def __len__(self):
        return max(1, len(self.negatives) // (self.batch_size - self.n_positive))


# ------------------------------------------------------------------------------------------------
# schedules
# ------------------------------------------------------------------------------------------------


def learning_rate_factor(step, total, warmup_steps, schedule):
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    done = (step - warmup_steps) / max(1, total - warmup_steps)
    if schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    if schedule == "linear":
        return max(0.0, 1.0 - done)
    if schedule == "constant":
        return 1.0
    raise ValueError("schedule " + schedule)


def make_scheduler(optimizer, total, warmup=0.1, schedule="cosine"):
    warmup_steps = max(1, int(warmup * total))
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: learning_rate_factor(step, total, warmup_steps, schedule)
    )


class Ramp:
    """From start to end in the given number of steps, for the weight of the balance loss."""

    def __init__(self, start, end, steps):
        self.start, self.end, self.steps = start, end, steps

    def __call__(self, step):
        part = min(1.0, step / max(1, self.steps))
        return self.start + (self.end - self.start) * part


# ------------------------------------------------------------------------------------------------
# optimizer
# ------------------------------------------------------------------------------------------------


def parameter_groups(model, weight_decay):
    """no decay for vectors: biases, norms, frequencies of the time encoding"""
    decay, no_decay = [], []
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        if p.dim() < 2 or "num_embedding" in name or "summary" in name:
            no_decay.append(p)
        else:
            decay.append(p)
    return [{"params": decay, "weight_decay": weight_decay}, {"params": no_decay, "weight_decay": 0.0}]


def clip_gradients(parameters, limit):
    """Clips in place, gives the norm before. By hand, because the one of torch was slow once."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.sqrt(sum((g.detach() ** 2).sum() for g in gradients))
    factor = limit / (norm + 1e-6)
    if factor < 1:
        for g in gradients:
            g.mul_(factor)
    return float(norm)


def freeze(module, frozen=True):
    for p in module.parameters():
        p.requires_grad_(not frozen)
    return module


# ------------------------------------------------------------------------------------------------
# metrics, 1-D tensors of scores and of labels
# ------------------------------------------------------------------------------------------------


def ranks(values):
    """1-based ranks, ties get their mean"""
    order = torch.argsort(values, stable=True)
    result = torch.empty(len(values), dtype=torch.float64)
    result[order] = torch.arange(1, len(values) + 1, dtype=torch.float64)
    for value in values.unique():
        same = values == value
        if int(same.sum()) > 1:
            result[same] = result[same].mean()
    return result


def roc_auc(scores, labels):
    n_pos = int(labels.sum())
    n_neg = len(labels) - n_pos
    if n_pos == 0 or n_neg == 0:
        return float("nan")
    rank_sum = ranks(scores)[labels.bool()].sum().item()
    return (rank_sum - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg)


def precision_recall(scores, labels):
    """after each score, the highest first"""
    order = torch.argsort(scores, descending=True, stable=True)
    hits = labels[order].double().cumsum(0)
    precision = hits / torch.arange(1, len(labels) + 1)
    recall = hits / max(1.0, float(labels.sum()))
    return precision, recall


def average_precision(scores, labels):
    precision, recall = precision_recall(scores, labels)
    steps = torch.diff(recall, prepend=torch.zeros(1, dtype=recall.dtype))
    return (precision * steps).sum().item()


def recall_at_precision(scores, labels, wanted):
    precision, recall = precision_recall(scores, labels)
    reached = recall[precision >= wanted]
    return reached.max().item() if len(reached) else 0.0


def ks_statistic(scores, labels):
    """largest distance between the distributions of the scores of good and bad"""
    order = torch.argsort(scores, descending=True, stable=True)
    bad = labels[order].double()
    good = 1 - bad
    distance = bad.cumsum(0) / bad.sum().clamp(min=1) - good.cumsum(0) / good.sum().clamp(min=1)
    return distance.abs().max().item()


def amount_recall(scores, labels, amounts, share=0.1):
    """share of the stolen money that is in the top `share` of the scores. What the business looks at."""
    top = torch.argsort(scores, descending=True, stable=True)[: max(1, int(len(scores) * share))]
    stolen = amounts * labels
    return (stolen[top].sum() / stolen.sum().clamp(min=1e-9)).item()


def calibration_error(scores, labels, bins=5):
    error = 0.0
    edges = torch.linspace(0, 1, bins + 1)
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (scores > low) & (scores <= high)
        if inside.any():
            gap = scores[inside].mean() - labels[inside].double().mean()
            error += inside.double().mean().item() * abs(gap.item())
    return error


def confusion(scores, labels, threshold=0.5):
    said = scores > threshold
    truth = labels.bool()
    return {
        "tp": int((said & truth).sum()),
        "fp": int((said & ~truth).sum()),
        "fn": int((~said & truth).sum()),
        "tn": int((~said & ~truth).sum()),
    }


def all_metrics(scores, labels, amounts):
    metrics = {
        "auc": roc_auc(scores, labels),
        "ap": average_precision(scores, labels),
        "recall_at_p80": recall_at_precision(scores, labels, 0.8),
        "ks": ks_statistic(scores, labels),
        "amount_recall": amount_recall(scores, labels, amounts),
        "calibration": calibration_error(scores, labels),
    }
    metrics.update(confusion(scores, labels))
    return metrics


# ------------------------------------------------------------------------------------------------
# checkpoints
# ------------------------------------------------------------------------------------------------


def save_checkpoint(path, model, optimizer=None, scheduler=None, standardize=None, **extra):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    state = {"model": model.state_dict(), "extra": extra}
    if optimizer is not None:
        state["optimizer"] = optimizer.state_dict()
    if scheduler is not None:
        state["scheduler"] = scheduler.state_dict()
    if standardize is not None:
        state["standardize"] = standardize.state_dict()
    torch.save(state, path)


def load_checkpoint(path, model, optimizer=None, scheduler=None):
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    if optimizer is not None:
        optimizer.load_state_dict(state["optimizer"])
    if scheduler is not None:
        scheduler.load_state_dict(state["scheduler"])
    return state


def prune_checkpoints(folder, prefix, keep=2):
    """epochs are in the names with three digits, so the alphabet is the order"""
    names = sorted(name for name in os.listdir(folder) if name.startswith(prefix))
    for name in names[:-keep]:
        os.remove(os.path.join(folder, name))
    return names[-keep:]


def average_checkpoints(paths):
    """mean of the weights of the last epochs"""
    total = None
    for path in paths:
        state = torch.load(path, map_location="cpu", weights_only=True)["model"]
        if total is None:
            total = {name: value.clone() for name, value in state.items()}
            continue
        for name, value in state.items():
            if value.is_floating_point():
                total[name] += value
    return {name: v / len(paths) if v.is_floating_point() else v for name, v in total.items()}


# ------------------------------------------------------------------------------------------------
# training helpers
# ------------------------------------------------------------------------------------------------


class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        self.patience = patience
        self.min_delta = min_delta
        self.best = None
        self.bad_epochs = 0

    def __call__(self, value):
        """larger is better; True: stop"""
        if self.best is None or value > self.best + self.min_delta:
            self.best = value
            self.bad_epochs = 0
        else:
            self.bad_epochs += 1
        return self.bad_epochs >= self.patience


class EMA:
    """Moving average of the weights. swap() puts them into the model and keeps the others, and back."""

    def __init__(self, model, decay):
        self.decay = decay
        self.n_updates = 0
        self.shadow = copy.deepcopy({name: p.detach() for name, p in model.named_parameters()})

    @torch.no_grad()
    def update(self, model):
        # short memory at first, or the first epochs are judged by the initial weights
        self.n_updates += 1
        decay = min(self.decay, (1 + self.n_updates) / (10 + self.n_updates))
        for name, p in model.named_parameters():
            self.shadow[name].mul_(decay).add_(p, alpha=1 - decay)

    @torch.no_grad()
    def swap(self, model):
        for name, p in model.named_parameters():
            kept = p.clone()
            p.copy_(self.shadow[name])
            self.shadow[name] = kept


def build_model(kind, config):
    # models imports this file, hence in here
    from models import OrderFeatureAttentionClassifier, TwoSeqMoEOrderFeatureAttentionClassifier

    if kind == "order_feature":
        return OrderFeatureAttentionClassifier(config)
    from configs import two_seq_arguments

    return TwoSeqMoEOrderFeatureAttentionClassifier(*two_seq_arguments(config))


@torch.no_grad()
def predict(model, dataset, batch_size=64, two_sequences=False):
    """logits, labels and amounts of the whole set; leaves the model in the mode in which it was"""
    was_training = model.training
    model.eval()
    logits, labels, amounts = [], [], []
    for batch in batches(dataset, SequentialBatchSampler(len(dataset), batch_size)):
        output, _ = model(*two_seq_inputs(batch)) if two_sequences else model(batch)
        logits.append(output)
        labels.append(batch["label"])
        amounts.append(batch["amount"])
    model.train(was_training)
    return torch.cat(logits), torch.cat(labels), torch.cat(amounts)
