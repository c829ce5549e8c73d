"""Content and layout of tensors in hashes."""

import torch

from refactor_tools.prove.content import content_of, layout_of

X = torch.arange(6.0).view(2, 3)


def test_content_is_that_of_the_values() -> None:
    assert content_of(X) == content_of(X.t().contiguous().t())
    assert content_of(X) != content_of(X.flip(0))
    assert content_of(X) != content_of(-X)
    assert content_of(X.to_sparse()) == content_of(X)
    assert content_of(X.to("meta")) == "meta"


def test_layout_tells_shapes_strides_and_types_apart() -> None:
    layouts = [X, X.t(), X.t().contiguous(), X.double(), X.to_sparse(), X.view(6)]
    assert len({layout_of(tensor) for tensor in layouts}) == len(layouts)
