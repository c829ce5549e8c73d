"""The temporal self-attention part of the first legacy system trains, scores and repeats itself."""

import ast
import csv
import importlib
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

SCRIPTS = (
    Path(__file__).parents[2]
    / "legacy_fixtures/athelas/before/src/athelas/models/temporal_self_attention_legacy/scripts"
)

INVENTORY = {
    "basic_blocks": {
        "TimeEncode",
        "TimeEncoder",
        "FeatureAggregation",
        "AttentionLayer",
        "AttentionLayerPreNorm",
        "OrderAttentionLayer",
        "FeatureAttentionLayer",
        "compute_FM_parallel",
    },
    "temporal_multihead_attention": {
        "TimeEncode",
        "TemporalMultiheadAttention",
        "causal_mask",
        "padding_mask",
    },
    "mixture_of_experts": {
        "Experts",
        "Top2Gating",
        "MoE",
        "HeirarchicalMoE",
        "top1",
        "cumsum_exclusive",
        "safe_one_hot",
        "init_",
    },
    "focalloss": {
        "one_hot",
        "focal_loss",
        "FocalLoss",
        "binary_focal_loss_with_logits",
        "BinaryFocalLossWithLogits",
    },
    "asl_focal_loss": {
        "AsymmetricLoss",
        "AsymmetricLossOptimized",
        "ASLSingleLabel",
        "Cyclical_FocalLoss",
        "ASL_FocalLoss",
    },
    "models": {
        "MLPBlock",
        "OrderFeatureAttentionClassifier",
        "TwoSeqMoEOrderFeatureAttentionClassifier",
    },
}

LOSSES = ("ce", "focal", "binary_focal", "asl", "asl_multi", "asl_fast", "cyclical", "asl_focal")


def run(*arguments: str, folder: Path = SCRIPTS) -> str:
    """stdout of `python ARGUMENTS`; one thread, and neither PYTHONPATH nor byte code leaks in or out."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", *arguments]
    child = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    return child.stdout


@dataclass(frozen=True)
class Trained:
    folder: Path
    output: str


def order_feature(folder: Path, orders: Path, losses: str) -> Trained:
    options = ("--data", str(orders), "--losses", losses, "--epochs", "2", "--verbose", "--out", str(folder))
    return Trained(folder, run("train_order_feature.py", *options))


def two_sequences(folder: Path, *options: str) -> Trained:
    small = ("--rows", "80", "--batch-size", "16", "--freeze-embeddings", "--out", str(folder))
    return Trained(folder, run("train_two_seq_moe.py", *small, *options))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("orders")
    options = ("--rows", "80", "--longest", "6", "--seed", "3", "--out", str(folder / "orders.pt"))
    return Trained(folder, run("make_orders.py", *options))


@pytest.fixture(scope="module")
def one(made: Trained, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return order_feature(tmp_path_factory.mktemp("one"), made.folder / "orders.pt", ",".join(LOSSES))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return two_sequences(tmp_path_factory.mktemp("two"), "--epochs", "3")


@pytest.fixture(scope="module")
def report(one: Trained, two: Trained, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Started from elsewhere by its path, as the nightly job does."""
    folder = tmp_path_factory.mktemp("report")
    arguments = ("--order-feature", str(one.folder), "--two-seq", str(two.folder), "--out", str(folder))
    return Trained(folder, run(str(SCRIPTS / "evaluate.py"), "--rows", "40", *arguments, folder=folder))


@pytest.fixture(scope="module")
def legacy() -> Iterator[SimpleNamespace]:
    """The modules by their bare names, which nobody else gets to see."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPTS))
        patch.setattr(sys, "dont_write_bytecode", True)
        names = [path.stem for path in SCRIPTS.glob("*.py")]
        hidden = {name: sys.modules.pop(name) for name in names if name in sys.modules}
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in INVENTORY})
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)


def test_made_up_orders_are_in_time_and_counted(made: Trained) -> None:
    assert [line.split()[0] for line in made.output.splitlines()] == ["80", "good:", "fraud:"]
    rows = torch.load(made.folder / "orders.pt", weights_only=True)
    assert sum(row["label"] for row in rows) == int(made.output.split()[2])
    assert all(row["cid"][-1][2] >= order[2] for row in rows for order in row["cid"])


def test_each_loss_trains_and_leaves_its_state(one: Trained) -> None:
    assert one.output.startswith("59 rows to train, 21 to validate\norders ")
    lines = [line.split() for line in one.output.splitlines() if " loss " in line]
    assert [(line[0], line[2]) for line in lines] == [(name, str(epoch)) for name in LOSSES for epoch in range(2)]
    assert all(math.isfinite(float(line[4])) for line in lines)
    left = {path.name for path in one.folder.iterdir()}
    assert left == {*(f"{name}_state.pt" for name in LOSSES), "best_state.pt", "settings.pt", "history.jsonl"}
    states = [torch.load(one.folder / f"{name}_state.pt", weights_only=True) for name in LOSSES]
    assert len({tuple(state) for state in states}) == 1
    # Each loss led somewhere else, but for the two spellings of one.
    others = [state for name, state in zip(LOSSES, states, strict=True) if name != "asl_fast"]
    assert len({state["classifier.weight"].abs().sum().item() for state in others}) == len(others)
    same = (states[LOSSES.index(name)]["classifier.weight"] for name in ("asl_multi", "asl_fast"))
    torch.testing.assert_close(*same)


def test_the_table_of_embeddings_is_shared(one: Trained) -> None:
    state = torch.load(one.folder / "best_state.pt", weights_only=True)
    shared = state["order_attention.embedding.weight"], state["feature_attention.embedding.weight"]
    assert shared[0].data_ptr() == shared[1].data_ptr()


def test_two_runs_give_the_same_losses(made: Trained, one: Trained, tmp_path: Path) -> None:
    again = order_feature(tmp_path, made.folder / "orders.pt", "ce,cyclical")
    lines = [line for line in one.output.splitlines() if line.startswith(("ce ", "cyclical "))]
    assert [line for line in again.output.splitlines() if " loss " in line] == lines
    first = (one.folder / "history.jsonl").read_text(encoding="utf-8").splitlines()
    assert set((tmp_path / "history.jsonl").read_text(encoding="utf-8").splitlines()) < set(first)


def test_two_sequences_leave_states_a_pickle_and_the_optimizer(two: Trained, legacy: SimpleNamespace) -> None:
    assert "kept epoch_001.pt epoch_002.pt" in two.output
    left = {path.name for path in two.folder.iterdir()}
    assert left == {"epoch_001.pt", "epoch_002.pt", "averaged_state.pt", "two_seq_model.pt", "history.jsonl"}
    last = torch.load(two.folder / "epoch_002.pt", weights_only=True)
    assert set(last) == {"model", "optimizer", "scheduler", "standardize", "extra"}
    assert last["extra"]["epoch"] == 2
    # All but the three tables, which each tower has for itself here.
    assert len(last["optimizer"]["state"]) == len(last["model"]) - 3
    averaged = torch.load(two.folder / "averaged_state.pt", weights_only=True)
    before = torch.load(two.folder / "epoch_001.pt", weights_only=True)
    weights = (state["model"]["head.2.weight"] for state in (before, last))
    torch.testing.assert_close(averaged["head.2.weight"], sum(weights) / 2)
    model = torch.load(two.folder / "two_seq_model.pt", weights_only=False)
    assert type(model) is legacy.models.TwoSeqMoEOrderFeatureAttentionClassifier
    assert list(averaged) == list(model.state_dict())
    assert all(torch.equal(averaged[name], value) for name, value in model.state_dict().items())


def test_a_resumed_run_goes_on_where_it_stopped(two: Trained, tmp_path: Path) -> None:
    shutil.copyfile(two.folder / "epoch_002.pt", tmp_path / "epoch_002.pt")
    again = two_sequences(tmp_path, "--epochs", "4", "--resume", "--schedule", "constant", "--second-policy", "none")
    assert "resumed after epoch 2" in again.output
    losses = [[float(line.split()[4]) for line in run.output.splitlines() if " loss " in line] for run in (two, again)]
    assert len(losses[1]) == 1
    assert losses[1][0] < losses[0][0]
    tables = [
        torch.load(path, weights_only=True)["model"]["cid_tower.embedding.weight"]
        for path in (two.folder / "epoch_001.pt", tmp_path / "epoch_003.pt")
    ]
    assert torch.equal(*tables)


@pytest.mark.slow
def test_the_random_second_policy_repeats_under_a_seed_and_differs_from_none(two: Trained, tmp_path: Path) -> None:
    again = two_sequences(tmp_path / "again", "--epochs", "3")
    assert again.output == two.output
    histories = [(folder / "history.jsonl").read_bytes() for folder in (two.folder, again.folder)]
    assert histories[0] == histories[1]


def test_the_report_names_every_loss_policy_and_explanation(report: Trained) -> None:
    found = json.loads((report.folder / "report.json").read_text(encoding="utf-8"))
    assert set(found["losses"]) == set(LOSSES)
    assert found["losses"]["asl_fast"] == pytest.approx(found["losses"]["asl_multi"], rel=1e-5)
    assert set(found["policies"]) == {"none", "threshold", "random", "all"}
    assert found["two_seq"]["tp"] + found["two_seq"]["fn"] + found["two_seq"]["fp"] + found["two_seq"]["tn"] == 40
    assert len(found["explained"]) == 3
    assert all(sum(parts) == pytest.approx(1, abs=1e-5) for parts in found["attention"].values())
    assert all(sum(loads) == pytest.approx(1, abs=1e-5) for loads in found["load"].values())
    assert len(found["load"]) == 3
    with (report.folder / "scores.csv").open(encoding="utf-8") as lines:
        scores = list(csv.DictReader(lines))
    assert len(scores) == 40
    assert all(0 <= float(score["order_feature"]) <= 1 and 0 <= float(score["two_seq"]) <= 1 for score in scores)
    assert "second policy random" in report.output


def test_the_blocks_run_by_themselves() -> None:
    assert run("basic_blocks.py").splitlines() == [
        *(f"order {pre} {own} (3, 64) 0.0000" for pre in (False, True) for own in (False, True)),
        "order, positions (3, 64)",
        "feature 4 (3, 32) True",
        "feature (2, 2) (3, 32) True",
    ]


@pytest.mark.parametrize("module", INVENTORY)
def test_everything_of_the_inventory_exists(module: str) -> None:
    assert INVENTORY[module] == {
        node.name for node in tree(module).body if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }


def test_the_drawers_are_long() -> None:
    lines = {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in SCRIPTS.glob("*.py")}
    assert lines["basic_blocks"] >= 600
    assert lines["tsa_utils"] >= 500
    assert 2700 <= sum(lines.values()) <= 3000


def test_hidden_imports_and_the_edit_of_the_path_are_there() -> None:
    assert not (SCRIPTS / "__init__.py").exists()
    assert "tsa_utils" in imported(tree("models").body)
    function = next(node for node in ast.walk(tree("tsa_utils")) if getattr(node, "name", "") == "build_model")
    assert isinstance(function, ast.FunctionDef)
    assert "models" in imported(function.body)
    assert "models" not in imported(tree("tsa_utils").body)
    assert "sys.path.insert" in ast.unparse(tree("evaluate"))


def test_the_time_encodings_differ_in_names_and_slowest_frequency(legacy: SimpleNamespace) -> None:
    ours, theirs = legacy.basic_blocks.TimeEncode(6), legacy.temporal_multihead_attention.TimeEncode(6)
    assert (list(ours.state_dict()), list(theirs.state_dict())) == (["basis_freq", "phase"], ["w", "b"])
    theirs.load_state_dict(dict(zip(("w", "b"), ours.state_dict().values(), strict=True)))
    times = torch.rand(2, 3) * 1e4
    assert torch.equal(ours(times), theirs(times))


def test_everything_chosen_and_room_for_all_is_a_dense_sum(legacy: SimpleNamespace) -> None:
    torch.manual_seed(0)
    moe = legacy.mixture_of_experts.MoE(8, num_experts=3, second_policy_train="all", capacity_factor_train=100.0)
    x = torch.randn(2, 7, 8)
    out, loss = moe(x)
    share, expert = (x @ moe.gate.w_gating).softmax(-1).topk(2)
    every = torch.stack([F.relu(x @ w1) @ w2 for w1, w2 in zip(moe.experts.w1, moe.experts.w2, strict=True)], dim=2)
    chosen = every.gather(2, expert.unsqueeze(-1).expand(-1, -1, -1, 8))
    torch.testing.assert_close(out, (chosen * (share / share.sum(-1, keepdim=True)).unsqueeze(-1)).sum(2))
    assert loss.item() > 0


@pytest.mark.parametrize(("policy", "chosen"), [("none", 1.0), ("all", 2.0), ("threshold", None), ("random", None)])
def test_second_policies(legacy: SimpleNamespace, policy: str, chosen: float | None) -> None:
    torch.manual_seed(0)
    gate = legacy.mixture_of_experts.Top2Gating(8, 4, second_policy_train=policy, capacity_factor_train=100.0)
    dispatch, combine, _ = gate(torch.randn(3, 12, 8))
    seats = dispatch.sum((-2, -1))
    assert set(seats.unique().tolist()) == ({chosen} if chosen else {1.0, 2.0})
    assert bool(((combine > 0) <= (dispatch > 0)).all())


def test_an_unknown_second_policy_is_refused(legacy: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="unknown second policy some"):
        legacy.mixture_of_experts.Top2Gating(8, 4, second_policy_train="some")(torch.randn(1, 4, 8))


def test_a_full_expert_drops_tokens(legacy: SimpleNamespace) -> None:
    gate = legacy.mixture_of_experts.Top2Gating(4, 2, second_policy_train="none", capacity_factor_train=0.1)
    torch.nn.init.zeros_(gate.w_gating)
    dispatch, _, _ = gate(torch.ones(1, 9, 4))
    # Nobody is better, so everybody wants the first one, which has four seats.
    assert dispatch.sum((-2, -1)).tolist() == [[1.0] * 4 + [0.0] * 5]


def test_two_levels_route_every_token_that_one_level_would(legacy: SimpleNamespace) -> None:
    torch.manual_seed(0)
    moe = legacy.mixture_of_experts.HeirarchicalMoE(
        8, num_experts=(2, 3), second_policy_train="all", capacity_factor_train=100.0
    )
    x = torch.randn(2, 7, 8, requires_grad=True)
    out, loss = moe(x)
    (out.square().sum() + loss).backward()
    assert out.shape == x.shape
    assert all(parameter.grad.abs().sum() > 0 for parameter in moe.parameters())
    # As if there were one expert only: groups and experts share out 1.
    with torch.no_grad():
        for weight in (moe.experts.w1, moe.experts.w2):
            weight.copy_(weight[:1, :1].expand_as(weight))
    expected = F.relu(x @ moe.experts.w1[0, 0]) @ moe.experts.w2[0, 0]
    torch.testing.assert_close(moe(x)[0], expected)


def test_focal_losses_without_focus_are_cross_entropies(legacy: SimpleNamespace) -> None:
    torch.manual_seed(0)
    logits, target = torch.randn(6, 3), torch.randint(3, (6,))
    labels = torch.randint(2, (6, 3)).float()
    focal, asymmetric = legacy.focalloss, legacy.asl_focal_loss
    flat: list[tuple[Tensor, Tensor]] = [
        (focal.focal_loss(logits, target, gamma=0.0, reduction="mean", eps=0.0), F.cross_entropy(logits, target)),
        (
            2 * focal.binary_focal_loss_with_logits(logits, labels, 0.5, 0.0, "sum"),
            F.binary_cross_entropy_with_logits(logits, labels, reduction="sum"),
        ),
        (
            asymmetric.AsymmetricLoss(0, 0, clip=None)(logits, labels),
            F.binary_cross_entropy_with_logits(logits, labels, reduction="sum"),
        ),
        (asymmetric.ASLSingleLabel(0, 0, eps=0.0)(logits, target), F.cross_entropy(logits, target)),
        (asymmetric.ASL_FocalLoss()(logits, target, 0), F.cross_entropy(logits, target, label_smoothing=0.1)),
        (
            asymmetric.Cyclical_FocalLoss(gamma_hc=0, epochs=9)(logits, target, 8),
            F.cross_entropy(logits, target, label_smoothing=0.1),
        ),
    ]
    for found, expected in flat:
        torch.testing.assert_close(found, expected)


def test_the_optimised_asymmetric_loss_has_the_same_gradients(legacy: SimpleNamespace) -> None:
    torch.manual_seed(0)
    labels = torch.randint(2, (6, 3)).double()
    for through_weight in (False, True):
        gradients = []
        for name in ("AsymmetricLoss", "AsymmetricLossOptimized"):
            torch.manual_seed(1)
            logits = torch.randn(6, 3, dtype=torch.double, requires_grad=True)
            getattr(legacy.asl_focal_loss, name)(focal_grad=through_weight)(logits, labels).backward()
            gradients.append(logits.grad)
        torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("name", ["AttentionLayer", "AttentionLayerPreNorm"])
def test_padding_does_not_reach_the_orders(legacy: SimpleNamespace, name: str) -> None:
    torch.manual_seed(0)
    layer = getattr(legacy.basic_blocks, name)(8, 16, 2, time_dim=4, encode_time=True).eval()
    x, time, padding = torch.randn(5, 2, 8), torch.rand(5, 2), torch.zeros(2, 5, dtype=torch.bool)
    padding[0, :2] = True
    before, loss = layer(x, time, padding)
    x[:2, 0] += 1
    assert torch.equal(layer(x, time, padding)[0][2:], before[2:])
    assert loss.item() == 0


def test_pairs_of_features_are_multiplied(legacy: SimpleNamespace) -> None:
    a, b, c = torch.randn(3, 2, 4, dtype=torch.double).unbind()
    found = legacy.basic_blocks.compute_FM_parallel(torch.stack((a, b, c), dim=1))
    torch.testing.assert_close(found, a * b + a * c + b * c)


def tree(module: str) -> ast.Module:
    return ast.parse((SCRIPTS / f"{module}.py").read_text(encoding="utf-8"))


def imported(body: list[Any]) -> set[str]:
    return {node.module or "" for node in body if isinstance(node, ast.ImportFrom)}
