"""Inside a child process: models that were saved whole become their state dicts."""

import importlib
import warnings
from typing import Any

import torch
from torch import nn

from refactor_tools.model.checkpoints import ModelRequest

# Place of the model, then name, module and class of each of its parts.
Parts = dict[str, list[tuple[str, str, str]]]


def save_states(request: ModelRequest) -> Parts:
    """Load `request.source`, save it to `request.target` with each module replaced by its state dict, and say what the
    modules were.

    Only the classes in the library's `SAFE_GLOBALS` are built, unless the file is trusted.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        safe = getattr(importlib.import_module(request.support), "SAFE_GLOBALS", []) if request.support else []
        with torch.serialization.safe_globals(list(safe)):
            value = torch.load(request.source, map_location="cpu", weights_only=not request.trust)
    parts: Parts = {}
    torch.save(_states(value, "", parts), request.target)
    return parts


def _states(value: Any, place: str, parts: Parts) -> Any:
    if isinstance(value, nn.Module):
        parts[place] = [
            (name, type(module).__module__, type(module).__qualname__)
            for name, module in value.named_modules(remove_duplicate=False)
        ]
        return value.state_dict()
    # In place, so that a state dict keeps what torch hangs on it.
    if isinstance(value, dict):
        value.update({key: _states(item, _below(place, key), parts) for key, item in value.items()})
    elif isinstance(value, list):
        value[:] = [_states(item, _below(place, at), parts) for at, item in enumerate(value)]
    return value


def _below(place: str, key: object) -> str:
    return f"{place}.{key}" if place else str(key)
