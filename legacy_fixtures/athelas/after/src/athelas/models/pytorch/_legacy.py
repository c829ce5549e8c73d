"""What this library's shims share: one warning per use site, and saved states and models as they were.

Generated; private to the library. Components do not import it.
"""

import importlib
import os
import sys
import warnings
from collections.abc import Mapping, MutableMapping, Sequence
from opcode import opname
from types import FrameType
from typing import TYPE_CHECKING, Any

from torch import nn

REMOVAL = "2.0"
CATEGORY = DeprecationWarning
# A file that gets a line for every use of an old name: the name, a tab, where it is used.
LOG = "REFACTOR_TOOLS_SHIM_LOG"

# What a model that was saved whole names, for `torch.serialization.safe_globals(SAFE_GLOBALS)`. Made when it is asked
# for, because legacy files import this one.
SAFE_GLOBALS: list[Any]
# Old dotted name: module and name of the class that stands for it now.
_OLD_CLASSES: Mapping[str, tuple[str, str]] = {
    "asl_focal_loss.ASLSingleLabel": ("athelas.models.pytorch.losses", "ASLSingleLabel"),
    "asl_focal_loss.ASL_FocalLoss": ("athelas.models.pytorch.losses", "ASL_FocalLoss"),
    "asl_focal_loss.Cyclical_FocalLoss": ("athelas.models.pytorch.losses", "CyclicalFocalLoss"),
    "athelas.models.lightning.bimodal.pl_bimodal_cnn.ResidualBlock": (
        "athelas.models.lightning.bimodal.pl_bimodal_cnn",
        "ResidualBlock",
    ),
    "athelas.models.lightning.bimodal.pl_bimodal_cross_attn.CrossAttentionFusion": (
        "athelas.models.lightning.bimodal.pl_bimodal_cross_attn",
        "CrossAttentionFusion",
    ),
    "athelas.models.lightning.bimodal.pl_bimodal_cross_attn.FeedForward": (
        "athelas.models.lightning.bimodal.pl_bimodal_cross_attn",
        "FeedForward",
    ),
    "athelas.models.lightning.bimodal.pl_bimodal_gate_fusion.GateFusion": (
        "athelas.models.lightning.bimodal.pl_bimodal_gate_fusion",
        "GateFusion",
    ),
    "athelas.models.lightning.tabular.pl_tab_ae.AttentionPooling": (
        "athelas.models.lightning.tabular.pl_tab_ae",
        "AttentionPooling",
    ),
    "athelas.models.lightning.tabular.pl_tab_ae.FeedForward": (
        "athelas.models.lightning.tabular.pl_tab_ae",
        "FeedForward",
    ),
    "athelas.models.lightning.tabular.pl_tab_ae.ResidualBlock": (
        "athelas.models.lightning.tabular.pl_tab_ae",
        "ResidualBlock",
    ),
    "athelas.models.lightning.text.pl_lstm.AttentionPooling": (
        "athelas.models.lightning.text.pl_lstm",
        "AttentionPooling",
    ),
    "athelas.models.lightning.text.pl_text_cnn.ResidualBlock": (
        "athelas.models.lightning.text.pl_text_cnn",
        "ResidualBlock",
    ),
    "basic_blocks.FeatureAggregation": ("athelas.models.pytorch.pooling", "FeatureAggregation"),
    "basic_blocks.TimeEncode": ("basic_blocks", "TimeEncode"),
    "basic_blocks.TimeEncoder": ("athelas.models.pytorch.embeddings", "TimeEncoder"),
    "lstm2risk.AttentionPooling": ("lstm2risk", "AttentionPooling"),
    "lstm2risk.ResidualBlock": ("lstm2risk", "ResidualBlock"),
    "lstm2risk.TextProjection": ("lstm2risk", "TextProjection"),
    "models.MLPBlock": ("models", "MLPBlock"),
    "pl_trimodal_bert.AttentionPooling": ("pl_trimodal_bert", "AttentionPooling"),
    "pl_trimodal_cross_attn.CrossAttentionFusion": ("pl_trimodal_cross_attn", "CrossAttentionFusion"),
    "pl_trimodal_cross_attn.FeedForward": ("pl_trimodal_cross_attn", "FeedForward"),
    "pl_trimodal_cross_attn.Head": ("pl_trimodal_cross_attn", "Head"),
    "pl_trimodal_cross_attn.MultiHeadAttention": ("pl_trimodal_cross_attn", "MultiHeadAttention"),
    "pl_trimodal_gate_fusion.GateFusion": ("pl_trimodal_gate_fusion", "GateFusion"),
    "temporal_multihead_attention.TemporalMultiheadAttention": (
        "temporal_multihead_attention",
        "TemporalMultiheadAttention",
    ),
    "temporal_multihead_attention.TimeEncode": ("temporal_multihead_attention", "TimeEncode"),
    "transformer2risk.AttentionPooling": ("transformer2risk", "AttentionPooling"),
    "transformer2risk.Block": ("transformer2risk", "Block"),
    "transformer2risk.FeedForward": ("transformer2risk", "FeedForward"),
    "transformer2risk.Head": ("transformer2risk", "Head"),
    "transformer2risk.MultiHeadAttention": ("transformer2risk", "MultiHeadAttention"),
    "transformer2risk.ResidualBlock": ("transformer2risk", "ResidualBlock"),
}
# Modules whose own classes such a model is made of, and the classes of torch.nn.
_LEGACY_FILES: Sequence[str] = [
    "asl_focal_loss",
    "athelas.models.lightning.bimodal.pl_bimodal_cnn",
    "athelas.models.lightning.bimodal.pl_bimodal_cross_attn",
    "athelas.models.lightning.bimodal.pl_bimodal_gate_fusion",
    "athelas.models.lightning.tabular.pl_tab_ae",
    "athelas.models.lightning.text.pl_lstm",
    "athelas.models.lightning.text.pl_text_cnn",
    "basic_blocks",
    "lstm2risk",
    "models",
    "pl_trimodal_bert",
    "pl_trimodal_cross_attn",
    "pl_trimodal_gate_fusion",
    "temporal_multihead_attention",
    "transformer2risk",
]
_TORCH_CLASSES: Sequence[str] = [
    "BatchNorm1d",
    "Conv1d",
    "Dropout",
    "Embedding",
    "GELU",
    "LSTM",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "ModuleList",
    "MultiheadAttention",
    "NonDynamicallyQuantizableLinear",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
]

_warned: set[tuple[str, str, int]] = set()


def warn(old: str, statement: str, shim_file: str, depth: int = 3) -> None:
    """Warn once per place that uses an old name; uses inside the legacy file itself stay silent.

    Args:
        old: the old dotted name
        statement: the import statement to write in its place
        shim_file: the legacy file
        depth: how many frames the user's line is above this function
    """
    user = sys._getframe(depth - 1)
    if user.f_code.co_filename == shim_file:
        return
    place = (old, user.f_code.co_filename, user.f_lineno)
    if place not in _warned:
        _log(place)
        text = f"{old} has moved: `{statement}`. The old name goes in {REMOVAL}."
        warnings.warn(text, CATEGORY, stacklevel=depth)
        _warned.add(place)


def moved(module: str, name: str, targets: Mapping[str, tuple[str, str]], shim_file: str) -> Any:
    """What a module's `__getattr__` hands out for an old name; `targets` says where it lives and how it is called."""
    if name not in targets:
        raise AttributeError(f"module {module!r} has no attribute {name!r}{_nearest(name, targets)}")
    package, new_name = targets[name]
    found = getattr(importlib.import_module(package), new_name)
    user = sys._getframe(2)
    # The import system asks first whether the name exists, and then for it: only the second is a use.
    if user.f_code.co_filename.startswith("<frozen importlib"):
        return found
    if _asked_from_outside(user):
        _log((f"{module}.{name}", user.f_code.co_filename, user.f_lineno))
    else:
        warn(f"{module}.{name}", f"from {package} import {new_name}", shim_file, depth=4)
    return found


def _asked_from_outside(user: FrameType) -> bool:
    """Whether no line of the user names the class: a pickle does, or someone asks whether the name is there."""
    code = user.f_code
    if code.co_name == "find_class" or user.f_globals.get("__name__") == "pickle":
        return True
    called = opname[code.co_code[user.f_lasti]].startswith(("CALL", "PRECALL"))
    return called and "getattr" not in code.co_names


def _nearest(name: str, targets: Mapping[str, object]) -> str:
    if name.startswith("__"):
        return ""
    from difflib import get_close_matches

    near = get_close_matches(name, targets, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _log(place: tuple[str, str, int]) -> None:
    """Add a line to the log of uses, where one is kept. One write per line, so that several processes can share it."""
    path = os.environ.get(LOG)
    if not path:
        return
    old, file, line = place
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            os.write(descriptor, f"{old}\t{file}:{line}\n".encode(errors="backslashreplace"))
        finally:
            os.close(descriptor)
    except (OSError, ValueError):
        return  # whoever runs the model must not suffer from a log


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name == "SAFE_GLOBALS":
            return _safe_globals()
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _safe_globals() -> list[Any]:
    found: dict[str, Any] = {}
    for file in _LEGACY_FILES:
        for value in _members(file).values():
            if isinstance(value, type) and value.__module__ == file:
                found[f"{file}.{value.__qualname__}"] = value
    for old, (package, new_name) in _OLD_CLASSES.items():
        value = _members(package).get(new_name)
        if isinstance(value, type):
            found[f"{value.__module__}.{value.__qualname__}"] = value
            found[f"{old}, old"] = (value, old)
    for name in _TORCH_CLASSES:
        value = getattr(nn, name, None) or getattr(nn.modules.linear, name, None)
        if isinstance(value, type):
            found[f"torch.nn.{name}"] = value
    return list(found.values())


def _members(name: str) -> Mapping[str, Any]:
    """What a module holds; nothing where it cannot be found, as a script's file is not from another folder."""
    try:
        return vars(importlib.import_module(name))
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            return {}
        raise


def rename(state: MutableMapping[str, Any], prefix: str, names: Mapping[str, str]) -> None:
    """Rename the first parts of each key under `prefix`, in place and in order, the whole map at once."""
    for key in list(state):
        value = state.pop(key)
        state[prefix + renamed(key[len(prefix) :], names) if key.startswith(prefix) else key] = value


def renamed(key: str, names: Mapping[str, str]) -> str:
    """The key with its longest part in front that is named exchanged; `*` in a name is any index."""
    parts = key.split(".")
    best: list[str] = []
    for name in names:
        pattern = name.split(".")
        fits = all(one == part or (one == "*" and part.isdigit()) for one, part in zip(pattern, parts, strict=False))
        if fits and len(best) < len(pattern) <= len(parts):
            best = pattern
    if not best:
        return key
    places = (part for one, part in zip(best, parts, strict=False) if one == "*")
    new = [next(places) if one == "*" else one for one in names[".".join(best)].split(".")]
    return ".".join([*new, *parts[len(best) :]])


class LegacyKeys(nn.Module):
    """Base of shims whose original named its members otherwise: saves and loads the original's keys.

    `_old_names` maps members of the component to those of the original; `_old_values` are what an object of the
    original has not, and an old pickle therefore lacks.
    """

    _old_names: Mapping[str, str] = {}
    _old_values: Mapping[str, Any] = {}

    def state_dict(self, *args: Any, prefix: str = "", **kwargs: Any) -> dict[str, Any]:  # type: ignore[override]
        if args:  # destination, prefix, keep_vars: the order that torch still accepts
            kwargs["destination"], prefix = args[0], args[1] if len(args) > 1 else prefix
            kwargs["keep_vars"] = args[2] if len(args) > 2 else kwargs.get("keep_vars", False)
        state = super().state_dict(prefix=prefix, **kwargs)
        rename(state, prefix, self._old_names)
        versions = getattr(state, "_metadata", None)
        if versions is not None and self._old_names:
            rename(versions, prefix, self._old_names)
        return state

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, local_metadata: dict[str, Any], *args: Any
    ) -> None:
        new_names = {old: new for new, old in self._old_names.items()}
        rename(state_dict, prefix, new_names)
        versions = getattr(state_dict, "_metadata", None)
        if versions is not None:
            rename(versions, prefix, new_names)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *args)

    def __setstate__(self, state: dict[str, Any]) -> None:
        members = [state.get(kind) or {} for kind in ("_modules", "_parameters", "_buffers")]
        present = {name for group in (state, *members) for name in group}
        new_names = {old: new for new, old in self._old_names.items() if old in present and new not in present}
        for group in (*members, state):
            rename(group, "", new_names)
        missing = {name: value for name, value in self._old_values.items() if name not in present}
        for child in (state.get("_modules") or {}).values():
            without_shims(child)
        super().__setstate__({**state, **missing})  # type: ignore[no-untyped-call]


def without_shims(module: nn.Module | None) -> None:
    """Parts that an old pickle holds under their old names become the components that they are made of."""
    for part in module.modules() if module is not None else ():
        base = type(part).__bases__[-1]
        if isinstance(part, LegacyKeys) and base.__module__.startswith(f"{__package__}."):
            part.__class__ = base
