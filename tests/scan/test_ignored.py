import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from refactor_tools.scan.discover import discover
from refactor_tools.settings import Settings

FILES = ("a.py", "keep.py", "pkg/a.py", "pkg/b.py", "pkg/data/c.py", "data/d.py", "data/deep/e.py")


def write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def found(root: Path, paths: Sequence[str] = (".",)) -> tuple[list[str], dict[str, str]]:
    outcome = discover(root, [root / path for path in paths], Settings(root=root))
    assert all(one.skipped == "ignored" for one in outcome.problems)
    return (
        [file.relative_to(root).as_posix() for file in outcome.files],
        {one.path: one.message for one in outcome.problems},
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path / "root", dict.fromkeys(FILES, "x = 1\n"))
    return tmp_path / "root"


def test_ignored_files_are_skipped_counted_and_named(root: Path) -> None:
    write(root, {".gitignore": "data/\n/a.py\n"})
    files, problems = found(root)
    assert files == ["keep.py", "pkg/a.py", "pkg/b.py"]
    assert problems == {
        "a.py": "not read: ignored by .gitignore",
        "data": "2 files not read: ignored by .gitignore",
        "pkg/data": "1 file not read: ignored by .gitignore",
    }


def test_count_of_files(root: Path) -> None:
    write(root, {".gitignore": "data/\n/a.py\n"})
    outcome = discover(root, [root], Settings(root=root))
    counts: Counter[str | None] = Counter()
    for one in outcome.problems:
        counts[one.skipped] += one.files
    assert counts == {"ignored": 4}


@pytest.mark.parametrize("pattern", ["", "# a.py\n", "other.py\n", "/b.py\n", "pkg\n!pkg\n", "*.pyc\n", "!\n", "\\\n"])
def test_what_ignores_nothing(root: Path, pattern: str) -> None:
    write(root, {".gitignore": pattern})
    assert found(root) == (sorted(FILES), {})


def test_line_that_is_no_pattern_does_not_undo_the_others(root: Path) -> None:
    write(root, {".gitignore": "!\n/data/\n"})
    assert "data/d.py" not in found(root)[0]


def test_deeper_rules_come_first(root: Path) -> None:
    write(root, {".gitignore": "a.py\n", "pkg/.gitignore": "!a.py\nb.py\n"})
    files, problems = found(root)
    assert files == ["data/d.py", "data/deep/e.py", "keep.py", "pkg/a.py", "pkg/data/c.py"]
    assert problems == {
        "a.py": "not read: ignored by .gitignore",
        "pkg/b.py": "not read: ignored by pkg/.gitignore",
    }


def test_named_paths_are_read_although_ignored(root: Path) -> None:
    write(root, {".gitignore": "data/\na.py\n"})
    assert found(root, ["data", "a.py"]) == (["a.py", "data/d.py", "data/deep/e.py"], {})


def test_rules_hold_inside_a_named_folder_that_is_not_ignored(root: Path) -> None:
    write(root, {".gitignore": "b.py\n"})
    assert found(root, ["pkg"])[0] == ["pkg/a.py", "pkg/data/c.py"]


def test_rules_below_a_named_ignored_folder_hold(root: Path) -> None:
    write(root, {".gitignore": "data/\n", "data/.gitignore": "deep/\n"})
    assert found(root, ["data"]) == (["data/d.py"], {"data/deep": "1 file not read: ignored by data/.gitignore"})


def test_rules_above_the_root_hold_in_a_repository_only(root: Path) -> None:
    write(root.parent, {".gitignore": "b.py\n"})
    assert found(root)[0] == sorted(FILES)
    git(root.parent, "init", "-q")
    files, problems = found(root)
    assert "pkg/b.py" not in files
    assert problems == {"pkg/b.py": f"not read: ignored by {root.parent / '.gitignore'}"}


def test_root_that_its_repository_ignores_is_read(root: Path) -> None:
    git(root.parent, "init", "-q")
    write(root.parent, {".gitignore": "root/\n*.py\n"})
    assert found(root) == (sorted(FILES), {})


def test_tracked_files_are_not_ignored(root: Path) -> None:
    git(root, "init", "-q")
    write(root, {".gitignore": "data/\n"})
    git(root, "add", "-f", "data/deep/e.py")
    files, problems = found(root)
    assert "data/deep/e.py" in files
    assert problems == {
        "data/d.py": "not read: ignored by .gitignore",
        "pkg/data": "1 file not read: ignored by .gitignore",
    }


def test_rules_of_the_outer_repository_do_not_reach_into_an_inner_one(root: Path) -> None:
    write(root, {".gitignore": "b.py\n"})
    git(root, "init", "-q")
    git(root / "pkg", "init", "-q")
    assert "pkg/b.py" in found(root)[0]


def test_without_git_the_patterns_hold(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(root, {".gitignore": "data/\n"})
    git(root, "init", "-q")
    git(root, "add", "-f", "data/deep/e.py")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found(root)[0] == ["a.py", "keep.py", "pkg/a.py", "pkg/b.py"]


def test_agrees_with_git(root: Path) -> None:
    rules = "*.py\n!keep.py\n!/pkg/\n!/pkg/**/*.py\ndata/*\n!data/deep/\n\\#x\nd?ta/d.py\n"
    write(root, {".gitignore": rules, "pkg/data/.gitignore": "/c.py\n"})
    git(root, "init", "-q")
    answer = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--exclude-standard", "--", "*.py"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    assert found(root)[0] == sorted(name for name in answer.stdout.split("\0") if name)
