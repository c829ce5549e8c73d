"""One member of a family: its definition as a libcst tree in normal form, with what its file says about the names."""

from collections.abc import Mapping
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from refactor_tools.errors import RefactorError
from refactor_tools.model.facts import Parameter, Source
from refactor_tools.unify.normal import inline_locals, normal_form
from refactor_tools.unify.syntax import code, reads

Node = cst.ClassDef | cst.FunctionDef


@dataclass(frozen=True, slots=True)
class Member:
    """`node` is in normal form, `written` as in the file. `names` maps what the file's imports bind to qualified names;
    `defined` are the other names the file binds at its top level.
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

    Raises:
        RefactorError: the file has no such definition at its top level.
    """
    module = cst.parse_module(source.text)
    name, _, line = identity.partition("::")[2].partition("@")
    written = _find(module, name, int(line) if line else 0)
    if written is None:
        raise RefactorError(f"has no class or function {name} at its top level", source.path)
    names = imported_names(module)
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
        defined=top_level_names(module) - frozenset(names),
        parameters=parameters,
        forward=signature(function),
    )


def _find(module: cst.Module, name: str, line: int) -> Node | None:
    found = [node for node in _definitions(module.body) if node.name.value == name]
    if not line:
        return found[0] if found else None
    positions = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    return next((node for node in found if positions[node].start.line == line), None)


def _definitions(body: object) -> list[Node]:
    found: list[Node] = []
    for statement in body if isinstance(body, (list, tuple)) else ():
        if isinstance(statement, (cst.ClassDef, cst.FunctionDef)):
            found.append(statement)
        elif isinstance(statement, (cst.If, cst.Try, cst.With)):
            found += _definitions(statement.body.body)
    return found


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


def imported_names(module: cst.Module) -> dict[str, str]:
    """What each name that an import binds stands for: `nn` -> `torch.nn`; relative modules keep their dots."""
    names: dict[str, str] = {}
    for statement in _imports(module.body):
        if isinstance(statement, cst.Import):
            for alias in statement.names:
                full = alias.evaluated_name
                if alias.asname is not None:
                    names[alias.evaluated_alias or full] = full
                else:
                    names[full.partition(".")[0]] = full.partition(".")[0]
        elif not isinstance(statement.names, cst.ImportStar):
            base = "." * len(statement.relative) + (code(statement.module) if statement.module else "")
            for alias in statement.names:
                joined = base + alias.evaluated_name if base.endswith(".") else f"{base}.{alias.evaluated_name}"
                names[alias.evaluated_alias or alias.evaluated_name] = joined
    return names


def _imports(body: object) -> list[cst.Import | cst.ImportFrom]:
    found: list[cst.Import | cst.ImportFrom] = []
    for statement in body if isinstance(body, (list, tuple)) else ():
        if isinstance(statement, cst.SimpleStatementLine):
            found += [small for small in statement.body if isinstance(small, (cst.Import, cst.ImportFrom))]
        elif isinstance(statement, (cst.If, cst.Try)):
            found += _imports(statement.body.body)
    return found


def top_level_names(module: cst.Module) -> frozenset[str]:
    """Every name the file binds at its top level, imports included."""
    names = set(imported_names(module))
    for node in _definitions(module.body):
        names.add(node.name.value)
    for statement in module.body:
        if isinstance(statement, cst.SimpleStatementLine):
            for small in statement.body:
                if isinstance(small, cst.Assign):
                    names |= {target.target.value for target in small.targets if isinstance(target.target, cst.Name)}
                elif isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                    names.add(small.target.value)
    return frozenset(names)
