import pytest

from refactor_tools.model.facts import Reference


def references(found) -> list[tuple[str, str, str]]:
    return [(one.text, one.how, one.kind) for one in found.references]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('x = "a.b"', ("a.b", "mention", "lazy")),
        ('x = {"k": ["a.b.C"]}', ("a.b.C", "mention", "lazy")),
        ('x = "pkg.cli:main"', ("pkg.cli.main", "mention", "lazy")),
        ('x = {"_target_": "a.b.C", "n": 1}', ("a.b.C", "name", "lazy")),
        ('x = dict(_target_="a.b.C")', ("a.b.C", "name", "lazy")),
        ('x = {"class_path": "a.b.C"}', ("a.b.C", "name", "lazy")),
        ('@mock.patch("a.b.C")\ndef f(): pass', ("a.b.C", "name", "lazy")),
        ('with patch("a.b.C", 1): pass', ("a.b.C", "name", "lazy")),
        ('def f(mocker): mocker.patch("a.b.C")', ("a.b.C", "name", "lazy")),
        ('patch.dict("os.environ", {})', ("os.environ", "name", "lazy")),
        ('monkeypatch.setattr("a.b.c", 1)', ("a.b.c", "name", "lazy")),
        ('pydoc.locate("a.b.C")', ("a.b.C", "name", "lazy")),
        ('def f(x: "a.b.C"): pass', ("a.b.C", "mention", "type-only")),
        ('def f() -> "list[a.b.C]": pass', None),
        ('def f(x: Optional["a.b.C"]): pass', ("a.b.C", "mention", "type-only")),
        ('if TYPE_CHECKING:\n    X = "a.b.C"', ("a.b.C", "mention", "type-only")),
    ],
)
def test_strings_that_name_something(facts, text: str, expected: tuple[str, str, str] | None) -> None:
    assert references(facts(text)) == ([expected] if expected else [])


@pytest.mark.parametrize(
    "text",
    [
        '"""A docstring. With sentences."""',
        'x = "layer.0.weight"',
        'x = "a b.c"',
        'x = "a..b"',
        'x = ".a"',
        'x = "file.py."',
        'x = f"a.b.{c}"',
        'x = b"a.b"',
        'patch("name")',
        'mock.patch.object(C, "m")',
        'x = {"_target_": target}',
        'import_module("a.b")',
    ],
)
def test_strings_that_name_nothing(facts, text: str) -> None:
    assert facts(text).references == ()


def test_a_string_is_kept_once_a_line_by_its_surest_reading(facts) -> None:
    found = facts('x = ["a.b", "a.b", {"_target_": "a.b"}]\ny = "a.b"\n')
    assert found.references == (Reference("a.b", 1, "lazy", "name"), Reference("a.b", 2, "lazy", "mention"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('def f(x: "A") -> "B": pass', ("A", "B")),
        ('x: "Optional[A]" = None', ("A", "Optional")),
        ('def f(x: Union["A", None]): pass', ("A", "Union")),
        ('def f(x: "m.A"): pass', ("m.A",)),
        ('x: Literal["A"]', ("Literal",)),
        ('x: Annotated["A", "not a name", B]', ("A", "Annotated", "B")),
        ('x: "not a type"', ()),
        ("x = []  # type: list[A]", ("A", "list")),
        ("def f(x):\n    # type: (A, int) -> B\n    pass", ("A", "B")),
        ("x = 1  # type: ignore[assignment]", ()),
        ('x = "# type: A"', ()),
        ("x = 1  # type: A  # noqa", ("A",)),
        ("x = 1  # a type: A", ()),
    ],
)
def test_names_in_types_that_are_written_as_text(facts, text: str, names: tuple[str, ...]) -> None:
    found = facts(text)
    read = {*found.names, *(built.name for one in found.definitions for built in one.built)}
    assert read - {"int"} == set(names) - {"list"}
