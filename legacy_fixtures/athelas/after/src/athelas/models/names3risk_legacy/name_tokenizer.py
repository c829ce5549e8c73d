"""
Byte pair encoding for names, trained on our own names because the general vocabularies split them badly.

ids: 0 padding, 1 unknown, then the characters, then the merges in the order in which they were learned.
"""

import json
import unicodedata
from collections import Counter

PAD, UNK = 0, 1
END = "_"  # end of a word, so that "an" at the end is not "an" in the middle


def clean(name):
    """lower case, no accents, one space between words"""
    name = unicodedata.normalize("NFKD", name)
    name = "".join(c for c in name if not unicodedata.combining(c))
    return " ".join(name.lower().split())


def merge_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


class NameTokenizer:
    def __init__(self, characters, merges=()):
        self.characters = list(characters)
        self.merges = [tuple(m) for m in merges]
        self._build()

    def _build(self):
        symbols = self.characters + [a + b for a, b in self.merges]
        self.ids = {}
        for s in symbols:
            self.ids.setdefault(s, len(self.ids) + 2)
        self.symbols = {i: s for s, i in self.ids.items()}
        self._words = {}

    @property
    def vocab_size(self):
        return len(self.ids) + 2

    @classmethod
    def train(cls, names, n_merges=200):
        words = Counter(w for name in names for w in clean(name).split())
        split = {w: list(w) + [END] for w in words}
        characters = sorted({c for symbols in split.values() for c in symbols})
        merges = []
        for _ in range(n_merges):
            pairs = Counter()
            for w, symbols in split.items():
                for pair in zip(symbols, symbols[1:]):
                    pairs[pair] += words[w]
            if not pairs:
                break
            # the smallest of the most frequent, Counter.most_common depends on the order of the input
            best = min(pairs, key=lambda p: (-pairs[p], p))
            if pairs[best] < 2:
                break
            merges.append(best)
            split = {w: merge_pair(symbols, best) for w, symbols in split.items()}
        return cls(characters, merges)

    def _word(self, word):
        if word not in self._words:
            symbols = list(word) + [END]
            for pair in self.merges:
                symbols = merge_pair(symbols, pair)
            self._words[word] = [self.ids.get(s, UNK) for s in symbols]
        return self._words[word]

    def encode(self, name, max_len=None):
        ids = [i for word in clean(name).split() for i in self._word(word)]
        # an empty name is one unknown token, the LSTM cannot pack length 0
        return (ids or [UNK])[:max_len]

    def decode(self, ids):
        text = "".join(self.symbols.get(i, "?") for i in ids if i != PAD)
        return text.replace(END, " ").strip()

    def save(self, path):
        with open(path, "w") as f:
            json.dump({"characters": self.characters, "merges": self.merges}, f)

    @classmethod
    def load(cls, path):
        with open(path) as f:
            return cls(**json.load(f))
