"""The Lightning part of the first legacy system trains, repeats itself and leaves checkpoints; its copies differ."""

import ast
import json
from pathlib import Path

import pytest

from tests.legacy_fixtures.scripts import run

BEFORE = Path(__file__).parents[2] / "legacy_fixtures" / "athelas" / "before"
SOURCE = BEFORE / "src"
LIGHTNING = SOURCE / "athelas/models/lightning"
TRIMODAL = LIGHTNING / "trimodal"
TEXT, BIMODAL, TAB_AE = (
    f"athelas.models.lightning.{name}" for name in ("text.fit_text", "bimodal.fit_bimodal", "tabular.fit_tab_ae")
)
SMALL = ("--max-steps", "2", "--rows", "48")
TABLE = ("--max-steps", "3", "--table", "messages", "--latent-dim", "8", "--denoise", "0.2")
# Lightning itself warns of the future.
WARNINGS = "error::DeprecationWarning"

TEXT_MODELS = ["bert", "lstm", "cnn"]
BIMODAL_MODELS = ["bimodal_bert", "bimodal_cnn", "bimodal_cross_attn", "bimodal_gate_fusion", "bimodal_moe"]
TRIMODAL_MODELS = ["bert", "cross_attn", "gate_fusion"]
CLASSES = {
    "bimodal/pl_bimodal_bert.py": ["BimodalBert"],
    "bimodal/pl_bimodal_cnn.py": ["ResidualBlock", "BimodalCNN"],
    "bimodal/pl_bimodal_cross_attn.py": ["FeedForward", "CrossAttentionFusion", "BimodalBertCrossAttn"],
    "bimodal/pl_bimodal_gate_fusion.py": ["GateFusion", "BimodalBertGateFusion"],
    "bimodal/pl_bimodal_moe.py": ["Experts", "Top2Gating", "MixtureOfExperts", "BimodalBertMoE"],
    "tabular/pl_tab_ae.py": ["ResidualBlock", "FeedForward", "AttentionPooling", "TabAE"],
    "text/pl_bert.py": ["TextBertBase", "TextBertClassification"],
    "text/pl_lstm.py": ["AttentionPooling", "TextLSTM"],
    "text/pl_text_cnn.py": ["ResidualBlock", "TextCNN"],
    "trimodal/pl_trimodal_bert.py": ["TrimodalConfig", "AttentionPooling", "TrimodalBert"],
    "trimodal/pl_trimodal_cross_attn.py": [
        "FeedForward",
        "Head",
        "MultiHeadAttention",
        "CrossAttentionFusion",
        "TrimodalCrossAttentionBert",
    ],
    "trimodal/pl_trimodal_gate_fusion.py": ["GateFusion", "TrimodalGateFusionBert"],
}
# One interpreter for all that is run again: importing Lightning takes longer than training.
AGAIN = """
import json, runpy, sys
sys.path.insert(0, sys.argv[1])
for script, *arguments in json.loads(sys.argv[2]):
    sys.argv = [script, *arguments]
    if script.endswith(".py"):
        runpy.run_path(script, run_name="__main__")
    else:
        runpy.run_module(script, run_name="__main__", alter_sys=True)
"""
PARTS = """
import sys, torch
sys.path.insert(0, sys.argv[1])
from pl_trimodal_bert import AttentionPooling
from pl_trimodal_cross_attn import CrossAttentionFusion, FeedForward, MultiHeadAttention
from pl_trimodal_gate_fusion import GateFusion
from athelas.models.lightning.bimodal import pl_bimodal_cross_attn as cross, pl_bimodal_gate_fusion as gate
from athelas.models.lightning.bimodal.pl_bimodal_moe import MixtureOfExperts
from athelas.models.lightning.text.pl_lstm import AttentionPooling as TextPooling

torch.manual_seed(0)
text, table = torch.randn(3, 5, 12), torch.randn(3, 6)
mask = torch.arange(5) < torch.tensor([[5], [2], [3]])
for pool in (AttentionPooling(12, 0.0), TextPooling(12)):
    padded = text.masked_fill(~mask.unsqueeze(-1), 9.0)
    assert torch.equal(pool(text, mask), pool(padded, mask)) and not torch.equal(pool(text), pool(padded))
for fusion in (CrossAttentionFusion(12, 6, 8), cross.CrossAttentionFusion(12, 6, 8)):
    assert fusion(text, table, mask).shape == fusion(text[:, 0], table).shape == (3, 8)
for fusion in (GateFusion(12, 6, 8), gate.GateFusion(12, 6, 8)):
    assert fusion(text[:, 0], table).shape == (3, 8)
for block in (FeedForward(12, mult=2), MultiHeadAttention(12, 3), cross.FeedForward(12, 20)):
    assert block(text).shape == text.shape
moe = MixtureOfExperts(12, num_experts=3, hidden_dim=7)
for training in (True, False):
    state = torch.get_rng_state()
    out, loss = moe.train(training)(text)
    assert out.shape == text.shape and loss.ndim == 0
    print(training, torch.equal(state, torch.get_rng_state()))
"""


def fit(*arguments: str) -> str:
    return run("-m", *arguments, folder=BEFORE, path=str(SOURCE), warnings=WARNINGS)


def fit_trimodal(*arguments: str) -> str:
    return run("fit_trimodal.py", *arguments, folder=TRIMODAL, warnings=WARNINGS)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


@pytest.fixture(scope="module")
def text(out: Path) -> str:
    return fit(TEXT, *SMALL, "--frozen-layers", "1", "--out", str(out))


@pytest.fixture(scope="module")
def tabular(out: Path) -> str:
    files = ("--out", str(out / "tab_ae.pt"), "--resumable", str(out / "tab_ae_whole.pt"))
    return fit(TAB_AE, *TABLE, *files)


@pytest.fixture(scope="module")
def bimodal(tabular: str, out: Path) -> str:
    return fit(BIMODAL, *SMALL, "--tab-ae", str(out / "tab_ae.pt"), "--out", str(out))


@pytest.fixture(scope="module")
def trimodal(out: Path) -> str:
    return fit_trimodal(*SMALL, "--out", str(out))


@pytest.fixture(scope="module")
def again(text: str, out: Path) -> str:
    script = str(TRIMODAL / "fit_trimodal.py")
    runs = (
        (TEXT, *SMALL, "--frozen-layers", "1", "--model", "lstm"),
        (BIMODAL, *SMALL, "--model", "bimodal_moe"),
        (TAB_AE, *TABLE),
        (script, *SMALL, "--model", "gate_fusion"),
        (script, *SMALL, "--model", "bert", "--share-encoder"),
        (TEXT, *SMALL, "--model", "bert", "--pooling", "cls", "--encoder", str(out / "bert.pt")),
    )
    code = ("-c", AGAIN, str(TRIMODAL), json.dumps(runs))
    return run(*code, folder=BEFORE, path=str(SOURCE), warnings=WARNINGS)


def lines(output: str, name: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith(f"{name} ")]


def values(line: str) -> dict[str, str]:
    """The pairs of name and number at the end of a line of metrics."""
    words = line.split()[2:]
    return dict(zip(words[::2], words[1::2], strict=True))


def test_text_models_train_and_are_restored_as_they_were(text: str, out: Path) -> None:
    for name in TEXT_MODELS:
        parameters, loss, valid, restored = lines(text, name)
        assert int(parameters.split()[-1]) > 1000
        assert float(loss.split()[-1]) < 2
        assert values(valid).items() <= values(restored).items()
        assert (out / f"{name}.pt").is_file()


def test_bimodal_models_train_and_are_restored_as_they_were(bimodal: str, out: Path) -> None:
    for name in BIMODAL_MODELS:
        _, loss, valid, restored, saved = lines(bimodal, name)
        assert float(loss.split()[-1]) < 2
        assert values(valid) == values(restored)
        assert saved == f"{name} global step 2 optimizers 1"
        assert (out / f"{name}.pt").is_file()
        assert (out / f"{name}.ckpt").is_file()


def test_trimodal_models_leave_state_and_whole_model(trimodal: str, out: Path) -> None:
    assert [line.split()[1] for line in lines(trimodal, "trimodal")] == TRIMODAL_MODELS
    # In a child, from the script's folder: only there is the module that the pickle names.
    code = (
        "import sys, torch; state = torch.load(sys.argv[1], weights_only=True);"
        "model = torch.load(sys.argv[2], weights_only=False); model.load_state_dict(state);"
        "print(type(model).__module__, type(model).__name__)"
    )
    files = [str(out / f"trimodal_cross_attn{end}.pt") for end in ("", "_model")]
    loaded = run("-c", code, *files, folder=TRIMODAL, path=str(SOURCE), warnings=WARNINGS)
    assert loaded.split() == ["pl_trimodal_cross_attn", "TrimodalCrossAttentionBert"]
    assert {f"trimodal_{kind}{end}.pt" for kind in TRIMODAL_MODELS for end in ("", "_model")} <= {
        path.name for path in out.iterdir()
    }


def test_the_autoencoder_is_saved_with_its_optimizer(tabular: str, out: Path) -> None:
    assert [line.split()[1] for line in lines(tabular, "tab_ae")] == ["loss", "val", "strangest"]
    code = (
        "import sys, torch; saved = torch.load(sys.argv[1], weights_only=False);"
        "print(type(saved['model']).__name__, saved['step'], len(saved['optimizer']['state']) > 20)"
    )
    whole = str(out / "tab_ae_whole.pt")
    assert run("-c", code, whole, folder=BEFORE, path=str(SOURCE)).split() == ["TabAE", "3", "True"]


@pytest.mark.slow
def test_a_second_run_prints_the_same(again: str, text: str, tabular: str, bimodal: str, trimodal: str) -> None:
    # Each model is seeded by itself, so that one alone computes what it computed among the others.
    expected = [*lines(text, "lstm")[:3], *lines(bimodal, "bimodal_moe")[:3], *tabular.splitlines()]
    printed = again.splitlines()
    assert printed[: len(expected)] == expected
    assert printed[len(expected) : len(expected) + 2] == trimodal.splitlines()[-3:-1]


@pytest.mark.slow
def test_other_options_train_something_else(again: str, text: str, trimodal: str) -> None:
    sharing, (encoder, *bert) = again.splitlines()[-6:-4], again.splitlines()[-4:]
    assert encoder == "bert encoder loaded, 0 keys missing"
    assert [line.split()[0] for line in (*sharing, *bert)] == ["trimodal", "trimodal_bert", "bert", "bert", "bert"]
    assert sharing[0] not in trimodal.splitlines()
    assert bert[1] not in text.splitlines()


def test_parts_work_alone_and_only_training_draws_the_second_expert() -> None:
    printed = run("-c", PARTS, str(TRIMODAL), folder=BEFORE, path=str(SOURCE), warnings=WARNINGS)
    assert printed.splitlines() == ["True False", "False True"]


@pytest.mark.parametrize("path", CLASSES)
def test_every_class_of_the_inventory_exists(path: str) -> None:
    assert [node.name for node in tree(path).body if isinstance(node, ast.ClassDef)] == CLASSES[path]


def test_no_lightning_file_is_left_out() -> None:
    found = {path.relative_to(LIGHTNING).as_posix() for path in LIGHTNING.rglob("pl_*.py")}
    assert found == {*CLASSES, "pl_utils.py", "pl_data.py"}


@pytest.mark.parametrize(
    ("name", "copies"),
    [
        ("AttentionPooling", ["text/pl_lstm.py", "trimodal/pl_trimodal_bert.py", "tabular/pl_tab_ae.py"]),
        ("CrossAttentionFusion", ["bimodal/pl_bimodal_cross_attn.py", "trimodal/pl_trimodal_cross_attn.py"]),
        ("GateFusion", ["bimodal/pl_bimodal_gate_fusion.py", "trimodal/pl_trimodal_gate_fusion.py"]),
        (
            "FeedForward",
            ["bimodal/pl_bimodal_cross_attn.py", "trimodal/pl_trimodal_cross_attn.py", "tabular/pl_tab_ae.py"],
        ),
        ("ResidualBlock", ["bimodal/pl_bimodal_cnn.py", "text/pl_text_cnn.py", "tabular/pl_tab_ae.py"]),
    ],
)
def test_copies_were_changed_by_hand(name: str, copies: list[str]) -> None:
    found = [
        node for path in copies for node in tree(path).body if isinstance(node, ast.ClassDef) and node.name == name
    ]
    members = [frozenset(stored(node)) for node in found]
    assert len(found) == len(copies)
    assert len(set(members)) == len(members), "two copies name their members alike"


def tree(path: str) -> ast.Module:
    return ast.parse((LIGHTNING / path).read_text(encoding="utf-8"))


def stored(node: ast.ClassDef) -> list[str]:
    return [item.attr for item in ast.walk(node) if isinstance(item, ast.Attribute) and isinstance(item.ctx, ast.Store)]
