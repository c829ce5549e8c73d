"""Every template gives a component that works: its test passes, its example runs, ruff and mypy have nothing to say."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_tools.api.scaffold import new_component, templates
from refactor_tools.catalogue.docstrings import parse_docstring, template_docstring
from refactor_tools.certificates.cases import load_cases
from refactor_tools.errors import RefactorError
from refactor_tools.rendering import templates_folder
from refactor_tools.scaffold.new_component import TEMPLATES, choose_template, class_name
from refactor_tools.settings import Settings

LINT = "E,F,W,I,B,C4,SIM,UP,RUF,PT,PIE,RET"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with a component of every template, as `new-component` writes it."""
    root = tmp_path_factory.mktemp("tree")
    settings = Settings(root=root, library="src/shop/layers")
    for category, template in templates():
        for change in new_component(settings, category, template=template.name).changes.effective:
            path = root / change.path
            path.parent.mkdir(parents=True, exist_ok=True)
            assert change.before == (path.read_bytes() if path.exists() else None)
            assert change.after is not None
            path.write_bytes(change.after)
    return root


def components(library: Path) -> list[Path]:
    return sorted(path for path in library.glob("src/shop/layers/*/*.py") if path.name != "__init__.py")


def run(library: Path, *command: str) -> None:
    environment = os.environ | {"MYPYPATH": "src", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=library, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_generated_tests_pass_wherever_pytest_is_started(library: Path) -> None:
    run(library, "pytest", "-q", "-p", "no:cacheprovider", "tests")


def test_examples_run(library: Path) -> None:
    run(library, "pytest", "-q", "-p", "no:cacheprovider", "--doctest-modules", "-o", "pythonpath=src", "src")


def test_ruff_has_nothing_to_say(library: Path) -> None:
    run(library, "ruff", "check", "--isolated", "--no-cache", "--line-length", "120", "--select", LINT, ".")
    run(library, "ruff", "format", "--isolated", "--no-cache", "--line-length", "120", "--check", ".")


def test_mypy_has_nothing_to_say(library: Path) -> None:
    run(library, "mypy", "--strict", "--no-warn-return-any", "--no-error-summary", "src/shop/layers")


def test_docstrings_follow_the_template(library: Path) -> None:
    for path in components(library):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert docstring is not None
        doc = parse_docstring(docstring)
        assert f'"""\n{docstring}\n"""' == template_docstring(doc), path
        assert all((doc.concept, doc.architecture, doc.parameters, doc.inputs, doc.outputs, doc.dependencies))


def test_components_import_only_torch(library: Path) -> None:
    for path in components(library):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert {name.partition(".")[0] for name in froms | plain} <= {"torch", "math"}


def test_case_files_are_read_back_under_the_component_s_id(library: Path) -> None:
    for path in (library / "component_index" / "cases").iterdir():
        ((identity, case),) = load_cases(path.read_text(encoding="utf-8"), path.name).items()
        place, _, name = identity.partition("::")
        assert name == path.stem
        assert (library / place).is_file()
        assert case.constructions
        assert case.outputs


def test_every_template_has_its_three_files_and_no_more() -> None:
    folder = templates_folder() / "components"
    found = {path.relative_to(folder).as_posix() for path in folder.glob("*/*")}
    kinds = ("py.j2", "test.py.j2", "cases.yaml")
    assert found == {f"{category}/{t.name}.{kind}" for category, t in templates() for kind in kinds}


def test_templates_of_a_category_differ_in_mechanism() -> None:
    for entries in TEMPLATES.values():
        assert len({template.mechanism for template in entries}) == len(entries)


def test_the_first_fusion_template() -> None:
    assert choose_template("fusion", None).name == "basic_fusion"


def test_unknown_categories_and_templates_name_the_known_ones() -> None:
    with pytest.raises(RefactorError, match=r"did you mean `fusion`\? known: attention, blocks"):
        choose_template("fusoin", None)
    with pytest.raises(RefactorError, match="known: basic_fusion, gate_fusion, cross_attention_fusion"):
        choose_template("fusion", "nothing")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gated_join", "GatedJoin"),
        ("GatedJoin", "GatedJoin"),
        ("LSTMEncoder", "LSTMEncoder"),
        ("top2_router", "Top2Router"),
    ],
)
def test_names_in_either_case(name: str, expected: str) -> None:
    assert class_name(name) == expected


@pytest.mark.parametrize("name", ["", "2fast", "a-b", "a b", "../x", "none", "_", "a.b"])
def test_names_that_no_class_can_have(name: str) -> None:
    with pytest.raises(RefactorError, match=re.escape(f"`{name}` is no name")):
        class_name(name)
