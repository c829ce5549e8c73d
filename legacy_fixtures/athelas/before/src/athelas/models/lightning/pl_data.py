"""Made-up customer messages with a table row each, since the real ones must not leave the account."""

import random
import zlib

import torch
from torch.utils.data import Dataset

CLS, SEP = 1, 2
FIRST_WORD = 4  # 3 was [UNK] once

OPENINGS = ["hello", "hi there", "good morning", "dear support", "to whom it may concern", "hey"]
THINGS = ["parcel", "charger", "headphones", "coffee machine", "backpack", "invoice", "gift card", "monitor", "shoes"]
HONEST = [
    "arrived a day late but all is well",
    "has a scratch on the left side, photo attached",
    "works as described, thank you",
    "does not fit, how do I send it back",
    "is missing one screw, can you send another",
]
SHADY = [
    "never arrived, refund me now or else",
    "was empty, nothing in the box, refund to my other card",
    "must be refunded, the driver stole it again",
    "is not what I paid for, I want the money and keep it",
    "never arrived, same as the last four times",
]
REPLIES = {
    0: ["sure, label attached", "glad to help", "please send a photo", "we will send the part today"],
    1: ["the driver has a signature", "this is the fifth claim", "please file a police report", "we must check this"],
}


def make_rows(n, seed, n_columns=12):
    """Dicts of text, chat, table and label. About every third one is abuse; the table alone does not tell."""
    rng = random.Random(seed)
    rows = []
    for _ in range(n):
        label = int(rng.random() < 0.35)
        sentence = rng.choice(SHADY if rng.random() < 0.15 + 0.7 * label else HONEST)
        text = "%s my %s %s" % (rng.choice(OPENINGS), rng.choice(THINGS), sentence)
        chat = " ".join(rng.choice(REPLIES[label if rng.random() < 0.8 else 1 - label]) for _ in range(rng.randint(1, 3)))
        table = [rng.gauss(0.6 * label if i % 3 == 0 else 0.0, 1.0) for i in range(n_columns)]
        rows.append({"text": text, "chat": chat, "table": table, "label": label})
    return rows


class HashTokenizer:
    """Words to numbers without a vocabulary file. crc32 because hash() differs between runs."""

    def __init__(self, vocab_size=30000, max_len=128):
        self.vocab_size = vocab_size
        self.max_len = max_len

    def word_id(self, word):
        return FIRST_WORD + zlib.crc32(word.encode()) % (self.vocab_size - FIRST_WORD)

    def __call__(self, text):
        words = text.lower().replace(",", " ,").split()
        return [CLS] + [self.word_id(w) for w in words[: self.max_len - 2]] + [SEP]


class MessageDataset(Dataset):
    """Tokenized on first use and kept."""

    def __init__(self, rows, tokenizer, fields=("text", "chat")):
        self.rows = rows
        self.tokenizer = tokenizer
        self.fields = fields
        self._cache = {}

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        if i not in self._cache:
            row = dict(self.rows[i])
            for field in self.fields:
                row[field] = self.tokenizer(row[field])
            self._cache[i] = row
        return self._cache[i]

    def labels(self):
        return [row["label"] for row in self.rows]


class MessageTable:
    """The table without the messages, with holes: `missing` is the probability of one."""

    def __init__(self, rows, missing=0.0, seed=0):
        table = torch.tensor([row["table"] for row in rows])
        holes = torch.rand(table.shape, generator=torch.Generator().manual_seed(seed)) < missing
        holes[:, 0] = False
        self.table = table.masked_fill(holes, float("nan"))

    def normalised(self):
        mean = self.table.nanmean(dim=0)
        std = ((self.table - mean) ** 2).nanmean(dim=0).sqrt()
        return (self.table - mean) / std.clamp(min=1e-6)


def split(rows, valid=0.25):
    cut = int(len(rows) * (1 - valid))
    return rows[:cut], rows[cut:]
