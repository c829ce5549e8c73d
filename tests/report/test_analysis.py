from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from refactor_tools.model.analysis import Analysis
from refactor_tools.model.facts import Definition, FileFacts, Finding, Parameter, Problem, Scan
from refactor_tools.model.families import (
    Difference,
    Families,
    Family,
    Homonym,
    Implicit,
    KeptApart,
    Pattern,
    Place,
    Proposal,
)
from refactor_tools.model.graphs import (
    Composition,
    Cycle,
    FileMetrics,
    Hidden,
    ImportEdge,
    ImportGraph,
    Relation,
    Unresolved,
)
from refactor_tools.report.analysis import MOST_ROWS, render
from refactor_tools.report.analysis_json import document, kinds_found, to_json

POOL_A, POOL_B = "a.py::Pool", "b.py::Pool"
DIFFERENCES = (
    Difference("size", "__init__", ((POOL_A, "2 * w"), (POOL_B, "w")), "input_dim"),
    Difference("argument", "forward", ((POOL_A, "lengths"), (POOL_B, "")), "lengths"),
    Difference("argument", "forward", ((POOL_A, ""), (POOL_B, "mask")), "mask"),
)
FAMILY = Family(
    "Pool",
    "class",
    "near",
    0.789,
    (POOL_A, POOL_B),
    DIFFERENCES,
    Proposal("pooling/pool.py", "pooling", ("input_dim",)),
)
REFUSED = Family("Gate", "class", "exact", 1.0, ("a.py::Gate", "b.py::Gate"), (), Proposal(refusal="reads its frame"))
EDGE = ImportEdge("a.py", "b.py", 3, "runtime", "plain")


def definition(path: str, name: str) -> Definition:
    return Definition(
        f"{path}::{name}", "class", name, path, 1, 9, ("nn.Module",), "torch", (Parameter("w"),), (), is_module=True
    )


FULL = Analysis(
    scan=Scan(
        "/root",
        (
            FileFacts("a.py", "sha256:1", 600, (definition("a.py", "Pool"),)),
            FileFacts("b.py", "sha256:2", 1, (definition("b.py", "Pool"),)),
        ),
        (
            Problem("c.py", 4, "does not parse: invalid syntax"),
            Problem("data", 0, "2 files not read: ignored by .gitignore", "ignored", 2),
            Problem("loop", 0, "is a link"),
            Problem("old", 0, "3 files not read: an archive", "archive", 3),
        ),
    ),
    imports=ImportGraph(
        (EDGE,),
        (Cycle(("a.py", "b.py"), True, EDGE),),
        (Unresolved("a.py", 1, "gone", "neither in the tree nor installed here"),),
        (Hidden("a.py", 2, "b.py", "script folder"),),
    ),
    composition=Composition(
        {POOL_A: (POOL_B,), POOL_B: ()},
        {POOL_B: (POOL_A,), POOL_A: ()},
        {POOL_A: "composite", POOL_B: "atomic"},
        (POOL_A,),
        (Relation(POOL_A, POOL_B, "builds", "inner", "a.py", 4),),
    ),
    families=Families(
        (FAMILY, REFUSED), (Homonym("Text", ("a.py::Text", "b.py::Text")),), (KeptApart(FAMILY, "on purpose"),)
    ),
    findings=(Finding("never-called", "a.py", 7, "Pool builds `self.x` (nn.Linear) and never uses it"),),
    seconds=0.14,
    over_limit=("a.py",),
    dead_members=(Finding("never-called", "a.py", 7, "Pool builds `self.x` (nn.Linear) and never uses it"),),
    metrics=(FileMetrics("a.py", 600, 1, 0, 1, 2, "b.py"), FileMetrics("b.py", 1, 1, 1, 0, 1, "")),
)
EMPTY = Analysis(Scan("/root", ()), ImportGraph(), Composition({}, {}, {}), Families(), (), 0.0)


def text(analysis: Analysis, *, verbose: bool = False, width: int = 80) -> str:
    out = StringIO()
    Console(file=out, width=width, highlight=False).print(render(analysis, verbose=verbose))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_whole_report() -> None:
    assert (
        text(FULL)
        == """\
  2 files, 601 lines                                                       0.1 s
  2 modules: 1 atomic, 1 composite
  5 files passed over: 3 archived, 2 ignored by .gitignore

  Families  likeness   copies  what they could become
  Pool      near 0.78       2  pooling/: 2 arguments, 1 size
  Gate      exact           2  kept: reads its frame

  Homonyms: one name, different algorithms, never merged
  Text
      a.py::Text
      b.py::Text

  Kept apart on purpose
  Pool  on purpose

  Import cycles
  a.py -> b.py -> a.py  (at runtime; cheapest cut: a.py:3 imports b.py)

  Hidden dependencies
  a.py:2  by bare name, found only from its own folder: b.py

  Imports that lead nowhere
  gone  neither in the tree nor installed here, imported in a.py:1

  Kept as found, worth a look
  a.py:7  Pool builds `self.x` (nn.Linear) and never uses it

  Longer than `max-lines`
  a.py  600 lines

  Used by nothing in what was read: 1 definition
  a.py  Pool

  Passed over
  data  2 files not read: ignored by .gitignore
  old  3 files not read: an archive

  2 problems with what was read
  c.py:4  does not parse: invalid syntax
  loop  is a link

  Next: extract-component Pool"""
    )


def test_nothing_to_report() -> None:
    summary, _, rest, _, end = text(EMPTY).splitlines()
    assert summary.split() == ["0", "files,", "0", "lines", "0.0", "s"]
    assert rest == "  No Python file was read."
    assert end == "  Next: give a folder with Python files"


def test_files_without_copies_say_so() -> None:
    analysis = replace(EMPTY, scan=Scan("/root", (FileFacts("a.py", "", 1),)))
    shown = text(analysis)
    assert "\n  No copies found.\n" in shown
    assert shown.endswith("Next: --fail-on duplicates,cycles keeps it so")


def test_lines_fit_80_columns() -> None:
    long = "a/very/long/folder/name/that/goes/on/and/on/and/on/and/on/until/it/does/not/fit/in/a/line/module.py"
    analysis = replace(FULL, findings=(Finding("x", long, 3, "word " * 40),), scan=replace(FULL.scan, problems=()))
    lines = text(analysis).splitlines()
    assert max(map(len, lines)) <= 80
    assert "".join(line.strip() for line in lines).count(long) == 1


def test_long_sections_are_cut_and_say_so() -> None:
    findings = tuple(Finding("x", "a.py", line, f"finding {line}") for line in range(1, MOST_ROWS + 4))
    analysis = replace(FULL, findings=findings)
    assert f"finding {MOST_ROWS}\n  ... and 3 more (--verbose shows all)" in text(analysis)
    assert f"finding {MOST_ROWS + 1}\n" not in text(analysis)
    shown = text(analysis, verbose=True)
    assert f"finding {MOST_ROWS + 3}" in shown
    assert "more (--verbose" not in shown


def test_verbose_names_every_copy() -> None:
    assert POOL_B in text(FULL, verbose=True)
    assert POOL_B not in text(FULL)


def test_likeness_is_never_rounded_up() -> None:
    family = replace(FAMILY, similarity=0.9999)
    assert "near 0.99 " in text(replace(FULL, families=Families((family,))))


def test_families_that_were_not_compared_say_so() -> None:
    family = replace(FAMILY, differences=None, proposal=None)
    assert "not compared" in text(replace(FULL, families=Families((family,))))


@pytest.mark.parametrize(
    "families",
    [
        Families((REFUSED,)),
        Families((FAMILY,), (Homonym("Pool", (POOL_A, "c.py::Pool")),)),
        Families((replace(FAMILY, kind="method"),)),
    ],
)
def test_next_names_only_what_can_be_extracted(families: Families) -> None:
    assert "extract-component" not in text(replace(FULL, families=families))


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"families": Families((REFUSED,))}, "cut the cycles, then keep them out with --fail-on cycles"),
        ({"families": Families((REFUSED,)), "imports": ImportGraph()}, "--map FILE lists the modules and why"),
        ({"families": Families((replace(FAMILY, differences=None, proposal=None),))}, "--proposals all compares"),
    ],
)
def test_last_line_says_what_to_do(changes: dict[str, object], advice: str) -> None:
    assert advice in text(replace(FULL, **changes)).splitlines()[-1]


def test_next_names_three_and_says_that_there_are_more() -> None:
    names = ("function", "A"), ("class", "B"), ("class", "C"), ("class", "D")
    families = Families(tuple(replace(FAMILY, name=name, kind=kind) for kind, name in names))
    last = text(replace(FULL, families=families)).splitlines()[-1]
    assert last == "  Next: extract-component B C D  (1 more: --map FILE lists all)"


def test_long_names_stand_on_a_line_of_their_own() -> None:
    name = "_scaled_dot_product_flash_attention_forward_implementation_of_the_third_kind"
    refusal = "an expression in forward differs in a way that takes more than one line to say"
    families = (replace(FAMILY, name=name, proposal=Proposal(refusal=refusal)), FAMILY)
    lines = text(replace(FULL, families=Families(families))).splitlines()
    place = lines.index(f"  {name}")
    assert lines[place + 1].split()[:4] == ["near", "0.78", "2", "kept:"]
    assert lines[place + 1].index("near") == lines[place - 1].index("likeness")
    assert max(map(len, lines)) <= 80


def test_imports_of_one_absent_package_are_one_line() -> None:
    absent = "neither in the tree nor installed here"
    unresolved = tuple(Unresolved("a.py", line, f"jax.x{line}", absent) for line in (1, 2))
    graph = ImportGraph(unresolved=(*unresolved, Unresolved("b.py", 5, ".c", "no module `c` in the tree")))
    shown = text(replace(FULL, imports=graph))
    assert "jax  neither in the tree nor installed here, 2 imports, first in a.py:1" in shown
    assert "b.py:5  `.c`: no module `c` in the tree" in shown


def test_computed_imports_of_one_file_are_one_line() -> None:
    computed = [Unresolved("a.py", line, "*", "the module's name is computed") for line in (4, 9)]
    run = [Unresolved("a.py", line, "exec", "runs text that is computed") for line in (5, 7)]
    shown = text(replace(FULL, imports=ImportGraph(unresolved=(*computed, *run))))
    assert "a.py:4  2 imports: the module's name is computed" in shown
    assert "a.py:5  `exec`, 2 times: runs text that is computed" in shown


def test_an_empty_graph_is_not_passed_over_and_other_kinds_of_files_are_counted() -> None:
    others = (FileFacts("a.ipynb", "", 9), FileFacts("conf/a.yaml", "", 2), FileFacts("conf/b.json", "", 2))
    analysis = replace(
        FULL, imports=ImportGraph(notices=("no import was found",)), scan=replace(FULL.scan, others=others)
    )
    shown = text(analysis)
    assert "imports  no import was found" in shown
    assert "also read  2 configuration files, 1 notebook, for what they import and name" in shown
    found = document(analysis, kinds_found(analysis))
    assert (found["notices"], found["others"]) == (["no import was found"], [one.path for one in others])


def test_json_holds_the_contract() -> None:
    found = document(FULL, kinds_found(FULL))
    assert found["schema"] == 1
    assert (found["root"], found["files"], found["lines"], found["seconds"]) == ("/root", 2, 601, 0.14)
    assert found["problems"][0] == {"path": "c.py", "line": 4, "message": "does not parse: invalid syntax"}
    assert found["definitions"][0] == {
        "id": POOL_A,
        "kind": "class",
        "name": "Pool",
        "path": "a.py",
        "line": 1,
        "end_line": 9,
        "bases": ["nn.Module"],
        "framework": "torch",
        "tier": "composite",
        "uses": [POOL_B],
        "used_by": [],
        "relations": [{"target": POOL_B, "how": "builds", "member": "inner", "through": "", "path": "a.py", "line": 4}],
        "parameters": [{"name": "w", "default": None, "annotation": None, "kind": "positional"}],
        "forward": [],
    }
    family = found["families"][0]
    assert {key: family[key] for key in ("name", "kind", "likeness", "similarity", "members", "priority")} == {
        "name": "Pool",
        "kind": "class",
        "likeness": "near",
        "similarity": 0.789,
        "members": [POOL_A, POOL_B],
        "priority": "high",
    }
    assert family["proposal"] == {
        "target": "pooling/pool.py",
        "category": "pooling",
        "parameters": ("input_dim",),
        "refusal": "",
    }
    assert family["differences"][0]["values"][0] == {"member": POOL_A, "text": "2 * w"}
    assert found["kept_apart"][0]["reason"] == "on purpose"
    assert found["homonyms"] == [{"name": "Text", "members": ("a.py::Text", "b.py::Text")}]
    assert found["imports"][0] == {
        "source": "a.py",
        "target": "b.py",
        "line": 3,
        "kind": "runtime",
        "via": "plain",
        "external": False,
        "names": (),
    }
    assert found["metrics"][0] == {
        "path": "a.py",
        "lines": 600,
        "definitions": 1,
        "over_limit": True,
        "fan_in": 0,
        "fan_out": 1,
        "depth": 2,
        "longest_chain": ["a.py", "b.py"],
    }
    assert found["unused"] == [POOL_A]
    assert [one["line"] for one in found["dead_members"]] == [7]
    assert {one["name"]: one["outcome"] for one in found["outcomes"]} == dict.fromkeys(kinds_found(FULL), "found")
    assert found["skipped"] == [{"reason": "archive", "files": 3}, {"reason": "ignored", "files": 2}]
    assert "since" not in found
    assert "baseline" not in found


def test_json_of_families_that_were_not_compared() -> None:
    family = replace(FAMILY, differences=None, proposal=None)
    found = document(replace(FULL, families=Families((family,))), {})
    assert found["families"][0]["differences"] is found["families"][0]["proposal"] is None


INSIDE = Families(
    implicit=(
        Implicit("a.py::Pool", "b.py::Encoder", 7, 9, 1.0, "statements"),
        Implicit("a.py::Feed", "b.py::Encoder", 4, 4, 0.93, "sequential"),
    ),
    patterns=(Pattern("Linear, relu, Linear", tuple(Place(f"{path}::A", 3, 5) for path in ("a.py", "b.py", "c.py"))),),
)


def test_what_stands_inside_larger_classes() -> None:
    shown = text(replace(FULL, families=INSIDE))
    assert "b.py:7-9  Encoder writes out Pool\n" in shown
    assert "b.py:4  Encoder writes out Feed in an nn.Sequential, 0.93 of it" in shown
    assert "Linear, relu, Linear\n" in shown
    assert "c.py:3-5" in shown


def test_nothing_inside_larger_classes_is_no_section() -> None:
    assert "Written out" not in text(FULL)
    assert "could become components" not in text(FULL)


def test_json_of_what_stands_inside_larger_classes() -> None:
    found = document(replace(FULL, families=INSIDE), {})
    assert found["implicit"][1] == {
        "component": "a.py::Feed",
        "holder": "b.py::Encoder",
        "path": "b.py",
        "line": 4,
        "end_line": 4,
        "similarity": 0.93,
        "how": "sequential",
    }
    (pattern,) = found["patterns"]
    assert pattern["text"] == "Linear, relu, Linear"
    assert pattern["places"][2] == {"holder": "c.py::A", "path": "c.py", "line": 3, "end_line": 5}


def test_json_is_the_same_twice() -> None:
    assert to_json(FULL, kinds_found(FULL)) == to_json(FULL, kinds_found(FULL))


def test_clean_analysis_finds_nothing_of_any_kind() -> None:
    assert set(kinds_found(EMPTY).values()) == {0}
    assert {one["outcome"] for one in document(EMPTY, kinds_found(EMPTY))["outcomes"]} == {"clean"}
