"""Divisions by map and by proposal, and the order in which everything runs then."""

import pytest

from refactor_tools.errors import RefactorError
from tests.splitting.plans import mapped, names, own, refused

LOSSES = """
import torch

EPS = 1e-6


def clamp(p):
    return p.clamp(EPS, 1 - EPS)


class Focal:
    def f(self, p):
        return clamp(p)


class Dice:
    pass


def train():
    return Focal()
"""


def test_a_map_brings_the_helpers_that_only_one_file_uses() -> None:
    result = mapped(LOSSES, focal=["Focal"], dice=["Dice"])
    assert names(result) == {"focal": {"EPS", "clamp", "Focal"}, "dice": {"Dice"}}


def test_a_map_may_leave_out_what_no_new_file_needs() -> None:
    assert "train" not in {
        name for found in names(mapped(LOSSES, x=["Focal", "clamp", "EPS"])).values() for name in found
    }


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"a": ["clamp"], "b": ["Focal"], "c": ["Dice"]}, ""),
        ({"a": ["Focal"], "b": ["train"], "c": ["Dice"]}, ""),
        ({"focal": ["Focal"], "train": ["train"]}, "train.py has the name of something in the file"),
        ({"a": ["train"]}, ""),
    ],
)
def test_maps(files: dict[str, list[str]], reason: str) -> None:
    if reason:
        assert reason in refused(LOSSES, **files).reason
    else:
        mapped(LOSSES, **files)


def test_unknown_names_are_errors_with_the_nearest() -> None:
    with pytest.raises(RefactorError, match=r"defines no Fokal .* did you mean Focal\?"):
        mapped(LOSSES, a=["Fokal"])


def test_rings_are_refused_with_the_ring() -> None:
    text = "class A:\n    def f(self):\n        return B\nclass B:\n    def f(self):\n        return A\n"
    refusal = refused(text, a_file=["A"], b_file=["B"])
    assert refusal.reason == "a_file.py, b_file.py would import each other"
    assert refusal.details == (("A (a_file.py)", "uses B (b_file.py)"), ("B (b_file.py)", "uses A (a_file.py)"))


@pytest.mark.parametrize(
    ("text", "files", "reason"),
    [
        ("_n = 0\ndef up():\n    global _n\n    _n = 1\n", {"a": ["_n"], "b": ["up"]}, "cannot be parted"),
        ("X = 1\nclass A:\n    x = X\nX = 2\nclass B: pass\n", {"a": ["X"], "b": ["A"]}, ""),
        ("n = 0\ndef up():\n    global n\n    n = 1\n", {"a": ["up"]}, "rebound with `global`"),
        ("H = __file__\ndef f():\n    return H\n", {"a": ["f"]}, "uses H, which stays"),
        ("C = 1\ndef f(): return C\ndef g(): return C\n", {"a": ["f"], "b": ["g"]}, "left in the file"),
        (
            "import torch\ndef build(): return 1\nA = build()\ntorch.manual_seed(0)\nB = build()\nprint(A)\n",
            {"a": ["A"], "b": ["B"], "c": ["build"]},
            "in another order",
        ),
        (
            "import torch\nA = torch.rand(2)\ntorch.manual_seed(0)\nB = torch.rand(2)\n",
            {"a": ["A"], "b": ["B"]},
            "in another order",
        ),
        (
            "import torch\nclass A: pass\nprint(A)\ntorch.manual_seed(0)\nB = torch.rand(2)\n",
            {"a": ["A"], "b": ["B"]},
            "has to run before it",
        ),
    ],
)
def test_state_and_order(text: str, files: dict[str, list[str]], reason: str) -> None:
    if reason:
        assert reason in refused(text, **files).reason
    else:
        assert set(mapped(text, **files).files) == set(files)


def test_the_proposal_keeps_what_would_run_at_another_time() -> None:
    result = own(
        "import torch\nA = torch.rand(2)\ntorch.manual_seed(0)\nB = torch.rand(2)\nclass K: pass\nclass L: pass\n"
    )
    moved = {name for found in names(result).values() for name in found}
    assert {"K", "L"} <= moved
    assert not {"A", "B"} <= moved


def test_what_a_script_runs_stays_in_it() -> None:
    text = LOSSES + "\n\ndef main():\n    train()\n\n\nif __name__ == '__main__':\n    main()\n"
    moved = {name for found in names(own(text)).values() for name in found}
    assert moved == {"EPS", "clamp", "Focal", "Dice"}


def test_parts_are_imported_after_what_they_need_and_before_what_needs_them() -> None:
    text = "import sys\nsys.path.insert(0, 'x')\nimport deep\nclass A:\n    x = deep\nclass B: pass\nprint(A)\n"
    result = mapped(text, a=["A"], b=["B"])
    assert 3 <= result.position <= 5
