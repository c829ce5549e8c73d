"""The prints of one file's definitions, made where its syntax tree is at hand."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from refactor_tools.clones.flows import flows_of
from refactor_tools.clones.forms import OURS, role_word
from refactor_tools.clones.statements import Measured, Tokens, digests, forms_of, is_table, is_text
from refactor_tools.clones.substance import may_have_substance
from refactor_tools.clones.tokens import (
    EXTERNAL,
    MEMBER,
    Function,
    Names,
    Reader,
    dotted,
    flattened,
)
from refactor_tools.clones.words import file_prefix, words_of
from refactor_tools.model.facts import Definition, FileFacts, Import
from refactor_tools.model.prints import FilePrints, MethodPrint, Part, Print

# Python or a framework calls these by name: renaming one would change what the class does.
_PROTOCOL = frozenset({"forward", "call", "build", "compute_output_shape", "get_config", "from_config"})

_LIBRARIES = {"torch": "torch", "tensorflow": "keras", "keras": "keras", "jax": "jax", "flax": "jax"}

Section = tuple[str, list[Tokens]]


def file_prints(facts: FileFacts, nodes: Mapping[str, ast.AST]) -> FilePrints:
    """The prints of every definition of `facts` that may have a body of its own; `nodes` are their trees by id."""
    classes = [definition.name for definition in facts.definitions if definition.kind == "class"]
    printer = _Printer(_names(facts), file_prefix(classes), _library(facts))
    prints = []
    for definition in facts.definitions:
        node = nodes.get(definition.id)
        if isinstance(node, ast.ClassDef | Function) and may_have_substance(node):
            prints.append(printer.print(definition, node))
    return FilePrints(facts.path, tuple(printer.forms), tuple(prints))


@dataclass(slots=True)
class _Printer:
    names: Names
    prefix: str
    libraries: tuple[str, ...]
    forms: dict[str, int] = field(default_factory=dict)

    def print(self, definition: Definition, node: ast.ClassDef | Function) -> Print:
        reader = Reader(self.names, definition.name)
        if isinstance(node, ast.ClassDef):
            header, sections = _class_header(reader, node), list(_class_sections(reader, node))
            kinds = _member_kinds(node, self.names.siblings)
        else:
            header, sections = reader.signature(node, "function"), [("body", _body(reader, node))]
            kinds = {}
        statements = [header, *(statement for _, section in sections for statement in section)]
        tokens = frozenset(chain.from_iterable(statements))
        forms = [(name, list(forms_of(section, kinds if name != "__init__" else {}))) for name, section in sections]
        exact, renamed = digests(statements)
        return Print(
            definition=definition.id,
            exact=exact,
            renamed=renamed,
            parts=tuple(
                Part(name, tuple(map(self._index, found)), keyed=name in ("__init__", "")) for name, found in forms
            ),
            words=words_of(tokens, self.prefix),
            work=sum(one.work for _, found in forms for one in found),
            libraries=_libraries(tokens) or self.libraries,
            methods=tuple(_methods(node, sections, forms)) if isinstance(node, ast.ClassDef) else (),
            flows=tuple(flows_of(node, self.names.imported)),
            table=is_table(len(statements) - 1, sum(len(found) for _, found in forms))
            or (isinstance(node, Function) and is_text(statements[1:])),
        )

    def _index(self, measured: Measured) -> int:
        return self.forms.setdefault(measured.form, len(self.forms))


def _library(facts: FileFacts) -> tuple[str, ...]:
    """The library of tensors that the file imports, none where it imports several."""
    roots = {item.module.partition(".")[0] for item in facts.imports if not item.level}
    found = {_LIBRARIES[root] for root in roots if root in _LIBRARIES}
    return tuple(found) if len(found) == 1 else ()


def _libraries(tokens: Iterable[str]) -> tuple[str, ...]:
    """The libraries of tensors that the definition uses by name."""
    used = {token[1:].partition(".")[0] for token in tokens if token[0] == EXTERNAL}
    return tuple(sorted({_LIBRARIES[root] for root in used if root in _LIBRARIES}))


def _class_header(reader: Reader, node: ast.ClassDef) -> Tokens:
    return ["class", *reader.expressions([*node.decorator_list, *node.bases, *node.keywords])]


def _class_sections(reader: Reader, node: ast.ClassDef) -> Iterator[Section]:
    own = [statement for statement in node.body if not isinstance(statement, Function)]
    fields = [
        ["Field", MEMBER + ast.unparse(statement.target)]
        for statement in own
        if isinstance(statement, ast.AnnAssign) and statement.value is None
    ]
    yield "", fields + [reader.statement(statement) for statement in flattened(own)]
    for method in node.body:
        if isinstance(method, Function):
            reader.local = set()
            signature = reader.signature(method, _method_name(method.name))
            yield method.name, [signature, *_body(reader, method)]


def _body(reader: Reader, node: Function) -> list[Tokens]:
    return [reader.statement(statement) for statement in flattened(node.body)]


def _method_name(name: str) -> str:
    return name if name in _PROTOCOL or name.startswith("__") else MEMBER + name


def _methods(
    node: ast.ClassDef, sections: Sequence[Section], forms: Sequence[tuple[str, list[Measured]]]
) -> Iterator[MethodPrint]:
    methods = [statement for statement in node.body if isinstance(statement, Function)]
    for method, (name, statements), (_, found) in zip(methods, sections[1:], forms[1:], strict=True):
        # The signature is the first statement; a method's weight is that of what it does.
        body = found[1:]
        weight, work = sum(one.weight for one in body), sum(one.work for one in body)
        table = is_table(len(statements), len(found))
        yield MethodPrint(name, method.lineno, *digests(statements), weight, work, table)


def _member_kinds(node: ast.ClassDef, siblings: frozenset[str]) -> dict[str, str]:
    """What each attribute of `self` is built from: a layer's class, or the last word of a class of the project."""
    kinds: dict[str, str] = {}
    builders = [method for method in node.body if isinstance(method, Function) and method.name in ("__init__", "build")]
    for statement in (statement for method in builders for statement in flattened(method.body)):
        match statement:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=member)], value=ast.Call(func=func)
            ) if (name := dotted(func).rpartition(".")[2])[:1].isupper():
                kinds.setdefault(member, OURS + role_word(name) if name in siblings else name)
    return kinds


def _names(facts: FileFacts) -> Names:
    imported = {item.bound: _path(item) for item in facts.imports if item.bound and item.bound != "*"}
    return Names(imported, frozenset(definition.name for definition in facts.definitions))


def _path(item: Import) -> str:
    if item.name:
        return f"{item.module}.{item.name}" if item.module else item.name
    # `import a.b` binds `a`, `import a.b as c` binds `c` to `a.b`.
    return item.bound if item.module.partition(".")[0] == item.bound else item.module
