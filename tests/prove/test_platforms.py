"""What goes to a device and a precision, and what stays as it is."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from refactor_tools.model.proofs import HOME, Platform
from refactor_tools.prove.platforms import (
    module_to_platform,
    move_arguments,
    switches,
    to_platform,
    unavailable,
)

HALF = Platform("cpu", "bfloat16")


def test_single_precision_takes_the_platforms_dtype() -> None:
    moved = to_platform(torch.ones(2, 3).t(), HALF)
    assert moved.dtype == torch.bfloat16
    assert moved.stride() == (1, 3)


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.float64, torch.float16, torch.complex64])
def test_other_types_stay(dtype: torch.dtype) -> None:
    assert to_platform(torch.ones(2, dtype=dtype), HALF).dtype == dtype


def test_a_module_is_cast_but_for_whole_numbers() -> None:
    module = nn.BatchNorm1d(3)
    module.register_buffer("mask", torch.ones(3, dtype=torch.bool))
    moved = module_to_platform(module, HALF)
    held = {name: tensor.dtype for name, tensor in moved.state_dict().items()}
    assert held.pop("num_batches_tracked") == torch.int64
    assert held.pop("mask") == torch.bool
    assert set(held.values()) == {torch.bfloat16}


def test_at_home_nothing_is_touched() -> None:
    module = nn.Linear(2, 2).double()
    assert module_to_platform(module, HOME).weight is module.weight
    assert module.weight.dtype == torch.float64


def test_one_tensor_in_two_places_stays_one_and_batch_sizes_stay() -> None:
    x = torch.ones(2, 2)
    packed = pack_sequence([torch.ones(3, 1), torch.ones(2, 1)])
    moved = move_arguments(lambda tensor: tensor.to("meta"), {"a": x, "b": [x], "c": packed})
    assert isinstance(moved["b"], list)
    assert moved["a"] is moved["b"][0]
    assert isinstance(moved["c"], PackedSequence)
    assert (moved["c"].data.device.type, moved["c"].batch_sizes.device.type) == ("meta", "cpu")


def test_a_cpu_is_always_there_and_has_no_switches() -> None:
    assert unavailable(HALF) == ""
    assert switches(HALF) == ()


@pytest.mark.skipif(torch.cuda.is_available(), reason="says what a machine without CUDA says")
def test_without_cuda_the_reason_is_told() -> None:
    reason = unavailable(Platform("cuda"))
    assert "CUDA" in reason


def test_what_is_no_dtype_is_an_error() -> None:
    with pytest.raises(TypeError, match="no dtype"):
        to_platform(torch.ones(1), Platform("cpu", "nn"))
