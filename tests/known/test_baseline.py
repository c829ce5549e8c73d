import json
from collections.abc import Callable, Mapping

import pytest

from refactor_tools.errors import UnreadableRecord
from refactor_tools.known.baseline import dump_baseline, load_baseline
from refactor_tools.known.keys import key_of, keys_of
from refactor_tools.model.facts import Definition, FileFacts, Scan
from refactor_tools.model.known import Known, News

from .conftest import Tree, pool

Build = Callable[[Mapping[str, str | None]], Tree]
FILES = {
    "a.py": pool(),
    "sub/b.py": pool(),
    "x.py": "import y, gone\n",
    "y.py": "import x\ndef unused(): return 1\n",
    "long.py": "x = 1\n" * 501,
}


def again(known: Known) -> Known:
    return load_baseline(dump_baseline(known), "baseline.json")


def test_what_is_read_is_what_was_written(tree: Build) -> None:
    found = tree(FILES)
    known = found.known()
    assert all((known.families, known.cycles, known.hidden, known.unresolved, known.over_limit, known.unused))
    assert dump_baseline(again(known)) == dump_baseline(known)
    assert found.news(again(known)) == News()


def test_names_that_are_no_text_survive() -> None:
    known = Known(over_limit=frozenset({"größe.py", "\udcff.py"}))
    text = dump_baseline(known)
    raw = text.encode("utf-8", "surrogateescape")
    assert load_baseline(raw.decode("utf-8", "surrogateescape"), "b.json") == known


def test_no_line_number_stands_in_it(tree: Build) -> None:
    found = tree(FILES)
    before = dump_baseline(found.known())
    found.write({path: "\n\n\n" + text for path, text in FILES.items() if path != "long.py"})
    assert dump_baseline(found.known()) == before


def test_later_definitions_of_one_name_are_counted() -> None:
    ids = ("a.py::A", "a.py::A@7", "a.py::A@9", "a.py::A.B")
    definitions = tuple(Definition(one, "class", "A", "a.py", 1, 2) for one in ids)
    keys = keys_of(Scan("/", (FileFacts("a.py", "", 9, definitions),)))
    assert keys == {"a.py::A": "a.py::A", "a.py::A@7": "a.py::A#2", "a.py::A@9": "a.py::A#3", "a.py::A.B": "a.py::A.B"}
    assert key_of("a.py::A@7.forward", keys) == "a.py::A#2.forward"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a baseline"),
        ("{", "is not a baseline"),
        ("[" * 100_000, "is not a baseline"),
        ("[]", "is not a baseline of schema 1"),
        ('{"schema": 2}', "is not a baseline of schema 1"),
        ('{"schema": 1}', "damaged baseline"),
    ],
)
def test_what_is_no_baseline(text: str, message: str) -> None:
    with pytest.raises(UnreadableRecord, match=message) as caught:
        load_baseline(text, "b.json")
    assert caught.value.place == "b.json"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("duplicates", 3),
        ("duplicates", [{"name": "A"}]),
        ("duplicates", [{"name": "A", "members": {"a.py::A": "nowhere"}}]),
        ("cycles", [[1]]),
        ("hidden", [["a", "b", "c"]]),
        ("unresolved", [{"path": "a"}]),
        ("unused", [None]),
        ("contents", []),
        ("contents", {"x": 3}),
    ],
)
def test_what_is_damaged(key: str, value: object) -> None:
    document = {**json.loads(dump_baseline(Known())), key: value}
    with pytest.raises(UnreadableRecord, match=r"damaged baseline .*; restore it"):
        load_baseline(json.dumps(document), "b.json")


def test_it_shrinks_with_the_tree(tree: Build) -> None:
    found = tree(FILES)
    known = again(found.known())
    assert found.shrunk(known) == known
    found.write({"sub/b.py": None, "x.py": "x = 1\n", "y.py": "x = 1\n", "long.py": "x = 1\n"})
    assert found.shrunk(known) == Known(unused=frozenset({"a.py::Pool"}))


def test_it_never_grows(tree: Build) -> None:
    found = tree({"a.py": pool()})
    known = again(found.known())
    found.write(FILES)
    assert found.shrunk(known) == known


def test_it_follows_moved_files(tree: Build) -> None:
    found = tree(FILES)
    known = again(found.known())
    found.write({"sub/b.py": None, "c.py": pool()})
    left = found.shrunk(known)
    assert left.families[0].members == ("a.py::Pool", "c.py::Pool")
    assert found.news(left) == News()


def test_what_was_not_analysed_stays(tree: Build) -> None:
    found = tree(FILES)
    known = again(found.known())
    found.write({"sub/b.py": "x = 1\n"})
    left = found.shrunk(known, scope="sub")
    assert left.cycles == known.cycles
    assert left.hidden == known.hidden
    assert left.unresolved == known.unresolved
    assert left.over_limit == known.over_limit
    # The one copy that was looked at is gone, and so is the family.
    assert left.families == ()


def test_family_that_lies_elsewhere_stays(tree: Build) -> None:
    found = tree({**FILES, "c.py": pool()})
    known = again(found.known())
    found.write({"sub/b.py": "x = 1\n"})
    assert found.shrunk(known, scope="sub").families[0].members == ("a.py::Pool", "c.py::Pool")


def test_drift_is_reported_until_it_is_gone(tree: Build) -> None:
    found = tree(FILES)
    known = again(found.known())
    for _ in range(2):
        found.write({"a.py": pool(fill="0.0")})
        assert [one.member for one in found.news(known).drift] == ["a.py::Pool"]
        known = again(found.shrunk(known))
    found.write({"sub/b.py": pool(fill="0.0")})
    assert found.news(known) == News()
    known = again(found.shrunk(known))
    found.write({"a.py": pool(fill="1.0")})
    assert [len(one.changes) for one in found.news(known).drift] == [1]
