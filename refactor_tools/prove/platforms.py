"""Devices and precisions: what is moved where, and the switches under which results can be compared."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from refactor_tools.model.proofs import HOME, Platform
from refactor_tools.prove.leaves import map_arguments, tensors


def prepare(platform: Platform) -> None:
    """Set, once per process, what results on `platform` depend on.

    On CUDA single precision is not rounded to TF32, sums in half precision are not split, attention runs as plain
    matrix products, and no algorithm is chosen by trying.
    """
    if platform.device != "cuda":
        return
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = False
    torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cuda.enable_math_sdp(True)
    for choose in (torch.backends.cuda.enable_flash_sdp, torch.backends.cuda.enable_mem_efficient_sdp):
        choose(False)
    torch.backends.cuda.enable_cudnn_sdp(False)


def switches(platform: Platform) -> tuple[tuple[str, str], ...]:
    """What `prepare` has set, by name; nothing that names the machine."""
    if platform.device != "cuda":
        return ()
    return (
        ("cuda", str(torch.version.cuda)),
        ("cudnn", str(torch.backends.cudnn.version())),  # type: ignore[no-untyped-call]  # torch leaves it untyped
        ("gpu", torch.cuda.get_device_name()),
        ("tf32", str(torch.backends.cuda.matmul.allow_tf32 or torch.backends.cudnn.allow_tf32)),
        ("scaled dot product attention", "math"),
    )


def move_arguments(move: Callable[[Tensor], Tensor], arguments: Mapping[str, object]) -> dict[str, object]:
    """A copy of a call's arguments with every tensor moved but those that must lie on the CPU wherever the others do:
    the batch sizes of packed sequences."""
    host = {id(tensor) for name, tensor in tensors(dict(arguments)) if name.endswith(".batch_sizes")}
    return map_arguments(lambda tensor: tensor if id(tensor) in host else move(tensor), arguments)


def to_platform(tensor: Tensor, platform: Platform) -> Tensor:
    """`tensor` with its strides; single precision becomes the platform's dtype, other dtypes stay."""
    single = tensor.dtype == torch.float32
    return tensor.to(platform.device, _dtype(platform) if single else tensor.dtype)


def module_to_platform(module: nn.Module, platform: Platform) -> nn.Module:
    """`module`, moved; parameters and buffers of another precision than single keep theirs."""
    if platform == HOME:
        return module
    wanted = _dtype(platform)
    if wanted != torch.float32:
        module.to(wanted)
    return module.to(platform.device)


def unavailable(platform: Platform) -> str:
    """Why nothing can run on `platform` here; "" where something can."""
    if platform.device != "cuda" or torch.cuda.is_available():
        return ""
    built = torch.version.cuda is not None
    return "there is no CUDA device" if built else f"torch {torch.__version__} is built without CUDA"


def _dtype(platform: Platform) -> torch.dtype:
    found = getattr(torch, platform.dtype)
    if not isinstance(found, torch.dtype):
        raise TypeError(f"`{platform.dtype}` is no dtype of torch")
    return found
