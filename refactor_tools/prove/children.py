"""Runs code that is not trusted in child processes, so that whatever it does ends as a value."""

import atexit
import io
import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import refactor_tools

FailureKind = Literal["raised", "exited", "killed", "timed out", "out of memory", "too many processes", "unavailable"]

# What a child may know of the environment it is started from; everything else could be a secret.
_ALLOWED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_HOME", "SYSTEMROOT")
_STARTUP_SECONDS = 120.0
_GRACE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use: wall-clock time, resident memory of it and its own children, their number, file size."""

    seconds: float = 120.0
    memory_bytes: int = 6 * 2**30
    processes: int = 32
    file_bytes: int = 2**30
    output_bytes: int = 64 * 2**10


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a child gave no result. `exception` is the type's name, `line` the last line of the code that was run."""

    kind: FailureKind
    message: str
    exception: str = ""
    line: str = ""

    def __str__(self) -> str:
        return f"{self.message} ({self.line})" if self.line else self.message


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the function's result, or a failure; `output` is the start of what it printed."""

    value: object = None
    failure: Failure | None = None
    output: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What the fork server is asked to run."""

    target: str
    payload: bytes
    limits: Limits
    sys_path: tuple[str, ...]


def call(target: str, payload: object, limits: Limits, *, sys_path: Sequence[str] = ()) -> Answer:
    """Run `target` ("module:function") on `payload` in a child process that has torch loaded.

    The function may return values made of builtins and of this package's model; whatever else it does (raise, exit,
    hang, print without end, fill the memory) becomes the answer's failure.
    """
    request = Request(target, pickle.dumps(payload), limits, tuple(sys_path))
    try:
        reply = _server().ask(request)
    except _ServerLost as error:
        return Answer(failure=Failure("unavailable", str(error)))
    return _read_reply(reply)


def close_server() -> None:
    """End the fork server of this process, if there is one."""
    global _current
    with _starting:
        if _current is not None:
            _current.close()
            _current = None


class _ServerLost(Exception):
    """The fork server could not be started, or ended."""


class _Server:
    """The parent's end of a fork server."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._channel, theirs = socket.socketpair()
        self._sending = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "refactor_tools.prove.server", str(theirs.fileno())],
                env=_environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._await_greeting()

    @property
    def usable(self) -> bool:
        return self.owner == os.getpid() and self._process.poll() is None

    def ask(self, request: Request) -> bytes:
        """The supervisor's reply to `request`, b"" where it ended without one."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs, self._sending:
                try:
                    socket.send_fds(self._channel, [b"+"], [theirs.fileno()])
                except OSError as error:
                    raise _ServerLost(f"the fork server ended: {error}") from error
            ours.settimeout(request.limits.seconds + _GRACE_SECONDS)
            try:
                ours.sendall(pickle.dumps(request))
                ours.shutdown(socket.SHUT_WR)
                return _read_all(ours)
            except OSError as error:
                raise _ServerLost(f"the child's supervisor did not answer: {error}") from error

    def close(self) -> None:
        self._channel.close()
        if self.owner == os.getpid():
            self._process.kill()
            self._process.wait()

    def _await_greeting(self) -> None:
        self._channel.settimeout(_STARTUP_SECONDS)
        try:
            greeting = self._channel.recv(4096).decode()
        except OSError as error:
            greeting = str(error)
        self._channel.settimeout(None)
        if greeting != "ready":
            self.close()
            raise _ServerLost(f"the fork server did not start: {greeting or 'it ended at once'}")


_current: _Server | None = None
_starting = threading.Lock()
atexit.register(close_server)


def _server() -> _Server:
    global _current
    with _starting:
        if _current is None or not _current.usable:
            _current = _Server()
        return _current


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ALLOWED if name in os.environ}
    return kept | {
        "PYTHONPATH": str(Path(refactor_tools.__file__).resolve().parents[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "KERAS_BACKEND": "torch",
        "KERAS_TORCH_DEVICE": "cpu",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    }


def _read_all(channel: socket.socket) -> bytes:
    parts = []
    while part := channel.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


class _PlainUnpickler(pickle.Unpickler):
    """Reads builtin containers and this package's values only: what a child sends is not trusted either."""

    def find_class(self, module_name: str, name: str) -> object:
        if module_name == __name__ or module_name.startswith("refactor_tools.model."):
            return super().find_class(module_name, name)
        raise pickle.UnpicklingError(f"a child may not send {module_name}.{name}")


def _read_reply(reply: bytes) -> Answer:
    if not reply:
        return Answer(failure=Failure("killed", "the child's supervisor ended without an answer"))
    result, failure, output = pickle.loads(reply)
    if failure is None:
        value = _read_result(result)
        return Answer(failure=value, output=output) if isinstance(value, Failure) else Answer(value, output=output)
    return Answer(failure=failure, output=output)


def _read_result(data: bytes) -> object:
    try:
        return _PlainUnpickler(io.BytesIO(data)).load()
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, TypeError, ValueError) as error:
        return Failure("raised", f"the child's result cannot be read: {error}")
