# names with their table, from a csv or made up
import csv
import math
import random

from torch.utils.data import Dataset, Sampler

FIRST = ["Anna", "José", "Mei", "Ivan", "Fatima", "Lars", "Chloé", "Kofi", "Priya", "Jonas", "Zoë", "Ali"]
LAST = ["Gorman", "Smith", "Belcor", "O'Neil", "de la Cruz", "Kowalski", "Nguyen", "Dagorel", "Marilu", "Haddad"]
# typed by a script, not by a person
KEYBOARD = ["asdf", "qwer", "zxcv", "hjkl", "xxyy"]


def made_up_names(n, seed, n_columns=10):
    """(name, table, label); the risk is in strange last names and in columns 0 and 3"""
    rng = random.Random(seed)
    rows = []
    for _ in range(n):
        first, last = rng.choice(FIRST), rng.choice(LAST)
        strange = rng.random() < 0.3
        if strange:
            last = rng.choice(KEYBOARD) + rng.choice(["", " ", "-"]) + rng.choice(KEYBOARD)
        table = [rng.gauss(0, 1) for _ in range(n_columns)]
        logit = 2.2 * strange + 0.8 * table[0] + 0.4 * table[3] - 1.0
        rows.append((first + " " + last, table, int(rng.random() < 1 / (1 + math.exp(-logit)))))
    return rows


def write_csv(rows, path):
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f)
        w.writerow(["name"] + ["t%d" % i for i in range(len(rows[0][1]))] + ["label"])
        for name, table, label in rows:
            w.writerow([name] + ["%.6f" % t for t in table] + [label])


def read_csv(path, n_columns=10):
    rows = []
    with open(path, newline="", encoding="utf-8") as f:
        for record in csv.DictReader(f):
            # empty cells happen, zero is the mean
            table = [float(record["t%d" % i] or 0.0) for i in range(n_columns)]
            rows.append((record["name"], table, int(record.get("label") or 0)))
    return rows


def split_rows(rows, share, seed):
    rows = list(rows)
    random.Random(seed).shuffle(rows)
    cut = int(len(rows) * (1 - share))
    return rows[:cut], rows[cut:]


class NameRows(Dataset):
    """Items as collate_batch and collate_fn want them: (ids, table, label)."""

    def __init__(self, rows, tokenizer, max_len=32):
        self.items = [(tokenizer.encode(name, max_len), table, label) for name, table, label in rows]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]

    def length(self, i):
        return len(self.items[i][0])


class BucketSampler(Sampler):
    """Batches of names of about the same length, so that little is padded. A new order every epoch."""

    def __init__(self, dataset, batch_size, seed=0, pool=8):
        self.dataset = dataset
        self.batch_size = batch_size
        self.pool = pool
        self.rng = random.Random(seed)

    def __iter__(self):
        order = list(range(len(self.dataset)))
        self.rng.shuffle(order)
        size = self.batch_size * self.pool
        for start in range(0, len(order), size):
            chunk = sorted(order[start : start + size], key=self.dataset.length)
            batches = [chunk[i : i + self.batch_size] for i in range(0, len(chunk), self.batch_size)]
            self.rng.shuffle(batches)
            yield from batches

    def __len__(self):
        return math.ceil(len(self.dataset) / self.batch_size)
