"""What a module shows to those who import it, described in texts that can be compared. Runs in a child."""

import importlib
import inspect
import pickle
import re
from types import ModuleType

from refactor_tools.model.splits import SurfaceTask

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_LONGEST = 4000


def describe_module(task: SurfaceTask) -> dict[str, str]:
    """Every name of the module to what it stands for; `*` to what a star import takes.

    Raises:
        Exception: whatever the import raises.
    """
    module = importlib.import_module(task.module)
    found = {name: _described(value) for name, value in vars(module).items() if not _is_machinery(name, value)}
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
        bases = " ".join(base.__qualname__ for base in value.__mro__)
        members = " ".join(sorted(vars(value)))
        return _plain(f"class {value.__qualname__}{_signature(value)} mro [{bases}] members [{members}]")
    if inspect.isroutine(value):
        return _plain(f"function {getattr(value, '__qualname__', '?')}{_signature(value)}")
    return _plain(f"{type(value).__qualname__} {_repr(value)}")


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
