import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from refactor_tools.errors import RefactorError
from refactor_tools.scan import cluster, tree
from refactor_tools.scan.cluster import on_cluster
from refactor_tools.scan.tree import scan_tree
from refactor_tools.settings import Settings

FILES = 12
TEXT = "from torch import nn\nimport m{next}\nclass A{n}(nn.Module):\n    def forward(self, x):\n        return x\n"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    from distributed import LocalCluster

    # Workers that share nothing with this process: what they know of it arrives over the socket.
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=":0"
    ) as running:
        yield running.scheduler_address


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for n in range(FILES):
        (tmp_path / f"m{n}.py").write_text(TEXT.format(n=n, next=(n + 1) % FILES))
    (tmp_path / "broken.py").write_text("x = = 1\n")
    return tmp_path


def test_a_cluster_finds_what_this_machine_finds(address: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import Client

    local = scan_tree(root, [root], Settings(root=root), cache=False)
    monkeypatch.setattr(tree, "PARALLEL_FROM", 1)
    with on_cluster(address) as cores:
        assert cores == 2
        remote = scan_tree(root, [root], Settings(root=root), cache=False, jobs=cores)
    assert (remote.files, remote.problems) == (local.files, local.problems)
    with Client(address, set_as_default=False) as client:
        parsed = client.run(eval, "'refactor_tools.scan.facts' in __import__('sys').modules")
    assert any(parsed.values())


def test_the_work_is_done_by_the_workers(address: str) -> None:
    from joblib import Parallel, delayed

    with on_cluster(address) as cores:
        pids = set(Parallel(n_jobs=cores)(delayed(os.getpid)() for _ in range(8)))
    assert os.getpid() not in pids


def test_nothing_is_left_behind(address: str) -> None:
    from joblib import Parallel

    with on_cluster(address):
        pass
    assert type(Parallel(n_jobs=2)._backend).__name__ == "LokyBackend"


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    message = r"--scheduler needs Dask; pip install 'refactor-tools\[dask\]'"
    with pytest.raises(RefactorError, match=message), on_cluster("tcp://127.0.0.1:1"):
        pass


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_SECONDS", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(RefactorError, match="no Dask scheduler answers") as caught, on_cluster(address):
        pass
    assert caught.value.place == address


@pytest.mark.parametrize("address", ["", "nonsense", "carrier://pigeon:1", "tcp://127.0.0.1:port"])
def test_what_is_no_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_SECONDS", 0.5)
    with pytest.raises(RefactorError, match="no Dask scheduler answers"), on_cluster(address):
        pass


def test_workers_of_another_version(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "__version__", "0.0.1")
    with pytest.raises(RefactorError, match=r"its workers have version .*, here it is 0\.0\.1"), on_cluster(address):
        pass


def test_scheduler_without_workers() -> None:
    from distributed import LocalCluster

    empty = LocalCluster(n_workers=0, processes=True, host="127.0.0.1", dashboard_address=":0")
    with empty, pytest.raises(RefactorError, match="has no workers"), on_cluster(empty.scheduler_address):
        pass
