"""What happens inside a child: limits and determinism are set, the target runs, its result is sent."""

import contextlib
import faulthandler
import importlib
import linecache
import os
import pickle
import random
import resource
import signal
import site
import sys
import sysconfig
import traceback
from pathlib import Path
from typing import NoReturn

import torch

from refactor_tools.prove.children import Failure, Request
from refactor_tools.prove.loading import extend_path

_MAX_DESCRIPTOR = 4096
_LOOKING_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_REACHING = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"})
_HERE = str(Path(__file__).resolve().parent)


def run(request: Request, scratch: str, result: int, output: int) -> NoReturn:
    """Run `request`, write the pickled result or `Failure` to `result`, and end this process."""
    try:
        _contain(request, scratch, result, output)
        _seed()
        _send(result, _outcome(request))
    finally:
        # Exit handlers, threads and destructors of the code that ran have no say in how this process ends.
        os._exit(0)


def _contain(request: Request, scratch: str, result: int, output: int) -> None:
    os.setsid()
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    # The supervisor's connection is among them: only `result` may carry an answer.
    os.closerange(3, result)
    os.closerange(result + 1, _MAX_DESCRIPTOR)
    os.chdir(scratch)
    os.environ.update(HOME=scratch, TMPDIR=scratch)
    os.environ.pop("PYTHONPATH", None)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (request.limits.file_bytes, request.limits.file_bytes))
    faulthandler.enable()
    sys.addaudithook(_close_network)
    sys.argv = ["proof"]


def _close_network(event: str, arguments: tuple[object, ...]) -> None:
    """Raises where Python code reaches for another machine; sockets in the file system stay open."""
    there = event in _LOOKING_UP or (event in _REACHING and isinstance(arguments[1], tuple))
    if there:
        raise PermissionError("the network is closed to what is proven; keep what it would fetch in the tree")


def _seed() -> None:
    random.seed(0)
    torch.manual_seed(0)


def _outcome(request: Request) -> object:
    try:
        extend_path(request.sys_path)
        module, _, function = request.target.partition(":")
        return getattr(importlib.import_module(module), function)(pickle.loads(request.payload))
    except SystemExit as error:
        return Failure("exited", f"called sys.exit({error.code!r})", "SystemExit", last_line(error))
    except MemoryError as error:
        return Failure("out of memory", "ran out of memory", "MemoryError", last_line(error))
    except BaseException as error:  # noqa: BLE001 - whatever the code that is run raises is its answer
        return describe(error)


def describe(error: BaseException) -> Failure:
    """An exception as a failure: its type, its message, and the last line of the code under proof."""
    name = type(error).__name__
    first = next(iter(str(error).strip().splitlines()), "")
    return Failure("raised", f"{name}: {first[:300]}" if first else name, name, last_line(error))


def last_line(error: BaseException) -> str:
    """The innermost line that belongs neither to a library nor to this package, as "file:line: text"."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if is_own_code(frame.filename):
            return source_line(frame.filename, frame.lineno or 0)
    return ""


def source_line(filename: str, number: int) -> str:
    """A line as a person reads it: "file:line: text". Lines of a stored slice are numbered within the slice."""
    place = filename[1:-1].partition(" ")[2] if filename.startswith("<") else os.path.basename(filename)
    return f"{place}:{number}: {linecache.getline(filename, number).strip()}"


def is_own_code(filename: str) -> bool:
    """Whether a file is part of what is proven: a stored slice, a component or a shim."""
    if filename.startswith(("<original ", "<variant ")):
        return True
    return not filename.startswith(("<", _HERE, *_libraries()))


def _libraries() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    found = {paths["stdlib"], paths["purelib"], paths["platlib"], *site.getsitepackages()}
    with contextlib.suppress(AttributeError, TypeError):
        found.add(str(Path(torch.__file__).parents[1]))
    return tuple(sorted(path + os.sep for path in found))


def _send(descriptor: int, outcome: object) -> None:
    try:
        data = pickle.dumps(outcome)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        data = pickle.dumps(Failure("raised", f"the result cannot be sent: {error}"))
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
