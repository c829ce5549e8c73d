import os
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from refactor_tools.model.proofs import Check
from refactor_tools.prove.children import Answer, Limits, call

LIMITS = Limits(seconds=20)

TARGETS = """
import ctypes, fractions, os, subprocess, sys, time
from pathlib import Path

def echo(payload): return payload
def leave(code): sys.exit(code)
def leave_at_once(code): os._exit(code)
def hang(_):
    while True: pass
def swallow(_):
    while True:
        try: time.sleep(60)
        except BaseException: pass
def shout(_):
    for _ in range(50_000): print("x" * 100)
    return "done"
def eat(_):
    kept = []
    while True: kept.append(bytearray(os.urandom(2**20) * 16))
def eat_in_a_grandchild(_):
    script = "import os\\nkept = []\\nwhile True: kept.append(bytearray(os.urandom(2**20) * 16))"
    subprocess.run([sys.executable, "-c", script])
def fail(_): raise ValueError("first line\\nsecond line")
def crash(_): ctypes.string_at(0)
def breed(_):
    while True: subprocess.Popen(["sleep", "60"])
def abandon(path):
    script = f"import time; time.sleep(1.5); open({path!r}, 'w').close()"
    subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
def look(_): return dict(os.environ), os.getcwd(), sys.argv
def write(count): Path("big").write_bytes(bytes(count))
def send_object(_): return fractions.Fraction(1, 2)
def send_unpicklable(_): return lambda: None
def switches(_):
    import torch
    return torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.initial_seed()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("targets")
    (folder / "targets.py").write_text(dedent(TARGETS), encoding="utf-8")
    return folder


def run(folder: Path, name: str, payload: object = None, limits: Limits = LIMITS) -> Answer:
    return call(f"targets:{name}", payload, limits, sys_path=[str(folder)])


def reason(answer: Answer) -> tuple[str, str]:
    assert answer.failure is not None
    return answer.failure.kind, str(answer.failure)


@pytest.mark.parametrize("value", [None, 3, "text", (1, {"a": [2.5]}), Check("name", None, "why")])
def test_values_come_back(folder: Path, value: object) -> None:
    assert run(folder, "echo", value) == Answer(value)


@pytest.mark.parametrize(
    ("target", "payload", "kind", "said"),
    [
        ("leave", 4, "exited", "called sys.exit(4)"),
        ("leave_at_once", 0, "exited", "exited with 0 before it gave a result"),
        ("leave_at_once", 9, "exited", "exited with 9 before it gave a result"),
        ("fail", None, "raised", "ValueError: first line (targets.py:"),
        ("crash", None, "killed", "killed by SIGSEGV"),
        ("send_object", None, "raised", "a child may not send fractions.Fraction"),
        ("send_unpicklable", None, "raised", "the result cannot be sent"),
        ("missing", None, "raised", "has no attribute 'missing'"),
    ],
)
def test_every_end_is_a_value(folder: Path, target: str, payload: object, kind: str, said: str) -> None:
    found, text = reason(run(folder, target, payload))
    assert found == kind
    assert said in text


@pytest.mark.parametrize("target", ["hang", "swallow"])
def test_time_is_limited(folder: Path, target: str) -> None:
    start = time.monotonic()
    assert reason(run(folder, target, limits=Limits(seconds=0.5))) == ("timed out", "timed out after 0.5 s")
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("target", ["eat", "eat_in_a_grandchild"])
def test_memory_is_limited(folder: Path, target: str) -> None:
    kind, text = reason(run(folder, target, limits=Limits(seconds=30, memory_bytes=2**30)))
    assert (kind, text) == ("out of memory", "ran out of memory: more than 1024 MiB resident")


def test_processes_are_limited(folder: Path) -> None:
    assert reason(run(folder, "breed", limits=Limits(seconds=20, processes=8)))[0] == "too many processes"


def test_files_are_limited(folder: Path) -> None:
    assert run(folder, "write", 1000).failure is None
    assert "File too large" in reason(run(folder, "write", 10**6, Limits(seconds=20, file_bytes=10**5)))[1]


def test_output_is_kept_up_to_a_bound(folder: Path) -> None:
    answer = run(folder, "shout", limits=Limits(seconds=20, output_bytes=1000))
    assert (answer.value, len(answer.output)) == ("done", 1000)


def test_what_a_child_starts_ends_with_it(folder: Path, tmp_path: Path) -> None:
    trace = tmp_path / "still alive"
    assert run(folder, "abandon", str(trace)).failure is None
    time.sleep(2)
    assert not trace.exists()


def test_no_secret_and_no_folder_of_the_parent_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    value = run(folder, "look").value
    assert isinstance(value, tuple)
    environment, working, argv = value
    assert "API_TOKEN" not in environment
    assert environment["HOME"] == environment["TMPDIR"] == working != os.getcwd()
    assert not Path(working).exists()
    assert argv == ["proof"]


def test_children_are_deterministic(folder: Path) -> None:
    assert run(folder, "switches").value == (1, True, 0)


def test_a_call_is_cheap_once_the_server_runs(folder: Path) -> None:
    run(folder, "echo")
    start = time.monotonic()
    for _ in range(5):
        run(folder, "echo")
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("form", ["script", "module", "stdin"])
def test_every_kind_of_parent_may_call(folder: Path, tmp_path: Path, form: str) -> None:
    # No main guard: a parent's main module must not be imported again.
    (tmp_path / "parent.py").write_text(
        "from refactor_tools.prove.children import Limits, call\n"
        f"print(call('targets:echo', 41, Limits(), sys_path=[{str(folder)!r}]).value + 1)\n",
        encoding="utf-8",
    )
    command = {"script": ["parent.py"], "module": ["-m", "parent"], "stdin": ["-"]}[form]
    root = str(Path(__file__).parents[2])
    result = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        input=(tmp_path / "parent.py").read_text() if form == "stdin" else "",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert result.stdout == "42\n"


def test_importing_the_gate_loads_no_torch_and_none_of_the_static_stages_libraries() -> None:
    script = (
        "import sys, refactor_tools.prove.gate, refactor_tools.prove.sensitivity\n"
        "print([name for name in ('torch', 'libcst', 'networkx', 'joblib') if name in sys.modules])"
    )
    root = str(Path(__file__).parents[2])
    result = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
