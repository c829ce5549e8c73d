"""What legacy code does to the process around it stays without effect on the proof."""

from dataclasses import replace
from textwrap import dedent

import pytest

from refactor_tools.prove.children import Limits
from refactor_tools.prove.gate import prove
from tests.prove.samples import POOL, POOL_COMPONENT, Library

LIMITS = Limits(seconds=60, memory_bytes=2**30)
SHORT = Limits(seconds=3)


@pytest.mark.parametrize(
    ("where", "statement", "limits", "said"),
    [
        ("module", "while True: pass", SHORT, "timed out after 3 s"),
        ("forward", "while True: pass", SHORT, "timed out after 3 s"),
        ("module", "import os; os.kill(os.getpid(), 9)", LIMITS, "killed by SIGKILL"),
        ("forward", "import sys; sys.exit('bye')", LIMITS, "sys.exit('bye')"),
        ("forward", "import socket; socket.create_connection(('127.0.0.1', 9))", LIMITS, "the network is closed"),
        ("module", "import urllib.request as u; u.urlopen('http://127.0.0.1:9')", LIMITS, "the network is closed"),
        ("forward", "kept = [torch.ones(10**7) for _ in range(10**4)]", LIMITS, "ran out of memory"),
    ],
)
def test_what_never_comes_back_is_broken_legacy(
    where: str, statement: str, limits: Limits, said: str, library: Library
) -> None:
    task = library(POOL_COMPONENT, replace(POOL, source=placed(statement, where)))
    (proof,) = prove(task, limits).originals
    assert proof.verdict == "LEGACY_BROKEN"
    assert said in proof.reason


@pytest.mark.parametrize(
    ("side", "statement"),
    [("original", "import geoopt"), ("original", "from cv2 import x"), ("component", "import cv2")],
)
def test_what_needs_a_package_that_is_not_here_is_not_run(side: str, statement: str, library: Library) -> None:
    component, original = POOL_COMPONENT, POOL
    if side == "original":
        original = replace(POOL, source=f"{statement}\n{POOL.source}")
    else:
        component = f"{statement}\n" + dedent(POOL_COMPONENT)
    (proof,) = prove(library(component, original), LIMITS).originals
    assert proof.verdict == "NOT_RUN"
    assert "install " in proof.reason


def test_a_module_of_the_tree_that_is_gone_is_no_package(library: Library) -> None:
    task = library(POOL_COMPONENT, replace(POOL, source=f"import component.gone\n{POOL.source}"))
    (proof,) = prove(task, LIMITS).originals
    assert proof.verdict == "LEGACY_BROKEN"


@pytest.mark.parametrize(
    "statement",
    [
        "print('x' * 10**7)",
        "torch.set_default_dtype(torch.float64)",
        "torch.manual_seed(3)",
        "torch.set_num_threads(2)",
        "torch.set_grad_enabled(False)",
        "torch.use_deterministic_algorithms(False)",
        "import warnings; warnings.simplefilter('error')",
        "import random; random.seed(4)",
        "import os; os.chdir('/')",
    ],
)
def test_side_effects_of_loading_do_not_matter(statement: str, library: Library) -> None:
    task = library(POOL_COMPONENT, replace(POOL, source=placed(statement, "module")))
    (proof,) = prove(task, LIMITS).originals
    assert (proof.verdict, proof.reason) == ("PROVED", "")


@pytest.mark.parametrize(
    "statement", ["torch.manual_seed(3)", "torch.set_default_dtype(torch.float64)", "import random; random.random()"]
)
def test_side_effects_of_running_must_be_the_same(statement: str, library: Library) -> None:
    original = replace(POOL, source=placed(statement, "forward"))
    component = POOL_COMPONENT.replace("scores = self.att", f"{statement}\n        scores = self.att")
    assert prove(library(POOL_COMPONENT, original), LIMITS).verdict == "DIFFERENT"
    assert prove(library(component, original), LIMITS).verdict == "PROVED_ON_PATHS"


def test_a_component_that_hangs_is_different(library: Library) -> None:
    component = POOL_COMPONENT.replace("scores = self.att", "while True: pass\n        scores = self.att")
    (proof,) = prove(library(component, POOL), SHORT).originals
    assert proof.verdict == "DIFFERENT"
    assert "timed out" in proof.reason


def test_a_comparison_that_takes_too_long_blames_neither_side(library: Library) -> None:
    # Either side alone sleeps for two seconds, the comparison, which runs both several times, for many more.
    nap = "import time; time.sleep(0.15 if x.numel() == 120 else 0)"
    original = replace(POOL, source=placed(nap.replace("x.", "states."), "forward"))
    component = POOL_COMPONENT.replace("scores = self.att", f"{nap}\n        scores = self.att")
    (proof,) = prove(library(component, original), Limits(seconds=5)).originals
    assert proof.verdict == "NOT_RUN"
    assert "both sides run alone" in proof.reason


def placed(statement: str, where: str) -> str:
    if where == "module":
        return POOL.source.replace("class Pool", f"{statement}\n\n\nclass Pool")
    return POOL.source.replace("scores = self.att", f"{statement}\n        scores = self.att")
