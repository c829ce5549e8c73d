"""Copies inside larger classes in the report of a run."""

import json
from io import StringIO

from rich.console import Console

from refactor_tools.model.changes import ChangeSet
from refactor_tools.model.extraction import Extraction
from refactor_tools.model.inlined import LeftCopy, ReplacedCopy
from refactor_tools.report.extraction import commit_message, extraction_json
from refactor_tools.report.inlined import print_inlined

NOTHING = Extraction((), (), (), ChangeSet("extract", ()))
RUN = Extraction(
    (),
    (),
    (),
    ChangeSet("extract", ()),
    replaced=(ReplacedCopy("Pool", "m.py::Model", ("pool",), (("pool.fc", "fc"),), "PROVED", "Model@m", ("a note",)),),
    left=(LeftCopy("Pool", "n.py::Net", 7, "`w` is used by other statements, too"),),
)


def printed(extraction: Extraction) -> str:
    stream = StringIO()
    print_inlined(Console(file=stream, width=60), extraction)
    return stream.getvalue()


def test_both_are_named_with_what_matters() -> None:
    text = printed(RUN)
    assert "m.py::Model  builds Pool: self.pool\n" in text
    assert "state keys  fc.* -> pool.fc.*\n" in text
    assert "kept: a note\n" in text
    assert "PROVED  Model@m\n" in text
    assert "Pool stays written out in n.py::Net (line 7): `w` is used by other statements, too\n" in text


def test_a_run_without_any_says_nothing() -> None:
    assert printed(NOTHING) == ""
    assert "implicit" not in json.loads(extraction_json(NOTHING))


def test_a_commit_names_the_classes() -> None:
    text = commit_message(RUN)
    assert text.endswith("In place of what was written out:\n- m.py::Model builds Pool, PROVED\n")


def test_both_stand_in_the_json() -> None:
    found = json.loads(extraction_json(RUN))["implicit"]
    assert found["replaced"][0]["state_maps"] == [{"new": "pool.fc", "old": "fc"}]
    assert found["left"] == [
        {
            "component": "Pool",
            "holder": "n.py::Net",
            "line": 7,
            "reason": "`w` is used by other statements, too",
            "verdict": "",
        }
    ]
