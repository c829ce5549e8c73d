"""One member of a family: its definition as a libcst tree in normal form, with what its file says about the names."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from textwrap import dedent

import libcst as cst

from refactor_tools.codemods.text import Text
from refactor_tools.errors import RefactorError
from refactor_tools.model.facts import Parameter, Source
from refactor_tools.unify.normal import inline_locals, normal_form
from refactor_tools.unify.syntax import code, reads

Node = cst.ClassDef | cst.FunctionDef
Definition = ast.ClassDef | ast.FunctionDef


@dataclass(frozen=True, slots=True)
class Member:
    """`node` is in normal form, `written` as in the file. `names` maps what the file's imports bind to qualified names;
    `defined` are the other names the file binds at its top level. `nested` are layers whose own state keys differ:
    (their place among the state keys, the component's name, the original's). `parts` are components that it uses, with
    their parameters, `spoken` what its file calls those that are the same object under their old name.
    """

    id: str
    name: str
    path: str
    node: Node
    written: Node
    names: Mapping[str, str]
    defined: frozenset[str]
    parameters: tuple[Parameter, ...]
    forward: tuple[Parameter, ...]
    nested: tuple[tuple[str, str, str], ...] = ()
    parts: Mapping[str, tuple[Parameter, ...]] = field(default_factory=dict)
    spoken: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_tree(self) -> frozenset[str]:
        """Names that stand for something in its own tree: what its file defines, and what it imports from near it."""
        folders = {*self.path.removesuffix(".py").split("/")}
        roots = {name: whole.partition(".")[0] for name, whole in self.names.items()}
        return self.defined | {name for name, root in roots.items() if root in folders | {""}} | {self.name}

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, cst.ClassDef)

    @property
    def written_returns(self) -> str:
        """The annotation of what `forward` (or the function) returns, "" where there is none."""
        function = forward_of(self.written) if isinstance(self.written, cst.ClassDef) else self.written
        return code(function.returns.annotation) if function is not None and function.returns is not None else ""

    @property
    def needs(self) -> frozenset[str]:
        """Names of its own file that it uses."""
        return (reads(self.node) & self.defined) - {self.name}


def load_member(source: Source, identity: str, *, inline_all: bool = False) -> Member:
    """The member that `identity` (`path::Name`, or `path::Name@line` for a later one) names.

    Only the definition is read with libcst; what its file imports and binds is read with `ast`.

    Raises:
        RefactorError: the file does not parse or has no such definition at its top level.
    """
    names, defined, definitions = _outline(source.text, source.path)
    name, _, line = identity.partition("::")[2].partition("@")
    found = [item for item in definitions if item.name == name and line in ("", str(item.lineno))]
    if not found:
        raise RefactorError(f"has no class or function {name} at its top level", source.path)
    written = _written(source.text, found[0])
    node = normal_form(written, names)
    assert isinstance(node, (cst.ClassDef, cst.FunctionDef))
    parameters: tuple[Parameter, ...] = ()
    if isinstance(node, cst.ClassDef):
        parameters = signature(method(written, "__init__"))
        node = inline_locals(node, frozenset(item.name for item in parameters), everything=inline_all)
    function = forward_of(written) if isinstance(written, cst.ClassDef) else written
    return Member(
        id=identity,
        name=name,
        path=source.path,
        node=node,
        written=written,
        names=names,
        defined=defined - frozenset(names),
        parameters=parameters,
        forward=signature(function),
    )


@lru_cache(maxsize=32)
def _outline(text: str, path: str) -> tuple[Mapping[str, str], frozenset[str], tuple[Definition, ...]]:
    """What a file's imports bind, all names that it binds at its top level, its definitions."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise RefactorError(f"does not parse: {error.msg}", f"{path}:{error.lineno}") from error
    statements = list(_top_level(tree.body))
    names: dict[str, str] = {}
    for statement in statements:
        names |= imported_names(statement)
    bound = set(names)
    for statement in statements:
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef)):
            bound.add(statement.name)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            bound |= {target.id for target in targets if isinstance(target, ast.Name)}
    definitions = tuple(item for item in statements if isinstance(item, (ast.ClassDef, ast.FunctionDef)))
    return names, frozenset(bound), definitions


def _top_level(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a module, those in its conditions and guards included."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.If, ast.Try, ast.With)):
            yield from _top_level(statement.body)


def imported_names(statement: ast.stmt) -> dict[str, str]:
    """What each name that an import binds stands for: `nn` -> `torch.nn`; relative modules keep their dots."""
    if isinstance(statement, ast.Import):
        return {
            alias.asname or alias.name.partition(".")[0]: alias.name if alias.asname else alias.name.partition(".")[0]
            for alias in statement.names
        }
    if isinstance(statement, ast.ImportFrom):
        base = "." * statement.level + (statement.module or "")
        dot = "" if base.endswith(".") else "."
        return {item.asname or item.name: f"{base}{dot}{item.name}" for item in statement.names if item.name != "*"}
    return {}


def _written(text: str, definition: Definition) -> Node:
    """One definition as a libcst tree."""
    first = min([definition.lineno, *(item.lineno for item in definition.decorator_list)])
    lines = Text(text).lines(first, definition.end_lineno or first)
    node = cst.parse_module(dedent(lines)).body[0]
    assert isinstance(node, (cst.ClassDef, cst.FunctionDef))
    return node


def method(node: cst.CSTNode, name: str) -> cst.FunctionDef | None:
    """A class's own method."""
    if not isinstance(node, cst.ClassDef):
        return None
    own = (item for item in node.body.body if isinstance(item, cst.FunctionDef))
    return next((item for item in own if item.name.value == name), None)


def forward_of(node: cst.CSTNode) -> cst.FunctionDef | None:
    """`forward` of a torch module, `call` of a Keras layer."""
    return method(node, "forward") or method(node, "call")


def signature(function: cst.FunctionDef | None) -> tuple[Parameter, ...]:
    """A function's parameters without `self`."""
    if function is None:
        return ()
    params = function.params
    found = [_parameter(item, "positional-only") for item in params.posonly_params]
    found += [_parameter(item, "positional") for item in params.params]
    if isinstance(params.star_arg, cst.Param):
        found.append(_parameter(params.star_arg, "var-positional"))
    found += [_parameter(item, "keyword-only") for item in params.kwonly_params]
    if params.star_kwarg is not None:
        found.append(_parameter(params.star_kwarg, "var-keyword"))
    return tuple(found[1:] if found and found[0].name == "self" else found)


def _parameter(node: cst.Param, kind: str) -> Parameter:
    return Parameter(
        name=node.name.value,
        kind=kind,  # type: ignore[arg-type]  # one of the literals, by the callers above
        default=None if node.default is None else code(node.default),
        annotation=None if node.annotation is None else code(node.annotation.annotation),
    )
