"""Finds the submodules that make the difference, by giving the component those of the original.

A submodule's counterpart stands at the same path but for its first part, which the adapter renames. The smallest set
is found by halving (QuickXplain, Junker 2004): with one culprit among n it takes about log2 n runs.
"""

import copy
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from torch import nn

from refactor_tools.prove.adapting import Subject
from refactor_tools.prove.mismatches import mismatch_of_run
from refactor_tools.prove.pairs import Pair
from refactor_tools.prove.runs import Mode
from refactor_tools.prove.scenarios import Scenario, Setting


@dataclass(frozen=True, slots=True)
class Bisection:
    """`culprits` are the component's paths of the submodules whose counterparts make it equal; `text` says so."""

    culprits: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Transplant:
    """One submodule of the component, by its path, and the original's path of its counterpart."""

    path: str
    legacy: str


def bisect(subject: Subject, pair: Pair, setting: Setting, scenario: Scenario, mode: Mode) -> Bisection:
    """The smallest submodules with which the original's make the difference go away."""
    original, component = pair.original.make(), pair.component.make()
    if original is None or component is None or not any(True for _ in component.children()):
        return Bisection((), "")

    def removes(chosen: Sequence[_Transplant]) -> bool:
        side = replace(pair.component, make=lambda: _transplanted(component, original, chosen))
        return mismatch_of_run(replace(pair, component=side), setting, scenario, mode) is None

    candidates, skipped = _interchangeable(component, original, "", subject.legacy_key)
    if not candidates or not removes(candidates):
        return Bisection((), _nowhere(candidates, skipped))
    culprits = minimal((), (), candidates, removes)
    if len(culprits) == 1:
        culprits = (_deepest(culprits[0], component, original, removes),)
    return Bisection(tuple(entry.path for entry in culprits), _found(culprits, component, original))


def minimal(
    kept: Sequence[_Transplant],
    added: Sequence[_Transplant],
    candidates: Sequence[_Transplant],
    removes: Callable[[Sequence[_Transplant]], bool],
) -> tuple[_Transplant, ...]:
    """The fewest of `candidates` that, together with `kept`, remove the difference, which all of them do.

    `added` are those of `kept` that are new since it was last known not to suffice.
    """
    if added and removes(kept):
        return ()
    if len(candidates) == 1:
        return tuple(candidates)
    half = len(candidates) // 2
    left, right = candidates[:half], candidates[half:]
    from_right = minimal((*kept, *left), left, right, removes)
    return (*minimal((*kept, *from_right), from_right, left, removes), *from_right)


def _deepest(
    culprit: _Transplant, component: nn.Module, original: nn.Module, removes: Callable[[Sequence[_Transplant]], bool]
) -> _Transplant:
    """The one submodule within `culprit` that is enough, as deep as there is one."""
    candidates, _ = _interchangeable(component, original, culprit.path, partial(_below, culprit))
    enough = next((entry for entry in candidates if removes([entry])), None)
    return _deepest(enough, component, original, removes) if enough else culprit


def _below(culprit: _Transplant, path: str) -> str:
    """The original's path of what stands at `path` in `culprit`."""
    return culprit.legacy + path.removeprefix(culprit.path)


def _interchangeable(
    component: nn.Module, original: nn.Module, path: str, legacy: Callable[[str], str]
) -> tuple[list[_Transplant], list[str]]:
    """The submodules right under `path` that have a counterpart which can be called as they are, and why not others."""
    found, skipped = [], []
    for name, child in component.get_submodule(path).named_children():
        entry = _Transplant(f"{path}.{name}" if path else name, legacy(f"{path}.{name}" if path else name))
        if reason := _obstacle(child, original, entry.legacy):
            skipped.append(f"`{entry.path}` was not tried: {reason}")
        else:
            found.append(entry)
    return found, skipped


def _obstacle(child: nn.Module, original: nn.Module, legacy: str) -> str:
    try:
        counterpart = original.get_submodule(legacy)
    except AttributeError:
        return f"the original has no `{legacy}`"
    if _parameters(child) != _parameters(counterpart):
        return f"its forward takes other arguments than that of the original's `{legacy}`"
    return ""


def _parameters(module: nn.Module) -> list[str]:
    """The parameters of `forward`; containers have none."""
    if type(module).forward is nn.Module.forward:
        return []
    return list(inspect.signature(module.forward).parameters)


def _transplanted(component: nn.Module, original: nn.Module, chosen: Sequence[_Transplant]) -> nn.Module:
    host, donor = copy.deepcopy(component), copy.deepcopy(original)
    for entry in chosen:
        host.set_submodule(entry.path, donor.get_submodule(entry.legacy))
    return host


def _nowhere(candidates: Sequence[_Transplant], skipped: Sequence[str]) -> str:
    reason = "; ".join(skipped)
    if not candidates:
        return reason
    return "no submodule: the difference is in forward itself" + (f" ({reason})" if reason else "")


def _found(culprits: Sequence[_Transplant], component: nn.Module, original: nn.Module) -> str:
    names = " and ".join(f"`{entry.legacy}`" for entry in culprits)
    text = f"the difference goes away with the original's {names}"
    if len(culprits) > 1:
        return text
    ours, theirs = repr(original.get_submodule(culprits[0].legacy)), repr(component.get_submodule(culprits[0].path))
    return f"{text}: {ours} instead of {theirs}" if ours != theirs and "\n" not in ours + theirs else text
