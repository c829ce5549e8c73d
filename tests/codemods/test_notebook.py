"""Code of notebooks edited where it stands."""

import json

import pytest

from refactor_tools.codemods.notebook import read_notebook
from refactor_tools.model.changes import Edit

LIST = """{
 "cells": [
  {"cell_type": "markdown", "source": ["Über `a.b`"]},
  {
   "cell_type": "code",
   "source": [
    "%matplotlib inline\\n",
    "import a, b\\n",
    "x = \\"\\u00e4\\\\n\\"; y = 1"
   ],
   "outputs": [{"text": "import a, b"}]
  },
  {"cell_type": "code", "source": []},
  {"cell_type": "code", "source": "import c\\nz = 2\\n"}
 ],
 "metadata": {}
}
"""


def test_the_code_stands_line_by_line() -> None:
    notebook = read_notebook(LIST)
    assert notebook is not None
    assert notebook.code == 'pass\nimport a, b\nx = "ä\\n"; y = 1\nimport c\nz = 2\n'
    assert [notebook.line(line) for line in (2, 3, 4, 5)] == [8, 9, 14, 14]
    assert [LIST[start:end] for start, end in notebook.prose] == ["Über `a.b`"]


@pytest.mark.parametrize(
    ("old", "new", "written"),
    [
        ("a, b", "é", ('"import a, b\\n"', '"import é\\n"')),
        ("import a, b", "import q\nimport a", ('"import a, b\\n"', '"import q\\n",\n    "import a\\n"')),
        ("y = 1", 'y = "\t"', ("y = 1", 'y = \\"\\t\\"')),
        ("import c", "import d\nimport c", ("import c\\n", "import d\\nimport c\\n")),
        ("import a, b\n", "", ('"import a, b\\n",\n    ', "")),
    ],
)
def test_an_edit_of_the_code_is_one_of_the_file(old: str, new: str, written: tuple[str, str]) -> None:
    notebook = read_notebook(LIST)
    assert notebook is not None
    start = notebook.code.index(old)
    edited = notebook.edited([Edit(start, start + len(old), new)])
    head, _, tail = LIST.rpartition("outputs") if "a, b" in old else ("", "", LIST)
    expected = head.replace(*written) + "outputs" + tail if head else LIST.replace(*written)
    assert edited == expected
    again = read_notebook(edited)
    assert again is not None
    assert again.code == notebook.code.replace(old, new, 1)
    assert json.loads(edited)["cells"][1]["outputs"] == [{"text": "import a, b"}]


def test_a_line_that_goes_on_in_the_next_string() -> None:
    text = '{"cells": [{"cell_type": "code", "source": ["import ", "a\\n", "b"]}]}'
    notebook = read_notebook(text)
    assert notebook is not None
    assert notebook.code == "import a\nb\n"
    assert notebook.edited([Edit(7, 8, "cc")]) == text.replace('"a\\n"', '"cc\\n"')


def test_characters_beyond_the_basic_plane() -> None:
    text = '{"cells": [{"cell_type": "code", "source": "x = \'\\ud83d\\ude00\'; import a"}]}'
    notebook = read_notebook(text)
    assert notebook is not None
    start = notebook.code.index("import a")
    assert notebook.edited([Edit(start, start + 8, "import b")]) == text.replace("import a", "import b")


def test_a_cell_that_does_not_parse_is_named() -> None:
    notebook = read_notebook('{"cells": [\n{"cell_type": "code", "source": "print 1"}]}')
    assert notebook is not None
    assert (notebook.code, notebook.broken) == ("", (2,))


@pytest.mark.parametrize("text", ["", "{", "[1, 2]x", '{"metadata": {"language_info": {"name": "R"}}, "cells": []}'])
def test_what_is_no_python_notebook(text: str) -> None:
    assert read_notebook(text) is None
