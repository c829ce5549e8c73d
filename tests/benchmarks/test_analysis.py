"""The report as others read it."""

from benchmarks.analysis import Family, Hole, parsed, plain

DOCUMENT = {
    "files": 2,
    "lines": 40,
    "definitions": [
        {
            "id": f"pkg/{path}::{name}",
            "kind": kind,
            "path": f"pkg/{path}",
            "line": 3,
            "end_line": 9,
            "framework": framework,
            "tier": tier,
        }
        for path, name, kind, framework, tier in [
            ("a.py", "A", "class", "torch", "atomic"),
            ("a.py", "Mixin", "class", "torch", None),
            ("b.py", "K", "class", "keras", "atomic"),
        ]
    ],
    "families": [
        {
            "name": "A",
            "kind": "class",
            "likeness": "near",
            "similarity": 0.8,
            "members": ["pkg/a.py::A", "pkg/b.py::A@12"],
            "differences": [
                {
                    "kind": "order",
                    "where": "forward",
                    "values": [{"member": "pkg/a.py::A", "text": "1"}, {"member": "pkg/b.py::A@12", "text": "2"}],
                }
            ],
            "proposal": {"refusal": "order"},
        },
        {
            "name": "f",
            "kind": "function",
            "likeness": "exact",
            "similarity": 1.0,
            "members": ["pkg/a.py::f", "pkg/b.py::f"],
            "differences": None,
            "proposal": None,
        },
    ],
}


def test_paths_are_relative_to_the_folder_that_was_analysed() -> None:
    report = parsed(DOCUMENT, "pkg/")
    hole = Hole("order", "forward", {"a.py::A": "1", "b.py::A@12": "2"})
    assert [one.id for one in report.definitions] == ["a.py::A", "a.py::Mixin", "b.py::K"]
    assert report.families == (
        Family("A", "class", "near", 0.8, ("a.py::A", "b.py::A@12"), (hole,), "order"),
        Family("f", "function", "exact", 1.0, ("a.py::f", "b.py::f"), None, ""),
    )


def test_a_torch_module_is_of_torch_and_has_a_tier() -> None:
    assert [one.is_torch_module for one in parsed(DOCUMENT).definitions] == [True, False, False]


def test_lines_in_ids() -> None:
    assert plain("models/a.py::A@12.run") == "models/a.py::A.run"
    assert plain("models/a.py::A") == "models/a.py::A"
