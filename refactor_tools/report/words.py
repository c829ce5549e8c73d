"""Counts in words."""

from collections.abc import Sequence


def count(number: int, noun: str, plural: str = "") -> str:
    """ "1 file", "1,200 files", "2 switches", "2 copies" with `plural` "copies"."""
    ending = "es" if noun.endswith(("ch", "sh", "s", "x")) else "s"
    return f"{number:,} {noun if number == 1 else plural or noun + ending}"


def listed(words: Sequence[str], most: int) -> str:
    """The first `most` words with commas, and how many more there are."""
    text = ", ".join(words[:most])
    return f"{text} and {len(words) - most:,} more" if len(words) > most else text
