"""What shims do when they are used, for every category of warning: once per place, at the user's line, no probe."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pytest

from refactor_tools.codemods.legacy_support import legacy_support
from refactor_tools.codemods.shims import shimmed
from tests.codemods.test_shims import ADAPTED, ALIAS, LEGACY, LIBRARY

CATEGORIES = ["DeprecationWarning", "FutureWarning", "PendingDeprecationWarning"]
CONFIG = "C = type('C', (), {'width': 4})"


@pytest.fixture
def tree(tmp_path: Path, category: str) -> Path:
    """`layers.py` with an alias and an adapted shim, as a module of a folder and as a package."""
    (tmp_path / "library" / "parts").mkdir(parents=True)
    (tmp_path / "library" / "__init__.py").write_text("")
    (tmp_path / "library" / "py.typed").write_text("")
    (tmp_path / "library" / "parts" / "__init__.py").write_text(LIBRARY)
    (tmp_path / "library" / "_legacy.py").write_text(legacy_support("3.0", category, (), str, ()))
    text = shimmed(LEGACY, "layers.py", [ADAPTED, ALIAS], "library")
    (tmp_path / "layers.py").write_text(text)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text(text)
    return tmp_path


def run(tree: Path, code: str, *options: str, environment: dict[str, str] | None = None) -> str:
    """What `user.py` with this code prints on stderr, in a fresh interpreter."""
    (tree / "user.py").write_text(dedent(code))
    done = subprocess.run(
        [sys.executable, *options, "user.py"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=tree,
        env={"PATH": "/usr/bin:/bin", **(environment or {})},
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


USES: list[tuple[str, list[int]]] = [
    ("from layers import Same", [1]),
    ("from layers import *", [1]),
    ("import layers\nlayers.Same", [2]),
    ("import layers as L\nfor _ in range(3):\n    L.Same", [3]),
    ("import layers\nlayers.Same\nlayers.Same", [2, 3]),
    ("import layers\ngetattr(layers, 'Same')", [2]),
    ("from package import Same", [1]),
    ("from package import *", [1]),
    ("import package\npackage.Same", [2]),
    (f"{CONFIG}\nfrom layers import Old\nOld(C)\nfor _ in range(3):\n    Old(C)", [3, 5]),
    (
        f"{CONFIG}\nfrom layers import Old\nclass Own(Old):\n"
        "    def __init__(self):\n        super().__init__(C)\nOwn()",
        [5],
    ),
    ("import layers", []),
    ("from layers import Model, helper", []),
    (f"{CONFIG}\nfrom layers import Model\nModel(C)", []),
    ("import layers\nhasattr(layers, 'Same'), hasattr(layers, '__path__'), hasattr(layers, '__wrapped__')", []),
    ("import layers, inspect\ninspect.getmembers(layers)", []),
    ("import package, inspect\ninspect.getmembers(package), inspect.getdoc(package)", []),
    ("import layers, doctest\ndoctest.testmod(layers)", []),
]
DRIVER = """
import json, runpy, sys, warnings
places = []
for file in json.loads(sys.argv[1]):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        runpy.run_path(file)
    places.append([[item.filename, item.lineno, item.category.__name__] for item in caught])
print(json.dumps(places))
"""


@pytest.mark.parametrize("category", CATEGORIES)
def test_one_warning_at_the_line_of_each_use(tree: Path, category: str) -> None:
    files = [tree / f"use_{number}.py" for number in range(len(USES))]
    for file, (code, _) in zip(files, USES, strict=True):
        file.write_text(code)
    command = [sys.executable, "-c", DRIVER, json.dumps([str(file) for file in files])]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=tree)
    assert done.returncode == 0, done.stderr
    for file, (code, lines), places in zip(files, USES, json.loads(done.stdout), strict=True):
        assert places == [[str(file), line, category] for line in lines], code


@pytest.mark.parametrize("category", CATEGORIES)
def test_importing_never_fails_and_a_use_does(tree: Path, category: str) -> None:
    run(
        tree,
        f"""
        import inspect, layers, package
        inspect.getmembers(layers)
        from layers import Model, helper
        for use in ("from layers import Same", "layers.Same", "from package import *"):
            for _ in range(2):
                try:
                    exec(use)
                except {category}:
                    continue
                raise AssertionError(use)
        """,
        "-W",
        f"error::{category}",
    )


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_model_that_was_pickled_does_not_warn(tree: Path, category: str) -> None:
    shim = (tree / "layers.py").read_text()
    (tree / "layers.py").write_text(LEGACY)
    run(
        tree,
        f"""
        import pickle, torch, layers
        {CONFIG}
        model = torch.nn.Sequential(layers.Same(4), layers.Old(C))
        torch.save(model, "model.pt")
        open("model.pkl", "wb").write(pickle.dumps(model))
        open("old.pkl", "wb").write(pickle.dumps(model, protocol=0))
        """,
    )
    (tree / "layers.py").write_text(shim)
    run(
        tree,
        """
        import io, pickle, torch
        from library.parts import Same
        torch.load("model.pt", weights_only=False)
        def load(name):
            with open(name, "rb") as file:
                return pickle.load(file)
        assert type(load("model.pkl")[0]) is Same and type(load("old.pkl")[0]) is Same
        assert type(pickle.loads(open("model.pkl", "rb").read())[0]) is Same
        pickle._Unpickler(io.BytesIO(open("model.pkl", "rb").read())).load()
        """,
        "-W",
        f"error::{category}",
    )


@pytest.mark.parametrize("category", CATEGORIES[:1])
def test_a_wrong_name_gets_the_nearest(tree: Path) -> None:
    run(
        tree,
        """
        import layers
        try:
            layers.Smae
        except AttributeError as error:
            assert "did you mean 'Same'?" in str(error), error
        """,
    )


@pytest.mark.parametrize("category", CATEGORIES[:1])
def test_linters_and_type_checkers_see_the_real_class(tree: Path) -> None:
    before = (tree / "layers.py").read_text()
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F401,F822", "--fix", "layers.py"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=120)
    lines = set(before.splitlines()) - set((tree / "layers.py").read_text().splitlines())
    assert lines <= {"import torch"}, done.stdout
    (tree / "user.py").write_text("from layers import Same\nreveal_type(Same)\nfrom layers import Sane\n")
    command = [sys.executable, "-m", "mypy", "--cache-dir", ".cache", "user.py"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=300)
    assert "library.parts.Same" in done.stdout, done.stdout
    assert 'Module "layers" has no attribute "Sane"' in done.stdout


@pytest.mark.parametrize("category", CATEGORIES[:1])
def test_uses_are_logged_by_several_processes_at_once(tree: Path) -> None:
    log = {"REFACTOR_TOOLS_SHIM_LOG": str(tree / "uses.tsv"), "PYTHONWARNINGS": "ignore"}
    (tree / "user.py").write_text("import layers\n" + "layers.Same\n" * 50)

    def once(_: int) -> int:
        environment = {"PATH": "/usr/bin:/bin", **log}
        return subprocess.run(
            [sys.executable, "user.py"], cwd=tree, env=environment, check=False, timeout=120
        ).returncode

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(once, range(3))) == [0, 0, 0]
    lines = (tree / "uses.tsv").read_text().splitlines()
    expected = [f"layers.Same\t{tree / 'user.py'}:{line}" for line in range(2, 52)]
    assert sorted(lines) == sorted(expected * 3)


@pytest.mark.parametrize("category", CATEGORIES[:1])
@pytest.mark.parametrize("place", ["/no/such/folder/log", "/proc/log", "."])
def test_a_log_that_cannot_be_written_changes_nothing(tree: Path, place: str) -> None:
    run(tree, "from layers import Same\n", environment={"REFACTOR_TOOLS_SHIM_LOG": place})
