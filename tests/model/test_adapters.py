"""State keys and what they become."""

import pytest

from refactor_tools.model.adapters import exchanged

NAMES = {"net": "mlp", "blocks.*.net": "blocks.*.mlp", "layers.*.0.*.a": "parts.*.0.*.b", "x.y": "z"}


@pytest.mark.parametrize(
    ("key", "new"),
    [
        ("net.0.weight", "mlp.0.weight"),
        ("blocks.12.net.weight", "blocks.12.mlp.weight"),
        ("layers.3.0.7.a.bias", "parts.3.0.7.b.bias"),
        ("x.y.weight", "z.weight"),
        ("blocks.first.net.weight", "blocks.first.net.weight"),
        ("blocks.1", "blocks.1"),
        ("layers.3.1.7.a.bias", "layers.3.1.7.a.bias"),
        ("x.z", "x.z"),
        ("netto", "netto"),
    ],
)
def test_the_longest_name_that_fits_is_exchanged(key: str, new: str) -> None:
    parts = key.split(".")
    length, front = exchanged(parts, NAMES)
    assert ".".join((*front, *parts[length:])) == new


def test_the_longer_of_two_counts() -> None:
    assert exchanged(["a", "1", "b"], {"a": "c", "a.*.b": "d.*.e"}) == (3, ("d", "1", "e"))
