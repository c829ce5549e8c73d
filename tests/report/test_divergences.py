"""How a divergence is shown."""

import json
from dataclasses import replace

import pytest
from rich.console import Console

from refactor_tools.certificates.cases import cases_text
from refactor_tools.model.certificates import CertificateStatus, Checked
from refactor_tools.model.divergences import ArgumentDifference, Distance, Divergence, DivergingOperation, Statistics
from refactor_tools.model.proofs import (
    Call,
    Case,
    Check,
    ComponentProof,
    Construction,
    Named,
    OriginalProof,
    TensorSpec,
)
from refactor_tools.report.divergences import DivergenceView, divergence_document, divergence_markdown
from refactor_tools.report.proofs import checked_json, checked_markdown, render

OURS = Statistics((3, 5, 8), "float32", -2.25, 2.5, 0.125, 1.0)
THEIRS = replace(OURS, maximum=2.75, nans=1)
CASE = Case((Construction({"width": 2}, {"B": 1, "D": 2}, (Call({"x": TensorSpec(("B", "D"))}),)),))
FULL = Divergence(
    "values",
    "the original has layer_norm(eps=1e-05), the component layer_norm(eps=1e-06)",
    "construction 0",
    "call 0",
    "train",
    original=DivergingOperation("layer_norm", "legacy/a.py::Pool:15: hidden = self.norm(x)", result=OURS),
    component=DivergingOperation("layer_norm", "pool.py:17: hidden = self.norm(inputs)", result=THEIRS),
    arguments=(ArgumentDifference("eps", "1e-05", "1e-06"),),
    distance=Distance(0.25, 0.1),
    roles="parameters a and b are swapped",
    bisection="the difference goes away with the original's `norm`",
    culprits=("norm",),
    case=cases_text({"legacy/a.py::Pool": CASE}),
    shrunken_call="call 0",
    shrunken_mode="inference",
    reproduction=".refactor-tools/reproductions/test_Pool_1.py",
)
STRUCTURE = Divergence("structure", "norm.weight: requires_grad=True", "construction 0", check="requires_grad")


def shown(divergence: Divergence, width: int = 80) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: SIM115 - recorded, not written
    console.print(DivergenceView(divergence))
    return "\n".join(line.rstrip() for line in console.export_text().splitlines())


def checked(divergence: Divergence | None) -> Checked:
    part = OriginalProof("legacy/a.py::Pool", "DIFFERENT", (), reason="output differs", divergence=divergence)
    status = CertificateStatus("lib.Pool", "STALE", "DIFFERENT", "output differs")
    return Checked("Pool", status, False, proof=ComponentProof("lib.Pool", (part,), ()))


def test_a_wide_terminal_shows_both_sides_beside_each_other() -> None:
    lines = shown(FULL, 120).splitlines()
    assert lines[0] == "The first difference, in construction 0, call 0, train"
    (source,) = [line for line in lines if "self.norm(x)" in line]
    assert source.split() == ["line", "hidden", "=", "self.norm(x)", "hidden", "=", "self.norm(inputs)"]


def test_a_narrow_terminal_shows_one_under_the_other() -> None:
    lines = shown(FULL, 60).splitlines()
    place = lines.index("original   legacy/a.py::Pool:15")
    assert lines[place + 1 : place + 4] == [
        "           hidden = self.norm(x)",
        "component  pool.py:17",
        "           hidden = self.norm(inputs)",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_lines_fit(width: int) -> None:
    long = replace(FULL.original, line=f"legacy/a.py::Pool:15: {'x + ' * 60}x") if FULL.original else None
    assert max(map(len, shown(replace(FULL, original=long), width).splitlines())) <= width


def test_the_tensors_are_shown_in_numbers() -> None:
    rows = [line.split() for line in shown(FULL).splitlines()]
    assert ["max", "2.5", "2.75"] in rows
    assert ["NaN", "0", "1"] in rows
    assert ["apart", "by", "0.25"] in rows
    assert ["relative", "0.1"] in rows
    assert "Inf" not in [row[0] for row in rows if row]


def test_what_was_found_beside_is_told_in_sentences() -> None:
    text = " ".join(shown(FULL).split())
    assert "Roles: parameters a and b are swapped." in text
    assert "Bisection: the difference goes away with the original's `norm`." in text
    assert "It remains in inference mode, constructed with width 2, called with x (1, 2)." in text
    assert "Reproduction: pytest .refactor-tools/reproductions/test_Pool_1.py" in text


def test_a_case_names_objects_and_edges() -> None:
    construction = Construction({"act": Named("torch.nn.ReLU")}, {}, (Call({}),))
    case = cases_text({"a": Case((construction,))})
    text = " ".join(shown(replace(FULL, case=case, shrunken_call="batch 0")).split())
    assert "constructed with act torch.nn.ReLU, called with nothing (batch 0)." in text


def test_a_structural_difference_has_no_table() -> None:
    assert shown(STRUCTURE) == "requires_grad (construction 0): norm.weight: requires_grad=True"
    assert divergence_markdown(STRUCTURE) == ["**requires_grad (construction 0): norm.weight: requires_grad=True**"]


def test_one_side_alone() -> None:
    text = shown(replace(FULL, original=None, arguments=(), distance=None))
    assert ["operation", "-", "layer_norm"] in [line.split() for line in text.splitlines()]
    assert "legacy/a.py" not in text


def test_a_backward_operation_says_so() -> None:
    assert FULL.component is not None
    text = shown(replace(FULL, component=replace(FULL.component, backward=True)))
    assert "pool.py:17 (backward)" in text


def test_no_reproduction_has_a_reason() -> None:
    text = shown(replace(FULL, reproduction="", unreproduced="no single call shows the difference"))
    assert "Reproduction: none, no single call shows the difference." in text


def test_json_holds_all_of_it() -> None:
    document = divergence_document(replace(FULL, distance=Distance(float("inf"), None)))
    read = json.loads(json.dumps(document, allow_nan=False))
    assert read["original"]["result"]["shape"] == [3, 5, 8]
    assert read["arguments"] == [{"name": "eps", "original": "1e-05", "component": "1e-06"}]
    assert read["distance"] == {"absolute": "inf", "relative": None}
    assert divergence_document(None) is None


def test_a_report_holds_the_divergence_of_each_original() -> None:
    console = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115 - recorded, not written
    console.print(render([checked(FULL)]))
    assert "    The first difference, in construction 0, call 0, train" in console.export_text()
    (certificate,) = json.loads(checked_json([checked(FULL)], []))["certificates"]
    assert certificate["originals"][0]["divergence"]["culprits"] == ["norm"]
    (certificate,) = json.loads(checked_json([checked(None)], []))["certificates"]
    assert certificate["originals"][0]["divergence"] is None


def test_markdown_is_a_table_that_any_text_leaves_whole() -> None:
    assert FULL.original is not None
    piped = replace(FULL, original=replace(FULL.original, line="a.py:1: x = a | b\nc"))
    table = [line for line in checked_markdown([checked(piped)]).splitlines() if line.startswith("| line")]
    assert table == ["| line | `x = a \\| b c` | `hidden = self.norm(inputs)` |"]


def test_roles_are_said_once() -> None:
    checks = (Check("roles", False, FULL.roles),)
    part = OriginalProof("legacy/a.py::Pool", "DIFFERENT", checks, divergence=FULL)
    item = replace(checked(FULL), proof=ComponentProof("lib.Pool", (part,), ()))
    assert checked_markdown([item]).count(FULL.roles) == 1
