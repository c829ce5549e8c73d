"""The whole way of the GPU gate, on a CPU."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.gpu_gate import Outcome, main, page
from refactor_tools.certificates.bundles import load_bundle
from refactor_tools.model.certificates import CertificateStatus, Checked
from refactor_tools.model.costs import Measured, Speed
from refactor_tools.model.proofs import ComponentProof, OriginalProof, Platform
from refactor_tools.prove.gate import environment

REPOSITORY = Path(__file__).resolve().parents[2]
# All that the gate may need beside the standard library, and what these need themselves.
WITHOUT_THE_REST = """
import sys

BLOCKED = ("numpy", "libcst", "networkx", "joblib", "msgspec", "pathspec", "graphviz", "pytest", "hypothesis")

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
from benchmarks.gpu_gate import main
raise SystemExit(main(sys.argv[1:]))
"""


def outcome(reason: str = "", passed: bool = True, speeds: tuple[tuple[str, Speed], ...] = ()) -> Outcome:
    proof = ComponentProof("lib.X", (OriginalProof("old.py::X", "PROVED", (), reason=reason),), ())
    status = CertificateStatus("lib.X", "FRESH", "PROVED", reason)
    return Outcome("shop", "float32", Checked("X", status, passed, proof=proof, speeds=speeds))


def test_the_page_has_a_row_for_every_call_measured() -> None:
    speed = Speed("call 0", Measured(2.0, 1_024, 7, 1.5), Measured(2.1, 1_024, 7, 1.5), 0.031)
    text = page([outcome(speeds=(("old.py::X", speed),)), outcome()], {"torch": "2.11.0", "device": "cuda"})
    assert "torch 2.11.0, device cuda" in text
    times, counted = "2.000 | 2.100 | 1.050 | 3.1%", "7 → 7 | 1.500 → 1.500 | 1,024 → 1,024"
    assert f"| shop/X | float32 | PROVED | old.py::X, call 0 | {times} | {counted} |" in text
    assert "| shop/X | float32 | PROVED |  |  |  |  |  |  |  |  |" in text
    assert "Not passed" not in text


def test_what_needs_another_package_is_listed_and_no_failure() -> None:
    lacking = outcome("ModuleNotFoundError: No module named 'keras'", passed=False)
    assert (lacking.verdict, lacking.missing, lacking.failed) == ("NOT_RUN", "keras", False)
    assert "- shop/X, float32: needs `keras`, which is not installed here" in page([lacking], {})
    other = outcome("output differs", passed=False)
    assert (other.missing, other.failed) == ("", True)
    assert "- shop/X, float32: output differs" in page([other], {})


@pytest.mark.skipif("unavailable" not in dict(environment(Platform("cuda"))), reason="there is a CUDA device here")
def test_without_cuda_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--output", str(tmp_path / "out")]) == 2
    assert "nothing can be proven on cuda here" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_certificates_own_platform_has_nothing_to_add(tmp_path: Path) -> None:
    assert main(["--output", str(tmp_path), "--device", "cpu", "--dtype", "float32"]) == 2


@pytest.mark.slow
def test_it_runs_where_only_the_gates_packages_are(tmp_path: Path) -> None:
    arguments = ["--output", str(tmp_path), "--device", "cpu", "--only", "MLPBlock", "--dtype", "bfloat16"]
    command = [sys.executable, "-c", WITHOUT_THE_REST, *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    (certificate,) = load_bundle((tmp_path / "bundle.json").read_text(encoding="utf-8"), "bundle.json")
    assert {(entry.device, entry.dtype) for part in certificate.originals for entry in part.results} == {
        ("cpu", "float32"),
        ("cpu", "bfloat16"),
    }
    assert "| athelas/MLPBlock | bfloat16 | " in (tmp_path / "results.md").read_text(encoding="utf-8")
