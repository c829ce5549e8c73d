"""Certificates are believed exactly as long as they should be."""

import shutil
from pathlib import Path

import pytest

from refactor_tools.api import freshness
from refactor_tools.api.check import Mode, check
from refactor_tools.certificates.store import (
    case_path,
    certificate_path,
    load_cases,
    load_certificate,
    original_name,
    original_path,
)
from refactor_tools.changes.transaction import apply
from refactor_tools.errors import UnknownName, UnreadableRecord
from refactor_tools.model.certificates import Checked
from refactor_tools.settings import load_settings
from tests.certified_tree import (
    COMPONENT,
    ID,
    KEYMAP,
    LIBRARY_FILE,
    ORIGINAL,
    contents,
    edit,
    write_tree,
)

CERTIFICATE = certificate_path("Pool")
CASES = case_path("Pool")
KEPT = original_path(KEYMAP.originals[0].digest)


def checked(root: Path, mode: Mode = "check") -> Checked:
    (item,) = check(load_settings(root), mode=mode).checked
    return item


def prove(root: Path, mode: Mode = "prove") -> Checked:
    report = check(load_settings(root), mode=mode)
    apply(root, report.changes, "check-equivalence")
    return report.checked[0]


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_tree(tmp_path_factory.mktemp("proven"))
    assert prove(root).passed
    return root


@pytest.fixture
def tree(proven: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(proven, tmp_path / "tree"))


def test_a_proof_writes_the_certificate_and_the_case_it_found(tree: Path) -> None:
    certificate = load_certificate((tree / CERTIFICATE).read_text(), CERTIFICATE)
    (original,) = certificate.originals
    assert original.verdict == "PROVED"
    assert original.branches == "2/2"
    assert certificate.sensitivity is not None
    assert certificate.sensitivity.sufficient
    assert load_cases((tree / CASES).read_text(), CASES)[ID].constructions


def test_an_unchanged_tree_is_fresh_without_running_anything(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "prove", lambda *_, **__: pytest.fail("ran"))
    item = checked(tree)
    assert (item.status.freshness, item.status.verdict, item.passed) == ("FRESH", "PROVED", True)


def test_checking_writes_nothing(tree: Path) -> None:
    before = contents(tree)
    edit(tree, LIBRARY_FILE, "weights", "alpha")
    edited = contents(tree)
    report = check(load_settings(tree))
    assert report.changes.files == ()
    assert contents(tree) == edited != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    def forward", "    # a comment\n    def forward"),
        (": Tensor | None = None", "=None"),
        (
            "    weights = torch.softmax(scores, dim=1)",
            "    weights = torch.softmax(\n            scores, dim=1\n        )",
        ),
    ],
)
def test_looks_leave_it_fresh(tree: Path, old: str, new: str) -> None:
    edit(tree, LIBRARY_FILE, old, new)
    assert checked(tree).status.freshness == "FRESH"


def test_another_name_of_a_variable_is_carried_without_running_anything(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "installed_torch", lambda: None)
    edit(tree, LIBRARY_FILE, "weights", "alpha")
    item = checked(tree)
    assert (item.status.freshness, item.passed) == ("CARRIED", True)
    assert "the source of components.pooling.pool.Pool changed" in item.status.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("softmax(scores, dim=1)", "softmax(scores, -2, None)"),
        ("weights * x", "x * weights"),
        ("~mask.unsqueeze(-1)", "mask.unsqueeze(-1).bitwise_not()"),
    ],
)
def test_another_text_for_the_same_computation_is_carried(tree: Path, old: str, new: str) -> None:
    edit(tree, LIBRARY_FILE, old, new)
    item = checked(tree)
    assert (item.status.freshness, item.passed) == ("CARRIED", True), item.status.reason
    assert "it computes the same" in item.status.reason


def test_a_moved_file_is_carried_and_proving_records_where_it_is(tree: Path) -> None:
    moved = tree / "components/heads/pool_head.py"
    moved.parent.mkdir()
    (tree / LIBRARY_FILE).rename(moved)
    item = checked(tree)
    assert (item.status.freshness, item.passed) == ("CARRIED", True)
    assert "components.heads.pool_head.Pool" in item.status.reason
    assert prove(tree).passed
    assert checked(tree).status.freshness == "FRESH"


def test_a_moved_file_that_computes_otherwise_is_stale(tree: Path) -> None:
    edit(tree, LIBRARY_FILE, "dim=1)\n        return", "dim=0)\n        return")
    moved = tree / "components/heads/pool.py"
    moved.parent.mkdir()
    (tree / LIBRARY_FILE).rename(moved)
    assert checked(tree).status.freshness == "STALE"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("softmax(scores, dim=1)", "softmax(scores, dim=0)"),
        ("        if mask is not None:", "        if mask is None:"),
        ("nn.Linear(dim, 1)", "nn.Linear(dim, 1, bias=False)"),
        ('float("-inf")', "-1e9"),
        ("self.attention(x)", "self.attention(x) * 1.0"),
        ("import torch\n", "import torch, gone\n"),
        ("class Pool", "class Pool("),
    ],
)
def test_another_computation_is_stale(tree: Path, old: str, new: str) -> None:
    edit(tree, LIBRARY_FILE, old, new)
    item = checked(tree)
    assert (item.status.freshness, item.passed) == ("STALE", False)


def test_a_wrong_refactoring_is_not_certified(tmp_path: Path) -> None:
    root = write_tree(tmp_path)
    edit(
        root,
        LIBRARY_FILE,
        "dim=1) * x" if "dim=1) * x" in COMPONENT else "softmax(scores, dim=1)",
        "softmax(scores, dim=2)",
    )
    item = prove(root)
    assert (item.status.verdict, item.passed) == ("DIFFERENT", False)
    assert not (root / CERTIFICATE).exists()
    assert (root / CASES).is_file()


def test_proving_a_stale_component_that_is_still_equal_makes_it_fresh(tree: Path) -> None:
    edit(tree, LIBRARY_FILE, "torch.sum(weights * x, dim=1)", "torch.sum(weights * x, dim=1, keepdim=True).squeeze(1)")
    assert checked(tree).status.freshness == "STALE"
    assert prove(tree).status.verdict == "BIT_EQUAL"
    assert checked(tree).status.freshness == "FRESH"


def test_prove_leaves_alone_what_is_fresh(tree: Path) -> None:
    assert check(load_settings(tree), mode="prove").changes.files == ()


def test_proving_everything_again_writes_the_same_bytes(tree: Path) -> None:
    before = contents(tree)
    report = check(load_settings(tree), mode="prove-all")
    assert report.changes.files
    assert report.changes.effective == ()
    assert contents(tree) == before


def test_a_missing_certificate_fails(tree: Path) -> None:
    (tree / CERTIFICATE).unlink()
    item = checked(tree)
    assert (item.status.freshness, item.passed) == ("MISSING", False)
    assert "check-equivalence Pool --prove" in item.status.reason


@pytest.mark.parametrize("text", ["", "{}", '{"schema": 1}', "\udcff"])
def test_a_damaged_certificate_fails_and_can_be_made_again(tree: Path, text: str) -> None:
    (tree / CERTIFICATE).write_bytes(text.encode("utf-8", "surrogateescape"))
    item = checked(tree)
    assert (item.status.freshness, item.passed) == ("DAMAGED", False)
    assert CERTIFICATE in item.status.reason


def test_a_certificate_edited_by_hand_is_damaged(tree: Path) -> None:
    edit(tree, CERTIFICATE, '"PROVED"', '"BIT_EQUAL"')
    assert checked(tree).status.freshness == "DAMAGED"


def test_a_certificate_of_another_component_is_damaged(tree: Path) -> None:
    edit(tree, "component_index/keymaps/Pool.json", '"components.pooling.pool.Pool"', '"components.other.Pool"')
    assert checked(tree).status.freshness == "DAMAGED"


def test_a_kept_source_that_was_edited_is_damaged(tree: Path) -> None:
    edit(tree, KEPT, "dim=1", "dim=0")
    item = checked(tree)
    assert (item.status.freshness, item.passed) == ("DAMAGED", False)
    assert KEPT in item.status.reason


def test_a_kept_source_that_is_gone_is_damaged(tree: Path) -> None:
    (tree / KEPT).unlink()
    assert "missing" in checked(tree).status.reason


def test_a_component_whose_file_is_gone_is_stale(tree: Path) -> None:
    (tree / LIBRARY_FILE).unlink()
    item = checked(tree)
    assert (item.status.freshness, item.passed) == ("STALE", False)
    assert "components.pooling.pool" in item.status.reason


def test_another_case_is_another_proof(tree: Path) -> None:
    edit(tree, CASES, "width: 24", "width: 16")
    edit(tree, CASES, "D: 24", "D: 16")
    assert checked(tree).status.reason.startswith(f"the case of {ID} changed")


def test_another_torch_is_reported_and_passes(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "installed_torch", lambda: "9.9")
    item = checked(tree)
    assert (item.status.freshness, item.passed) == ("ENV_DRIFT", True)
    assert "this is 9.9" in item.status.reason


def test_a_changed_text_cannot_be_judged_by_another_torch(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "installed_torch", lambda: "9.9")
    edit(tree, LIBRARY_FILE, "weights * x", "x * weights")
    item = checked(tree)
    assert (item.status.freshness, item.passed) == ("STALE", False)


def test_parameters_in_another_order_are_not_carried(tree: Path) -> None:
    """The operations stay the same, but an optimizer's state would go to the wrong parameters."""
    swapped = """self.attention = nn.Linear(dim, 1)
        weight = self.attention._parameters.pop("weight")
        self.attention.register_parameter("weight", weight)"""
    edit(tree, LIBRARY_FILE, "self.attention = nn.Linear(dim, 1)", swapped)
    item = checked(tree)
    assert item.status.freshness == "STALE"
    assert "place 0" in item.status.reason


def test_without_torch_text_decides(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "installed_torch", lambda: None)
    assert checked(tree).status.freshness == "FRESH"
    edit(tree, LIBRARY_FILE, "weights * x", "x * weights")
    item = checked(tree)
    assert item.status.freshness == "STALE"
    assert "install torch" in item.status.reason


BROKEN = f"""
schema: 1
originals:
  {ID}:
    accepted: ""
    constructions:
    - arguments: {{config: {{size: 8}}}}
      dims: {{B: 2}}
      calls:
      - arguments: {{x: !tensor {{shape: [B, 3, 8]}}}}
"""


def test_a_broken_original_fails_unless_a_reason_is_written(tmp_path: Path) -> None:
    root = write_tree(tmp_path)
    (root / CASES).parent.mkdir(parents=True, exist_ok=True)
    (root / CASES).write_text(BROKEN)
    item = prove(root)
    assert (item.status.verdict, item.passed) == ("LEGACY_BROKEN", False)
    (root / CASES).write_text(BROKEN.replace('""', "never ran since 2020"))
    item = prove(root)
    assert (item.status.verdict, item.passed) == ("LEGACY_BROKEN", True)
    assert checked(root).passed
    (root / CASES).write_text(BROKEN)
    assert not checked(root).passed


def test_what_has_no_case_asks_a_question_in_the_case_file(tmp_path: Path) -> None:
    root = write_tree(tmp_path)
    source = ORIGINAL.replace("import torch\n", "import torch\nimport a_module_that_nobody_has\n")
    (root / KEPT).write_text(source)
    digest = KEYMAP.originals[0].digest
    renamed = original_name(source)
    (root / KEPT).rename(root / original_path(renamed))
    edit(root, "component_index/keymaps/Pool.json", digest, renamed)
    item = prove(root)
    assert (item.status.verdict, item.passed) == ("NOT_RUN", False)
    assert "a_module_that_nobody_has" in (root / CASES).read_text()


def test_an_unknown_name_names_the_nearest(tree: Path) -> None:
    with pytest.raises(UnknownName, match="the nearest are Pool"):
        check(load_settings(tree), ["Pol"])


@pytest.mark.parametrize("name", ["Pool", "components.pooling.pool.Pool"])
def test_a_component_is_chosen_by_its_bare_or_dotted_name(tree: Path, name: str) -> None:
    assert [item.name for item in check(load_settings(tree), [name, name]).checked] == ["Pool"]


def test_a_tree_without_components_passes(tmp_path: Path) -> None:
    report = check(load_settings(tmp_path))
    assert report.checked == ()
    assert report.passed


def test_a_damaged_key_map_is_an_error(tree: Path) -> None:
    (tree / "component_index/keymaps/Pool.json").write_text("[")
    with pytest.raises(UnreadableRecord):
        check(load_settings(tree))


def test_a_damaged_case_file_is_an_error(tree: Path) -> None:
    (tree / CASES).write_text("originals: [")
    with pytest.raises(UnreadableRecord):
        check(load_settings(tree))
