from refactor_tools.model.facts import Finding
from refactor_tools.model.graphs import FileMetrics
from refactor_tools.report.composition import import_lines, never_read_lines, unused_lines


def metric(path: str, fan_in: int = 0, depth: int = 1, following: str = "") -> FileMetrics:
    return FileMetrics(path, 1, 1, fan_in, 0, depth, following)


def test_definitions_of_one_file_stand_together() -> None:
    identities = ["a.py::f", "b.py::A", "b.py::B@9", *(f"c.py::f{number}" for number in range(9))]
    assert unused_lines(identities) == [
        ("c.py", "f0, f1, f2, f3, f4, f5 and 3 more"),
        ("b.py", "A, B@9"),
        ("a.py", "f"),
    ]


def test_values_are_named_and_idle_modules_left_to_the_findings() -> None:
    members = [
        Finding("never-read", "a.py", 3, "M assigns `self.width` and never reads it"),
        Finding("never-called", "a.py", 4, "M builds `self.head` (nn.Linear) and never uses it"),
    ]
    assert never_read_lines(members) == [("a.py", "M.width")]


def test_the_longest_chain_and_the_busiest_files() -> None:
    files = [
        metric("a.py", 0, 4, "b.py"),
        metric("b.py", 2, 3, "c.py"),
        metric("c.py", 3, 2, "d.py"),
        metric("d.py", 5),
    ]
    assert import_lines(files) == [
        ("a.py", "starts the longest chain, 4 files: b.py -> c.py -> d.py"),
        ("d.py", "imported by 5 files"),
        ("c.py", "imported by 3 files"),
    ]


def test_small_trees_have_nothing_to_say() -> None:
    assert import_lines([metric("a.py", 1, 3, "b.py"), metric("b.py", 2, 2)]) == []
    assert import_lines([]) == unused_lines([]) == never_read_lines([]) == []
