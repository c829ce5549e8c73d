import json
from typing import Any

import pytest

from refactor_tools.scan.notebooks import notebook_source


def notebook(*cells: list[str], indent: int | None = 1, **metadata: Any) -> str:
    found = [{"cell_type": "code", "source": cell, "outputs": []} for cell in cells]
    return json.dumps({"cells": found, "metadata": metadata, "nbformat": 4}, indent=indent)


def code(text: str) -> list[str]:
    source, problems = notebook_source("a.ipynb", text)
    assert problems == []
    return [line for line in source.split("\n") if line.strip()]


def test_code_stands_on_the_lines_that_it_has_in_the_file() -> None:
    text = notebook(["import a\n", "x = 'é\"'\n", "b()"], ["import c"])
    lines = text.split("\n")
    source = notebook_source("a.ipynb", text)[0].split("\n")
    for line in ("import a", "x = 'é\"'", "b()", "import c"):
        assert json.dumps(line)[1:-1] in lines[source.index(line)]


def test_equal_lines_stand_on_lines_of_their_own() -> None:
    source = notebook_source("a.ipynb", notebook(["f()\n", "f()\n", "f()"], ["f()"]))[0].split("\n")
    places = [index for index, line in enumerate(source) if line == "f()"]
    assert len(set(places)) == 4
    assert places == sorted(places)


@pytest.mark.parametrize("indent", [None, 2])
def test_a_cell_in_one_string(indent: int | None) -> None:
    cells = [{"cell_type": "code", "source": "import a\nif a:\n    b()"}, {"cell_type": "code", "source": "c()"}]
    text = json.dumps({"cells": cells}, indent=indent)
    assert code(text) == ["import a", "if a:", "    b()", "c()"]


def test_only_code_cells_are_read() -> None:
    cells = [{"cell_type": "markdown", "source": ["import a"]}, {"cell_type": "raw", "source": ["b"]}]
    assert code(json.dumps({"cells": cells})) == []


def test_the_third_format() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": ["import a"]}]}
    assert code(json.dumps({"nbformat": 3, "worksheets": [sheet]})) == ["import a"]


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        (["%matplotlib inline\n", "import a"], ["pass", "import a"]),
        (["!pip install a\n", "import a"], ["pass", "import a"]),
        (["!pip install a \\\n", "   b\n", "import a"], ["pass", "import a"]),
        (["if x:\n", "    %time f()"], ["if x:", "    pass"]),
        (["files = !ls\n", "n = %env N\n", "import a"], ["files = None", "n = None", "import a"]),
        (["f?\n", "a.b??\n", "?g\n", "import a"], ["pass", "pass", "pass", "import a"]),
        (["%%time\n", "import a"], ["pass", "import a"]),
        (["%%bash\n", "import a"], []),
        (["%%writefile a.py\n", "import a"], []),
        (["x = (5\n", "  % 2)"], ["x = (5", "  % 2)"]),
        (['x = """\n', "%not a magic\n", '"""'], ['x = """', "%not a magic", '"""']),
        (["await f()"], ["await f()"]),
    ],
)
def test_magics_and_shell_lines(cell: list[str], left: list[str]) -> None:
    assert code(notebook(cell)) == left


def test_run_of_a_script() -> None:
    assert code(notebook(["%run -i steps/a.py --fast"])) == ["runpy.run_path('steps/a.py')"]


def test_a_cell_that_does_not_parse_is_a_problem_and_the_others_are_read() -> None:
    text = notebook(["import a"], ["print 'old'"], ["import b"])
    source, problems = notebook_source("a.ipynb", text)
    assert [line for line in source.split("\n") if line] == ["import a", "import b"]
    (problem,) = problems
    assert "print" in text.split("\n")[problem.line - 1]
    assert problem.message == "a cell does not parse; it is left out"


@pytest.mark.parametrize("text", ["", "{", "not json", "[" * 100_000, '{"cells": [}'])
def test_a_broken_notebook_is_a_problem(text: str) -> None:
    source, (problem,) = notebook_source("a.ipynb", text)
    assert source == ""
    assert problem.message.startswith("is not a notebook")


@pytest.mark.parametrize(
    "text", ["[]", "1", "null", "{}", '{"cells": 1}', '{"cells": [1, {}, {"cell_type": "code", "source": [1]}]}']
)
def test_json_of_another_shape_holds_no_code(text: str) -> None:
    assert code(text) == []


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"language": "R"}},
        {"language_info": {"name": "R"}},
        {"kernelspec": {"name": "ir", "language": "R"}},
    ],
)
def test_notebook_of_another_language(metadata: dict[str, Any]) -> None:
    source, (problem,) = notebook_source("a.ipynb", notebook(["library(a)"], **metadata))
    assert (source, problem.message) == ("", "is a notebook in r; its cells are not read")


def test_python_kernels_go_by_several_names() -> None:
    assert code(notebook(["a()"], kernelspec={"name": "python3"})) == ["a()"]
    assert code(notebook(["a()"], language_info={"name": "ipython"})) == ["a()"]
