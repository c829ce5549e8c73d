"""`extract-component` as people use it: what it writes, what it refuses, how it is taken back."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from refactor_tools.cli.main import main
from tests.extraction_tree import contents, write_tree

Run = Callable[..., int]


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree after `extract-component Summary Stretched`, proven."""
    root = write_tree(tmp_path_factory.mktemp("tree") / "project")
    assert main(["extract-component", "Summary", "Stretched", "--root", str(root)]) == 0
    return root


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "project")


def python(root: Path, code: str) -> str:
    """Output of `code` in a fresh interpreter, as a script in the legacy folder with the project on the path."""
    head = f"import sys; sys.path[:0] = [{str(root / 'legacy')!r}, {str(root)!r}]\n"
    done = subprocess.run(
        [sys.executable, "-c", head + dedent(code)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_everything_is_in_its_place(extracted: Path) -> None:
    made = set(contents(extracted))
    assert {
        "components/__init__.py",
        "components/_legacy.py",
        "components/py.typed",
        "components/pooling/__init__.py",
        "components/pooling/summary.py",
        "component_index/README.md",
        "component_index/index.json",
        "component_index/cases/Summary.yaml",
        "component_index/certificates/Summary.json",
        "component_index/keymaps/Summary.json",
        "component_index/pages/Summary.md",
        "tests/components/test_summary.py",
    } <= made
    assert len([path for path in made if path.startswith("component_index/originals/")]) == 3


def test_the_component_has_what_both_copies_had(extracted: Path) -> None:
    text = (extracted / "components/pooling/summary.py").read_text(encoding="utf-8")
    assert "def forward(self, x: Tensor, *, mask: Tensor | None = None, lengths: Tensor | None = None)" in text
    assert "- input_dim (int): width of the input" in text
    assert "  - lengths (B,): number of valid positions of each sequence, optional" in text


def test_helpers_move_with_the_definition_and_stay_for_others(extracted: Path) -> None:
    text = next((extracted / "components").rglob("stretched.py")).read_text(encoding="utf-8")
    assert "SCALE = 2.0" in text
    assert "def stretch(x):" in text
    assert "def stretch(x):" in (extracted / "legacy/table_model.py").read_text(encoding="utf-8")


def test_legacy_calls_work_as_before(extracted: Path) -> None:
    out = python(
        extracted,
        """
        import warnings; warnings.simplefilter("ignore")
        import torch, text_model, table_model
        from types import SimpleNamespace as C
        a = text_model.Summary(C(hidden_size=3)); x = torch.randn(2, 4, 6); n = torch.tensor([4, 2])
        assert torch.equal(a(x, n), a(states=x, lengths=n)) and a(x, None).shape == (2, 6)
        b = table_model.Summary(C(width=6)); m = torch.arange(4) < n[:, None]
        assert torch.equal(b(x, m), b(x=x, mask=m)) and b(x).shape == (2, 6)
        assert list(a.state_dict()) == ["attention.weight", "attention.bias"]
        assert list(b.state_dict()) == ["score.weight", "score.bias"]
        b.load_state_dict(dict(zip(b.state_dict(), a.state_dict().values())))
        assert torch.equal(a(x, n), b(x, m))
        from components.pooling import Summary
        new = Summary(6)
        assert new(x, lengths=n).shape == new(x, mask=m).shape == (2, 6)
        try: new(x, m)
        except TypeError: print("loud")
        """,
    )
    assert out == "loud\n"


def test_a_moved_class_is_the_same_object_under_both_names(extracted: Path) -> None:
    home = next((extracted / "components").rglob("stretched.py")).parent.name
    out = python(
        extracted,
        f"""
        import warnings; warnings.simplefilter("ignore")
        import table_model
        from components.{home} import Stretched
        print(table_model.Stretched is Stretched)
        """,
    )
    assert out == "True\n"


def test_certificates_say_how_it_was_proven(extracted: Path) -> None:
    text = (extracted / "component_index/certificates/Summary.json").read_text(encoding="utf-8")
    certificate = json.loads(text)
    assert {original["verdict"] for original in certificate["originals"]} == {"PROVED"}
    assert certificate["sensitivity"]["seeded"] == certificate["sensitivity"]["caught"] > 10
    assert "/tmp" not in text


def test_the_generated_tests_and_the_example_pass(extracted: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--doctest-modules", "tests", "components"],
        cwd=extracted,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={"PYTHONPATH": str(extracted), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stdout


def test_generated_code_is_clean(extracted: Path) -> None:
    for command in (
        ["ruff", "check", "components"],
        ["mypy", "--strict", "--no-warn-return-any", "components/pooling", "components/_legacy.py"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=extracted, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout


def test_a_second_run_changes_nothing(extracted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(extracted)
    assert main(["extract-component", "Summary", "--root", str(extracted)]) == 0
    assert "unchanged" in capsys.readouterr().out
    assert contents(extracted) == before


def test_the_gate_finds_it_fresh_and_notices_a_change(extracted: Path) -> None:
    assert main(["check-equivalence", "--root", str(extracted), "--quiet"]) == 0
    path = extracted / "components/pooling/summary.py"
    good = path.read_text(encoding="utf-8")
    try:
        path.write_text(good.replace("dim=1) * x", "dim=2) * x"), encoding="utf-8")
        assert main(["check-equivalence", "Summary", "--root", str(extracted), "--quiet"]) == 1
    finally:
        path.write_text(good, encoding="utf-8")


def test_undo_takes_all_of_it_back(tree: Path) -> None:
    before = contents(tree)
    assert main(["extract-component", "Stretched", "--root", str(tree), "--no-prove"]) == 0
    assert contents(tree) != before
    assert main(["undo", "--root", str(tree)]) == 0
    assert contents(tree) == before


def test_an_unproven_component_is_said_to_be_one(tree: Path) -> None:
    assert main(["extract-component", "Stretched", "--root", str(tree), "--no-prove"]) == 0
    assert "NOT_RUN" in (tree / "component_index/README.md").read_text(encoding="utf-8")
    assert main(["check-equivalence", "--root", str(tree), "--quiet"]) == 1


@pytest.mark.parametrize("option", ["--dry-run", "--diff", "--check"])
def test_previews_write_nothing(tree: Path, option: str) -> None:
    before = contents(tree)
    code = main(["extract-component", "Stretched", "--root", str(tree), "--no-prove", option])
    assert code == (1 if option == "--check" else 0)
    assert contents(tree) == before


def test_the_patch_does_what_the_run_does(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract-component", "Stretched", "--root", str(tree), "--no-prove", "--diff"]) == 0
    patch = capsys.readouterr().out
    subprocess.run(("git", "apply"), input=patch.encode(), cwd=tree, check=True)
    applied = contents(tree)
    subprocess.run(("git", "checkout", "-q", "."), cwd=tree, check=True)
    subprocess.run(("git", "clean", "-qfd"), cwd=tree, check=True)
    assert main(["extract-component", "Stretched", "--root", str(tree), "--no-prove"]) == 0
    assert contents(tree) == applied


def test_an_unknown_name_gets_the_nearest_ones(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract-component", "Sumary", "--root", str(tree)]) == 2
    assert "nearest are Summary" in capsys.readouterr().err


def test_a_homonym_gets_its_choices(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(tree)
    assert main(["extract-component", "Encoder", "--root", str(tree)]) == 2
    error = capsys.readouterr().err
    assert "--members legacy/table_model.py::Encoder" in error
    assert "--members legacy/text_model.py::Encoder" in error
    assert contents(tree) == before


def test_a_homonym_can_be_chosen_and_renamed(tree: Path) -> None:
    chosen = ["--members", "legacy/text_model.py::Encoder", "--as", "GRUEncoder", "--category", "blocks"]
    assert main(["extract-component", "Encoder", "--root", str(tree), "--no-prove", *chosen]) == 0
    text = (tree / "components/blocks/gru_encoder.py").read_text(encoding="utf-8")
    assert "class GRUEncoder(nn.Module):" in text
    assert "class Encoder(" in (tree / "legacy/table_model.py").read_text(encoding="utf-8")


def test_a_refusal_shows_the_differences_and_writes_nothing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(tree)
    both = "legacy/text_model.py::Encoder,legacy/table_model.py::Encoder"
    assert main(["extract-component", "Encoder", "--members", both, "--root", str(tree)]) == 1
    out = capsys.readouterr().out
    assert "refused" in out
    assert contents(tree) == before


def test_an_uncommitted_change_in_the_way_stops_the_run(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tree / "legacy/table_model.py").open("a", encoding="utf-8") as file:
        file.write("# mine\n")
    before = contents(tree)
    command = ["extract-component", "Stretched", "--root", str(tree), "--no-prove"]
    assert main(command) == 2
    assert "legacy/table_model.py" in capsys.readouterr().err
    assert contents(tree) == before
    assert main([*command, "--allow-dirty"]) == 0


@pytest.mark.parametrize("path", ["legacy/broken.py", "legacy/deep/er/broken.py"])
def test_a_file_in_scope_that_does_not_parse_stops_the_run(
    tree: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text("def f(:\n", encoding="utf-8")
    before = contents(tree)
    assert main(["extract-component", "Stretched", "--root", str(tree), "--no-prove"]) == 2
    assert f"{path}:1" in capsys.readouterr().err
    assert contents(tree) == before


def test_a_file_out_of_scope_need_not_parse(tree: Path) -> None:
    (tree / "notes").mkdir()
    (tree / "notes/broken.py").write_text("def f(:\n", encoding="utf-8")
    assert main(["extract-component", "Stretched", "--root", str(tree), "--no-prove", "--dry-run"]) == 0


def test_a_target_that_exists_with_other_content_is_not_overwritten(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("attention", "blocks", "feedforward"):
        (tree / "components" / folder).mkdir(parents=True)
        (tree / "components" / folder / "stretched.py").write_text("mine = 1\n", encoding="utf-8")
    before = contents(tree)
    assert main(["extract-component", "Stretched", "--root", str(tree), "--no-prove"]) == 1
    said = capsys.readouterr().out
    assert "stretched.py exists with other content" in " ".join(said.split())
    assert "-mine = 1\n" in said
    assert "+class Stretched(nn.Module):\n" in said
    assert contents(tree) == before


def test_nothing_to_extract_is_a_usage_error(tree: Path) -> None:
    assert main(["extract-component", "--root", str(tree)]) == 2


def test_json_has_the_outcomes(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["extract-component", "Stretched", "--root", str(tree), "--no-prove", "--dry-run", "--quiet"]
    assert main([*command, "--output-format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert document["outcomes"][0]["outcome"] == "extracted"


def test_a_later_run_is_proven_on_top_of_an_earlier_one(tree: Path) -> None:
    (tree / "legacy/layers.py").write_text(
        dedent(
            """
            from torch import nn


            class Inner(nn.Module):
                def __init__(self, width):
                    super().__init__()
                    self.fc = nn.Linear(width, width)

                def forward(self, x):
                    return self.fc(x)


            class Outer(nn.Module):
                def __init__(self, width):
                    super().__init__()
                    self.inner = Inner(width)
                    self.norm = nn.LayerNorm(width)

                def forward(self, x):
                    return self.norm(self.inner(x))
            """
        ),
        encoding="utf-8",
    )
    for name in ("Inner", "Outer"):
        assert main(["extract-component", name, "--root", str(tree), "--allow-dirty"]) == 0
    assert main(["check-equivalence", "--root", str(tree), "--quiet"]) == 0
