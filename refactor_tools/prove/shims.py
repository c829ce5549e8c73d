"""Checks the old import path: what it builds keeps the legacy signature, state keys, pickles and results."""

import copy
import inspect
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from torch import Tensor, nn

from refactor_tools.model.proofs import Check
from refactor_tools.prove.adapting import Arguments, Callee, as_call, call_with, signature_of
from refactor_tools.prove.leaves import same_bits
from refactor_tools.prove.runs import MODES, Side, execute
from refactor_tools.prove.scenarios import Setting
from refactor_tools.prove.states import isolated
from refactor_tools.prove.worker import describe


@dataclass(frozen=True, slots=True)
class ShimPair:
    """The original, what the legacy name stands for now, and the module under whose name old pickles know it.

    `legacy_key` maps the state keys of what the shim builds, as far as they are the component's.
    """

    original: Callee
    shim: Callee
    module: str
    legacy_key: Callable[[str], str]


def check_signature(pair: ShimPair) -> Check:
    """Names, kinds, order and defaults of the legacy parameters, of the constructor and of `forward`."""
    difference = _signature_difference(pair.original, pair.shim, "")
    if not difference and isinstance(pair.original, type):
        ours, theirs = (getattr(side, "forward", None) for side in (pair.original, pair.shim))
        difference = _signature_difference(ours, theirs, "forward")
    return Check("shim signature", not difference, difference)


def check_module(pair: ShimPair, setting: Setting, original: Side) -> Iterator[Check]:
    """All that holds of an object built through the shim with the arguments of `setting`."""
    try:
        legacy = _module(original.make())
        with isolated(setting.seed), silent():
            shimmed = _module(call_with(pair.shim, copy.deepcopy(setting.arguments)))
    except Exception as error:  # noqa: BLE001 - whatever the legacy call raises now is the finding
        yield Check("shim construction", False, str(describe(error)))
        return
    shim = Side(partial(copy.deepcopy, shimmed), _call_by_keyword, pair.legacy_key, setting.seed)
    yield _guarded("shim state", lambda: _state_difference(legacy, shimmed))
    yield _guarded("shim calls", lambda: _calls_difference(setting, original, shim))
    # What a copy keeps shows in one call; every call through every copy would cost much and show no more.
    brief = replace(setting, scenarios=setting.scenarios[:1])
    yield _guarded("shim copies", lambda: _copies_difference(brief, original, shim))
    yield _check_old_pickle(pair, brief, original, legacy)


def check_function(pair: ShimPair, setting: Setting, original: Side) -> Check:
    """Calls of a function by its legacy name."""

    def call(by_position: bool) -> Callable[[nn.Module | None, Arguments], object]:
        return lambda _, arguments: call_with(pair.shim, arguments, by_position=by_position)

    styles = {"by keyword": False, "by position": True}
    sides = {style: Side(_nothing, call(by_position), seed=setting.seed) for style, by_position in styles.items()}
    return _guarded("shim calls", lambda: _first_difference(setting, original, sides))


def _check_old_pickle(pair: ShimPair, setting: Setting, original: Side, legacy: nn.Module) -> Check:
    """A whole model pickled before the refactoring loads through the shim, computes the same and saves the old keys."""
    try:
        with silent():
            data = _legacy_pickle(pair, legacy)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        return Check("old pickles", None, f"the original cannot be pickled: {error}")
    return _guarded("old pickles", lambda: _pickle_difference(pair, data, legacy, setting, original))


@contextmanager
def silent() -> Iterator[None]:
    """Deprecation warnings are what a shim is expected to give, also where the interpreter makes them errors."""
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        yield


def _guarded(name: str, difference: Callable[[], str]) -> Check:
    try:
        with silent():
            found = difference()
    except Exception as error:  # noqa: BLE001 - a shim that raises, whatever it raises, fails its check
        found = str(describe(error))
    return Check(name, not found, found)


def _signature_difference(original: object, shim: object, name: str) -> str:
    if not (callable(original) and callable(shim)):
        return ""
    ours, theirs = _parameters(original), _parameters(shim)
    if ours == theirs:
        return ""
    return f"{name}({', '.join(ours)}) is now {name}({', '.join(theirs)})"


def _parameters(function: Callable[..., object]) -> list[str]:
    bare = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(function).parameters.values()
    ]
    return [f"{_MARKS.get(parameter.kind, '')}{parameter}" for parameter in bare]


_MARKS: Mapping[object, str] = {
    inspect.Parameter.POSITIONAL_ONLY: "positional-only ",
    inspect.Parameter.KEYWORD_ONLY: "keyword-only ",
}


def _state_difference(legacy: nn.Module, shimmed: nn.Module) -> str:
    ours, theirs = list(legacy.state_dict()), list(shimmed.state_dict())
    if ours != theirs:
        return f"state_dict() has {_shown(theirs, ours)} where the original has {_shown(ours, theirs)}"
    missing = shimmed.load_state_dict(legacy.state_dict(), strict=True)
    if missing.missing_keys or missing.unexpected_keys:
        return f"load_state_dict: {missing}"
    saved = shimmed.state_dict()
    stale = [name for name, tensor in legacy.state_dict().items() if not _equal(tensor, saved[name])]
    return f"{stale[0]} is not what was loaded" if stale else ""


def _equal(left: object, right: object) -> bool:
    return not isinstance(left, Tensor) or (isinstance(right, Tensor) and same_bits(left, right))


def _shown(keys: list[str], others: list[str]) -> str:
    extra = [key for key in keys if key not in others]
    return ", ".join(extra[:3]) if extra else "another order"


def _calls_difference(setting: Setting, original: Side, shim: Side) -> str:
    sides = {"by keyword": shim, "by position": replace(shim, call=_call_by_position)}
    return _first_difference(setting, original, sides)


def _first_difference(setting: Setting, original: Side, sides: Mapping[str, Side]) -> str:
    for scenario in setting.scenarios:
        for mode in MODES:
            run = execute(original, scenario, mode)
            for style, side in sides.items():
                if found := run.difference(execute(side, scenario, mode)):
                    return f"{scenario.label}, {style}, {mode.name}: {found}"
    return ""


def _copies_difference(setting: Setting, original: Side, shim: Side) -> str:
    """`copy.deepcopy` and pickle keep what the shim's object is and computes."""
    shimmed = _module(shim.make())
    for name, twin in (("deepcopy", copy.deepcopy(shimmed)), ("pickle", _through_pickle(shimmed))):
        if list(twin.state_dict()) != list(shimmed.state_dict()):
            return f"{name} changes the state's keys"
        if found := _calls_difference(setting, original, replace(shim, make=partial(copy.deepcopy, twin))):
            return f"after {name}: {found}"
    return ""


def _pickle_difference(pair: ShimPair, data: bytes, legacy: nn.Module, setting: Setting, original: Side) -> str:
    loaded = _module(pickle.loads(data))
    for style, module in (("as loaded", loaded), ("saved and loaded again", _through_pickle(loaded))):
        side = Side(partial(copy.deepcopy, module), _call_by_keyword, pair.legacy_key, setting.seed)
        found = _state_difference(legacy, module) or _calls_difference(setting, original, side)
        if found:
            return f"{style}: {found}"
    return ""


def _through_pickle(module: nn.Module) -> nn.Module:
    return _module(pickle.loads(pickle.dumps(module)))


def _legacy_pickle(pair: ShimPair, legacy: nn.Module) -> bytes:
    """`legacy`, pickled as if the classes of its slice still stood in the module that now holds the shim."""
    private, public = sys.modules[pair.original.__module__], sys.modules[pair.module]
    moved = [
        value
        for name, value in vars(private).items()
        if isinstance(value, type) and value.__module__ == private.__name__ and hasattr(public, name)
    ]
    try:
        sys.modules[pair.module] = private
        for definition in moved:
            definition.__module__ = pair.module
        return pickle.dumps(legacy)
    finally:
        sys.modules[pair.module] = public
        for definition in moved:
            definition.__module__ = private.__name__


def _call_by_keyword(module: nn.Module | None, arguments: Arguments) -> object:
    return _call(module, arguments, by_position=False)


def _call_by_position(module: nn.Module | None, arguments: Arguments) -> object:
    return _call(module, arguments, by_position=True)


def _call(module: nn.Module | None, arguments: Arguments, *, by_position: bool) -> object:
    module = _module(module)
    positional, keywords = as_call(signature_of(module.forward), arguments, by_position=by_position)
    return module(*positional, **keywords)


def _module(value: object) -> nn.Module:
    if not isinstance(value, nn.Module):
        raise TypeError(f"{type(value).__name__} is no torch.nn.Module")
    return value


def _nothing() -> None:
    return None
