"""Tensors in numbers, for a person who compares two."""

import torch
from torch import Tensor

from refactor_tools.model.divergences import Distance, Statistics


def statistics_of(tensor: Tensor) -> Statistics:
    """Form and spread of a tensor's values. The parts of complex numbers count as values of their own."""
    dtype, shape = str(tensor.dtype).removeprefix("torch."), tuple(tensor.shape)
    values = _values(tensor)
    finite = values[values.isfinite()]
    nans, infinities = int(values.isnan().sum()), int(values.isinf().sum())
    if not finite.numel():
        return Statistics(shape, dtype, nans=nans, infinities=infinities)
    deviation = float(finite.std(correction=0))
    return Statistics(
        shape, dtype, float(finite.min()), float(finite.max()), float(finite.mean()), deviation, nans, infinities
    )


def distance_of(original: Tensor, component: Tensor) -> Distance | None:
    """How far two tensors lie apart; None where their shapes differ."""
    if original.shape != component.shape or original.is_complex() != component.is_complex():
        return None
    left, right = _values(original), _values(component)
    both = left.isfinite() & right.isfinite()
    left, right = left[both], right[both]
    apart, scaled = (left - right).abs(), left != 0
    relative = apart[scaled] / left[scaled].abs()
    return Distance(
        float(apart.max()) if apart.numel() else None,
        float(relative.max()) if relative.numel() else None,
    )


def _values(tensor: Tensor) -> Tensor:
    """All values as float64, in one row."""
    plain = tensor.detach()
    if plain.layout != torch.strided:
        plain = plain.to_dense()
    if plain.is_complex():
        plain = torch.view_as_real(plain.resolve_conj())
    return plain.to(torch.float64).reshape(-1).cpu()
