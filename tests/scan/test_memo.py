import json
from pathlib import Path

import pytest

from refactor_tools.scan import kept
from refactor_tools.scan.memo import Memo


def never() -> int:
    raise AssertionError("made again")


def test_results_are_made_once(tmp_path: Path) -> None:
    memo = Memo(tmp_path, "numbers", int)
    assert memo.get("a", lambda: 1) == 1
    assert memo.get("a", never) == 1
    memo.store()
    assert Memo(tmp_path, "numbers", int).get("a", never) == 1


def test_what_was_not_asked_for_is_forgotten(tmp_path: Path) -> None:
    first = Memo(tmp_path, "numbers", int)
    first.get("a", lambda: 1)
    first.get("b", lambda: 2)
    first.store()
    second = Memo(tmp_path, "numbers", int)
    second.get("b", never)
    second.store()
    assert Memo(tmp_path, "numbers", int).get("a", lambda: 3) == 3


def test_without_a_root_nothing_is_kept(tmp_path: Path) -> None:
    memo = Memo(None, "numbers", int)
    memo.get("a", lambda: 1)
    memo.store()
    assert list(tmp_path.iterdir()) == []


def test_other_code_or_another_kind_has_left_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.store(tmp_path, "numbers", {"a": "one"})
    assert Memo(tmp_path, "numbers", int).get("a", lambda: 1) == 1
    kept.store(tmp_path, "numbers", {"a": 2})
    monkeypatch.setattr(kept, "code_digest", lambda: "other")
    assert Memo(tmp_path, "numbers", int).get("a", lambda: 1) == 1


def test_what_was_made_of_something_else_is_not_taken(tmp_path: Path) -> None:
    kept.store(tmp_path, "number", 1, "today's tree")
    assert kept.load(tmp_path, "number", int, "today's tree") == 1
    assert kept.load(tmp_path, "number", int, "yesterday's tree") is None
    assert kept.load(tmp_path, "number", int) is None


def test_what_is_known_is_not_asked_for(tmp_path: Path) -> None:
    first = Memo(tmp_path, "numbers", int)
    assert "a" not in first
    first.get("a", lambda: 1)
    assert "a" in first
    first.store()
    assert "a" in Memo(tmp_path, "numbers", int)


def test_a_state_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".refactor-tools").symlink_to(tmp_path / "elsewhere")
    kept.store(tmp_path, "numbers", {"a": 1})
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_document_says_which_code_wrote_it(tmp_path: Path) -> None:
    kept.store(tmp_path, "numbers", {"a": 1})
    document = json.loads((tmp_path / ".refactor-tools/cache/numbers.json").read_text())
    assert document == {"code": kept.code_digest(), "origin": "", "value": {"a": 1}}
    assert (tmp_path / ".refactor-tools/.gitignore").read_text() == "*\n"
