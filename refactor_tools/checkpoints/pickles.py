"""Reads a pickle without unpickling it: opcodes become inert values, nothing is imported and nothing is called."""

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from refactor_tools.model.checkpoints import PickledName

_PUSHES = frozenset(
    [
        "INT",
        "BININT",
        "BININT1",
        "BININT2",
        "LONG",
        "LONG1",
        "LONG4",
        "STRING",
        "BINSTRING",
        "SHORT_BINSTRING",
        "BINBYTES",
        "SHORT_BINBYTES",
        "BINBYTES8",
        "BYTEARRAY8",
        "UNICODE",
        "BINUNICODE",
        "SHORT_BINUNICODE",
        "BINUNICODE8",
        "FLOAT",
        "BINFLOAT",
    ]
)
_CONSTANTS: dict[str, object] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_IGNORED = frozenset({"PROTO", "FRAME", "STOP", "READONLY_BUFFER"})
_MARK = object()


class DamagedPickle(Exception):
    """The bytes are no pickle, or end too early."""


@dataclass(slots=True, eq=False)
class Call:
    """What a pickle would build: the callable, its arguments, the state it would set and the items it would add."""

    function: object
    arguments: object
    state: object = None
    items: dict[object, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.function.dotted if isinstance(self.function, PickledName) else ""


@dataclass(frozen=True, slots=True, eq=False)
class Persistent:
    """What a pickle keeps outside itself: of a tensor, its storage."""

    id: object


@dataclass(slots=True)
class PickleRead:
    """The inert value of one pickle, every global it names, and what it keeps outside itself."""

    value: object
    names: list[PickledName]
    persistent: list[Persistent]


def read_pickle(file: IO[bytes]) -> PickleRead:
    """The next pickle of `file`, which is then behind it.

    Raises:
        DamagedPickle: the bytes cannot be read as one.
    """
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(file):
            machine.step(opcode.name, argument)
        value = machine.stack[-1]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, MemoryError) as error:
        raise DamagedPickle(str(error) or type(error).__name__) from error
    return PickleRead(value, list(dict.fromkeys(machine.names)), machine.persistent)


class _Machine:
    """The stack and the memo of a pickle."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.names: list[PickledName] = []
        self.persistent: list[Persistent] = []

    def step(self, opcode: str, argument: Any) -> None:
        if opcode in _PUSHES:
            self.stack.append(argument)
        elif opcode in _CONSTANTS:
            self.stack.append(_CONSTANTS[opcode])
        elif opcode in _OPERATIONS:
            _OPERATIONS[opcode](self, argument)
        elif opcode not in _IGNORED:
            raise ValueError(f"unknown opcode {opcode}")

    def marked(self) -> list[Any]:
        """What lies above the last mark, taken from the stack with it."""
        at = len(self.stack) - 1 - self.stack[::-1].index(_MARK)
        found = self.stack[at + 1 :]
        del self.stack[at:]
        return found

    def take(self, count: int) -> list[Any]:
        if count > len(self.stack):
            raise IndexError("the stack is empty")
        found = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        return found

    def global_name(self, module: Any, name: Any) -> PickledName:
        if not (isinstance(module, str) and isinstance(name, str)):
            raise TypeError("a global is not named by strings")
        found = PickledName(module, name)
        self.names.append(found)
        return found


def _global(machine: _Machine, argument: str) -> None:
    module, _, name = argument.partition(" ")
    machine.stack.append(machine.global_name(module, name))


def _stack_global(machine: _Machine, _: object) -> None:
    machine.stack.append(machine.global_name(*machine.take(2)))


def _extension(machine: _Machine, argument: int) -> None:
    machine.stack.append(machine.global_name("copyreg", f"extension {argument}"))


def _instance(machine: _Machine, argument: str) -> None:
    arguments = tuple(machine.marked())
    module, _, name = argument.partition(" ")
    machine.stack.append(Call(machine.global_name(module, name), arguments))


def _object(machine: _Machine, _: object) -> None:
    function, *arguments = machine.marked()
    machine.stack.append(Call(function, tuple(arguments)))


def _call(machine: _Machine, _: object) -> None:
    machine.stack.append(Call(*machine.take(2)))


def _call_with_keywords(machine: _Machine, _: object) -> None:
    function, arguments, keywords = machine.take(3)
    machine.stack.append(Call(function, (arguments, keywords)))


def _build(machine: _Machine, _: object) -> None:
    state = machine.stack.pop()
    if isinstance(machine.stack[-1], Call):
        machine.stack[-1].state = state


def _append(machine: _Machine, values: list[Any]) -> None:
    target = machine.stack[-1]
    if isinstance(target, list):
        target += values


def _set(machine: _Machine, values: list[Any]) -> None:
    target = machine.stack[-1]
    items = target.items if isinstance(target, Call) else target
    items.update(zip(values[::2], values[1::2], strict=True))


def _add(machine: _Machine, values: list[Any]) -> None:
    # An inert value has no meaningful equality: what a set holds is kept in order.
    target = machine.stack[-1]
    if isinstance(target, list):
        target += values


def _dictionary(machine: _Machine, values: list[Any]) -> None:
    machine.stack.append({})
    _set(machine, values)


def _persistent(machine: _Machine, identity: object) -> None:
    found = Persistent(identity)
    machine.persistent.append(found)
    machine.stack.append(found)


def _put(machine: _Machine, argument: int) -> None:
    machine.memo[argument] = machine.stack[-1]


_Operation = Callable[[_Machine, Any], object]
_OPERATIONS: dict[str, _Operation] = {
    "MARK": lambda machine, _: machine.stack.append(_MARK),
    "POP": lambda machine, _: machine.stack.pop(),
    "POP_MARK": lambda machine, _: machine.marked(),
    "DUP": lambda machine, _: machine.stack.append(machine.stack[-1]),
    "EMPTY_LIST": lambda machine, _: machine.stack.append([]),
    "EMPTY_DICT": lambda machine, _: machine.stack.append({}),
    "EMPTY_SET": lambda machine, _: machine.stack.append([]),
    "LIST": lambda machine, _: machine.stack.append(machine.marked()),
    "FROZENSET": lambda machine, _: machine.stack.append(machine.marked()),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.marked())),
    "TUPLE1": lambda machine, _: machine.stack.append(tuple(machine.take(1))),
    "TUPLE2": lambda machine, _: machine.stack.append(tuple(machine.take(2))),
    "TUPLE3": lambda machine, _: machine.stack.append(tuple(machine.take(3))),
    "DICT": lambda machine, _: _dictionary(machine, machine.marked()),
    "APPEND": lambda machine, _: _append(machine, machine.take(1)),
    "APPENDS": lambda machine, _: _append(machine, machine.marked()),
    "SETITEM": lambda machine, _: _set(machine, machine.take(2)),
    "SETITEMS": lambda machine, _: _set(machine, machine.marked()),
    "ADDITEMS": lambda machine, _: _add(machine, machine.marked()),
    "GET": lambda machine, argument: machine.stack.append(machine.memo[argument]),
    "BINGET": lambda machine, argument: machine.stack.append(machine.memo[argument]),
    "LONG_BINGET": lambda machine, argument: machine.stack.append(machine.memo[argument]),
    "PUT": _put,
    "BINPUT": _put,
    "LONG_BINPUT": _put,
    "MEMOIZE": lambda machine, _: _put(machine, len(machine.memo)),
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "EXT1": _extension,
    "EXT2": _extension,
    "EXT4": _extension,
    "INST": _instance,
    "OBJ": _object,
    "REDUCE": _call,
    "NEWOBJ": _call,
    "NEWOBJ_EX": _call_with_keywords,
    "BUILD": _build,
    "PERSID": _persistent,
    "BINPERSID": lambda machine, _: _persistent(machine, machine.stack.pop()),
    "NEXT_BUFFER": lambda machine, _: machine.stack.append(Persistent("buffer")),
}
