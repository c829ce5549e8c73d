"""Pairs of groups worth comparing, found without looking at all pairs."""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from refactor_tools.clones.forms import Form
from refactor_tools.clones.groups import Group

Hashes = npt.NDArray[np.uint64]
Pair = tuple[int, int]

# 32 bands of 3 rows find a pair of Jaccard similarity 0.5 with probability 0.99, one of 0.3 with 0.58.
_BANDS, _ROWS = 32, 3
_SHINGLE = 3
# In a bucket with more groups than this, each is paired only with those next to it in weight.
_CROWD = 24
# A statement of at least this weight is rare where at most so many groups hold it; sharing two of them tells.
_RARE_WEIGHT, _RARE, _RARE_SHARED = 6, 12, 2


def candidate_pairs(groups: Sequence[Group]) -> list[Pair]:
    """Index pairs of groups that share a name, a band of their MinHash signatures, or several rare statements.

    The last finds copies that grew: their Jaccard similarity falls, what they contain stays.
    """
    pairs: set[Pair] = set()
    for bucket in (*_by_name(groups), *_by_band(groups)):
        pairs.update(_paired(bucket, groups))
    pairs.update(_sharing_rare_statements(groups))
    return sorted(pairs)


def _by_name(groups: Sequence[Group]) -> list[list[int]]:
    buckets: dict[str, list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        for name in group.names:
            buckets[name].append(index)
    return list(buckets.values())


def _by_band(groups: Sequence[Group]) -> Iterator[list[int]]:
    if not groups:
        return
    signatures = np.stack([_signature(group) for group in groups])
    for band in range(_BANDS):
        rows = np.ascontiguousarray(signatures[:, band * _ROWS : (band + 1) * _ROWS])
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            buckets[row.tobytes()].append(index)
        yield from (bucket for bucket in buckets.values() if len(bucket) > 1)


def _sharing_rare_statements(groups: Sequence[Group]) -> Iterator[Pair]:
    holders: dict[Form, list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        for form in {form for part in group.first.parts for form in part.forms if len(form) >= _RARE_WEIGHT}:
            holders[form].append(index)
    shared = Counter(pair for where in holders.values() if len(where) <= _RARE for pair in combinations(where, 2))
    yield from (pair for pair, count in shared.items() if count >= _RARE_SHARED)


def _paired(bucket: Sequence[int], groups: Sequence[Group]) -> Iterator[Pair]:
    if len(bucket) <= _CROWD:
        yield from combinations(bucket, 2)
        return
    ordered = sorted(bucket, key=lambda index: (groups[index].first.weight, index))
    for place, left in enumerate(ordered):
        for right in ordered[place + 1 : place + 1 + _CROWD]:
            yield min(left, right), max(left, right)


def _signature(group: Group) -> Hashes:
    """MinHash of the statements' shingles, by multiply-add hashing modulo 2**64."""
    features = np.unique(np.concatenate([_features(form) for part in group.first.parts for form in part.forms]))
    scale, shift = _hash_family()
    signature: Hashes = np.min(features[:, None] * scale + shift, axis=0)
    return signature


@cache
def _hash_family() -> tuple[Hashes, Hashes]:
    random = np.random.default_rng(0)
    count = _BANDS * _ROWS
    scale = random.integers(1, 2**63, size=count, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return scale, random.integers(0, 2**63, size=count, dtype=np.uint64)


@lru_cache(maxsize=1 << 16)
def _features(form: Form) -> Hashes:
    shingles = {" ".join(form[start : start + _SHINGLE]) for start in range(max(1, len(form) - _SHINGLE + 1))}
    # A checksum is the same in every process, which `hash` of a string is not; the multiplication spreads its 32 bits.
    hashes = np.array([zlib.crc32(shingle.encode()) for shingle in sorted(shingles)], dtype=np.uint64)
    return hashes * np.uint64(0x9E3779B97F4A7C15)
