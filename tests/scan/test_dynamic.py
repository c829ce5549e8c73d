import pytest

from refactor_tools.model.facts import Computed, Reference


def modules(found) -> list[tuple[str, int]]:
    return [(one.module, one.level) for one in found.imports if one.via == "string"]


@pytest.mark.parametrize(
    ("call", "module", "level"),
    [
        ('import_module("models.%s" % name)', "models.*", 0),
        ('import_module("models.%(name)s_v%02d" % names)', "models.*_v*", 0),
        ('import_module("models.{}".format(name))', "models.*", 0),
        ('import_module("models.{name!r}.net".format(name=n))', "models.*.net", 0),
        ('import_module("models." + name + ".net")', "models.*.net", 0),
        ('import_module(".".join(["models", name]))', "models.*", 0),
        ('import_module(f"{PACKAGE}.{name}")', "*.*", 0),
        ('PACKAGE = "models"\nimport_module(f"{PACKAGE}.{name}")', "models.*", 0),
        ('NAME = "models.net"\nimport_module(NAME)', "models.net", 0),
        ('NAME = "models.net"\ndef f():\n    import_module(NAME)', "models.net", 0),
        ('NAME = "models.net"\ndef f(NAME):\n    import_module(NAME)', "*", 0),
        ('import_module(f"{__package__}.net")', "net", 1),
        ('import_module(f"{__name__}.{name}")', "*", 1),
        ('import_module("." + name, package=__name__)', "*", 1),
        ('import_module(".net", __package__)', "net", 1),
        ('import_module(".net", __name__.rpartition(".")[0])', "net", 1),
        ('import_module(".net", self.__name__)', "*", 0),
        ('import_module(".net", package)', "*", 0),
        ('il.import_module("a.b")', "a.b", 0),
        ('pytest.importorskip("a.b")', "a.b", 0),
        ('runpy.run_module("a.b")', "a.b", 0),
        ('__import__("net", globals(), locals(), [], 1)', "net", 1),
        ('__import__("net", level=2)', "net", 2),
        ('exec("import a.b")', "a.b", 0),
        ('exec("from a.b import c")', "a.b", 0),
        ('exec(f"from models.{name} import *")', "models.*", 0),
        ('exec("import " + name)', "*", 0),
        ("eval(\"__import__('a.b')\")", "", 0),
    ],
)
def test_modules_that_are_named_or_computed_in_part(facts, call: str, module: str, level: int) -> None:
    assert modules(facts(call)) == ([(module, level)] if module else [])


@pytest.mark.parametrize(
    "loop",
    [
        'for n in ["a", "b"]:\n    import_module(f"models.{n}")',
        'NAMES = ("a", "b")\nfor n in NAMES:\n    import_module("models." + n)',
        '[import_module(f"models.{n}") for n in ("a", "b")]',
    ],
)
def test_a_loop_over_a_written_list_imports_each(facts, loop: str) -> None:
    assert modules(facts(loop)) == [("models.a", 0), ("models.b", 0)]


@pytest.mark.parametrize(
    ("call", "path"),
    [
        ('runpy.run_path("steps/prepare.py")', "steps/prepare.py"),
        ('runpy.run_path(os.path.join(os.path.dirname(__file__), "b.py"))', "lib/b.py"),
        ('spec_from_file_location("b", Path(__file__).parent / "b.py")', "lib/b.py"),
        ('importlib.util.spec_from_file_location("b", location="b.py")', "b.py"),
        ('SourceFileLoader("b", "b.py")', "b.py"),
        ('imp.load_source("b", "b.py")', "b.py"),
        ('exec(open("b.py").read())', "b.py"),
        ('exec(compile(open("b.py").read(), "b.py", "exec"))', "b.py"),
        ('exec(Path("b.py").read_text())', "b.py"),
    ],
)
def test_files_that_are_run_or_loaded(facts, call: str, path: str) -> None:
    found = facts(call, path="lib/a.py")
    assert Reference(path, 1, "runtime", "path") in found.references
    assert found.computed == ()


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("exec(text)", "exec"),
        ("eval(config.model)", "eval"),
        ("exec(f'{name} = 1')", "exec"),
        ("runpy.run_path(sys.argv[1])", "run_path"),
        ("exec(open(path).read())", "exec"),
        ("spec_from_file_location(name, path)", "spec_from_file_location"),
    ],
)
def test_what_only_a_run_would_show_is_listed(facts, call: str, name: str) -> None:
    (found,) = facts(call).computed
    assert (found.name, found.line) == (name, 1)


@pytest.mark.parametrize(
    "call", ["model.eval()", "self.exec(text)", "eval('1 + 1')", "exec('x = 1')", "ast.literal_eval(x)"]
)
def test_what_imports_nothing_is_not_listed(facts, call: str) -> None:
    found = facts(call)
    assert (found.computed, found.imports) == ((), ())


def test_a_script_part_runs_only_as_a_script(facts) -> None:
    found = facts('import a\nif __name__ == "__main__":\n    import b\n')
    assert [one.kind for one in found.imports] == ["runtime", "lazy"]


@pytest.mark.parametrize(
    ("edit", "folders"),
    [
        ("sys.path.append(os.path.join(os.path.dirname(__file__), os.path.pardir))", ("lib",)),
        ("sys.path.append(f'{os.path.dirname(__file__)}/../models')", ("lib/models",)),
        ("def f():\n    here = os.path.dirname(__file__)\n    sys.path.append(here)", ("lib/tools",)),
        (
            "for d in ('a', 'b'):\n    sys.path.append(os.path.join(os.path.dirname(__file__), d))",
            ("lib/tools/a", "lib/tools/b"),
        ),
        ("sys.path.insert(0, str(Path(__file__).resolve().parents[2]))", ("",)),
        ("sys.path.append(os.fspath(Path(__file__).parent.joinpath('x', 'y')))", ("lib/tools/x/y",)),
    ],
)
def test_folders_on_the_search_path(facts, edit: str, folders: tuple[str, ...]) -> None:
    found = facts(edit, path="lib/tools/run.py")
    assert (found.sys_paths, found.computed) == (folders, ())


def test_a_path_through_a_parameter_is_computed(facts) -> None:
    found = facts("here = 'x'\ndef f(here):\n    sys.path.append(here)\n")
    assert found.sys_paths == ()
    assert found.computed == (
        Computed("sys.path", 3, "gets `here`, which cannot be evaluated without running the file"),
    )
