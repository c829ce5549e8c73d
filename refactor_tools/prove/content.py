"""The content and the layout of tensors, as parts of hashes."""

import hashlib

import torch
from torch import Tensor
from torch.utils._python_dispatch import _disable_current_modes


def layout_of(tensor: Tensor) -> tuple[object, ...]:
    stride = tensor.stride() if tensor.layout == torch.strided else str(tensor.layout)
    return (str(tensor.dtype), tuple(tensor.shape), stride)


def content_of(tensor: Tensor) -> str:
    """A digest of the values, "meta" where there are none."""
    if tensor.is_meta:
        return "meta"
    with _disable_current_modes(), torch.no_grad():
        plain = tensor.detach().cpu()
        if plain.layout != torch.strided:
            plain = plain.to_dense()
        data = plain.resolve_conj().resolve_neg().contiguous().view(-1).view(torch.uint8)
        return hashlib.sha256(data.numpy().tobytes()).hexdigest()
