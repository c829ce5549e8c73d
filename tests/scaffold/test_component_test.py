"""The generated test of an extracted component: it passes for equal code, fails for wrong code, reads well."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.model.facts import Parameter
from refactor_tools.model.proofs import Call, Case, Construction, Named, TensorSpec
from refactor_tools.scaffold.component_test import ComponentTestRequest, component_test
from refactor_tools.scaffold.expressions import bound_to, laid_out, names_in

COMPONENT = "components/feedforward/residual_block.py"
LINT = ("check", "--no-cache", "--line-length", "120", "--select", "E,F,W,I,B,C4,SIM,UP,RUF,PT,PIE,RET")


def written(tree: Path, request: ComponentTestRequest) -> Path:
    text = component_test(request)
    assert text is not None
    path = tree / request.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def pytest_of(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", "tests"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def test_it_passes_for_equal_code_and_is_clean(tree: Path, request_: ComponentTestRequest) -> None:
    path = written(tree, request_)
    result = pytest_of(tree)
    assert result.returncode == 0, result.stdout
    assert "16 passed" in result.stdout
    ruff = [sys.executable, "-m", "ruff"]
    assert subprocess.run([*ruff, *LINT, "--isolated", path], cwd=tree, check=False).returncode == 0
    form = [*ruff, "format", "--no-cache", "--isolated", "--line-length", "120", "--check", path]
    assert subprocess.run(form, cwd=tree, check=False).returncode == 0


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("nn.ReLU()", "nn.GELU()"),
        ("result * mask.unsqueeze(-1)", "result"),
        ("layers.append(nn.Dropout(dropout))", "layers.append(nn.Dropout(0.1))"),
        ("result if mask is None", "result.double() if mask is None"),
        ("result if mask is None", "(result,) if mask is None"),
        ("return result if", "torch.rand(1)\n        return result if"),
    ],
)
def test_it_fails_for_wrong_code(tree: Path, request_: ComponentTestRequest, right: str, wrong: str) -> None:
    component = tree / COMPONENT
    text = component.read_text(encoding="utf-8")
    assert right in text
    component.write_text(text.replace(right, wrong), encoding="utf-8")
    written(tree, request_)
    result = pytest_of(tree)
    assert result.returncode == 1
    assert "FAILED tests/components/test_residual_block.py::test_equal_to_the_original" in result.stdout


def test_optional_arguments_are_given_and_left_out(request_: ComponentTestRequest) -> None:
    text = component_test(request_) or ""
    for line in ("(KeptText, ()),", '(KeptText, ("lengths",)),', '(KeptTable, ("mask",)),'):
        assert line in text


def test_names_of_the_legacy_file_come_from_its_kept_source(request_: ComponentTestRequest) -> None:
    text = component_test(request_) or ""
    assert "hidden_dim=kept_text.WIDEN * (2 * config.hidden_size)," in text


def test_helpers_that_nothing_needs_are_left_out(request_: ComponentTestRequest) -> None:
    original = request_.keymap.originals[1]
    text = component_test(replace(request_, keymap=replace(request_.keymap, originals=(original,)))) or ""
    assert "class Config" not in text
    assert "def lengths" not in text
    assert "renamed" not in text
    assert "def mask" in text


def test_without_a_case_there_is_no_test(request_: ComponentTestRequest) -> None:
    assert component_test(replace(request_, cases={})) is None
    questions = {identity: Case(question="What is `config`?") for identity in request_.cases}
    assert component_test(replace(request_, cases=questions)) is None


def test_a_function(tmp_path: Path) -> None:
    source = "import torch\n\n\ndef scaled(x, factor=2):\n    return x * factor\n"
    original = OriginalRecord(
        "old.py::scaled", "scaled", "abc", Adapter(), "alias", (Parameter("x"), Parameter("factor", default="2"))
    )
    case = Case((Construction({}, {"B": 3}, (Call({"x": TensorSpec(("B", 2)), "factor": 3}),)),), (("B", 2),))
    request = ComponentTestRequest(
        path="tests/components/test_scaled.py",
        keymap=KeyMap("lib.math.scaled.scaled", "lib.math.scaled", "lib.math", "scaled", "function", (original,)),
        cases={original.id: case},
        parameters=(Parameter("x"), Parameter("factor", default="2")),
        forward=None,
    )
    files = {"lib/__init__.py": "", "lib/math.py": source, "component_index/originals/abc.py.txt": source}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    written(tmp_path, request)
    result = pytest_of(tmp_path)
    assert result.returncode == 0, result.stdout
    assert "3 passed" in result.stdout


def test_named_objects_and_long_calls_are_written_out(request_: ComponentTestRequest) -> None:
    identity = "legacy/table.py::Block"
    arguments = {f"argument_number_{i}": Named("torch.nn.ReLU", {}) for i in range(6)} | {"other": Named("math.pi")}
    cases = {identity: Case((Construction(arguments, {"B": 2}, (Call({"x": TensorSpec(("B", 6))}),)),))}
    text = component_test(replace(request_, cases=cases)) or ""
    assert "argument_number_0 = torch.nn.ReLU()\n" in text
    assert 'other = resolve_name("math.pi")\n' in text
    assert "from pkgutil import resolve_name\n" in text
    assert "original = kept_table.Block(\n            argument_number_0=argument_number_0,\n" in text
    assert "assert results\n" in text


def test_two_originals_of_one_file_have_two_variables(request_: ComponentTestRequest) -> None:
    first = request_.keymap.originals[1]
    second = replace(first, id="other/table.py::Block")
    cases = {first.id: request_.cases[first.id], second.id: request_.cases[first.id]}
    text = component_test(replace(request_, keymap=replace(request_.keymap, originals=(first, second)), cases=cases))
    assert text is not None
    assert "kept_table_block = kept(" in text
    assert "kept_table_block_2 = kept(" in text
    labels = re.findall(r"^class (Kept\w+):$", text, re.MULTILINE)
    assert len(labels) == len(set(labels)) == 4


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("2 * config.hidden_size", "2 * config.hidden_size"),
        ("LIMIT + max(width, LIMIT)", "kept.LIMIT + max(width, kept.LIMIT)"),
        ("lambda: nn.Linear(width, 2)", "lambda: kept.nn.Linear(width, 2)"),
        ("[torch.zeros(n) for n in SIZES]", "[torch.zeros(n) for n in kept.SIZES]"),
        ('"größe" + SUFFIX', '"größe" + kept.SUFFIX'),
    ],
)
def test_foreign_names_are_read_from_the_kept_source(expression: str, expected: str) -> None:
    assert bound_to(expression, "kept", {"config", "width"}) == expected


def test_names_bound_inside_are_not_read() -> None:
    assert names_in("[f(x, y) for x in xs]") == {"f", "y", "xs"}


def test_short_expressions_stay_on_their_line() -> None:
    assert laid_out("f(a, b)", 4, 20) == "f(a, b)"
    assert laid_out("name" * 40, 0, 0) == "name" * 40
