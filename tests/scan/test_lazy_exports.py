import pytest


def lazy(found) -> list[tuple[str, str | None, int]]:
    return [(one.module, one.name, one.level) for one in found.imports if one.kind == "lazy"]


STRUCTURE = """
_import_structure = {"configuration": ["Config"], "sub": []}
try:
    check()
except Missing:
    pass
else:
    _import_structure["modeling"] = ["A"]
    _import_structure["modeling"].extend(["B"])
    _import_structure["configuration"].append("Other")
sys.modules[__name__] = _LazyModule(__name__, globals()["__file__"], _import_structure, module_spec=__spec__)
"""


def test_structure_of_a_lazy_module(facts) -> None:
    found = facts(STRUCTURE, path="pkg/__init__.py")
    assert set(lazy(found)) == {
        ("", "configuration", 1),
        ("configuration", "Config", 1),
        ("configuration", "Other", 1),
        ("", "sub", 1),
        ("", "modeling", 1),
        ("modeling", "A", 1),
        ("modeling", "B", 1),
    }
    assert {one.via for one in found.imports} == {"string"}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('"A": ".a"', ("a", "A", 1)),
        ('"A": "a"', ("a", "A", 1)),
        ('"A": "..up.a"', ("up.a", "A", 2)),
        ('"A": "pkg.a"', ("pkg.a", "A", 0)),
        ('"A": "pkg.a.A"', ("pkg.a", "A", 0)),
        ('"A": "pkg.a:B"', ("pkg.a", "B", 0)),
        ('"A": (".a", "B")', ("a", "B", 1)),
        ('"A": ("a", "A")', ("a", "A", 1)),
    ],
)
def test_tables_that_a_modules_getattr_reads(facts, entry: str, expected: tuple[str, str, int]) -> None:
    text = f"""
    _TABLE = {{{entry}}}
    def __getattr__(name):
        module = import_module(_TABLE[name], __package__)
        return getattr(module, name)
    """
    found = facts(text, path="pkg/__init__.py")
    assert lazy(found) == [expected], "the computed import is known through the table"
    assert [one.bound for one in found.imports] == ["A"]


def test_attach(facts) -> None:
    text = '__getattr__, __dir__, __all__ = lazy.attach(__name__, {"sub"}, submod_attrs={"a": ["A"]})\n'
    assert set(lazy(facts(text, path="pkg/__init__.py"))) == {("", "sub", 1), ("", "a", 1), ("a", "A", 1)}


@pytest.mark.parametrize(
    "text",
    [
        'TABLE = {"a": ["A"]}\ndef __getattr__(name): raise AttributeError(name)\n',
        'TABLE = {"a": ["A"]}\nsys.modules["x"] = make(OTHER)\n',
        'TABLE = {"no module": "not one either!"}\ndef __getattr__(name): return TABLE[name]\n',
        'class C:\n    TABLE = {"a": ["A"]}\n    def __getattr__(self, name): return self.TABLE[name]\n',
    ],
)
def test_tables_of_something_else(facts, text: str) -> None:
    assert lazy(facts(text, path="pkg/__init__.py")) == []


def test_a_getattr_without_a_table_stays_computed(facts) -> None:
    found = facts("def __getattr__(name):\n    return import_module('.' + name, __name__)\n", path="pkg/__init__.py")
    assert [(one.module, one.level) for one in found.imports] == [("*", 1)]
