"""State dicts, tensors and pickled modules in the inert value of a pickle."""

from collections.abc import Iterator, Mapping

from refactor_tools.checkpoints.pickles import Call, Persistent
from refactor_tools.model.checkpoints import PickledName, StoredState, StoredTensor

_TENSORS = ("torch._utils._rebuild_", "torch._tensor._rebuild_", "torch.nn.parameter.")
_WRAPPERS = ("torch._utils._rebuild_parameter", "torch._tensor._rebuild_from_type")
_MODULE_STATE = frozenset({"_parameters", "_buffers", "_modules"})
EXTRA = "_extra_state"
# What an optimizer saves: its own tensors are no state of a model.
OPTIMIZER = frozenset({"state", "param_groups"})


def states(value: object) -> Iterator[StoredState]:
    """Every state dict in `value`, and the state that every module pickled whole would have, in order."""
    seen: set[int] = set()
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting:
        place, found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        entries = entries_of(found)
        if _is_module(found):
            assert isinstance(found, Call)
            owner = found.function if isinstance(found.function, PickledName) else None
            yield StoredState(place, tuple(_module_tensors(found, "", frozenset())), owner)
        elif is_state(entries):
            yield StoredState(place, tuple(_tensor(str(key), item) for key, item in entries.items()))
        elif not entries.keys() >= OPTIMIZER:
            waiting += reversed([(_below(place, key), item) for key, item in entries.items()])


def tensors(value: object) -> int:
    """How many tensors `value` holds; one that stands in several places counts once."""
    seen: set[int] = set()
    count = 0
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, Call):
            if _is_tensor(found) and found.name not in _WRAPPERS:
                count += 1
            waiting += (found.arguments, found.state, *found.items.values())
        elif isinstance(found, dict):
            waiting += found.values()
        elif isinstance(found, list | tuple):
            waiting += found
    return count


def locations(persistent: list[Persistent]) -> tuple[str, ...]:
    """The devices that storages were saved from."""
    found = {
        item.id[3]
        for item in persistent
        if isinstance(item.id, tuple) and len(item.id) > 3 and isinstance(item.id[3], str)
    }
    return tuple(sorted(found))


def entries_of(value: object) -> Mapping[object, object]:
    """The items of a dictionary, plain or ordered, or of the elements of a list by position; else nothing."""
    if isinstance(value, dict):
        return value
    if isinstance(value, Call) and value.name.startswith("collections."):
        return value.items
    return dict(enumerate(value)) if isinstance(value, list | tuple) else {}


def is_state(entries: Mapping[object, object]) -> bool:
    """Whether these are names with tensors."""
    if not entries or not all(isinstance(key, str) for key in entries):
        return False
    return any(_is_tensor(item) for item in entries.values()) and all(
        _is_tensor(item) or str(key).rpartition(".")[2] == EXTRA for key, item in entries.items()
    )


def _is_tensor(value: object) -> bool:
    return isinstance(value, Call) and value.name.startswith(_TENSORS)


def _is_module(value: object) -> bool:
    return isinstance(value, Call) and isinstance(value.state, dict) and value.state.keys() >= _MODULE_STATE


def _module_tensors(module: Call, prefix: str, above: frozenset[int]) -> Iterator[StoredTensor]:
    state = module.state
    assert isinstance(state, dict)
    hidden = state.get("_non_persistent_buffers_set")
    left_out = _set_items(hidden)
    for group in ("_parameters", "_buffers"):
        for name, value in entries_of(state[group]).items():
            if value is not None and not (group == "_buffers" and name in left_out):
                yield _tensor(f"{prefix}{name}", value)
    for name, child in entries_of(state["_modules"]).items():
        if isinstance(child, Call) and _is_module(child) and id(child) not in above:
            yield from _module_tensors(child, f"{prefix}{name}.", above | {id(module)})


def _set_items(value: object) -> list[object]:
    """The elements of a set: protocols before 4 call `set` with a list."""
    if isinstance(value, Call) and isinstance(value.arguments, tuple):
        value = next(iter(value.arguments), [])
    return value if isinstance(value, list) else []


def _tensor(key: str, value: object) -> StoredTensor:
    while isinstance(value, Call) and value.name in _WRAPPERS and isinstance(value.arguments, tuple):
        value = next((item for item in value.arguments if isinstance(item, Call)), None)
    arguments = value.arguments if isinstance(value, Call) else ()
    if not isinstance(arguments, tuple) or len(arguments) < 3:
        return StoredTensor(key)
    storage, shape = arguments[0], arguments[2]
    known = isinstance(shape, tuple) and all(isinstance(size, int) for size in shape)
    return StoredTensor(key, tuple(shape) if known else None, _dtype(storage))


def _dtype(storage: object) -> str:
    kind = storage.id[1] if isinstance(storage, Persistent) and isinstance(storage.id, tuple) else None
    name = kind.name if isinstance(kind, PickledName) else ""
    return name.removesuffix("Storage").lower()


def _below(place: str, key: object) -> str:
    return f"{place}.{key}" if place else str(key)
