"""Names that a tree uses side by side stand for different things."""

import pytest

from refactor_tools.clones.fingerprints import fingerprints
from refactor_tools.clones.groups import grouped
from refactor_tools.clones.vocabulary import Vocabulary
from tests.clones.samples import LAYER
from tests.clones.scans import scan_of, with_imports


def layer(name: str, builds: str) -> str:
    return LAYER.replace("EncoderLayer", name).replace("nn.Linear", builds)


def told_apart(left: str, right: str, *side_by_side: str) -> bool:
    """Whether the classes `left` and `right`, each alone in its file, are told apart in a tree with one more file."""
    third = "\n".join(layer(name, f"nn.{name}Linear") for name in side_by_side)
    texts = {"a.py": layer(left, "nn.Linear"), "b.py": layer(right, "nn.LazyLinear"), "c.py": third or "x = 1"}
    groups = grouped(fingerprints(scan_of({path: with_imports(text) for path, text in texts.items()})))
    by_path = {item.definition.path: group for group in groups for item in group.members}
    return Vocabulary.of(groups).tells_apart(by_path["a.py"], by_path["b.py"])


@pytest.mark.parametrize("names", [("FrameHead", "ClipHead"), ("ClipHead", "FrameHead", "Other")])
def test_side_by_side(names: tuple[str, ...]) -> None:
    assert told_apart("FrameHead", "ClipHead", *names)


@pytest.mark.parametrize("names", [(), ("FrameHead",), ("FrameHead", "SpanHead")])
def test_not_side_by_side(names: tuple[str, ...]) -> None:
    assert not told_apart("FrameHead", "ClipHead", *names)


def test_one_name_is_one_thing() -> None:
    assert not told_apart("FrameHead", "FrameHead", "FrameHead", "ClipHead")
