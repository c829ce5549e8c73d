"""Rows of a map that ask for a strategy: what is made, what the old names are then, and what is refused."""

from pathlib import Path

import pytest

from refactor_tools.api.checkpoint_names import NameTable
from refactor_tools.api.extract import extract
from refactor_tools.api.migrate import source_tree
from refactor_tools.api.prune import plan_pruning
from refactor_tools.api.replacements import replacements
from refactor_tools.api.tasks import read_keymaps
from refactor_tools.changes.transaction import apply
from refactor_tools.changes.undo import undo
from refactor_tools.codemods.shim_removal import without_shims
from refactor_tools.migration_map.read import load_map
from refactor_tools.model.checkpoints import PickledName
from refactor_tools.model.extraction import Extraction, ExtractionRequest
from refactor_tools.model.strategies import as_meant
from refactor_tools.settings import load_settings
from tests.checkpoint_tree import python
from tests.extraction_tree import contents
from tests.strategy_tree import HARD, MAP, SOFT, write_tree

SAVE = """
import torch, text_model, table_model
from types import SimpleNamespace as C
torch.manual_seed(0)
x = torch.randn(2, 3, 4)
models = [text_model.Experts(4), table_model.Experts(C(width=4)), text_model.TextModel(4)]
torch.save(models, "models.pt")
torch.save([model.state_dict() for model in models], "states.pt")
torch.save([x, *(model(x) for model in models)], "golden.pt")
"""
MEMBERS = ("legacy/text_model.py::Experts", "legacy/table_model.py::Experts")


def run(tree: Path, *names: str, text: str = MAP, prove: bool = False) -> Extraction:
    agreed = load_map(text, "map.yaml") if text else None
    request = ExtractionRequest(names, prove=prove, tests=not prove, agreed=agreed)
    return extract(load_settings(tree), request)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With checkpoints from before, and the row made."""
    root = write_tree(tmp_path_factory.mktemp("tree") / "project")
    python(root, SAVE)
    apply(root, run(root).changeset, "test")
    return root


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "project")


def test_every_algorithm_becomes_a_component_and_one_is_given_them(tree: Path) -> None:
    routing = tree / "components/routing"
    assert {path.name for path in routing.glob("*.py")} == {
        "__init__.py",
        "mixture_of_experts.py",
        "soft_experts.py",
        "table_model_experts.py",
    }
    text = (routing / "mixture_of_experts.py").read_text(encoding="utf-8")
    assert "def __init__(self, router: Callable[[], nn.Module]) -> None:" in text
    assert "def forward(self, hidden: Tensor, **kwargs: Any) -> Tensor:" in text
    assert "return self.router(hidden, **kwargs)" in text
    assert ">>> from components.routing import MixtureOfExperts, TableModelExperts" in text
    assert ">>> module = MixtureOfExperts(router=lambda: TableModelExperts(width=" in text
    assert "`SoftExperts` for `legacy/text_model.py::Experts`" in " ".join(text.split())


def test_the_old_names_construct_it(tree: Path) -> None:
    text = (tree / "legacy/table_model.py").read_text(encoding="utf-8")
    assert "class Experts(_legacy.LegacyWhole, _MixtureOfExperts):" in text
    assert "super().__init__(router=lambda: _TableModelExperts(width=config.width))" in text
    assert '_whole = ("router", _TableModelExperts)' in text
    assert '_old_names = {"router.router": "router"}' in text
    assert "return super().forward(hidden, mask=mask)" in text
    assert "limit = _SoftExperts.limit" in (tree / "legacy/text_model.py").read_text(encoding="utf-8")


def test_the_records_say_which_component_an_old_name_means(tree: Path) -> None:
    keymaps = read_keymaps(tree)
    assert {keymap.name: [original.form for original in keymap.originals] for keymap in keymaps} == {
        "MixtureOfExperts": ["adapted", "adapted"],
        "SoftExperts": ["none"],
        "TableModelExperts": ["none"],
    }
    assert {keymap.name: len(keymap.originals) for keymap in as_meant(keymaps)} == {
        "MixtureOfExperts": 2,
        "SoftExperts": 0,
        "TableModelExperts": 0,
    }
    shims = {shim.original: shim.now for shim in plan_pruning(load_settings(tree)).kept}
    assert shims == dict.fromkeys(MEMBERS, "components.routing.MixtureOfExperts")


def test_a_checkpoint_is_looked_up_under_that_component(tree: Path) -> None:
    settings, keymaps = load_settings(tree), read_keymaps(tree)
    assert [(item.component, item.original) for item in replacements(settings, keymaps)] == [
        ("MixtureOfExperts", member) for member in sorted(MEMBERS)
    ]
    found = NameTable(settings, keymaps, source_tree(settings)).find(PickledName("text_model", "Experts"))
    assert (found.status, found.now) == ("moved", "components.routing.MixtureOfExperts")
    assert [item.component for item in replacements(settings, keymaps, "SoftExperts")] == ["SoftExperts"]


@pytest.mark.parametrize("names", [(), ("Experts",), MEMBERS[:1], MEMBERS[1:], ("MixtureOfExperts",)])
def test_a_second_run_changes_nothing(tree: Path, names: tuple[str, ...]) -> None:
    by_map = not names or names == ("MixtureOfExperts",)
    extraction = run(tree, *names, text=MAP if by_map else "")
    assert [(item.name, item.outcome) for item in extraction.outcomes] == [("MixtureOfExperts", "unchanged")]
    assert not extraction.changeset.effective


@pytest.mark.parametrize("restricted", [True, False])
def test_models_and_states_from_before_load_and_compute_the_same(tree: Path, restricted: bool) -> None:
    python(
        tree,
        f"""
        import io, torch, text_model
        from components import _legacy
        x, *expected = torch.load("golden.pt")
        def load(file):
            with torch.serialization.safe_globals(_legacy.SAFE_GLOBALS):
                return torch.load(file, weights_only={restricted})
        models, states = load("models.pt"), torch.load("states.pt")
        again = io.BytesIO()
        torch.save(models, again)
        again.seek(0)
        for loaded in (models, load(again)):
            for model, y, state in zip(loaded, expected, states, strict=True):
                assert torch.equal(model(x), y)
                assert list(model.state_dict()) == list(state)
                model.load_state_dict(state)
        assert models[0].load() == 2 and models[0].gate.in_features == 4 and models[0].limit == 4
        assert type(models[2]) is text_model.TextModel and type(models[1]).__name__ == "Experts"
        """,
    )


def test_a_hook_of_an_old_model_runs_once(tree: Path) -> None:
    out = python(
        tree,
        """
        import pickle, torch, text_model
        from components import _legacy
        model = torch.load("models.pt", weights_only=False)[0]
        state = {**vars(model.router), "_forward_hooks": {0: lambda *_: print("called")}}
        old = text_model.Experts.__new__(text_model.Experts)
        old.__setstate__(state)
        old(torch.randn(1, 4))
        try:
            old.nothing
        except AttributeError as error:
            print(error)
        """,
    )
    assert out.count("called") == 1
    assert "nothing" in out


def test_what_builds_an_old_name_is_given_the_same(tree: Path) -> None:
    extraction = run(tree, "TextModel", text="")
    [component] = extraction.components
    text = next((item.after or b"").decode() for item in extraction.changeset.files if item.path == component.path)
    assert "self.experts = MixtureOfExperts(router=lambda: SoftExperts(dim=dim, count=2))" in text
    assert "from components.routing.soft_experts import SoftExperts" in text
    assert (MEMBERS[0].replace("Experts", "TextModel"), "experts.router.gate", "experts.gate") in component.state_maps


def test_the_shim_goes_with_all_that_it_needed(tree: Path) -> None:
    text = without_shims((tree / "legacy/table_model.py").read_text(encoding="utf-8"), {"Experts"})
    assert "components" not in text


def test_the_generated_tests_pass(tree: Path) -> None:
    out = python(tree, "import pytest; print(pytest.main(['-q', '-p', 'no:cacheprovider', 'tests']))")
    assert out.strip().endswith("0"), out


def test_it_can_be_undone(fresh: Path) -> None:
    before = contents(fresh)
    apply(fresh, run(fresh).changeset, "test")
    assert contents(fresh) != before
    undo(fresh)
    assert contents(fresh) == before


@pytest.mark.slow
def test_each_legacy_path_is_proven(fresh: Path) -> None:
    extraction = run(fresh, prove=True)
    verdicts = {component.name: component.verdict for component in extraction.components}
    assert verdicts == dict.fromkeys(("TableModelExperts", "SoftExperts", "MixtureOfExperts"), "PROVED")
    proof = extraction.components[-1].proof
    assert proof is not None
    for original in proof.originals:
        for name in ("state keys", "seeded initialisation", "equal bits", "shim calls", "shim state", "old pickles"):
            assert original.passed(name), (original.id, name)


def test_without_the_line_they_stay_apart(fresh: Path) -> None:
    extraction = run(fresh, text=MAP.partition("    strategy")[0])
    assert [(item.name, item.outcome) for item in extraction.outcomes] == [("MixtureOfExperts", "refused")]
    assert not extraction.changeset.effective


SPECIAL = SOFT.replace("def load(self)", "def __len__(self)")
MADE = SOFT.replace("    def load(self)", "    @classmethod\n    def load(cls)").replace(
    "self.count\n\n\n", "cls(2)\n\n\n"
)
HEIR = f"{HARD}\n\nclass More(Experts):\n    def scores(self, x):\n        return x\n"
FOREIGN = HARD.replace("nn.Module", "Base").replace(
    "from torch import nn", "from torch import nn\nfrom lib import Base"
)


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("text_model.py", SPECIAL, "has methods that are looked up on the class itself"),
        ("text_model.py", MADE, "has methods that are looked up on the class itself"),
        ("table_model.py", HEIR, "what inherits from it would override nothing any more"),
        ("table_model.py", HARD.replace("mask=None", "*masks"), "cannot be handed on by their names"),
        ("table_model.py", FOREIGN, "inherits members that its own file does not show"),
    ],
)
def test_what_no_other_object_can_stand_for_is_refused_as_a_whole(
    fresh: Path, file: str, text: str, reason: str
) -> None:
    (fresh / "legacy" / file).write_text(text, encoding="utf-8")
    extraction = run(fresh)
    assert [(item.name, item.outcome) for item in extraction.outcomes] == [("MixtureOfExperts", "refused")]
    assert reason in extraction.refused[0].refusal.reason
    assert not extraction.changeset.effective


def test_functions_are_refused(fresh: Path) -> None:
    for number, name in enumerate(("text_model", "table_model")):
        text = f"def Experts(x):\n    return x + {number}\n"
        (fresh / f"legacy/{name}.py").write_text(text, encoding="utf-8")
    [refused] = run(fresh).refused
    assert refused.refusal.reason == "`strategy` is for modules"


def test_where_one_algorithm_cannot_be_made_none_is(fresh: Path) -> None:
    place = fresh / "components/routing/table_model_experts.py"
    place.parent.mkdir(parents=True)
    place.write_text("TAKEN = True\n", encoding="utf-8")
    extraction = run(fresh)
    [refused] = extraction.refused
    assert refused.refusal.reason.startswith("TableModelExperts: components/routing/table_model_experts.py exists")
    assert not extraction.components
    assert not extraction.changeset.effective
