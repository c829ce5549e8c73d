import pytest

from refactor_tools.model.facts import Built, Import, Parameter


def imports(found) -> list[tuple]:
    return [(one.module, one.name, one.bound, one.level, one.kind, one.via) for one in found.imports]


def test_every_kind_of_import(facts) -> None:
    found = facts(
        """
        import a.b
        import a.b as c
        from .x import y as z
        from .. import w
        from m import *
        if TYPE_CHECKING:
            import typed
        else:
            import untyped
        try:
            import fast
        except ImportError:
            import slow
        def f():
            import late
            importlib.import_module("by.string")
        with contextlib.suppress(ImportError):
            import perhaps
        """
    )
    assert imports(found) == [
        ("a.b", None, "a", 0, "runtime", "plain"),
        ("a.b", None, "c", 0, "runtime", "plain"),
        ("x", "y", "z", 1, "runtime", "plain"),
        ("", "w", "w", 2, "runtime", "plain"),
        ("m", "*", "", 0, "runtime", "star"),
        ("typed", None, "typed", 0, "type-only", "plain"),
        ("untyped", None, "untyped", 0, "runtime", "plain"),
        ("fast", None, "fast", 0, "optional", "plain"),
        ("slow", None, "slow", 0, "optional", "plain"),
        ("late", None, "late", 0, "lazy", "plain"),
        ("by.string", None, "", 0, "lazy", "string"),
        ("perhaps", None, "perhaps", 0, "optional", "plain"),
    ]


def test_try_that_lets_an_import_error_through_guards_nothing(facts) -> None:
    (found,) = facts("try:\n    import a\nexcept ValueError:\n    pass\n").imports
    assert (found.kind, found.guarded) == ("runtime", False)


def test_lazy_import_in_a_try_is_lazy_and_guarded(facts) -> None:
    (found,) = facts("def f():\n    try:\n        import a\n    except Exception:\n        pass\n").imports
    assert (found.kind, found.guarded) == ("lazy", True)


@pytest.mark.parametrize(
    ("call", "module", "level"),
    [
        ('import_module("a.b")', "a.b", 0),
        ('importlib.import_module(name="a.b")', "a.b", 0),
        ('__import__("a")', "a", 0),
        ('import_module(".b", package=__package__)', "b", 1),
        ('import_module("..b", "a.c")', "a.b", 0),
        ('import_module(f"models.{name}")', "models.*", 0),
        ('import_module("models." + name)', "models.*", 0),
        ("import_module(name)", "*", 0),
    ],
)
def test_module_named_in_a_string(facts, call: str, module: str, level: int) -> None:
    assert facts(call).imports == (Import(module, None, "", level, 1, "runtime", "string"),)


@pytest.mark.parametrize("call", ['load_module("a.b")', 'registry.find("a.b")', 'x = "import a"'])
def test_strings_that_import_nothing(facts, call: str) -> None:
    assert facts(call).imports == ()


@pytest.mark.parametrize(
    ("edit", "folders"),
    [
        ("sys.path.append(os.path.dirname(__file__))", ("lib/tools",)),
        (
            "sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'models'))",
            ("lib/models",),
        ),
        ("sys.path.append(str(Path(__file__).resolve().parent.parent / 'models'))", ("lib/models",)),
        ("sys.path.append(str(Path(__file__).parents[1]))", ("lib",)),
        ("HERE = Path(__file__).parent\nsys.path.insert(0, str(HERE / '..'))", ("lib",)),
        ("sys.path += [os.path.dirname(__file__) + '/x']", ("lib/tools/x",)),
        ("sys.path = [os.path.dirname(__file__)] + sys.path", ("lib/tools",)),
        ("sys.path[:0] = [os.path.dirname(__file__)]", ("lib/tools",)),
        ("sys.path.extend([os.path.dirname(__file__)])", ("lib/tools",)),
        ("sys.path.append('models')", ("models", "lib/tools/models")),
        ("sys.path.append(os.getcwd())", ("", "lib/tools")),
        ("site.addsitedir(os.path.dirname(__file__))", ("lib/tools",)),
    ],
)
def test_sys_path_edits_that_can_be_evaluated(facts, edit: str, folders: tuple[str, ...]) -> None:
    found = facts(edit, path="lib/tools/run.py")
    assert found.sys_paths == folders
    assert found.computed == ()


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ("sys.path.append(os.environ['CODE'])", "`os.environ['CODE']`, which cannot be evaluated"),
        ("sys.path.append('/opt/code')", "lies outside the tree"),
        ("X = X\nsys.path.append(X)", "cannot be evaluated"),
    ],
)
def test_sys_path_edits_that_cannot_be_evaluated_are_listed(facts, edit: str, words: str) -> None:
    (found,) = facts(edit).computed
    assert found.name == "sys.path"
    assert words in found.reason
    assert facts(edit).sys_paths == ()


def test_reading_sys_path_is_no_edit(facts) -> None:
    found = facts("print(sys.path)\nsys.path.remove('x')\n")
    assert found.sys_paths == found.computed == ()


def test_definitions_and_their_ids(facts) -> None:
    found = facts(
        """
        class A:
            class Inner: pass
            def method(self):
                class Local: pass
        if x:
            def f(): pass
        else:
            def f(): pass
        try:
            class B: pass
        except E:
            class B: pass
        async def g():
            def nested(): pass
        @overload
        def h(x: int): ...
        def h(x): return x
        """
    )
    assert [one.id for one in found.definitions] == [
        "a.py::A",
        "a.py::A.Inner",
        "a.py::f",
        "a.py::f@9",
        "a.py::B",
        "a.py::B@13",
        "a.py::g",
        "a.py::h",
    ]


def test_class_facts(facts) -> None:
    found = facts(
        """
        from torch import nn
        @register("x")
        class Block(nn.Module):
            def __init__(self, width: int, /, depth=2, *args, bias: bool = True, **rest):
                super().__init__()
                self.layers = nn.ModuleList([Layer(width) for _ in range(depth)])
                self.head = Head()
                self.add_module("tail", Tail())
            def forward(self, x, mask=None):
                return self.head(self.layers, mask=mask)
        """
    )
    (block,) = found.definitions
    assert (block.line, block.end_line, block.bases, block.decorators) == (3, 11, ("nn.Module",), ("register",))
    assert (block.framework, block.is_module) == ("torch", True)
    assert block.parameters == (
        Parameter("width", "positional-only", None, "int"),
        Parameter("depth", "positional", "2", None),
        Parameter("args", "var-positional"),
        Parameter("bias", "keyword-only", "True", "bool"),
        Parameter("rest", "var-keyword"),
    )
    assert block.forward == (Parameter("x"), Parameter("mask", default="None"))
    built = {(one.name, one.how, one.member) for one in block.built}
    assert {("nn.Module", "inherits", ""), ("Layer", "calls", "layers")} <= built
    assert {("Head", "calls", "head"), ("Tail", "calls", "tail"), ("register", "calls", "")} <= built
    (call,) = block.calls
    assert (call.member, call.positional, call.keywords) == ("head", 1, ("mask",))


def test_names_that_a_definition_binds_itself_are_not_used_from_outside(facts) -> None:
    found = facts(
        """
        def f(a, *rest):
            b = outer(a)
            total = [c for c in rest]
            return lambda d: inner(d, b, total, len(rest))
        """
    )
    assert found.definitions[0].built == (
        Built("outer", "calls", "", 3),
        Built("inner", "calls", "return", 5),
        Built("outer", "calls", "return", 5, "inner", "1"),
    )


def test_dataclass_fields_are_its_parameters(facts) -> None:
    found = facts("@dataclass(frozen=True)\nclass C:\n    a: int\n    b: float = 0.1\n    D: ClassVar[int] = 1\n")
    assert found.definitions[0].parameters == (
        Parameter("a", annotation="int"),
        Parameter("b", "positional", "0.1", "float"),
    )


@pytest.mark.parametrize(
    ("header", "framework"),
    [
        ("import torch\nclass A(torch.nn.Module): pass", "torch"),
        ("from torch.nn import Module as M\nclass A(M): pass", "torch"),
        ("from torch.nn import *\nimport torch.nn as nn\nclass A(nn.Linear): pass", "torch"),
        ("import lightning.pytorch as pl\nclass A(pl.LightningModule): pass", "torch"),
        ("import keras\nclass A(keras.layers.Layer): pass", "keras"),
        ("from tensorflow import keras\nclass A(keras.Model): pass", "keras"),
    ],
)
def test_modules_by_their_base(facts, header: str, framework: str) -> None:
    definition = facts(header).definitions[0]
    assert (definition.is_module, definition.framework) == (True, framework)


@pytest.mark.parametrize(
    "header",
    [
        "class A: pass",
        "from torch.nn import Parameter\nclass A(Parameter): pass",
        "from torch.utils.data import Dataset\nclass A(Dataset): pass",
        "from torch.optim import Optimizer\nclass A(Optimizer): pass",
        "from mine import nn\nclass A(nn.Thing): pass",
    ],
)
def test_what_is_no_module(facts, header: str) -> None:
    assert not facts(header).definitions[0].is_module


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("__all__ = ['a', 'b']", ("a", "b")),
        ("__all__ = ['a'] + other.__all__ + ['b']", ("a", "b")),
        ("__all__ = ['a']\n__all__ += ('b',)\n__all__.append('c')\n__all__.extend(['d'])", ("a", "b", "c", "d")),
        ("__all__: list[str] = []", ()),
        ("x = ['a']", None),
    ],
)
def test_exports(facts, text: str, names: tuple[str, ...] | None) -> None:
    assert facts(text).exported == names


def test_bound_names_and_names_read_at_the_top_level(facts) -> None:
    found = facts("import os\nA = make(B)\ndef f():\n    global late\n    late = C\nfor i in D: pass\n")
    assert found.bound == ("A", "f", "i", "late", "os")
    assert found.names == ("B", "D", "make")


def test_file_that_does_not_parse_keeps_its_line(facts) -> None:
    found = facts("x = 1\ndef f(:\n    pass\n")
    assert found.definitions == ()
    assert [(one.line, one.message) for one in found.problems] == [(2, "does not parse: invalid syntax")]


def test_python_2(facts) -> None:
    (problem,) = facts("print 'hello'\n").problems
    assert problem.line == 1
    assert "does not parse: Missing parentheses" in problem.message


def test_nested_too_deeply(facts) -> None:
    (problem,) = facts("x = " + "-" * 100_000 + "1\n").problems
    assert "too deeply" in problem.message or "does not parse" in problem.message


def test_empty_file_has_nothing_and_no_problem(facts) -> None:
    found = facts("")
    assert (found.lines, found.definitions, found.problems) == (0, (), ())


def test_lines_are_counted_as_an_editor_does(facts) -> None:
    assert [facts(text).lines for text in ("x = 1", "x = 1\n", "x = 1\n\n")] == [1, 1, 2]


def test_invalid_escapes_warn_nobody(facts, recwarn: pytest.WarningsRecorder) -> None:
    facts("x = '\\d'\n")
    assert not recwarn.list
