"""Notes down how chosen classes and functions are called in a run of somebody's program.

This file runs inside that program, under whatever Python it has, and so imports the standard library only (torch is
looked up where the program imported it). Nothing of the program is changed: a profiler sees calls begin and end. What
is written are shapes, types, and plain values that stand in calls; never what tensors hold, beyond the largest number
in those that hold whole numbers.
"""

from __future__ import annotations

import dis
import importlib.util
import inspect
import json
import os
import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

_CALLS = 400
_DISTINCT = 24
_TEXT = 200
_ENTRIES = 64
_DEPTH = 6
_VARARGS, _VARKEYWORDS = 0x04, 0x08
_PLAIN = (bool, int, float)

Described = dict[str, Any]
# Tensors of one call by identity, with their order: two arguments may be one object.
Objects = dict[int, tuple[int, object]]


class Recorder:
    """Writes one JSON line for every new call of a target; `targets` have `key`, `file`, `name` and `kind`."""

    def __init__(self, targets: list[dict[str, str]], folder: str) -> None:
        self.classes = {(t["file"], t["name"]): t["key"] for t in targets if t["kind"] == "class"}
        self.functions = {(t["file"], t["name"]): t["key"] for t in targets if t["kind"] == "function"}
        self.names = frozenset(t["name"] for t in targets if t["kind"] == "function")
        self.path = os.path.join(folder, f"{os.getpid()}.jsonl")
        self.pid = os.getpid()
        self.folder = folder
        self.known: dict[type, str | None] = {}
        self.files: dict[str, str] = {}
        self.seen: dict[str, set[str]] = {}
        self.counts: dict[tuple[str, str], int] = {}
        self.built: dict[tuple[int, str], tuple[object, Described]] = {}
        self.open: dict[int, tuple[str, str, object, Described]] = {}

    def __call__(self, frame: FrameType, event: str, result: object) -> None:
        try:
            if event == "call":
                self.begin(frame)
            elif event == "return" and id(frame) in self.open:
                self.end(frame)
        except Exception:  # noqa: BLE001
            # Whatever goes wrong here must not reach the program.
            self.open.pop(id(frame), None)

    def begin(self, frame: FrameType) -> None:
        code = frame.f_code
        name = code.co_name
        if name in ("__init__", "forward") and code.co_argcount:
            subject = frame.f_locals.get(code.co_varnames[0])
            key = self.target_of(subject, name, code)
            if key is not None:
                self.note(frame, key, "built" if name == "__init__" else "called", subject)
        elif name in self.names:
            key = self.functions.get((self.file_of(code.co_filename), name))
            if key is not None:
                self.note(frame, key, "called", None)

    def target_of(self, subject: object, name: str, code: CodeType) -> str | None:
        for cls in type(subject).__mro__:
            key = self.class_key(cls)
            if key is not None:
                function = getattr(cls, name, None)
                if getattr(function, "__code__", None) is code:
                    return key
        return None

    def class_key(self, cls: type) -> str | None:
        if cls not in self.known:
            module = sys.modules.get(cls.__module__)
            path = self.file_of(getattr(module, "__file__", None) or "")
            self.known[cls] = self.classes.get((path, cls.__qualname__))
        return self.known[cls]

    def file_of(self, path: str) -> str:
        if path not in self.files:
            self.files[path] = os.path.realpath(path) if path else ""
        return self.files[path]

    def note(self, frame: FrameType, key: str, what: str, subject: object) -> None:
        count = self.counts.get((key, what), 0)
        if count >= _CALLS:
            return
        self.counts[(key, what)] = count + 1
        self.open[id(frame)] = (key, what, subject, arguments_of(frame, subject is not None))

    def end(self, frame: FrameType) -> None:
        key, what, subject, arguments = self.open.pop(id(frame))
        if not returned(frame):
            return
        if what == "built":
            self.built[id(subject), key] = (subject, arguments)
            return
        known, built = self.built.get((id(subject), key), (None, None))
        record = {"key": key, "built": built if known is subject else None, "call": arguments}
        self.write(key, json.dumps(record))

    def write(self, key: str, line: str) -> None:
        if os.getpid() != self.pid:
            self.pid, self.path = os.getpid(), os.path.join(self.folder, f"{os.getpid()}.jsonl")
        seen = self.seen.setdefault(key, set())
        if line in seen or len(seen) >= _DISTINCT:
            return
        seen.add(line)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(line + "\n")


def returned(frame: FrameType) -> bool:
    """Whether a frame that ends returns, and does not raise."""
    name = dis.opname[frame.f_code.co_code[frame.f_lasti]]
    return name.startswith(("RETURN", "INSTRUMENTED_RETURN"))


def arguments_of(frame: FrameType, method: bool) -> Described:
    """The arguments of a call that begins, by parameter."""
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount
    names = list(code.co_varnames[:count])[1 if method else 0 :]
    count += bool(code.co_flags & _VARARGS) + bool(code.co_flags & _VARKEYWORDS)
    extra = list(code.co_varnames[code.co_argcount + code.co_kwonlyargcount : count])
    held = frame.f_locals
    seen: Objects = {}
    found = {name: describe(held[name], seen, 0) for name in names if name in held}
    for name in extra:
        if held.get(name):
            found[name] = describe(held[name], seen, 0)
    return found


def describe(value: Any, seen: Objects, depth: int) -> Described:
    """A value as plain data; what cannot be told is `unknown` with its type."""
    torch = sys.modules.get("torch")
    if value is None or isinstance(value, _PLAIN):
        return {"is": "plain", "value": value}
    if isinstance(value, str):
        return {"is": "plain", "value": value} if len(value) <= _TEXT else unknown(value)
    if depth > _DEPTH:
        return unknown(value)
    if torch is not None:
        if isinstance(value, torch.Tensor):
            return tensor(value, seen, torch)
        if isinstance(value, torch.nn.utils.rnn.PackedSequence):
            return packed(value)
        if isinstance(value, torch.nn.Module):
            return module(value, seen, depth)
        if isinstance(value, (torch.dtype, torch.memory_format, torch.layout)):
            return {"is": "name", "name": str(value)}
        if isinstance(value, torch.device):
            return {"is": "plain", "value": value.type}
    if isinstance(value, dict):
        return mapping(value, seen, depth)
    if isinstance(value, (list, tuple)) and len(value) <= _ENTRIES and not hasattr(value, "_fields"):
        entries = [describe(entry, seen, depth + 1) for entry in value]
        return {"is": "list" if isinstance(value, list) else "tuple", "entries": entries}
    if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        return named(value)
    return instance(value, seen, depth)


def tensor(value: Any, seen: Objects, torch: Any) -> Described:
    place = seen.setdefault(id(value), (len(seen), value))[0]
    found = {
        "is": "tensor",
        "object": place,
        "shape": [int(size) for size in value.shape],
        "dtype": str(value.dtype).replace("torch.", ""),
    }
    whole = not (value.dtype.is_floating_point or value.dtype.is_complex or value.dtype == torch.bool)
    if whole and value.numel() and type(value) in (torch.Tensor, torch.nn.Parameter) and value.device.type != "meta":
        found["largest"] = int(value.max())
        found["least"] = int(value.min())
    return found


def packed(value: Any) -> Described:
    return {
        "is": "packed",
        "batch": int(value.batch_sizes[0]),
        "length": len(value.batch_sizes),
        "width": [int(size) for size in value.data.shape[1:]],
        "dtype": str(value.data.dtype).replace("torch.", ""),
    }


def module(value: Any, seen: Objects, depth: int) -> Described:
    """A module of torch by the arguments that its attributes still tell."""
    cls = type(value)
    if not cls.__module__.startswith("torch.nn"):
        return unknown(value)
    arguments = {}
    for name in inspect.signature(cls).parameters:
        held = getattr(value, name, None)
        if name == "bias":
            arguments[name] = {"is": "plain", "value": held is not None}
        elif isinstance(held, (*_PLAIN, tuple)):
            arguments[name] = describe(held, seen, depth + 1)
    return {"is": "made", "name": "torch.nn." + cls.__name__, "entries": arguments}


def mapping(value: dict[Any, Any], seen: Objects, depth: int) -> Described:
    if len(value) > _ENTRIES or not all(isinstance(name, str) for name in value):
        return unknown(value)
    return {"is": "mapping", "entries": {name: describe(entry, seen, depth + 1) for name, entry in value.items()}}


def instance(value: Any, seen: Objects, depth: int) -> Described:
    """An object of somebody's class: a config, a batch. `name` and `file` say whose."""
    fields = getattr(value, "_fields", None)
    held = {name: getattr(value, name) for name in fields} if fields else getattr(value, "__dict__", None)
    if not isinstance(held, dict):
        return unknown(value)
    entries = {
        str(name): describe(entry, seen, depth + 1)
        for name, entry in held.items()
        if not str(name).startswith("_") and not callable(entry)
    }
    found = sys.modules.get(type(value).__module__)
    return {
        "is": "object",
        "name": type(value).__qualname__,
        "file": os.path.realpath(getattr(found, "__file__", None) or ""),
        "plain": bool(fields) or hasattr(value, "__dataclass_fields__"),
        "entries": dict(list(entries.items())[:_ENTRIES]),
    }


def named(value: Any) -> Described:
    name = f"{value.__module__}.{value.__qualname__}"
    if (value.__module__ or "").startswith("torch") and "<" not in name:
        return {"is": "name", "name": name}
    return unknown(value)


def unknown(value: object) -> Described:
    return {"is": "unknown", "type": type(value).__qualname__}


class AfterTorch:
    """Finds torch as it would be found, and calls `then` once it is imported: nothing is called with tensors before,
    and under a profiler its import takes three times as long."""

    def __init__(self, then: Callable[[], None]) -> None:
        self.then = then

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if name != "torch" or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = Loader(spec.loader, self.then)  # type: ignore[assignment]
        return spec


class Loader:
    """Another loader, and what is called when it has loaded."""

    def __init__(self, own: Any, then: Callable[[], None]) -> None:
        self.own, self.then = own, then

    def __getattr__(self, name: str) -> Any:
        return getattr(self.own, name)

    def create_module(self, spec: Any) -> Any:
        return self.own.create_module(spec)

    def exec_module(self, module: Any) -> None:
        module.__loader__ = module.__spec__.loader = self.own
        self.own.exec_module(module)
        self.then()


def start(folder: str) -> None:
    """Watch this process, and the threads that it starts, for the targets that `folder` names."""
    with open(os.path.join(folder, "targets.json"), encoding="utf-8") as file:
        recorder = Recorder(json.load(file), folder)

    def watch() -> None:
        threading.setprofile(recorder)
        sys.setprofile(recorder)

    sys.meta_path.insert(0, AfterTorch(watch))
