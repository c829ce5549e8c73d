"""`rewrite-checkpoint` as it is called, and that what it wrote loads where it should."""

import json
from pathlib import Path

import pytest
import torch

from refactor_tools.cli.common import CLEAN, USAGE
from refactor_tools.cli.main import main
from tests.checkpoint_tree import migrated_tree, python


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_tree(tmp_path_factory.mktemp("tree") / "project")


def rewrite(tree: Path, source: str | Path, *options: str) -> int:
    return main(["rewrite-checkpoint", str(tree / source), "--root", str(tree), *options])


def test_old_states_load_into_components_strictly(tree: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.pt"
    assert rewrite(tree, "text_state.pt", "--to", "component", "-o", str(new)) == CLEAN
    python(
        tree,
        f"""
        import torch
        from components.pooling import Summary
        model = torch.nn.ModuleDict({{"summary": Summary(6)}})
        model.load_state_dict(torch.load({str(new)!r}), strict=True)
        golden = torch.load("golden.pt")
        assert torch.equal(model["summary"](golden["x"], lengths=golden["lengths"]), golden["y"])
        """,
    )


def test_there_and_back_gives_the_same_keys_and_tensors(tree: Path, tmp_path: Path) -> None:
    new, back = tmp_path / "new.pt", tmp_path / "back.pt"
    assert rewrite(tree, "text_state.pt", "--to", "component", "-o", str(new)) == CLEAN
    place = ("--original", "legacy/text_model.py::Summary")
    assert rewrite(tree, new, "--to", "legacy", "-o", str(back), *place) == CLEAN
    before, after = torch.load(tree / "text_state.pt"), torch.load(back)
    assert list(after) == list(before)
    assert all(torch.equal(after[key], before[key]) for key in before)
    assert list(after._metadata) == list(before._metadata)


def test_versions_follow_their_modules(tree: Path, tmp_path: Path) -> None:
    assert rewrite(tree, "text_state.pt", "--to", "component", "-o", str(tmp_path / "new.pt")) == CLEAN
    assert list(torch.load(tmp_path / "new.pt")._metadata) == ["", "summary", "summary.score"]


def test_the_rest_of_a_training_checkpoint_is_kept(tree: Path, tmp_path: Path) -> None:
    assert rewrite(tree, "training.pt", "--to", "component", "-o", str(tmp_path / "new.pt")) == CLEAN
    before, after = torch.load(tree / "training.pt"), torch.load(tmp_path / "new.pt")
    assert after["epoch"] == 3
    assert list(after["model"]) == ["summary.score.weight", "summary.score.bias"]
    assert after["optimizer"]["param_groups"][0]["param_names"] == ["summary.score.weight", "summary.score.bias"]
    assert after["optimizer"]["state"].keys() == before["optimizer"]["state"].keys()


def test_an_unproven_order_of_parameters_is_said(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rewrite(tree, "training.pt", "--to", "component", "-o", str(tmp_path / "new.pt")) == CLEAN
    assert "which was never proven for Summary; --like FILE" in " ".join(capsys.readouterr().out.split())


def test_the_optimizer_follows_another_order(tree: Path, tmp_path: Path) -> None:
    torch.save({"summary.score.bias": torch.zeros(1), "summary.score.weight": torch.zeros(1, 6)}, tmp_path / "like.pt")
    options = ("--to", "component", "-o", str(tmp_path / "new.pt"), "--like", str(tmp_path / "like.pt"))
    assert rewrite(tree, "training.pt", *options) == CLEAN
    before, after = torch.load(tree / "training.pt"), torch.load(tmp_path / "new.pt")
    old, new = before["optimizer"]["state"], after["optimizer"]["state"]
    assert torch.equal(new[0]["exp_avg"], old[1]["exp_avg"])
    assert torch.equal(new[1]["exp_avg"], old[0]["exp_avg"])


@pytest.mark.parametrize("wrapper", ["module.", "_orig_mod.", "module._orig_mod.", "net.model."])
def test_wrapped_models_and_shared_tensors(tree: Path, tmp_path: Path, wrapper: str) -> None:
    state = {f"{wrapper}{key}": value for key, value in torch.load(tree / "text_state.pt").items()}
    state["tied.weight"] = state[f"{wrapper}summary.attention.weight"]
    torch.save({"state_dict": state}, tmp_path / "old.ckpt")
    assert rewrite(tree, tmp_path / "old.ckpt", "--to", "component") == CLEAN
    new = torch.load(tmp_path / "old.component.ckpt")["state_dict"]
    name = f"{wrapper}summary.score"
    assert list(new) == [f"{name}.weight", f"{name}.bias", "tied.weight"]
    assert new["tied.weight"].data_ptr() == new[f"{name}.weight"].data_ptr()


def test_what_fits_several_originals_is_refused_with_the_choices(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rewrite(tree, "text_state.pt", "--to", "component", "-o", str(tmp_path / "new.pt")) == CLEAN
    assert rewrite(tree, tmp_path / "new.pt", "--to", "legacy") == USAGE
    said = capsys.readouterr().err
    assert "--component Summary --original legacy/text_model.py::Summary --prefix summary" in said
    assert "--component Summary --original legacy/table_model.py::Summary --prefix summary" in said
    assert not (tmp_path / "new.legacy.pt").exists()


def test_a_named_place(tree: Path, tmp_path: Path) -> None:
    state = {**torch.load(tree / "text_state.pt"), "summary.head.weight": torch.zeros(2)}
    torch.save(state, tmp_path / "old.pt")
    assert rewrite(tree, tmp_path / "old.pt", "--to", "component") == CLEAN
    assert not (tmp_path / "old.component.pt").exists(), "it has another member: no place of the component"
    place = ("--component", "Summary", "--original", "legacy/text_model.py::Summary", "--prefix", "summary")
    assert rewrite(tree, tmp_path / "old.pt", "--to", "component", *place) == CLEAN
    assert next(iter(torch.load(tmp_path / "old.component.pt"))) == "summary.score.weight"


def test_nothing_is_overwritten_unless_asked(tree: Path, tmp_path: Path) -> None:
    torch.save(torch.load(tree / "text_state.pt"), tmp_path / "a.pt")
    (tmp_path / "a.component.pt").write_text("mine")
    assert rewrite(tree, tmp_path / "a.pt", "--to", "component") == USAGE
    assert (tmp_path / "a.component.pt").read_text() == "mine"
    assert rewrite(tree, tmp_path / "a.pt", "--to", "component", "--in-place") == CLEAN
    assert list(torch.load(tmp_path / "a.pt")) == ["summary.score.weight", "summary.score.bias"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.component.pt", "a.pt"]


def test_a_dry_run_and_a_second_run_write_nothing(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--to", "component", "-o", str(tmp_path / "new.pt"))
    assert rewrite(tree, "text_state.pt", *options, "--dry-run", "--output-format", "json") == CLEAN
    document = json.loads(capsys.readouterr().out)
    assert document["outcomes"][0]["outcome"] == "would be rewritten"
    assert document["states"][0]["renamed"]["summary.attention.weight"] == "summary.score.weight"
    assert not (tmp_path / "new.pt").exists()
    assert rewrite(tree, "text_state.pt", *options) == CLEAN
    written = (tmp_path / "new.pt").read_bytes()
    assert rewrite(tree, tmp_path / "new.pt", "--to", "component", "--in-place") == CLEAN
    assert (tmp_path / "new.pt").read_bytes() == written


def test_two_runs_write_the_same_bytes(tree: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        assert rewrite(tree, "training.pt", "--to", "component", "-o", str(tmp_path / folder / "new.pt")) == CLEAN
    assert (tmp_path / "a/new.pt").read_bytes() == (tmp_path / "b/new.pt").read_bytes()


@pytest.mark.parametrize("name", ["text_model", "table_model"])
def test_a_whole_model_becomes_a_state_dict(tree: Path, tmp_path: Path, name: str) -> None:
    assert rewrite(tree, f"{name}.pt", "--to", "component") == USAGE, "it holds a whole model"
    assert rewrite(tree, f"{name}.pt", "--to-state-dict", "--to", "component", "-o", str(tmp_path / "new.pt")) == CLEAN
    assert "summary.score.weight" in torch.load(tmp_path / "new.pt")
    assert rewrite(tree, f"{name}.pt", "--to-state-dict", "-o", str(tmp_path / "old.pt")) == CLEAN
    member = {"text_model": "attention", "table_model": "score"}[name]
    assert f"summary.{member}.weight" in torch.load(tmp_path / "old.pt")


def test_other_classes_need_trust(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "outside.py").write_text("from torch import nn\n\n\nclass Own(nn.Module):\n    pass\n", encoding="utf-8")
    python(tree, f"import outside, torch; torch.save(outside.Own(), {str(tmp_path / 'own.pt')!r})")
    capsys.readouterr()
    assert rewrite(tree, tmp_path / "own.pt", "--to-state-dict") == USAGE
    assert "--trust" in capsys.readouterr().err
    assert not (tmp_path / "own.state-dict.pt").exists()
    assert rewrite(tree, tmp_path / "own.pt", "--to-state-dict", "--trust") == CLEAN
    (tree / "outside.py").unlink()


def test_a_state_with_other_objects_needs_trust(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"model": torch.load(tree / "text_state.pt"), "where": Path("a")}, tmp_path / "a.pt")
    assert rewrite(tree, tmp_path / "a.pt", "--to", "component") == USAGE
    assert "holds more than tensors and containers" in " ".join(capsys.readouterr().err.split())
    assert rewrite(tree, tmp_path / "a.pt", "--to", "component", "--trust") == CLEAN


@pytest.mark.parametrize(
    "options",
    [(), ("--to", "component", "--in-place", "-o", "x.pt"), ("--to", "component", "--component", "Sumary")],
)
def test_what_makes_no_sense_is_said(tree: Path, options: tuple[str, ...]) -> None:
    assert rewrite(tree, "text_state.pt", *options) == USAGE
