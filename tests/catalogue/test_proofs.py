"""What the index says of devices: results that there are, and plainly where there are none."""

import json
from dataclasses import replace

import pytest

from refactor_tools.catalogue.index import index_changes
from refactor_tools.catalogue.proofs import Standing, standings, standings_document
from refactor_tools.certificates.store import certificate_path, dump_certificate
from refactor_tools.model.certificates import Certificate, Result
from refactor_tools.settings import Settings
from tests.catalogue.conftest import certificate

HERE = Result("cpu", "float32", "2.13.0+cpu", "PROVED")
GPU = Result("cuda", "float32", "2.11.0+cu128", "PROVED")
HALF = Result("cuda", "bfloat16", "2.11.0+cu128", "BIT_EQUAL")


def certified(*results: tuple[Result, ...]) -> Certificate:
    """A certificate of as many originals, with these results."""
    (original,) = certificate().originals
    originals = (replace(original, id=f"old.py::{number}", results=held) for number, held in enumerate(results))
    return replace(certificate(), originals=tuple(originals))


@pytest.mark.parametrize(
    ("results", "said"),
    [
        (((HERE,),), ["cpu float32 PROVED (torch 2.13)", "cuda not run"]),
        (((),), ["cpu not run", "cuda not run"]),
        (
            ((HALF, GPU, HERE),),
            [
                "cpu float32 PROVED (torch 2.13)",
                "cuda float32 PROVED (torch 2.11)",
                "cuda bfloat16 BIT_EQUAL (torch 2.11)",
            ],
        ),
        (
            ((HERE, GPU), (HERE,)),
            ["cpu float32 PROVED (torch 2.13)", "cuda float32 PROVED (torch 2.11, 1 of its originals not run)"],
        ),
        (((HERE,), (replace(HERE, verdict="BIT_EQUAL"),)), ["cpu float32 BIT_EQUAL (torch 2.13)", "cuda not run"]),
        (
            ((HERE,), (replace(HERE, torch="2.9.1"),)),
            ["cpu float32 PROVED (torch 2.9, 2.13)", "cuda not run"],
        ),
        (
            ((HERE, replace(HERE, torch="2.9.1", verdict="BIT_EQUAL")),),
            ["cpu float32 PROVED (torch 2.13)", "cuda not run"],
        ),
        (
            ((HERE, replace(HERE, device="xpu")),),
            ["cpu float32 PROVED (torch 2.13)", "cuda not run", "xpu float32 PROVED (torch 2.13)"],
        ),
    ],
)
def test_each_device_and_dtype_has_its_line(results: tuple[tuple[Result, ...], ...], said: list[str]) -> None:
    assert list(map(str, standings(certified(*results)))) == said


def test_no_certificate_is_no_proof() -> None:
    assert standings(None) == (Standing("cpu"), Standing("cuda"))


def test_scripts_read_the_same() -> None:
    assert standings_document(certified((HERE,))) == [
        {"device": "cpu", "dtype": "float32", "verdict": "PROVED", "torch": ["2.13"]},
        {"device": "cuda", "dtype": "", "verdict": None, "torch": []},
    ]
    assert standings_document(certified((HERE, GPU), (HERE,)))[1]["missing"] == 1


def texts(settings: Settings) -> dict[str, str]:
    return {change.path: change.after.decode() for change in index_changes(settings) if change.after is not None}


def test_pages_entry_and_json_show_it(library: Settings) -> None:
    found = texts(library)
    page = found["component_index/pages/MeanPooling.md"]
    assert "\n| cpu | float32 | PROVED_ON_PATHS | 2.13 |\n| cuda |  | not run |  |\n" in page
    line = "| [MeanPooling](pages/MeanPooling.md) | cpu float32 PROVED_ON_PATHS (torch 2.13); cuda not run |"
    assert line in found["component_index/README.md"]
    held = {entry["name"]: entry["proofs"] for entry in json.loads(found["component_index/index.json"])["components"]}
    assert [entry["verdict"] for entry in held["MeanPooling"]] == ["PROVED_ON_PATHS", None]
    assert [entry["verdict"] for entry in held["MaxPooling"]] == [None, None]


def test_what_another_machine_proved_is_shown(library: Settings) -> None:
    (library.root / certificate_path("MeanPooling")).write_text(dump_certificate(_with(GPU)), encoding="utf-8")
    found = texts(library)
    assert "\n| cuda | float32 | PROVED | 2.11 |\n" in found["component_index/pages/MeanPooling.md"]
    assert "cuda float32 PROVED (torch 2.11)" in found["component_index/README.md"]
    assert "not run" not in found["component_index/README.md"]


def _with(result: Result) -> Certificate:
    held = certificate()
    (original,) = held.originals
    return replace(held, originals=(replace(original, results=(*original.results, result)),))
