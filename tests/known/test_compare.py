from collections.abc import Callable, Mapping

import pytest

from refactor_tools.known.compare import new_by_every
from refactor_tools.model.graphs import Hidden
from refactor_tools.model.known import Changed, Drift, NewCopies, News

from .conftest import Tree, pool

Build = Callable[[Mapping[str, str | None]], Tree]
PAIR = {"a.py": pool(), "b.py": pool()}
MODEL = "from a import Pool\nMODEL = Pool(None)\n"


def test_nothing_is_new_in_the_same_tree(tree: Build) -> None:
    found = tree({**PAIR, "main.py": MODEL, "x.py": "import y\n", "y.py": "import x\nimport gone\n"})
    known = found.known()
    assert len(known) > 3
    assert found.news(known) == News()


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "# moved down\n\n\n" + pool()},
        {"a.py": pool().replace("x, mask=None", "x: int, mask: int | None = None")},
        {"a.py": pool().replace("class Pool(nn.Module):", 'class Pool(nn.Module):\n    """Pools."""')},
    ],
)
def test_text_that_changes_nothing_is_no_drift(tree: Build, files: Mapping[str, str]) -> None:
    found = tree(PAIR)
    known = found.known()
    found.write(files)
    assert found.news(known) == News()


def test_new_family(tree: Build) -> None:
    found = tree({"a.py": pool()})
    known = found.known()
    found.write({"b.py": pool()})
    ids = ("a.py::Pool", "b.py::Pool")
    assert found.news(known).copies == (NewCopies("Pool", ids, ids),)
    assert found.news(known).copies[0].is_new


def test_new_member(tree: Build) -> None:
    found = tree(PAIR)
    known = found.known()
    found.write({"c.py": pool()})
    (copies,) = found.news(known).copies
    assert copies == NewCopies("Pool", ("a.py::Pool", "b.py::Pool", "c.py::Pool"), ("c.py::Pool",))
    assert not copies.is_new


def test_moved_file_is_not_new(tree: Build) -> None:
    found = tree(PAIR)
    known = found.known()
    found.write({"b.py": None, "deep/er/c.py": "x = 1\n" + pool()})
    assert found.news(known) == News()


def test_moved_and_changed_is_new(tree: Build) -> None:
    found = tree(PAIR)
    known = found.known()
    found.write({"b.py": None, "c.py": pool(fill="0.0")})
    assert [one.joined for one in found.news(known).copies] == [("a.py::Pool", "c.py::Pool")]


def test_one_copy_replaces_at_most_one(tree: Build) -> None:
    found = tree(PAIR)
    known = found.known()
    found.write({"b.py": None, "c.py": pool(), "d.py": pool()})
    assert [one.joined for one in found.news(known).copies] == [("d.py::Pool",)]


def test_drift_names_the_statement(tree: Build) -> None:
    found = tree({**PAIR, "c.py": pool("Other", fill="0.0")})
    known = found.known()
    found.write({"a.py": pool(fill="-1e4")})
    assert found.news(known).drift == (
        Drift(
            "Pool",
            "a.py::Pool",
            ("b.py::Pool", "c.py::Other"),
            (
                Changed(
                    10,
                    "scores = scores.masked_fill(~mask.unsqueeze(-1), -1000000000.0)",
                    "scores = scores.masked_fill(~mask.unsqueeze(-1), -10000.0)",
                ),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("class Pool", "@register\nclass Pool"),
        ("(nn.Module)", "(Base)"),
        ("mask=None", "mask=False"),
        ("        return", "        weights = weights / 2\n        return"),
        ("        scores = self.attention(x)\n", "        scores = x\n"),
        ("        super().__init__()\n", ""),
    ],
)
def test_every_kind_of_drift(tree: Build, old: str, new: str) -> None:
    found = tree(PAIR)
    known = found.known()
    found.write({"b.py": pool().replace(old, new)})
    (drift,) = found.news(known).drift
    assert (drift.member, drift.unchanged) == ("b.py::Pool", ("a.py::Pool",))
    assert drift.changes


def test_added_and_removed_statements(tree: Build) -> None:
    found = tree(PAIR)
    known = found.known()
    text = (
        pool()
        .replace("        super().__init__()\n", "")
        .replace("        return", "        x = x + 1\n        return")
    )
    found.write({"b.py": text})
    (drift,) = found.news(known).drift
    assert drift.changes == (Changed(5, "super().__init__()", ""), Changed(11, "", "x = x + 1"))


def test_change_that_all_copies_got_is_no_drift(tree: Build) -> None:
    found = tree({**PAIR, "c.py": pool("Other").replace("scores", "logits")})
    known = found.known()
    other = pool("Other", fill="-1e4").replace("scores", "logits")
    found.write({"a.py": pool(fill="-1e4"), "b.py": pool(fill="-1e4"), "c.py": other})
    assert found.news(known).drift == ()


def test_change_that_most_copies_got_is_drift_of_those(tree: Build) -> None:
    found = tree({**PAIR, "c.py": pool()})
    known = found.known()
    found.write({"a.py": pool(fill="-1e4"), "b.py": pool(fill="-1e4")})
    assert {one.member: one.unchanged for one in found.news(known).drift} == {
        "a.py::Pool": ("c.py::Pool",),
        "b.py::Pool": ("c.py::Pool",),
    }


def test_member_that_became_something_else_drifted(tree: Build) -> None:
    found = tree(PAIR)
    known = found.known()
    found.write({"b.py": "class Pool:\n    def forward(self, x):\n        return x\n"})
    assert [one.member for one in found.news(known).drift] == ["b.py::Pool"]


def test_member_that_is_gone_is_no_drift(tree: Build) -> None:
    found = tree(PAIR)
    known = found.known()
    found.write({"b.py": "x = 1\n"})
    assert found.news(known) == News()


def test_what_was_extracted_is_no_drift(tree: Build) -> None:
    found = tree(PAIR)
    known = found.known()
    found.write({"b.py": "from library import Pool as _Pool\nclass Pool(_Pool):\n    pass\n"})
    assert found.news(known, ("b.py::Pool",)).drift == ()


def test_drift_is_told_without_the_earlier_text(tree: Build) -> None:
    found = tree({**PAIR, "c.py": pool()})
    before = found.known()
    bare = {key: tuple(type(one)(one.mark) for one in value) for key, value in before.contents.items()}
    known = type(before)(families=before.families, contents=bare)
    found.write({"a.py": pool(fill="-1e4"), "b.py": pool("Pool", "2 * config.width"), "c.py": pool("Pool", "3")})
    changes = {one.member: one.changes for one in found.news(known).drift}
    # Copies that still have the statement tell what it was; of what nobody has any more only the mark is left.
    assert [one.old for one in changes["a.py::Pool"]] == [
        "scores = scores.masked_fill(~mask.unsqueeze(-1), -1000000000.0)"
    ]
    assert [one.old for one in changes["b.py::Pool"]] == ["self.attention = nn.Linear(config.width, 1)"]


def test_new_cycle_hidden_unresolved_unused(tree: Build) -> None:
    found = tree({"a.py": "import b\nb.f()\n", "b.py": "def f(): return 1\n"})
    known = found.known()
    found.write({"b.py": "import a, gone_for_good\ndef f(): return 1\ndef g(): return a\n"})
    news = found.news(known)
    assert [one.paths for one in news.cycles] == [("a.py", "b.py")]
    assert [one.target for one in news.hidden] == ["a.py"]
    assert [one.name for one in news.unresolved] == ["gone_for_good"]
    assert news.unused == ("b.py::g",)


def test_lines_do_not_matter(tree: Build) -> None:
    files = {"a.py": "import b, gone\n", "b.py": "import a\ndef unused(): return 1\ndef unused(): return 2\n"}
    found = tree(files)
    known = found.known()
    found.write({path: "'''Further down.'''\n\n\n" + text for path, text in files.items()})
    assert found.news(known) == News()


def test_rest_of_a_known_cycle_is_not_new_but_a_larger_one_is(tree: Build) -> None:
    found = tree({"a.py": "import b\n", "b.py": "import a, c\n", "c.py": "import a\n", "d.py": "x = 1\n"})
    known = found.known()
    found.write({"c.py": "x = 1\n"})
    assert found.news(known).cycles == ()
    found.write({"c.py": "import d, a\n", "d.py": "import c\n"})
    assert [len(one.paths) for one in found.news(known).cycles] == [4]


def test_over_limit(tree: Build) -> None:
    found = tree({"a.py": "x = 1\n" * 600, "b.py": "x = 1\n"})
    known = found.known()
    found.write({"a.py": "x = 1\n" * 700, "b.py": "x = 1\n" * 501})
    assert found.news(known).over_limit == ("b.py",)


def test_new_by_every_measure() -> None:
    one, two = Hidden("a.py", 1, "b.py", "x"), Hidden("a.py", 1, "c.py", "x")
    copies = NewCopies("P", ("a", "b"), ("b",))
    first = News(copies=(copies,), drift=(Drift("P", "a", ("b",), ()),), hidden=(one, two), unused=("x",))
    second = News(copies=(NewCopies("P", ("a", "b"), ("a", "b")),), hidden=(two,))
    both = new_by_every([first, second])
    assert both == News(copies=(copies,), drift=first.drift, hidden=(two,))
    assert new_by_every([second, first]).drift == first.drift
    assert new_by_every([first]) == first
    assert both.counts()["drift"] == 1
