"""Pairs of groups worth comparing, found without looking at all pairs."""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
# Definitions that say they are the same thing are worth more comparisons.
_NAMESAKES = 256
# Pairs whose signatures agree in less than this are dropped: hardly any of them would be alike.
_NAMESAKES_AGREE, _OTHERS_AGREE = 0.3, 0.4
# Pairs are coded as `left * _CODE + right`, and looked at so many at a time.
_CODE, _CHUNK = 1 << 31, 1 << 15
# A statement of at least this weight is rare where at most so many groups hold it; sharing two of them tells.
_RARE_WEIGHT, _RARE, _RARE_SHARED = 6, 12, 2


def candidate_pairs(groups: Sequence[Group]) -> list[Pair]:
    """Index pairs of groups that share a role, a band of their MinHash signatures, or several rare statements.

    The signatures are of statements' shingles and of the identifiers used (Broder 1997; banding as in Leskovec et al.,
    Mining of Massive Datasets, chapter 3); pairs whose signatures agree too little are dropped. Rare statements find
    copies that grew: their Jaccard similarity falls, what they contain stays.
    """
    if not groups:
        return []
    signatures = np.stack([_signature(group) for group in groups])
    namesakes = {code for bucket in _by_role(groups) for code in _paired(bucket, groups, _NAMESAKES)}
    others = {code for bucket in _by_band(signatures) for code in _paired(bucket, groups, _CROWD)} - namesakes
    return sorted(
        {
            *_agreeing(namesakes, signatures, _NAMESAKES_AGREE),
            *_agreeing(others, signatures, _OTHERS_AGREE),
            *_sharing_rare_statements(groups),
        }
    )


def _agreeing(pairs: set[int], signatures: Hashes, least: float) -> Iterator[Pair]:
    """The pairs whose signatures agree in at least that share of their places, an estimate of Jaccard's coefficient."""
    codes = np.array(sorted(pairs), dtype=np.int64)
    for start in range(0, len(codes), _CHUNK):
        left, right = np.divmod(codes[start : start + _CHUNK], _CODE)
        kept = (signatures[left] == signatures[right]).mean(axis=1) >= least
        yield from zip(left[kept].tolist(), right[kept].tolist(), strict=True)


def _by_role(groups: Sequence[Group]) -> Iterable[list[int]]:
    buckets: dict[str, list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        for role in sorted(group.roles):
            buckets[role].append(index)
    return buckets.values()


def _by_band(signatures: Hashes) -> Iterator[list[int]]:
    for band in range(_BANDS):
        rows = np.ascontiguousarray(signatures[:, band * _ROWS : (band + 1) * _ROWS])
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            buckets[row.tobytes()].append(index)
        yield from (bucket for bucket in buckets.values() if len(bucket) > 1)


def _sharing_rare_statements(groups: Sequence[Group]) -> Iterator[Pair]:
    holders: dict[int, list[int]] = defaultdict(list)
    for index, group in enumerate(groups):
        tokens = group.first.forms.tokens
        for form in {form for part in group.first.parts for form in part.forms if len(tokens[form]) >= _RARE_WEIGHT}:
            holders[form].append(index)
    shared = Counter(pair for where in holders.values() if len(where) <= _RARE for pair in combinations(where, 2))
    yield from (pair for pair, count in shared.items() if count >= _RARE_SHARED)


def _paired(bucket: Sequence[int], groups: Sequence[Group], crowd: int) -> Iterator[int]:
    """Pairs of a bucket, the smaller index first, each as one integer."""
    if len(bucket) <= crowd:
        yield from (left * _CODE + right for left, right in combinations(bucket, 2))
        return
    ordered = sorted(bucket, key=lambda index: (groups[index].first.weight, index))
    for place, left in enumerate(ordered):
        for right in ordered[place + 1 : place + 1 + crowd]:
            yield left * _CODE + right if left < right else right * _CODE + left


def _signature(group: Group) -> Hashes:
    """MinHash of the statements' shingles and of the words, by multiply-add hashing modulo 2**64."""
    tokens = group.first.forms.tokens
    hashes = {value for part in group.first.parts for form in part.forms for value in _shingles(tokens[form])}
    hashes.update(map(_hashed, group.first.words))
    # The multiplication spreads the 32 bits of the checksums.
    features = np.fromiter(hashes, dtype=np.uint64, count=len(hashes)) * np.uint64(0x9E3779B97F4A7C15)
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
def _shingles(form: Form) -> tuple[int, ...]:
    count = max(1, len(form) - _SHINGLE + 1)
    return tuple({_hashed(" ".join(form[start : start + _SHINGLE])) for start in range(count)})


@lru_cache(maxsize=1 << 16)
def _hashed(text: str) -> int:
    # A checksum is the same in every process, which `hash` of a string is not.
    return zlib.crc32(text.encode())
