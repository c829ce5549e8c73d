import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from refactor_tools.api.analyze import analyze
from refactor_tools.api.news import Reports, check_baseline, compared, news_since, require_known
from refactor_tools.errors import RefactorError
from refactor_tools.model.known import BaselineReport, News, SinceReport
from refactor_tools.settings import Settings
from tests.clones.samples import POOL_FILE


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "old").mkdir(parents=True)
    for name in ("a.py", "old/b.py"):
        (root / name).write_text(POOL_FILE)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")
    return root


def since(root: Path, *paths: str, **settings: object) -> News:
    chosen = [root / path for path in paths] or [root]
    found = replace(Settings(root=root), **settings)
    return news_since(found, chosen, analyze(found, chosen, cache=False, proposals=False), "HEAD").news


def baseline(root: Path, *paths: str) -> BaselineReport:
    chosen = [root / path for path in paths] or [root]
    settings = Settings(root=root)
    found = analyze(settings, chosen, cache=False, proposals=False)
    return check_baseline(settings, chosen, found, root / "b.json")


def test_nothing_is_new_since_the_same_tree(root: Path) -> None:
    assert since(root) == News()


def test_drift_with_both_texts(root: Path) -> None:
    (root / "a.py").write_text(POOL_FILE.replace("-1e9", "-1e4"))
    (drift,) = since(root).drift
    (change,) = drift.changes
    assert (drift.member, change.line) == ("a.py::Pool", 10)
    assert change.old is not None
    assert "-1000000000.0" in change.old
    assert "-10000.0" in change.new


def test_untracked_files_are_new_and_ignored_ones_are_not(root: Path) -> None:
    (root / "c.py").write_text(POOL_FILE)
    (root / "d.py").write_text(POOL_FILE)
    (root / ".gitignore").write_text("d.py\n")
    assert [one.joined for one in since(root).copies] == [("c.py::Pool",)]


def test_renamed_files_are_not_new(root: Path) -> None:
    git(root, "mv", "old", "moved")
    assert since(root) == News()


def test_one_folder_and_one_that_was_not_there(root: Path) -> None:
    (root / "new").mkdir()
    for name in ("new/c.py", "new/d.py"):
        (root / name).write_text(POOL_FILE)
    assert since(root, "old") == News()
    assert [one.joined for one in since(root, "new").copies] == [("new/c.py::Pool", "new/d.py::Pool")]


def test_settings_of_today_hold_for_both(root: Path) -> None:
    (root / "a.py").write_text(POOL_FILE.replace("-1e9", "-1e4"))
    assert since(root, exclude=("old",)).drift == ()


def test_the_commit_is_named(root: Path) -> None:
    settings = Settings(root=root)
    report = news_since(settings, [root], analyze(settings, [root], cache=False), "HEAD")
    assert report.revision == "HEAD"
    assert len(report.commit) == 40


def test_baseline_is_written_once_and_then_holds(root: Path) -> None:
    report = baseline(root)
    assert (report.created, report.news) == (True, News())
    text = (root / "b.json").read_bytes()
    assert baseline(root) == BaselineReport(str(root / "b.json"), report.accepted, 0, False, News())
    assert (root / "b.json").read_bytes() == text


def test_baseline_shrinks_and_does_not_grow(root: Path) -> None:
    baseline(root)
    (root / "c.py").write_text(POOL_FILE)
    assert [one.joined for one in baseline(root).news.copies] == [("c.py::Pool",)]
    assert [one.joined for one in baseline(root).news.copies] == [("c.py::Pool",)]
    for name in ("c.py", "old/b.py"):
        (root / name).unlink()
    assert baseline(root).removed > 0
    (root / "old/b.py").write_text(POOL_FILE)
    assert [one.joined for one in baseline(root).news.copies] == [("a.py::Pool", "old/b.py::Pool")]


def test_baseline_of_a_part_leaves_the_rest(root: Path) -> None:
    baseline(root)
    text = (root / "b.json").read_bytes()
    baseline(root, "old")
    assert (root / "b.json").read_bytes() == text


def test_baseline_that_cannot_be_written(root: Path) -> None:
    settings = Settings(root=root)
    found = analyze(settings, [root], cache=False)
    (root / "file").touch()
    with pytest.raises(RefactorError, match=r"cannot be (read|written)"):
        check_baseline(settings, [root], found, root / "file/b.json")


def test_bad_requests_are_refused_before_anything_long(root: Path) -> None:
    settings = Settings(root=root)
    require_known(settings, "HEAD", root / "none.json")
    with pytest.raises(RefactorError, match="git knows no commit"):
        require_known(settings, "gone", None)
    (root / "bad.json").write_text("{}")
    with pytest.raises(RefactorError, match="is not a baseline"):
        require_known(settings, None, root / "bad.json")


def test_found_counts_what_is_new_by_every_measure(root: Path) -> None:
    settings = Settings(root=root)
    everything = analyze(settings, [root], cache=False)
    assert Reports().found(everything)["duplicates"] == 1
    reports = compared(settings, [root], everything, "HEAD", root / "b.json")
    assert isinstance(reports.since, SinceReport)
    assert reports.baseline is not None
    assert not any(reports.found(everything).values())
    (root / "c.py").write_text(POOL_FILE)
    found = analyze(settings, [root], cache=False)
    assert compared(settings, [root], found, "HEAD", root / "b.json").found(found)["duplicates"] == 1
