"""Results of other devices and precisions, and how they travel."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from refactor_tools.api import platforms
from refactor_tools.api.check import CheckReport, Mode, check
from refactor_tools.api.platforms import lacking
from refactor_tools.certificates.bundles import dump_bundle
from refactor_tools.certificates.store import (
    case_path,
    certificate_path,
    dump_certificate,
    load_cases,
    load_certificate,
)
from refactor_tools.changes.transaction import apply
from refactor_tools.cli.common import CLEAN, FINDINGS, USAGE
from refactor_tools.cli.main import main
from refactor_tools.model.certificates import Certificate, Closure, Result
from refactor_tools.model.costs import Measured, Speed
from refactor_tools.model.proofs import Platform
from refactor_tools.prove.gate import environment
from refactor_tools.settings import load_settings
from tests.certified_tree import LIBRARY_FILE, contents, edit, write_tree

CERTIFICATE = certificate_path("Pool")
HALF, DOUBLE = Platform("cpu", "bfloat16"), Platform("cpu", "float64")
GPU = Result("cuda", "float32", "2.11.0+cu128", "PROVED")
without_cuda = pytest.mark.skipif(
    "unavailable" not in dict(environment(Platform("cuda"))), reason="says what a machine without CUDA says"
)


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_tree(tmp_path_factory.mktemp("proven"))
    apply(root, check(load_settings(root), mode="prove").changes, "check-equivalence")
    return root


@pytest.fixture
def tree(proven: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(proven, tmp_path / "tree"))


def prove(root: Path, platform: Platform, mode: Mode = "prove") -> CheckReport:
    report = check(load_settings(root), mode=mode, platform=platform)
    apply(root, report.changes, "check-equivalence")
    return report


def certificate_of(root: Path) -> Certificate:
    return load_certificate((root / CERTIFICATE).read_text(encoding="utf-8"), CERTIFICATE)


def run(root: Path, *arguments: str) -> int:
    return main(["check-equivalence", "--root", str(root), *arguments])


def with_gpu(certificate: Certificate, verdict: str = "PROVED") -> Certificate:
    (original,) = certificate.originals
    result = replace(GPU, verdict=verdict)
    roots = (*original.roots, ("cuda", "2.11", "g"))
    return replace(certificate, originals=(replace(original, results=(*original.results, result), roots=roots),))


def bundle(path: Path, *certificates: Certificate) -> str:
    path.write_text(dump_bundle(certificates), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("platform", [HALF, DOUBLE], ids=str)
def test_a_result_is_added_and_the_rest_stays(tree: Path, platform: Platform) -> None:
    before = certificate_of(tree)
    (checked,) = prove(tree, platform).checked
    assert checked.passed
    after = certificate_of(tree)
    (old,), (new,) = before.originals, after.originals
    assert {(entry.device, entry.dtype) for entry in new.results} == {("cpu", "float32"), ("cpu", platform.dtype)}
    assert replace(new, results=old.results) == old
    assert replace(after, originals=before.originals) == before
    (item,) = check(load_settings(tree)).checked
    assert (item.status.freshness, item.status.verdict) == ("FRESH", "PROVED")
    assert prove(tree, platform).changes.files == ()
    assert prove(tree, platform, "prove-all").changes.effective == ()


def test_checking_on_another_platform_writes_nothing(tree: Path) -> None:
    assert prove(tree, HALF, "check").changes.files == ()


def test_what_is_stale_is_proven_at_home_first(tree: Path) -> None:
    edit(tree, LIBRARY_FILE, "dim=1)", "dim=0)")
    report = prove(tree, HALF)
    assert (report.passed, report.changes.files) == (False, ())
    assert "prove it on the CPU first: check-equivalence Pool --prove" in report.checked[0].status.reason


def test_a_slower_component_is_a_finding_and_equal_all_the_same(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An accelerator without there being one: what is proven runs on the CPU."""
    speeds = [Speed("call 0", Measured(2.0, 10), Measured(2.5, 10), 0.01)]
    monkeypatch.setattr(platforms, "unavailable", lambda _: "")
    monkeypatch.setattr(platforms, "prove", lambda task, progress: _as_if_on_cuda(task))
    monkeypatch.setattr(platforms, "measure_speed", lambda _: tuple(speeds))
    report = prove(tree, Platform("cuda"))
    (checked,) = report.checked
    assert not checked.passed
    assert "equal, but on cuda float32" in checked.status.reason
    assert "takes 1.250 times as long" in checked.status.reason
    assert checked.speeds == (("legacy/model.py::Pool", speeds[0]),)
    assert "cuda" in {entry.device for entry in certificate_of(tree).originals[0].results}
    assert "milliseconds" not in (tree / CERTIFICATE).read_text(encoding="utf-8")
    edit(tree, "pyproject.toml", "[tool.refactor-tools]\n", "[tool.refactor-tools]\nmax-slowdown = 1.3\n")
    assert prove(tree, Platform("cuda"), "prove-all").passed


def _as_if_on_cuda(task: object) -> object:
    from refactor_tools.model.proofs import HOME, ProofTask
    from refactor_tools.prove.gate import prove as really

    assert isinstance(task, ProofTask)
    found = really(replace(task, platform=HOME))
    there = dict(found.environment) | {"device": "cuda"}
    return replace(found, environment=tuple(there.items()))


@without_cuda
def test_where_there_is_no_cuda_it_says_so(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(tree)
    assert run(tree, "--prove", "--device", "cuda") == FINDINGS
    shown = " ".join(capsys.readouterr().out.split())
    assert "CUDA" in shown
    assert "--import" in shown
    assert contents(tree) == before


@without_cuda
def test_auto_is_the_cpu_without_cuda(tree: Path) -> None:
    before = contents(tree)
    assert run(tree, "--prove", "--device", "auto", "--quiet") == CLEAN
    assert contents(tree) == before


def test_a_required_result_is_missing_until_it_is_taken_in(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tree, "--require", "cuda") == FINDINGS
    shown = " ".join(capsys.readouterr().out.split())
    assert "no result on cuda for legacy/model.py::Pool" in shown
    assert "--import FILE" in shown
    path = bundle(tmp_path / "gpu.json", with_gpu(certificate_of(tree)))
    assert run(tree, "--import", path, "--require", "cuda") == CLEAN
    assert GPU in certificate_of(tree).originals[0].results
    before = contents(tree)
    assert run(tree, "--import", path, "--require", "cuda") == CLEAN
    assert contents(tree) == before


def test_a_result_that_does_not_pass_is_none(tree: Path, tmp_path: Path) -> None:
    failed = with_gpu(certificate_of(tree), "DIFFERENT")
    cases = load_cases((tree / case_path("Pool")).read_text(encoding="utf-8"), case_path("Pool"))
    assert lacking(failed, cases, Platform("cuda")) == ["legacy/model.py::Pool"]
    assert lacking(with_gpu(certificate_of(tree)), cases, Platform("cuda")) == []
    assert lacking(with_gpu(certificate_of(tree)), cases, Platform("cuda"), "2.13") == ["legacy/model.py::Pool"]
    assert lacking(with_gpu(certificate_of(tree)), cases, Platform("cuda", "bfloat16")) == ["legacy/model.py::Pool"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"closure": Closure("sha256:1", "sha256:2")}, "another text of the component"),
        ({"component": "components.other.Other"}, "there is no certificate for it here"),
        ({"component": "elsewhere.Pool"}, "the certificate of that name here is for components.pooling.pool.Pool"),
    ],
)
def test_what_is_about_something_else_is_left_out(
    change: dict[str, object], said: str, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = replace(with_gpu(certificate_of(tree)), **change)  # type: ignore[arg-type]
    before = contents(tree)
    assert run(tree, "--import", bundle(tmp_path / "gpu.json", other), "--require", "cuda") == FINDINGS
    assert said in capsys.readouterr().err
    assert contents(tree) == before


@pytest.mark.parametrize("damage", ["truncated", "edited", "absent", "binary", "certificate"])
def test_a_damaged_bundle_is_refused(
    damage: str, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gpu.json"
    text = bundle(path, with_gpu(certificate_of(tree))) and path.read_text(encoding="utf-8")
    match damage:
        case "truncated":
            path.write_text(text[:200])
        case "edited":
            path.write_text(text.replace('"BIT_EQUAL"', '"PROVED"').replace("2.11.0", "2.12.0"))
        case "absent":
            path.unlink()
        case "binary":
            path.write_bytes(b"\xff\xfe\x00")
        case "certificate":
            path.write_text(dump_certificate(certificate_of(tree)) + "}")
    before = contents(tree)
    assert run(tree, "--import", str(path)) == USAGE
    shown = capsys.readouterr().err
    assert "gpu.json" in shown
    assert "Traceback" not in shown
    assert contents(tree) == before


def test_what_is_exported_is_taken_in_by_another_machine(tree: Path, tmp_path: Path) -> None:
    (tree / CERTIFICATE).write_text(dump_certificate(with_gpu(certificate_of(tree))), encoding="utf-8")
    path = tmp_path / "gpu.json"
    assert run(tree, "--export", str(path), "--quiet") == CLEAN
    (tree / CERTIFICATE).write_text(
        dump_certificate(replace(certificate_of(tree), originals=_at_home(certificate_of(tree)))), encoding="utf-8"
    )
    assert run(tree, "--require", "cuda", "--quiet") == FINDINGS
    assert run(tree, "--import", str(path), "--require", "cuda", "--quiet") == CLEAN


def _at_home(certificate: Certificate) -> tuple[object, ...]:
    (original,) = certificate.originals
    results = tuple(entry for entry in original.results if entry.device == "cpu")
    return (replace(original, results=results, roots=original.roots[:1]),)


def test_stale_certificates_are_not_exported(tree: Path, tmp_path: Path) -> None:
    edit(tree, LIBRARY_FILE, "dim=1)", "dim=0)")
    assert run(tree, "--export", str(tmp_path / "gpu.json"), "--quiet") == FINDINGS
    assert '"certificates": []' in (tmp_path / "gpu.json").read_text(encoding="utf-8")


def test_a_bundle_that_cannot_be_written_is_told(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tree, "--export", str(tmp_path / "no" / "folder" / "gpu.json"), "--quiet") == USAGE
    assert "cannot be written" in capsys.readouterr().err
