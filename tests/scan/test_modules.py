import pytest

from refactor_tools.scan.modules import ModulePlace, place


@pytest.mark.parametrize(
    ("path", "packages", "expected"),
    [
        ("train.py", [], ModulePlace("", "train", True)),
        ("legacy/model.py", [], ModulePlace("legacy", "model", True)),
        ("legacy/model.py", ["legacy"], ModulePlace("", "legacy.model", False)),
        ("src/pkg/sub/a.py", ["src/pkg", "src/pkg/sub"], ModulePlace("src", "pkg.sub.a", False)),
        ("src/pkg/sub/a.py", ["src", "src/pkg", "src/pkg/sub"], ModulePlace("src", "pkg.sub.a", False)),
        ("src/pkg/sub/a.py", ["src/pkg"], ModulePlace("src/pkg/sub", "a", True)),
        ("pkg/__init__.py", ["pkg"], ModulePlace("", "pkg", False)),
        ("a/b/__init__.py", ["a", "a/b"], ModulePlace("", "a.b", False)),
        ("a/b/c.py", ["a/b"], ModulePlace("a", "b.c", False)),
        ("src/a.py", [], ModulePlace("src", "a", True)),
        ("root_is_package.py", [""], ModulePlace("", "root_is_package", False)),
    ],
)
def test_place(path: str, packages: list[str], expected: ModulePlace) -> None:
    assert place(path, packages.__contains__) == expected
