from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from refactor_tools.model.adapters import Adapter, Argument
from refactor_tools.model.proofs import Call, Case, Construction, OriginalProof, OriginalTask, ShimPlace, TensorSpec
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.children import Limits
from refactor_tools.prove.gate import prove, prove_original
from tests.prove.samples import BLOCK_COMPONENT, BLOCK_ORIGINAL, POOL, POOL_COMPONENT, Library

POOL_SHIM = """
import warnings

from component import Pool as _Pool


class Pool(_Pool):
    def __init__(self, config):
        warnings.warn("old_module.Pool has moved", DeprecationWarning, stacklevel=2)
        super().__init__(input_dim=2 * config.hidden_size)
        self.config = config

    def forward(self, states, lengths=None):
        return super().forward(states, lengths=lengths)
"""

BLOCK_SHIM = """
from component import Block as _Block

_OLD = {"fc1": "first", "fc2": "second"}
_NEW = {old: new for new, old in _OLD.items()}


def _rename(state, prefix, names):
    for key in list(state):
        value = state.pop(key)
        if key.startswith(prefix):
            head, dot, rest = key[len(prefix):].partition(".")
            key = prefix + names.get(head, head) + dot + rest
        state[key] = value


class Block(_Block):
    def __init__(self, width, rate=0.1):
        super().__init__(dim=width, dropout=rate)

    def forward(self, x, gate=None):
        return super().forward(x, gate=gate)

    def state_dict(self, *args, prefix="", **kwargs):
        state = super().state_dict(*args, prefix=prefix, **kwargs)
        _rename(state, prefix, _OLD)
        return state

    def _load_from_state_dict(self, state_dict, prefix, *args):
        _rename(state_dict, prefix, _NEW)
        super()._load_from_state_dict(state_dict, prefix, *args)

    def __setstate__(self, state):
        if "first" in state["_modules"]:
            _rename(state["_modules"], "", _NEW)
        super().__setstate__(state)
"""


def proof_through(library: Library, folder: Path, component: str, original: OriginalTask, shim: str) -> OriginalProof:
    task = library(component, original)
    (folder / "old_module.py").write_text(dedent(shim), encoding="utf-8")
    shimmed = replace(original, shim=ShimPlace((str(folder),), "old_module", original.name))
    (proof,) = prove(replace(task, originals=(shimmed,))).originals
    return proof


def test_adapted_shim_passes(library: Library, tmp_path: Path) -> None:
    proof = proof_through(library, tmp_path, POOL_COMPONENT, POOL, POOL_SHIM)
    assert (proof.verdict, proof.reason) == ("PROVED", "")
    passed = {check.name for check in proof.checks if check.passed}
    assert {"shim signature", "shim state", "shim calls", "shim copies", "old pickles"} <= passed


def test_shim_with_renamed_state_passes(library: Library, tmp_path: Path) -> None:
    proof = proof_through(library, tmp_path, BLOCK_COMPONENT, BLOCK_ORIGINAL, BLOCK_SHIM)
    assert (proof.verdict, proof.reason) == ("PROVED", "")


def test_alias_shim_passes(library: Library, tmp_path: Path) -> None:
    original = replace(BLOCK_ORIGINAL, adapter=Adapter())
    shim = """
    import warnings

    def __getattr__(name):
        if name == "Block":
            warnings.warn("old_module.Block has moved", DeprecationWarning, stacklevel=2)
            from component import Block
            return Block
        raise AttributeError(name)
    """
    proof = proof_through(library, tmp_path, BLOCK_ORIGINAL.source, original, shim)
    assert (proof.verdict, proof.reason) == ("PROVED", "")


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("rate=0.1", "rate=0.2", "shim signature"),
        ("width, rate=0.1", "width, *, rate=0.1", "shim signature"),
        ("self, x, gate=None", "self, x, *, gate=None", "shim signature"),
        ("x, gate=gate", "x", "shim calls"),
        ("def state_dict", "def _state_dict", "shim state"),
        ('if "first" in state["_modules"]', 'if "nothing" in state["_modules"]', "old pickles"),
        ("super().__setstate__(state)", "raise RuntimeError('no state')", "shim calls"),
        ("dropout=rate", "rate=rate", "shim construction"),
        ("from component import Block as", "from component import Blok as", "shim import"),
    ],
)
def test_wrong_shim_is_different(old: str, new: str, check: str, library: Library, tmp_path: Path) -> None:
    assert old in BLOCK_SHIM
    proof = proof_through(library, tmp_path, BLOCK_COMPONENT, BLOCK_ORIGINAL, BLOCK_SHIM.replace(old, new))
    assert proof.verdict == "DIFFERENT"
    assert check in {found.name for found in proof.checks if found.passed is False}


def test_shim_that_lacks_what_the_old_pickle_lacks(library: Library, tmp_path: Path) -> None:
    component = POOL_COMPONENT.replace("self.attention =", "self.temperature = 1.0\n        self.attention =").replace(
        "dim=1) * x", "dim=1) * self.temperature * x"
    )
    original = replace(POOL, source=POOL.source.replace("dim=1) * states", "dim=1) * 1.0 * states"))
    proof = proof_through(library, tmp_path, component, original, POOL_SHIM)
    failed = [check for check in proof.checks if check.passed is False]
    assert [check.name for check in failed] == ["old pickles"]
    assert "temperature" in failed[0].detail


def test_function_shim(library: Library, tmp_path: Path) -> None:
    source = "def scaled(x, by=2):\n    return x * by\n"
    component = "def scaled(values, *, factor=2):\n    return values * factor\n"
    case = Case((Construction({}, {}, (Call({"x": TensorSpec((3,)), "by": 3}), Call({"x": TensorSpec((3,))}))),))
    adapter = Adapter(forward=(Argument("values", "x"), Argument("factor", "by")))
    original = OriginalTask("old.py::scaled", "scaled", source, adapter, case)
    good = "from component import scaled as _scaled\n\n\ndef scaled(x, by=2):\n    return _scaled(x, factor=by)\n"
    assert proof_through(library, tmp_path, component, original, good).verdict == "PROVED"
    wrong = good.replace("factor=by", "factor=2")
    assert "shim calls" in proof_through(library, tmp_path, component, original, wrong).reason


def test_a_shim_is_held_to_the_original_from_every_seed(library: Library, tmp_path: Path) -> None:
    task = library(BLOCK_COMPONENT, BLOCK_ORIGINAL)
    (tmp_path / "old_module.py").write_text(dedent(BLOCK_SHIM), encoding="utf-8")
    shimmed = replace(BLOCK_ORIGINAL, shim=ShimPlace((str(tmp_path),), "old_module", "Block"))
    proof, _ = prove_original(Assignment(task, shimmed, seed=3), Limits())
    assert proof.passed("shim calls")
    assert proof.verdict == "PROVED"
