"""What this library's shims share: one warning per use site, and saved states as they were.

Generated; private to the library. Components do not import it.
"""

import importlib
import sys
import warnings
from collections.abc import Mapping, MutableMapping
from typing import Any

from torch import nn

REMOVAL = "2.0"
CATEGORY = DeprecationWarning

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
        _warned.add(place)
        text = f"{old} has moved: `{statement}`. The old name goes in {REMOVAL}."
        warnings.warn(text, CATEGORY, stacklevel=depth)


def moved(module: str, name: str, targets: Mapping[str, tuple[str, str]], shim_file: str) -> Any:
    """What a module's `__getattr__` hands out for an old name; `targets` says where it lives and how it is called."""
    if name not in targets:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    package, new_name = targets[name]
    found = getattr(importlib.import_module(package), new_name)
    # The import system asks first whether the name exists, and then for it: only the second is a use.
    if not sys._getframe(2).f_code.co_filename.startswith("<frozen importlib"):
        warn(f"{module}.{name}", f"from {package} import {new_name}", shim_file, depth=4)
    return found


def rename(state: MutableMapping[str, Any], prefix: str, names: Mapping[str, str]) -> None:
    """Rename the first part of each key under `prefix`, in place and in order, the whole map at once."""
    for key in list(state):
        value = state.pop(key)
        if key.startswith(prefix):
            head, dot, rest = key[len(prefix) :].partition(".")
            key = prefix + names.get(head, head) + dot + rest
        state[key] = value


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
        super().__setstate__({**state, **missing})  # type: ignore[no-untyped-call]
