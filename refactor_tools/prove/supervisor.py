"""Watches one child: its time, memory, processes and output, and ends it with all that it started."""

import contextlib
import ctypes
import os
import pickle
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from refactor_tools.prove.children import Failure, Limits, Request

_POLL_MILLISECONDS = 20
_RESULT_BYTES = 2**28
_PR_SET_CHILD_SUBREAPER = 36


def supervise(connection: socket.socket) -> None:
    """Read one request from `connection`, run it, and write (result, failure, output) back, pickled."""
    request = pickle.loads(b"".join(iter(lambda: connection.recv(1 << 16), b"")))
    if not isinstance(request, Request):
        raise TypeError("the fork server was asked something that is no request")
    if sys.platform == "linux":
        # Grandchildren that leave their process group still become children of this process when orphaned.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    scratch = tempfile.mkdtemp(prefix="proof-")
    try:
        child = _Child(request, scratch, connection)
        try:
            reply = child.watch()
        finally:
            child.end()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    connection.sendall(pickle.dumps(reply))


class _Child:
    """A running worker, the pipes it writes to and what came out of them."""

    def __init__(self, request: Request, scratch: str, connection: socket.socket) -> None:
        self.limits = request.limits
        self.connection = connection
        self.received: dict[int, bytearray] = {}
        self.result, result_end = os.pipe()
        self.output, output_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            from refactor_tools.prove.worker import run

            run(request, scratch, result_end, output_end)
        os.close(result_end)
        os.close(output_end)
        self.received = {self.result: bytearray(), self.output: bytearray()}

    def watch(self) -> tuple[bytes, Failure | None, str]:
        """Wait for the end, in order or not; returns (pickled result, failure, output)."""
        failure, status = self._until_end()
        self.end()
        self._drain()
        output = bytes(self.received[self.output]).decode(errors="replace")
        result = bytes(self.received[self.result])
        if failure is None and (status != 0 or not result):
            failure = _ended(status, output)
        return result, failure, output

    def end(self) -> None:
        """Kill and reap the child and every descendant, including those that are started meanwhile."""
        while True:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            for pid in (self.pid, *_descendants(os.getpid())):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                return

    def _until_end(self) -> tuple[Failure | None, int]:
        deadline = time.monotonic() + self.limits.seconds
        poll = select.poll()
        poll.register(self.connection, 0)
        for pipe in self.received:
            os.set_blocking(pipe, False)
            poll.register(pipe, select.POLLIN)
        while True:
            for descriptor, event in poll.poll(_POLL_MILLISECONDS):
                if descriptor == self.connection.fileno():
                    return Failure("killed", "the parent went away"), 0
                if not self._read(descriptor) and event & select.POLLHUP:
                    poll.unregister(descriptor)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return None, status
            if time.monotonic() > deadline:
                return Failure("timed out", f"timed out after {self.limits.seconds:g} s"), 0
            if failure := _excess(self.limits):
                return failure, 0

    def _read(self, pipe: int) -> bool:
        """Take what stands in `pipe`, keep its start, and say whether there was anything."""
        kept, bound = self.received[pipe], _RESULT_BYTES if pipe == self.result else self.limits.output_bytes
        with contextlib.suppress(BlockingIOError):
            part = os.read(pipe, 1 << 16)
            kept += part[: bound - len(kept)]
            return bool(part)
        return False

    def _drain(self) -> None:
        for pipe in self.received:
            while self._read(pipe):
                pass


def _ended(status: int, output: str) -> Failure:
    if os.WIFSIGNALED(status):
        fault = next((line for line in output.splitlines() if line.startswith("Fatal Python error")), "")
        return Failure("killed", f"killed by {signal.Signals(os.WTERMSIG(status)).name}", line=fault)
    return Failure("exited", f"exited with {os.waitstatus_to_exitcode(status)} before it gave a result")


def _excess(limits: Limits) -> Failure | None:
    """What the child and its descendants use too much of, on systems that tell (those with /proc)."""
    resident = count = 0
    for pid in _descendants(os.getpid()):
        count += 1
        with contextlib.suppress(OSError, IndexError, ValueError):
            pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
            resident += int(pages) * os.sysconf("SC_PAGE_SIZE")
    if resident > limits.memory_bytes:
        return Failure("out of memory", f"ran out of memory: more than {limits.memory_bytes // 2**20} MiB resident")
    if count > limits.processes:
        return Failure("too many processes", f"started more than {limits.processes} processes")
    return None


def _descendants(pid: int) -> Iterator[int]:
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError, ValueError):
            for child in thread.read_text().split():
                yield int(child)
                yield from _descendants(int(child))
