"""The first legacy system runs as its owners run it, and is what `expected.json` says it is."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.legacy_fixtures.scripts import run

FIXTURE = Path(__file__).parents[2] / "legacy_fixtures" / "athelas"
BEFORE = FIXTURE / "before"
NAMES3RISK = "src/athelas/models/names3risk_legacy"
TABULAR = "src/athelas/models/lightning/tabular"
LSTM, TRANSFORMER, TAB_AE = f"{NAMES3RISK}/lstm2risk.py", f"{NAMES3RISK}/transformer2risk.py", f"{TABULAR}/pl_tab_ae.py"

INVENTORY = {
    LSTM: {"AttentionPooling", "ResidualBlock", "TextProjection", "LSTM2Risk"},
    TRANSFORMER: {
        "FeedForward",
        "Head",
        "MultiHeadAttention",
        "Block",
        "AttentionPooling",
        "ResidualBlock",
        "TextProjection",
        "Transformer2Risk",
    },
    TAB_AE: {"AttentionPooling", "ResidualBlock", "FeedForward", "TabAE"},
}


@dataclass(frozen=True)
class Trained:
    folder: Path
    output: str


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    out = tmp_path_factory.mktemp("checkpoints")
    return Trained(
        out, run("train.py", "--max-steps", "2", "--rows", "32", "--out", str(out), folder=BEFORE / NAMES3RISK)
    )


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURE / "expected.json").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_train_saves_state_dict_and_whole_model(trained: Trained, kind: str) -> None:
    assert f"{kind} step 1 loss" in trained.output
    # In a child: the whole model is pickled under a bare module name that only the script folder knows.
    code = (
        "import sys, torch; _, state, model = sys.argv;"
        "state = torch.load(state, weights_only=True); model = torch.load(model, weights_only=False);"
        "model.load_state_dict(state); print(type(model).__module__, list(state) == list(model.state_dict()))"
    )
    files = [str(trained.folder / f"{kind}_{what}.pt") for what in ("state", "model")]
    assert run("-c", code, *files, folder=BEFORE / NAMES3RISK).split() == [f"{kind}2risk", "True"]


def test_train_is_repeatable_and_takes_one_model(trained: Trained, tmp_path: Path) -> None:
    options = ("--model", "lstm", "--max-steps", "2", "--rows", "32", "--out", str(tmp_path))
    again = run("train.py", *options, folder=BEFORE / NAMES3RISK)
    assert trained.output.startswith(again)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lstm_model.pt", "lstm_state.pt"]


def test_score_prints_shapes(trained: Trained) -> None:
    options = ("--batch-size", "3", "--length", "6", "--checkpoints", str(trained.folder))
    assert run("score.py", *options, folder=BEFORE / NAMES3RISK).splitlines() == [
        "lstm pooling (3, 48) (3, 48)",
        "transformer pooling (3, 20) (3, 20)",
        "attention (3, 6, 32)",
        "lstm residual (3, 48)",
        "transformer residual (3, 48)",
        "lstm text (3, 24)",
        "lstm scores (4, 2)",
        "transformer scores (4, 2)",
    ]


@dataclass(frozen=True)
class Names:
    """The second trainer's folder, and what it and the scorer printed."""

    folder: Path
    output: str


NAMES = ("train_names.py", "--rows", "48", "--merges", "20", "--epochs", "2", "--out")


# Both go through the same code but for the batches, which train.py makes too.
@pytest.fixture(scope="module", params=["lstm", pytest.param("transformer", marks=pytest.mark.slow)])
def names(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Names:
    out = tmp_path_factory.mktemp(request.param)
    return Names(out, run(*NAMES, str(out), "--model", request.param, folder=BEFORE / NAMES3RISK))


def test_names_are_trained_repeatably_and_scored(names: Names, tmp_path: Path) -> None:
    kind = names.output.split()[0]
    assert [line.split()[:3] for line in names.output.splitlines()] == [[kind, "epoch", "0"], [kind, "epoch", "1"]]
    assert run(*NAMES, str(tmp_path), "--model", kind, folder=BEFORE / NAMES3RISK) == names.output
    saved = {f"{kind}_names.json", f"{kind}_names.pt", "tokenizer.json"}
    assert {path.name for path in names.folder.iterdir()} == saved
    options = (str(names.folder), "--model", kind, "--csv", str(tmp_path / "names.csv"), "--sizes")
    rows = run("score_names.py", *options, folder=BEFORE / NAMES3RISK).splitlines()
    assert [line.rpartition(", ")[2] for line in rows[:2]] == ["anna smith", "ali asdf-qwer"]
    assert [line.split()[1] in {"pass", "review", "block"} for line in rows[:-2]] == [True] * 8
    assert all(int(line.split()[-2]) > 10_000_000 for line in rows[-2:])


def test_training_of_names_continues_where_it_stopped(names: Names) -> None:
    kind = names.output.split()[0]
    options = (str(names.folder), "--model", kind, "--resume", "--epochs", "3")
    (line,) = run(*NAMES[:5], "--out", *options, folder=BEFORE / NAMES3RISK).splitlines()
    assert line.startswith(f"{kind} epoch 2 of 3 batches loss ")


def test_names_come_from_a_file_and_back_out_of_their_byte_pairs(tmp_path: Path) -> None:
    code = (
        "import sys; from names_data import made_up_names, read_csv, write_csv;"
        "from name_tokenizer import NameTokenizer, clean; rows = made_up_names(20, 1); write_csv(rows, sys.argv[1]);"
        "assert [(n, y) for n, _, y in read_csv(sys.argv[1])] == [(n, y) for n, _, y in rows];"
        "t = NameTokenizer.train([n for n, _, _ in rows], 30); ids = [t.encode(n) for n, _, _ in rows];"
        "assert [t.decode(i) for i in ids] == [clean(n) for n, _, _ in rows];"
        "print(max(map(max, ids)) < t.vocab_size, t.encode(''), len(t.encode('gorman')) < 7)"
    )
    assert run("-c", code, str(tmp_path / "names.csv"), folder=BEFORE / NAMES3RISK).split() == ["True", "[1]", "True"]


def test_tab_ae_fits_as_part_of_the_package() -> None:
    module = "athelas.models.lightning.tabular.fit_tab_ae"
    output = run("-m", module, "--max-steps", "2", folder=BEFORE, path=str(BEFORE / "src"))
    assert output.startswith("tab_ae loss ")


def test_script_folder_is_no_package() -> None:
    assert not (BEFORE / NAMES3RISK / "__init__.py").exists()
    assert (BEFORE / TABULAR / "__init__.py").exists()
    assert not (BEFORE / "src/athelas/models/pytorch").exists()


@pytest.mark.parametrize("path", INVENTORY)
def test_every_class_of_the_inventory_exists(path: str) -> None:
    assert INVENTORY[path] == {node.name for node in classes(path) if not node.decorator_list}


@pytest.mark.parametrize(
    ("path", "config", "collate"),
    [(LSTM, "LSTMConfig", "collate_batch"), (TRANSFORMER, "TransformerConfig", "collate_fn")],
)
def test_each_script_has_its_config_and_collate_function(path: str, config: str, collate: str) -> None:
    assert [node.name for node in classes(path) if node.decorator_list] == [config]
    assert [node.name for node in tree(path).body if isinstance(node, ast.FunctionDef)] == [collate]


@pytest.mark.parametrize(
    ("path", "name", "parameters", "elements"),
    [
        (LSTM, "ResidualBlock", ["config"], ["LayerNorm", "Linear", "ReLU", "Linear"]),
        (TRANSFORMER, "ResidualBlock", ["config"], ["Linear", "ReLU", "Linear", "Dropout"]),
        (
            TAB_AE,
            "ResidualBlock",
            ["dim", "hidden_dim", "dropout"],
            ["BatchNorm1d", "Linear", "GELU", "Linear", "Dropout"],
        ),
        (TRANSFORMER, "FeedForward", ["n_embd", "dropout"], ["LayerNorm", "Linear", "ReLU", "Linear", "Dropout"]),
        (TAB_AE, "FeedForward", ["dim", "hidden_dim", "dropout"], ["Linear", "GELU", "Linear", "Dropout", "LayerNorm"]),
    ],
)
def test_copies_differ_in_what_they_stack(path: str, name: str, parameters: list[str], elements: list[str]) -> None:
    init = method(path, name, "__init__")
    sequential = next(node for node in ast.walk(init) if isinstance(node, ast.Call) and called(node) == "Sequential")
    assert [argument.arg for argument in init.args.args[1:]] == parameters
    assert [called(element) for element in sequential.args if isinstance(element, ast.Call)] == elements


@pytest.mark.parametrize(
    ("path", "width", "signature"),
    [
        (LSTM, "2 * config.hidden_size", "self, sequence, lengths"),
        (TRANSFORMER, "config.embedding_size", "self, x, mask=None"),
        (TAB_AE, "dim", "self, x, mask=None"),
    ],
)
def test_poolings_differ_in_width_and_second_argument(path: str, width: str, signature: str) -> None:
    init, forward = (method(path, "AttentionPooling", name) for name in ("__init__", "forward"))
    linear = next(node for node in ast.walk(init) if isinstance(node, ast.Call) and called(node) == "Linear")
    assert (ast.unparse(linear.args[0]), ast.unparse(forward.args)) == (width, signature)


def test_expected_members_exist(expected: dict[str, Any]) -> None:
    groups = [*expected["families"], *expected["homonyms"], *expected["never_one_family"]]
    members = {member for group in groups for member in group["members"]} | set(expected["state_keys"])
    members |= {entry["holder"] for entry in expected["written_out"]}
    paths = source_files()
    methods = {
        f"{path}::{node.name}.{inner.name}"
        for path in paths
        for node in classes(path)
        for inner in node.body
        if isinstance(inner, ast.FunctionDef)
    }
    assert members <= methods | {f"{path}::{name}" for path in paths for name in top_level(path)}
    for group in groups:
        assert group["members"] == sorted(group["members"])
        assert len(group["members"]) == len(set(group["members"])) > 1


def test_expected_groups_hold_everything_that_shares_a_name(expected: dict[str, Any]) -> None:
    """What is defined twice under one name is a family, a homonym or known to be different; entry points apart."""
    by_name: dict[str, set[str]] = {}
    for path in source_files():
        for name in set(top_level(path)) - {"main", "train"}:
            by_name.setdefault(name, set()).add(f"{path}::{name}")
    shared = [ids for ids in by_name.values() if len(ids) > 1]
    groups = [*expected["families"], *expected["homonyms"], *expected["never_one_family"]]
    assert len(shared) >= 24
    assert [ids for ids in shared if not any(ids <= set(group["members"]) for group in groups)] == []


def test_what_is_written_out_builds_its_first_layer_itself(expected: dict[str, Any]) -> None:
    for entry in expected["written_out"]:
        path, _, owner = entry["holder"].partition("::")
        (node,) = (node for node in classes(path) if node.name == owner)
        built = [
            ast.unparse(inner.value)
            for inner in ast.walk(node)
            if isinstance(inner, ast.Assign) and ast.unparse(inner.targets[0]) == f"self.{entry['member']}"
        ]
        assert [text.partition("(")[0] for text in built] == ["nn.Linear"]


def test_expected_unused_things_are_unused(expected: dict[str, Any]) -> None:
    unused_argument, never_called = expected["findings"][:2]
    path, _, qualified = unused_argument["where"].partition("::")
    forward = method(path, *qualified.split("."))
    assert unused_argument["name"] in [argument.arg for argument in forward.args.args]
    assert unused_argument["name"] not in {node.id for node in ast.walk(forward) if isinstance(node, ast.Name)}
    path, _, owner = never_called["where"].partition("::")
    stored = [node for node in ast.walk(tree(path)) if getattr(node, "attr", "") == never_called["name"]]
    built = [
        node for node in ast.walk(method(path, owner, "__init__")) if getattr(node, "attr", "") == never_called["name"]
    ]
    assert [ast.dump(node) for node in stored] == [ast.dump(node) for node in built]
    assert [type(node.ctx) for node in built if isinstance(node, ast.Attribute)] == [ast.Store]


def test_expected_imports_are_all_there_are(expected: dict[str, Any]) -> None:
    found = {edge for path in sorted((BEFORE / "src").rglob("*.py")) for edge in internal_imports(path)}
    assert found == {(edge["source"], edge["target"], edge["kind"]) for edge in expected["imports"]}


def internal_imports(path: Path) -> Iterator[tuple[str, str, str]]:
    """(source, target, kind) of the imports that stay in the tree, by the folder of the script or below `src`."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            bases = [base / alias.name.replace(".", "/") for alias in node.names for base in roots(path, 0)]
        elif isinstance(node, ast.ImportFrom):
            inside = [base / (node.module or "").replace(".", "/") for base in roots(path, node.level)]
            bases = [*inside, *(base / alias.name for base in inside for alias in node.names)]
        else:
            continue
        kind = "runtime" if node in module.body else "lazy"
        targets = [base.with_suffix(".py") for base in bases] + [base / "__init__.py" for base in bases]
        yield from (
            (path.relative_to(BEFORE).as_posix(), target.relative_to(BEFORE).as_posix(), kind)
            for target in targets
            if target.is_file() and target.stat().st_size
        )


def roots(path: Path, level: int) -> list[Path]:
    """Where an import of `path` starts to look: a package above it, or its own folder and `src`."""
    return [path.parents[level - 1]] if level else [path.parent, BEFORE / "src"]


def source_files() -> list[str]:
    return [path.relative_to(BEFORE).as_posix() for path in sorted((BEFORE / "src").rglob("*.py"))]


def tree(path: str) -> ast.Module:
    return ast.parse((BEFORE / path).read_text(encoding="utf-8"))


def classes(path: str) -> list[ast.ClassDef]:
    return [node for node in tree(path).body if isinstance(node, ast.ClassDef)]


def top_level(path: str) -> list[str]:
    return [node.name for node in tree(path).body if isinstance(node, ast.ClassDef | ast.FunctionDef)]


def method(path: str, owner: str, name: str) -> ast.FunctionDef:
    body = next(node for node in classes(path) if node.name == owner).body
    return next(node for node in body if isinstance(node, ast.FunctionDef) and node.name == name)


def called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]
