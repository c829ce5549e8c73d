"""The fork server: loads torch once and forks a supervisor for every request. Started by `children`, never by hand."""

import contextlib
import importlib
import os
import signal
import socket
import sys

from refactor_tools.prove.supervisor import supervise

# What every proof needs and what is slow to import after the fork.
_PRELOADED = (
    *("torch", "torch.optim", "torch.utils._python_dispatch"),
    *("refactor_tools.prove.worker", "refactor_tools.prove.joint"),
)


def main(descriptor: int) -> int:
    """Serve the socket `descriptor` until its other end is closed."""
    with socket.socket(fileno=descriptor) as channel:
        try:
            for name in _PRELOADED:
                importlib.import_module(name)
            _make_deterministic()
        except ImportError as error:
            channel.sendall(f"{error} (is torch installed for {sys.executable}?)".encode())
            return 1
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        channel.sendall(b"ready")
        _serve(channel)
    return 0


def _make_deterministic() -> None:
    """Set here once, because it loads much of torch."""
    import torch

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True, warn_only=True)


def _serve(channel: socket.socket) -> None:
    while True:
        word, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
        if not word:
            return
        if os.fork() == 0:
            channel.close()
            _answer(descriptors[0])
        for descriptor in descriptors:
            os.close(descriptor)


def _answer(descriptor: int) -> None:
    """Supervise one child and end this process, whatever happens: the server's loop must not run twice."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with socket.socket(fileno=descriptor) as connection:
                supervise(connection)
        finally:
            os._exit(0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
