# things the pl_* modules share. Started as metrics only
import logging
import math
import os
import random
import warnings

import numpy as np
import pytorch_lightning as pl
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, WeightedRandomSampler

PAD_ID = 0
EPS = 1e-8
DEFAULT_LR = 2e-5

warnings.filterwarnings("ignore", ".*does not have many workers.*")
warnings.filterwarnings("ignore", ".*LeafSpec.*")
warnings.filterwarnings("ignore", ".*have no `val_dataloader`.*")
logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)


# ---------------------------------------------------------------- seeds, trainer


def fix_seeds(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    # the batch machines give one core to a job
    torch.set_num_threads(1)


def make_trainer(max_steps, clip=1.0, **kwargs):
    """A silent trainer for one process. kwargs win."""
    options = dict(
        max_steps=max_steps,
        accelerator="cpu",
        devices=1,
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
        num_sanity_val_steps=0,
        gradient_clip_val=clip,
        # precision="bf16-mixed",
    )
    options.update(kwargs)
    return pl.Trainer(**options)


# ---------------------------------------------------------------- losses


def reduce_loss(values, reduction="mean", weights=None):
    """values: (B,). Weighted mean divides by the sum of the weights, like cross_entropy does."""
    if weights is not None:
        values = values * weights
    if reduction == "none":
        return values
    if weights is not None:
        return values.sum() / weights.sum().clamp(min=EPS)
    return values.mean()


def classification_loss(logits, labels, class_weights=None, smoothing=0.0, reduction="mean"):
    log_p = F.log_softmax(logits, dim=-1)
    nll = -log_p.gather(1, labels.unsqueeze(1)).squeeze(1)
    if smoothing > 0:
        nll = (1 - smoothing) * nll - smoothing * log_p.mean(dim=-1)
    weights = None
    if class_weights is not None:
        weights = torch.as_tensor(class_weights, dtype=logits.dtype, device=logits.device)[labels]
    return reduce_loss(nll, reduction, weights)


# ---------------------------------------------------------------- metrics


def auroc(scores, labels):
    """Area under the ROC curve from ranks, ties get the mean rank."""
    scores, labels = np.asarray(scores, dtype=float), np.asarray(labels)
    n_pos = int((labels == 1).sum())
    n_neg = len(labels) - n_pos
    if n_pos == 0 or n_neg == 0:
        return 0.5
    order = scores.argsort(kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    for value in np.unique(scores):
        same = scores == value
        ranks[same] = ranks[same].mean()
    return (ranks[labels == 1].sum() - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg)


def average_precision(scores, labels):
    order = np.argsort(-np.asarray(scores, dtype=float), kind="stable")
    hits = np.asarray(labels)[order]
    if hits.sum() == 0:
        return 0.0
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float((precision * hits).sum() / hits.sum())


def f1_at(scores, labels, threshold=0.5):
    predicted = np.asarray(scores) >= threshold
    labels = np.asarray(labels) == 1
    tp = (predicted & labels).sum()
    return float(2 * tp / max(predicted.sum() + labels.sum(), 1))


def compute_metrics(scores, labels, which=("auroc", "ap", "f1")):
    found = {}
    for name in which:
        if name == "auroc":
            found[name] = auroc(scores, labels)
        elif name == "ap":
            found[name] = average_precision(scores, labels)
        elif name == "f1":
            found[name] = f1_at(scores, labels)
        else:
            raise ValueError("unknown metric %s" % name)
    return found


def print_metrics(prefix, metrics):
    print(prefix + " " + " ".join("%s %.4f" % item for item in sorted(metrics.items())))


# ---------------------------------------------------------------- collate


def _padded(samples, key, max_len=None):
    ids = [torch.as_tensor(s[key], dtype=torch.long)[:max_len] for s in samples]
    padded = pad_sequence(ids, batch_first=True, padding_value=PAD_ID)
    return padded, (padded != PAD_ID).long(), torch.tensor([len(i) for i in ids])


def collate_text(samples):
    input_ids, attention_mask, lengths = _padded(samples, "text")
    labels = torch.tensor([s["label"] for s in samples])
    return {"input_ids": input_ids, "attention_mask": attention_mask, "lengths": lengths, "labels": labels}


def collate_bimodal(samples):
    batch = collate_text(samples)
    batch["tabular"] = torch.stack([torch.as_tensor(s["table"], dtype=torch.float) for s in samples])
    return batch


def collate_trimodal(samples):
    # tuple here because the old trimodal trainer unpacked it
    text, text_mask, _ = _padded(samples, "text")
    chat, chat_mask, _ = _padded(samples, "chat")
    table = torch.stack([torch.as_tensor(s["table"], dtype=torch.float) for s in samples])
    labels = torch.tensor([s["label"] for s in samples])
    return text, text_mask.bool(), chat, chat_mask.bool(), table, labels


COLLATE = {"text": collate_text, "bimodal": collate_bimodal, "trimodal": collate_trimodal}


def balanced_sampler(labels, seed):
    counts = np.bincount(labels)
    weights = [1.0 / counts[label] for label in labels]
    generator = torch.Generator().manual_seed(seed)
    return WeightedRandomSampler(weights, num_samples=len(labels), generator=generator)


def make_loader(dataset, kind, batch_size, seed=None):
    """Balanced and random with a seed, in order without."""
    sampler = balanced_sampler(dataset.labels(), seed) if seed is not None else None
    return DataLoader(dataset, batch_size=batch_size, sampler=sampler, collate_fn=COLLATE[kind])


# ---------------------------------------------------------------- schedulers, parameters


def linear_warmup(optimizer, warmup_steps, total_steps):
    def factor(step):
        if step < warmup_steps:
            return (step + 1) / max(1, warmup_steps)
        return max(0.0, (total_steps - step) / max(1, total_steps - warmup_steps))

    return LambdaLR(optimizer, factor)


def cosine_warmup(optimizer, warmup_steps, total_steps, floor=0.05):
    def factor(step):
        if step < warmup_steps:
            return (step + 1) / max(1, warmup_steps)
        done = min(1.0, (step - warmup_steps) / max(1, total_steps - warmup_steps))
        return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * done))

    return LambdaLR(optimizer, factor)


def decay_groups(model, weight_decay):
    """No decay on biases and norms."""
    no_decay = ("bias", "norm", "LayerNorm")
    groups = [{"params": [], "weight_decay": weight_decay}, {"params": [], "weight_decay": 0.0}]
    for name, p in model.named_parameters():
        if p.requires_grad:
            groups[any(nd in name for nd in no_decay)]["params"].append(p)
    return groups


def make_optimizer(model, lr=DEFAULT_LR, weight_decay=0.01, scheduler="linear", total_steps=1000):
    optimizer = torch.optim.AdamW(decay_groups(model, weight_decay), lr=lr)
    if scheduler is None:
        return optimizer
    make = {"linear": linear_warmup, "cosine": cosine_warmup}[scheduler]
    sched = make(optimizer, total_steps // 10, total_steps)
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": sched, "interval": "step"}}


def freeze(module, n_layers=None):
    """All of it, or the first n layers of a BERT and its embeddings."""
    parts = [module] if n_layers is None else [module.embeddings, *module.encoder.layer[:n_layers]]
    for part in parts:
        for p in part.parameters():
            p.requires_grad_(False)


def count_parameters(module, trainable=True):
    return sum(p.numel() for p in module.parameters() if p.requires_grad or not trainable)


def init_linear(module, std=0.02):
    if isinstance(module, nn.Linear):
        module.weight.data.normal_(0.0, std)
        if module.bias is not None:
            module.bias.data.zero_()


# ---------------------------------------------------------------- checkpoints, prediction


def save_model(model, out, name):
    os.makedirs(out, exist_ok=True)
    path = os.path.join(out, name + ".pt")
    torch.save(model.state_dict(), path)
    return path


def restore(name, config, path):
    """The model called `name` with the weights in `path`."""
    model = build_model(name, config)
    model.load_state_dict(torch.load(path, weights_only=True))
    return model.eval()


@torch.no_grad()
def predict_scores(model, loader):
    model.eval()
    scores, labels = [], []
    for batch in loader:
        logits = model(batch)
        scores += logits.softmax(dim=-1)[:, 1].tolist()
        labels += (batch["labels"] if isinstance(batch, dict) else batch[-1]).tolist()
    return scores, labels


def build_model(name, config):
    # these import us
    from athelas.models.lightning.bimodal.pl_bimodal_bert import BimodalBert
    from athelas.models.lightning.bimodal.pl_bimodal_cnn import BimodalCNN
    from athelas.models.lightning.bimodal.pl_bimodal_cross_attn import BimodalBertCrossAttn
    from athelas.models.lightning.bimodal.pl_bimodal_gate_fusion import BimodalBertGateFusion
    from athelas.models.lightning.bimodal.pl_bimodal_moe import BimodalBertMoE
    from athelas.models.lightning.text.pl_bert import TextBertClassification
    from athelas.models.lightning.text.pl_lstm import TextLSTM
    from athelas.models.lightning.text.pl_text_cnn import TextCNN

    if name == "bert":
        return TextBertClassification(config)
    if name == "lstm":
        return TextLSTM(config["vocab_size"], config["hidden_size"] // 2, config["hidden_size"], lr=config["lr"])
    if name == "cnn":
        return TextCNN(config)
    models = {
        "bimodal_bert": BimodalBert,
        "bimodal_cnn": BimodalCNN,
        "bimodal_cross_attn": BimodalBertCrossAttn,
        "bimodal_gate_fusion": BimodalBertGateFusion,
        "bimodal_moe": BimodalBertMoE,
    }
    return models[name](config)
