import os
import subprocess
from pathlib import Path

import pytest

from refactor_tools.errors import RefactorError
from refactor_tools.scan.revision import tree_at


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    return root


def commit(root: Path) -> str:
    git(root, "add", "-A", "-f")
    git(root, "commit", "-q", "-m", "x", "--allow-empty")
    return git(root, "rev-parse", "HEAD")


def listing(root: Path, revision: str = "HEAD") -> dict[str, bytes]:
    with tree_at(root, revision) as tree:
        files = [path for path in tree.folder.rglob("*") if path.is_file()]
        return {os.fsdecode(os.fsencode(path.relative_to(tree.folder))): path.read_bytes() for path in files}


def test_files_as_they_were(root: Path) -> None:
    (root / "pkg").mkdir()
    (root / "pkg/a.py").write_bytes(b"x = 1\r\n")
    (root / "notes.txt").write_text("x")
    first = commit(root)
    (root / "pkg/a.py").write_text("x = 2\n")
    (root / "b.py").write_text("y = 1\n")
    commit(root)
    assert listing(root, first) == {"pkg/a.py": b"x = 1\r\n"}
    assert listing(root) == {"pkg/a.py": b"x = 2\n", "b.py": b"y = 1\n"}


def test_the_users_tree_is_not_touched(root: Path) -> None:
    (root / "a.py").write_text("x = 1\n")
    commit(root)
    (root / "a.py").write_text("x = 2\n")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with tree_at(root, "HEAD") as tree:
        folder = tree.folder
        assert (folder / "a.py").read_text() == "x = 1\n"
    assert not folder.exists()
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_root_below_the_top_of_the_repository(root: Path) -> None:
    (root / "sub").mkdir()
    (root / "sub/a.py").write_text("x = 1\n")
    (root / "b.py").write_text("x = 1\n")
    first = commit(root)
    (root / "new").mkdir()
    (root / "new/c.py").write_text("x = 1\n")
    commit(root)
    assert listing(root / "sub") == {"a.py": b"x = 1\n"}
    assert listing(root / "new", first) == {}


def test_odd_names(root: Path) -> None:
    names = ["a b.py", "größe.py", "new\nline.py", 'quo"te.py', "tab\t.py", "-x.py", os.fsdecode(b"\xff.py")]
    for name in names:
        (root / name).write_bytes(name.encode("utf-8", "surrogateescape"))
    commit(root)
    assert listing(root) == {name: name.encode("utf-8", "surrogateescape") for name in names}


def test_attributes_of_the_repository_change_nothing(root: Path) -> None:
    (root / "a.py").write_text("x = '$Id$'\n")
    (root / "b.py").write_text("x = 1\n")
    (root / ".gitattributes").write_text("a.py export-subst ident eol=crlf\nb.py export-ignore\n")
    (root / ".gitignore").write_text("*.py\n")
    commit(root)
    assert listing(root) == {"a.py": b"x = '$Id$'\n", "b.py": b"x = 1\n"}


def test_links_lead_nowhere_else(root: Path) -> None:
    (root / "a.py").write_text("x = 1\n")
    (root.parent / "out.py").write_text("secret\n")
    (root / "inner.py").symlink_to("a.py")
    (root / "outer.py").symlink_to("../out.py")
    (root / "absolute.py").symlink_to(root.parent / "out.py")
    commit(root)
    assert listing(root) == {"a.py": b"x = 1\n", "inner.py": b"x = 1\n"}


def test_data_is_left_where_it_is(root: Path) -> None:
    (root / "data.json").write_text(" " * 2_000_001)
    (root / "config.json").write_text("{}")
    (root / "long.py").write_text("#" * 2_000_001)
    commit(root)
    assert sorted(listing(root)) == ["config.json", "long.py"]


def test_submodules_are_not_followed(root: Path) -> None:
    inner = root / "inner"
    inner.mkdir()
    git(inner, "init", "-q")
    (inner / "a.py").write_text("x = 1\n")
    commit(inner)
    commit(root)
    assert listing(root) == {}


@pytest.mark.parametrize("revision", ["gone", "HEAD~9", "-x", "--all", "HEAD:a.py", ""])
def test_unknown_revision(root: Path, revision: str) -> None:
    (root / "a.py").write_text("x = 1\n")
    commit(root)
    with pytest.raises(RefactorError, match="git knows no commit"), tree_at(root, revision):
        pass


def test_branch_tag_and_date(root: Path) -> None:
    (root / "a.py").write_text("x = 1\n")
    head = commit(root)
    git(root, "tag", "-a", "v1", "-m", "x")
    for revision in ("main", "v1", head[:8], "HEAD", "@"):
        with tree_at(root, revision) as tree:
            assert tree.commit == head


def test_outside_a_repository(tmp_path: Path) -> None:
    with pytest.raises(RefactorError, match="is in no git repository"), tree_at(tmp_path, "HEAD"):
        pass


def test_without_git(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RefactorError, match="git is not installed"), tree_at(root, "HEAD"):
        pass


def test_repository_without_commits(root: Path) -> None:
    with pytest.raises(RefactorError, match="git knows no commit"), tree_at(root, "HEAD"):
        pass
