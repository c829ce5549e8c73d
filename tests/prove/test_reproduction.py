"""Stand-alone reproductions: they fail while the component is wrong, and pass once it is corrected."""

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.divergences import Divergence
from refactor_tools.model.proofs import (
    Call,
    Case,
    Construction,
    Named,
    OriginalProof,
    OriginalTask,
    ProofTask,
    TensorSpec,
)
from refactor_tools.prove.children import Limits, call
from refactor_tools.prove.gate import localise
from refactor_tools.prove.reproduction import NoReproduction, reproduce, reproduction
from tests.prove.loaded import edited
from tests.prove.samples import BLOCK_COMPONENT, BLOCK_ORIGINAL, POOL, POOL_COMPONENT, Library

LIMITS = Limits()
FUNCTION = "import torch\n\n\ndef pool(x, *, mask=None):\n    return x.sum(1) if mask is None else x[mask].sum()\n"
ROW = TensorSpec(("B", "L"))
FUNCTION_CALLS = (Call({"x": ROW, "mask": TensorSpec(("B", "L"), "mask")}), Call({"x": ROW}))
FUNCTION_CASE = Case((Construction({}, {"B": 2, "L": 3}, FUNCTION_CALLS),))
POOL_FUNCTION = OriginalTask("legacy/f.py::pool", "pool", FUNCTION, Adapter(), FUNCTION_CASE)


def divergence_of(task: ProofTask) -> Divergence:
    (original,) = task.originals
    found = localise(task, original, OriginalProof(original.id, "DIFFERENT", ()), LIMITS).divergence
    assert found is not None
    return found


def reproduced(task: ProofTask, root: Path) -> tuple[str, str]:
    return reproduce(task, task.originals[0], divergence_of(task), root, LIMITS)


def fails(task: ProofTask, root: Path, path: str, text: str) -> object:
    return call(
        "refactor_tools.prove.reproduction_trial:fails", (text, str(root / path)), LIMITS, sys_path=task.sys_path
    ).value


WRONG = {
    "values": (BLOCK_ORIGINAL, BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6"),
    "gradient": (BLOCK_ORIGINAL, BLOCK_COMPONENT, "self.norm(x)", "self.norm(x.detach())"),
    "random stream": (BLOCK_ORIGINAL, BLOCK_COMPONENT, "return x +", "self.drop(x)\n        return x +"),
    "changed input": (BLOCK_ORIGINAL, BLOCK_COMPONENT, "hidden = self.norm(x)", "hidden = self.norm(x.clamp_(0))"),
    "output form": (
        BLOCK_ORIGINAL,
        BLOCK_COMPONENT,
        "return x + hidden * self.scale",
        "return [x + hidden * self.scale]",
    ),
    "exception": (BLOCK_ORIGINAL, BLOCK_COMPONENT, "hidden = self.norm(x)", "raise ValueError"),
    "constructor": (BLOCK_ORIGINAL, BLOCK_COMPONENT, "*, dropout:", "*, rate:"),
    "state keys": (BLOCK_ORIGINAL, BLOCK_COMPONENT, "torch.ones(dim))", "torch.ones(dim), persistent=False)"),
    "requires_grad": (
        BLOCK_ORIGINAL,
        BLOCK_COMPONENT,
        "self.drop = ",
        "self.norm.requires_grad_(False)\n        self.drop = ",
    ),
    "ties": (
        BLOCK_ORIGINAL,
        BLOCK_COMPONENT,
        "self.drop = ",
        "self.fc2.weight = self.fc1.weight\n        self.drop = ",
    ),
    "initialisation": (
        BLOCK_ORIGINAL,
        BLOCK_COMPONENT,
        "self.drop = ",
        "nn.init.zeros_(self.fc1.bias)\n        self.drop = ",
    ),
    "modes": (
        *(BLOCK_ORIGINAL, BLOCK_COMPONENT, "    def forward"),
        "    def train(self, mode=True):\n        return super().train(True)\n\n    def forward",
    ),
    "training": (
        BLOCK_ORIGINAL,
        BLOCK_COMPONENT,
        "hidden = self.norm(x)",
        "torch.manual_seed(0); hidden = self.norm(x)",
    ),
    "lengths": (POOL, POOL_COMPONENT, "< lengths", "<= lengths"),
    "edge": (POOL, POOL_COMPONENT, 'float("-inf")', "-1e9"),
    "function": (POOL_FUNCTION, FUNCTION, "x.sum(1)", "x.sum(0)"),
    "masked function": (POOL_FUNCTION, FUNCTION, "x[mask].sum()", "x[mask].mean()"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_it_fails_until_the_component_is_corrected(mistake: str, library: Library, tmp_path: Path) -> None:
    original, component, old, new = WRONG[mistake]
    task = library(edited(component, old, new), original)
    path, text = reproduced(task, tmp_path)
    assert fails(task, tmp_path, path, text) is True
    library(component, original)
    assert fails(task, tmp_path, path, text) is False


def test_it_runs_with_pytest_and_without_this_package(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # This package has a plugin, which pytest would look for.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    task = library(edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6"), BLOCK_ORIGINAL)
    path, text = reproduced(task, tmp_path)
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(text, encoding="utf-8")
    alone = "import sys; sys.modules['refactor_tools'] = None; import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    command = [sys.executable, "-c", alone, "-q", "-p", "no:cacheprovider", path]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, "these differ: output" in done.stdout) == (1, True), done.stdout + done.stderr
    library(BLOCK_COMPONENT, BLOCK_ORIGINAL)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout


def test_its_text_depends_on_nothing_but_the_divergence(library: Library, tmp_path: Path) -> None:
    task = library(edited(POOL_COMPONENT, "< lengths", "<= lengths"), POOL)
    divergence = divergence_of(task)
    path = ".refactor-tools/reproductions/test_Pool_1.py"
    text = reproduction(task, POOL, divergence, tmp_path, path)
    assert text == reproduction(task, POOL, divergence, tmp_path, path)
    assert str(tmp_path) not in text
    assert "'lengths': lengths(draw, 2, high=2)" in text
    assert "sys.path[:0] = [str(ROOT)]" in text
    code = text.split('"""', 2)[2].partition("ORIGINAL = ")[0]
    assert max(map(len, code.splitlines())) <= 120


def test_folders_of_the_import_path_are_told_from_the_root(library: Library, tmp_path: Path) -> None:
    task = library(edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6"), BLOCK_ORIGINAL)
    text = reproduction(task, BLOCK_ORIGINAL, divergence_of(task), tmp_path.parent, "a/b/test.py")
    assert f"sys.path[:0] = [str(ROOT / '{tmp_path.name}')]" in text


@pytest.mark.parametrize("ending", ["", "# it's a quote '", "TEXT = '''a'''", "BACK = 'a\\n'", 'DOC = """b"""'])
def test_any_source_can_be_quoted(ending: str, library: Library, tmp_path: Path) -> None:
    original = replace(BLOCK_ORIGINAL, source=f"{BLOCK_ORIGINAL.source}\n{ending}")
    task = library(edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6"), original)
    text = reproduction(task, original, divergence_of(task), tmp_path, "a/b/test.py")
    (value,) = [
        node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ORIGINAL"
    ]
    assert ast.literal_eval(value).rstrip("\n") == original.source.rstrip("\n")


def test_objects_and_constants_among_the_arguments(library: Library, tmp_path: Path) -> None:
    body = "return (x * by * config.rate).clamp(*bounds) + (kind is not None)"
    source = f"def scale(x, by, kind, bounds, config):\n    {body}\n"
    values = {
        "x": TensorSpec((2,), dtype="float64"),
        "by": 2.0,
        "kind": Named("torch.nn.ReLU", {}),
        "bounds": (float("-inf"), 1e9),
        "config": {"rate": 0.5},
    }
    original = OriginalTask("f.py::scale", "scale", source, Adapter(), Case((Construction({}, {}, (Call(values),)),)))
    task = library(edited(source, "x * by", "x + by"), original)
    _, text = reproduced(task, tmp_path)
    for said in ('float("-inf")', "Config({'rate': 0.5})", "dtype=torch.float64", "resolve_name('torch.nn.ReLU')"):
        assert said in text


def test_what_no_case_shows_has_no_reproduction(library: Library, tmp_path: Path) -> None:
    task = library(edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6"), BLOCK_ORIGINAL)
    divergence = divergence_of(task)
    with pytest.raises(NoReproduction, match="no single construction"):
        reproduce(task, BLOCK_ORIGINAL, replace(divergence, case=""), tmp_path, LIMITS)


def test_a_test_that_does_not_fail_is_not_handed_over(library: Library, tmp_path: Path) -> None:
    task = library(edited(BLOCK_COMPONENT, "eps=1e-5", "eps=1e-6"), BLOCK_ORIGINAL)
    divergence = divergence_of(task)
    library(BLOCK_COMPONENT, BLOCK_ORIGINAL)
    with pytest.raises(NoReproduction, match="does not show outside"):
        reproduce(task, BLOCK_ORIGINAL, divergence, tmp_path, LIMITS)
