"""What a module shows to those who import it, described in texts that can be compared. Runs in a child."""

import importlib
import inspect
import pickle
import re
from types import ModuleType

import torch

from refactor_tools.model.splits import SurfaceTask

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_LONGEST = 4000
# What every class has, or gets by being a part.
_OF_A_CLASS = frozenset(
    {"__slots__", "__dict__", "__weakref__", "__module__", "__firstlineno__", "__static_attributes__"}
)


def describe_module(task: SurfaceTask) -> dict[str, str]:
    """Every name of the module to what it stands for; `*` to what a star import takes.

    Raises:
        Exception: whatever the import raises.
    """
    module = importlib.import_module(task.module)
    found = {name: _described(value) for name, value in vars(module).items() if not _is_machinery(name, value)}
    found |= {f"{name}()": _state(vars(module)[name]) for name in task.build}
    found["*"] = " ".join(sorted(_starred(task.module)))
    lost = [name for name, value in vars(module).items() if _is_own_class(value) and not _loads(module, name, value)]
    found["pickles"] = " ".join(sorted(lost))
    return found


def import_module(task: SurfaceTask) -> bool:
    """Whether the module can be imported before any other of its tree."""
    importlib.import_module(task.module)
    return True


def _is_machinery(name: str, value: object) -> bool:
    return (name.startswith("__") and name.endswith("__")) or name == "annotations"


def _starred(module: str) -> list[str]:
    names: dict[str, object] = {}
    exec(f"from {module} import *", names)
    return [name for name in names if name != "__builtins__"]


def _is_own_class(value: object) -> bool:
    return isinstance(value, type) and "<locals>" not in value.__qualname__


def _loads(module: ModuleType, name: str, value: object) -> bool:
    """Whether a pickle that names the class by this module still finds it, and a new one finds it by its own."""
    old = pickle.loads(f"c{module.__name__}\n{name}\n.".encode())
    try:
        new = pickle.loads(pickle.dumps(value))
    except (pickle.PicklingError, TypeError, AttributeError, ImportError):
        return False
    return old is value and new is value


def _described(value: object) -> str:
    if isinstance(value, ModuleType):
        return f"module {value.__name__}"
    if isinstance(value, type):
        bases = " ".join(base.__qualname__ for base in value.__mro__ if not _is_part_in(base, value.__mro__))
        found = sorted(_members(value).items())
        members = " ".join(f"{name}={_member(member)}" for name, member in [*found, ("__doc__", value.__doc__)])
        return _plain(f"class {value.__qualname__}{_signature(value)} mro [{bases}] members [{members}]")
    if inspect.isroutine(value):
        return _plain(f"function {getattr(value, '__qualname__', '?')}{_signature(value)}")
    return _plain(f"{type(value).__qualname__} {_repr(value)}")


def _is_part_in(base: type, order: tuple[type, ...]) -> bool:
    return any(_is_part(base, whole) for whole in order if base in whole.__bases__)


def _is_part(base: type, value: type) -> bool:
    """Whether a base is a part of the class: it bears its name and has no bases of its own."""
    return base is not value and base.__qualname__ == value.__qualname__ and base.__bases__ == (object,)


def _members(value: type) -> dict[str, object]:
    """What the class defines, with what its parts define for it."""
    found: dict[str, object] = {}
    for base in value.__mro__:
        if _is_part(base, value):
            found |= {name: member for name, member in vars(base).items() if name not in _OF_A_CLASS}
    return found | {name: member for name, member in vars(value).items() if name not in _OF_A_CLASS}


def _member(member: object) -> str:
    inner = getattr(member, "__func__", None) or getattr(member, "fget", None) or member
    if inspect.isroutine(inner):
        return f"{type(member).__name__}:{getattr(inner, '__qualname__', '?')}{_signature(inner)}"
    return type(member).__name__


def _state(value: object) -> str:
    """The names and shapes of what an object of the class keeps, where it can be built without arguments."""
    try:
        torch.manual_seed(0)
        built = value() if callable(value) else None
    except Exception as error:  # noqa: BLE001 - a class that needs arguments is not built
        return type(error).__name__
    if not isinstance(built, torch.nn.Module):
        return type(built).__qualname__
    return " ".join(f"{name}{tuple(tensor.shape)}" for name, tensor in built.state_dict().items())


def _signature(value: object) -> str:
    try:
        return str(inspect.signature(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "(...)"


def _repr(value: object) -> str:
    try:
        return repr(value)[:_LONGEST]
    except Exception:  # noqa: BLE001 - an object that cannot be shown is compared by its type
        return ""


def _plain(text: str) -> str:
    return _ADDRESS.sub("", text)
