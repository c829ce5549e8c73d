import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from refactor_tools.errors import RefactorError
from refactor_tools.scan.discover import discover
from refactor_tools.settings import Settings


def write(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x = 1\n", encoding="utf-8")


def found(root: Path, paths: Sequence[str] = (".",), **settings: object) -> tuple[list[str], dict[str, str]]:
    outcome = discover(root, [root / path for path in paths], Settings(root=root, **settings))
    files = [file.relative_to(root).as_posix() for file in outcome.files]
    return files, {problem.path: problem.message for problem in outcome.problems}


def test_python_files_in_order_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, "b.py", "a/z.py", "a/b.py", "a/notes.txt", "c.pyx")
    assert found(tmp_path) == (["a/b.py", "a/z.py", "b.py"], {})


def test_tools_folders_are_passed_over_in_silence(tmp_path: Path) -> None:
    write(
        tmp_path, "a.py", ".git/b.py", "node_modules/c.py", "__pycache__/d.py", "env/lib/e.py", ".refactor-tools/f.py"
    )
    (tmp_path / "env/pyvenv.cfg").touch()
    assert found(tmp_path) == (["a.py"], {})


def test_excluded_folders_are_listed_with_their_count(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "build/b.py", "archive/c.py", "archive/d/e.py", "lib/skip/f.py", "component_index/g.py")
    files, problems = found(tmp_path, exclude=("lib/skip",))
    assert files == ["a.py"]
    assert problems == {
        "archive": "2 files not read: an archive (`archive` in the settings)",
        "build": "1 file not read: generated, by its name",
        "component_index": "1 file not read: generated, by its name",
        "lib/skip": "1 file not read: excluded by the settings",
    }


def test_excluded_folder_without_python_is_not_mentioned(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "build/notes.txt")
    assert found(tmp_path) == (["a.py"], {})


def test_pattern_with_a_slash_holds_at_its_place_only(tmp_path: Path) -> None:
    write(tmp_path, "data/a.py", "lib/data/b.py")
    assert found(tmp_path, exclude=("lib/data",))[0] == ["data/a.py"]
    assert found(tmp_path, exclude=("data",))[0] == []


def test_named_paths_are_always_read(tmp_path: Path) -> None:
    write(tmp_path, "archive/a.py", "build/b.py", "script")
    assert found(tmp_path, ["archive", "build/b.py", "script"]) == (["archive/a.py", "build/b.py", "script"], {})


def test_file_in_two_named_paths_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "a/b.py")
    assert found(tmp_path, ["a", ".", "a/b.py"])[0] == ["a/b.py"]


def test_looping_link_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a/b.py")
    (tmp_path / "a/again").symlink_to(tmp_path / "a")
    files, problems = found(tmp_path)
    assert files == ["a/b.py"]
    assert problems == {"a/again": "is a link to a folder that it lies in (a loop); not followed"}


def test_links_to_what_is_read_anyway(tmp_path: Path) -> None:
    write(tmp_path, "z/b.py")
    (tmp_path / "a").symlink_to(tmp_path / "z")
    (tmp_path / "c.py").symlink_to(tmp_path / "z/b.py")
    files, problems = found(tmp_path)
    assert files == ["z/b.py"]
    assert problems == {"a": "is a link to z, which is read", "c.py": "is a link to z/b.py, which is read"}


def test_link_out_of_the_tree_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/b.py", "root/a.py")
    (tmp_path / "root/linked").symlink_to(tmp_path / "elsewhere")
    assert found(tmp_path / "root") == (["a.py", "linked/b.py"], {})


def test_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "a.py").symlink_to(tmp_path / "gone.py")
    assert found(tmp_path) == ([], {"a.py": "is a link that leads nowhere"})


def test_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    files, problems = found(tmp_path)
    assert files == []
    assert "not a regular file" in problems["a.py"]


def test_too_large(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    files, problems = found(tmp_path, max_file_bytes=3)
    assert files == []
    assert problems["a.py"].startswith("has 6 bytes")


def test_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py", "closed/b.py")
    scandir = os.scandir

    def refuse(folder: Path) -> object:
        if Path(folder).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    # Not chmod: a superuser may read everything.
    monkeypatch.setattr("os.scandir", refuse)
    assert found(tmp_path) == (["a.py"], {"closed": "cannot be listed: Permission denied"})


@pytest.mark.parametrize("path", ["gone", "../gone"])
def test_missing_path(tmp_path: Path, path: str) -> None:
    with pytest.raises(RefactorError, match="no such file or folder"):
        found(tmp_path, [path])


def test_path_outside_the_root(tmp_path: Path) -> None:
    write(tmp_path, "root/a.py", "other/b.py")
    with pytest.raises(RefactorError, match="outside the root"):
        found(tmp_path / "root", ["../other"])


def test_kept_originals_are_counted_apart(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "component_index/originals/1.py.txt", "component_index/originals/2.py.txt")
    assert found(tmp_path) == (
        ["a.py"],
        {"component_index/originals": "2 files not read: kept originals of components"},
    )


def test_what_is_passed_over_on_purpose_says_why_and_how_many(tmp_path: Path) -> None:
    write(
        tmp_path, "a.py", "archive/b.py", "archive/c.py", "lib/d.py", "component_index/originals/1.py.txt", "dist/e.py"
    )
    (tmp_path / "large.py").write_text("x = 1\n" * 9)
    os.mkfifo(tmp_path / "pipe.py")
    settings = Settings(root=tmp_path, exclude=("lib",), max_file_bytes=50)
    outcome = discover(tmp_path, [tmp_path], settings)
    assert [(one.path, one.skipped, one.files) for one in outcome.problems] == [
        ("archive", "archive", 2),
        ("component_index/originals", "originals", 1),
        ("dist", "generated", 1),
        ("large.py", "too large", 1),
        ("lib", "excluded", 1),
        ("pipe.py", None, 0),
    ]


def test_links_in_a_ring(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    (tmp_path / "x.py").symlink_to(tmp_path / "y.py")
    (tmp_path / "y.py").symlink_to(tmp_path / "x.py")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    nowhere = "is a link that leads nowhere"
    assert found(tmp_path) == (["a.py"], {"x.py": nowhere, "y.py": nowhere})


def test_folder_that_may_be_listed_but_not_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py", "closed/b.py", "closed/inner/c.py")
    stat = os.stat

    def refuse(path: object, *arguments: object, **options: object) -> os.stat_result:
        if "closed/" in os.fspath(path):
            raise PermissionError(13, "Permission denied", path)
        return stat(path, *arguments, **options)

    monkeypatch.setattr("os.stat", refuse)
    files, problems = found(tmp_path)
    assert files == ["a.py"]
    assert problems["closed/b.py"] == "cannot be read: Permission denied"


def test_names_with_spaces_letters_and_bytes(tmp_path: Path) -> None:
    write(tmp_path, "a b/größe.py", "new\nline.py")
    raw = os.fsencode(tmp_path) + b"/\xff.py"
    with open(raw, "wb") as file:
        file.write(b"x = 1\n")
    assert found(tmp_path) == (["a b/größe.py", "new\nline.py", "\udcff.py"], {})


def others(root: Path, **options: object) -> tuple[list[str], dict[str, str]]:
    result = discover(root, [root], Settings(root=root, **options))  # type: ignore[arg-type]
    paths = [path.relative_to(root).as_posix() for path in result.others]
    return paths, {problem.path: problem.message for problem in result.problems}


def test_notebooks_and_configuration_files_are_apart(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "a.ipynb", "conf/a.yaml", "conf/b.yml", "conf/c.json", "d.toml", "e.txt")
    assert found(tmp_path) == (["a.py"], {})
    assert others(tmp_path)[0] == ["a.ipynb", "conf/a.yaml", "conf/b.yml", "conf/c.json"]


def test_large_configuration_files_are_counted_by_folder(tmp_path: Path) -> None:
    write(tmp_path, "data/a.json", "data/b.yaml", "data/inner/c.json")
    for path in ("data/a.json", "data/b.yaml", "data/inner/c.json"):
        (tmp_path / path).write_text(" " * 500_001)
    paths, problems = others(tmp_path)
    assert paths == []
    assert problems == {
        "data": "2 large files of YAML or JSON not read (over 500,000 bytes)",
        "data/inner": "1 large file of YAML or JSON not read (over 500,000 bytes)",
    }


def test_notebooks_may_be_larger_than_source(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(" " * 3_000_000)
    assert others(tmp_path) == (["a.ipynb"], {})
