"""The comparison of two Athelas trees passes on equal trees and fails on wrong refactorings, each in its place."""

import shutil
from pathlib import Path

import pytest
import torch

from benchmarks.athelas_models import ASPECTS, compare, main

BEFORE = Path(__file__).parents[2] / "legacy_fixtures" / "athelas" / "before"
LSTM = "src/athelas/models/names3risk_legacy/lstm2risk.py"
TRANSFORMER = "src/athelas/models/names3risk_legacy/transformer2risk.py"
TAB_AE = "src/athelas/models/lightning/tabular/pl_tab_ae.py"
# The whole of it is compared with `after/`; what the comparison sees shows in one part.
PART = ("--part", "names3risk")
COMPUTED = {"outputs", "gradients", "optimizer steps", "old state_dict"}


def copy_with(folder: Path, *edits: tuple[str, str, str]) -> Path:
    """A copy of the tree with `old` replaced by `new` in the file, which must hold it once."""
    root = folder / "tree"
    shutil.copytree(BEFORE, root)
    for path, old, new in edits:
        text = (root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        (root / path).write_text(text.replace(old, new), encoding="utf-8")
    return root


def differing(printed: str) -> dict[str, set[str]]:
    """The aspects that the printed lines name as different, by subject."""
    found: dict[str, set[str]] = {}
    for line in printed.splitlines():
        label, _, rest = line.partition(", ")
        if (aspect := rest.partition(":")[0]) in ASPECTS:
            found.setdefault(label, set()).add(aspect)
    return found


def test_a_tree_equals_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(BEFORE), str(BEFORE), *PART]) == 0
    printed = capsys.readouterr().out
    assert "16 of 16 equal" in printed
    assert "DIFFERS" not in printed
    assert {"lstm2risk.LSTM2Risk", "transformer2risk.Transformer2Risk", "pl_tab_ae.TabAE"} <= set(printed.split())


def test_wrong_refactorings_differ_where_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    masking = 'logits = logits.masked_fill(~mask.unsqueeze(-1), float("-inf"))'
    key, query = (f"        self.{name} = nn.Linear(n_embd, head_size, bias=False)\n" for name in ("key", "query"))
    root = copy_with(
        tmp_path,
        (LSTM, "nn.LayerNorm(width)", "nn.LayerNorm(width, eps=1e-6)"),
        (TAB_AE, masking, "pass"),
        (TRANSFORMER, "alpha = F.softmax(att, dim=1)", "alpha = F.softmax(att, dim=-1)"),
        (TRANSFORMER, key + query, query + key),
        (TAB_AE, "            nn.LayerNorm(dim),\n", "            nn.LayerNorm(dim),\n            nn.Dropout(0.2),\n"),
        # Harmless: another spelling of the same operation.
        (LSTM, "steps < lengths.unsqueeze(1)", "steps < lengths[:, None]"),
    )
    assert main([str(BEFORE), str(root), *PART]) == 1
    printed = capsys.readouterr().out
    found = differing(printed)
    # A pickle brings its own eps along.
    assert found.pop("lstm2risk.ResidualBlock") == COMPUTED
    assert found.pop("lstm2risk.LSTM2Risk") == COMPUTED
    assert found.pop("pl_tab_ae.AttentionPooling") == {*COMPUTED, "old pickle"}
    assert found.pop("transformer2risk.AttentionPooling") == {*COMPUTED, "old pickle"}
    assert found.pop("pl_tab_ae.FeedForward") >= {*COMPUTED, "random numbers"}
    assert "state_dict keys" in found.pop("transformer2risk.Head")
    assert set(found) == {
        "pl_tab_ae.TabAE",
        "transformer2risk.Block",
        "transformer2risk.MultiHeadAttention",
        "transformer2risk.TextProjection",
        "transformer2risk.Transformer2Risk",
    }
    assert "5 of 16 equal" in printed


def test_a_renamed_key_without_a_map_stops_the_after_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_with(
        tmp_path,
        (LSTM, "self.ffwd = nn.Sequential", "self.net = nn.Sequential"),
        (LSTM, "return x + self.ffwd(x)", "return x + self.net(x)"),
    )
    assert main([str(BEFORE), str(root), *PART]) == 1
    assert "blocks.0.ffwd" in capsys.readouterr().err


def test_a_tree_that_cannot_be_run_or_is_none_is_no_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "src").mkdir()
    assert main([str(tmp_path), str(BEFORE), *PART]) == 2
    assert "cannot be run" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main([str(BEFORE), str(tmp_path / "missing")])
    assert stop.value.code == 2


@pytest.mark.parametrize(
    ("old", "new", "equal"),
    [
        (torch.tensor([1.0, float("nan")]), torch.tensor([1.0, float("nan")]), True),
        (torch.tensor([[1.0, 2.0], [3.0, 4.0]]).T, torch.tensor([[1.0, 3.0], [2.0, 4.0]]), True),
        (torch.empty(0), torch.empty(0), True),
        (torch.tensor(0.0), torch.tensor(-0.0), False),
        (torch.tensor(1.0), torch.tensor(1.0, dtype=torch.float64), False),
        (torch.tensor([1.0]), torch.tensor(1.0), False),
        (torch.tensor(1.0), torch.nextafter(torch.tensor(1.0), torch.tensor(2.0)), False),
        ("a.weight", "a.weight", True),
        ("a.weight", "a.bias", False),
    ],
)
def test_equal_means_equal_bits(old: torch.Tensor | str, new: torch.Tensor | str, equal: bool) -> None:
    values = {aspect: [old] for aspect in ASPECTS}
    (row,) = compare({"x": values}, {"x": {**values, "outputs": [new]}})
    assert row.equal is equal


def test_a_missing_value_differs() -> None:
    values = {aspect: ["a", "b"] for aspect in ASPECTS}
    (row,) = compare({"x": values}, {"x": {**values, "state_dict keys": ["a"]}})
    assert row.differences["state_dict keys"] == "2 values before, 1 after"
