"""The same work on a Dask cluster, through joblib's own backend for it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pkgutil import resolve_name

from refactor_tools import __version__
from refactor_tools.errors import RefactorError

INSTALL = "pip install 'refactor-tools[dask]'"
_SECONDS = 10


@contextmanager
def on_cluster(address: str) -> Iterator[int]:
    """Let joblib send its calls to the Dask scheduler at `address` ("tcp://host:8786"); gives the number of jobs.

    Workers get sources, not paths: they need no disk in common, only the same version of this package.

    Raises:
        RefactorError: Dask is not installed, nothing answers at `address`, or its workers cannot be used.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise RefactorError(f"--scheduler needs Dask; {INSTALL}") from error
    from joblib import parallel_config

    try:
        client = Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RefactorError(f"no Dask scheduler answers ({_reason(error)})", address) from error
    with client:
        _require_same_version(client.run, address)
        cores = sum(client.ncores().values())
        with parallel_config(backend="dask", client=client):
            # One job would be done here.
            yield max(cores, 2)


def _require_same_version(run: Callable[..., Mapping[str, object]], address: str) -> None:
    try:
        versions = run(resolve_name, "refactor_tools:__version__")
    except ImportError as error:
        raise RefactorError(f"its workers lack refactor-tools; {INSTALL} there", address) from error
    if not versions:
        raise RefactorError("the scheduler has no workers; start one with `dask worker`", address)
    other = next((version for version in versions.values() if version != __version__), None)
    if other is not None:
        raise RefactorError(f"its workers have version {other} of refactor-tools, here it is {__version__}", address)


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
