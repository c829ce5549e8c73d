"""What the search for copies keeps of one definition, computed once from its syntax tree."""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from refactor_tools.clones.forms import OURS, WIRING, Form, near_form, role_word
from refactor_tools.clones.tokens import MEMBER, RENAMABLE, Function, Names, Reader, dotted, flattened
from refactor_tools.model.facts import Definition

# Python or a framework calls these by name: renaming one would change what the class does.
_PROTOCOL = frozenset({"forward", "call", "build", "compute_output_shape", "get_config", "from_config"})

Tokens = Sequence[str]


@dataclass(frozen=True, slots=True)
class Part:
    """Forms of a method, a function's body or ("") a class's own statements. Their order counts unless `keyed`."""

    name: str
    forms: tuple[Form, ...]
    keyed: bool = False

    @property
    def weight(self) -> int:
        return sum(map(len, self.forms))


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`exact` and `renamed` are digests of the normal forms; `parts` is what near likeness compares.

    `weight` is that of all parts; `work` leaves out wiring: it is the weight of what the definition computes itself,
    by layers, operations and control flow.
    """

    definition: Definition
    exact: str
    renamed: str
    parts: tuple[Part, ...]
    weight: int
    work: int

    def tokens(self) -> Iterator[str]:
        """All tokens of all forms."""
        return (token for part in self.parts for form in part.forms for token in form)


def fingerprint(definition: Definition, node: ast.ClassDef | Function, names: Names) -> Fingerprint:
    """The fingerprint of `definition`, whose tree is `node`; `names` are those of its file."""
    reader = Reader(names, definition.name)
    if isinstance(node, ast.ClassDef):
        header, sections = _class_header(reader, node), list(_class_sections(reader, node))
        kinds = _member_kinds(node, names.siblings)
    else:
        header, sections = reader.signature(node, "function"), [("body", _body(reader, node))]
        kinds = {}
    tokens = [header, *(statement for _, statements in sections for statement in statements)]
    parts = tuple(_part(name, statements, kinds) for name, statements in sections)
    forms = [form for part in parts for form in part.forms]
    return Fingerprint(
        definition=definition,
        exact=_digest(tokens),
        renamed=_digest(_numbered(tokens)),
        parts=parts,
        weight=sum(map(len, forms)),
        work=sum(token not in WIRING and token[0] != OURS for form in forms for token in form),
    )


def _class_header(reader: Reader, node: ast.ClassDef) -> list[str]:
    return ["class", *reader.expressions([*node.decorator_list, *node.bases, *node.keywords])]


def _class_sections(reader: Reader, node: ast.ClassDef) -> Iterator[tuple[str, list[list[str]]]]:
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


def _body(reader: Reader, node: Function) -> list[list[str]]:
    return [reader.statement(statement) for statement in flattened(node.body)]


def _method_name(name: str) -> str:
    return name if name in _PROTOCOL or name.startswith("__") else MEMBER + name


def _part(name: str, statements: Sequence[Tokens], kinds: dict[str, str]) -> Part:
    known = {} if name == "__init__" else kinds
    forms = tuple(form for statement in statements if (form := near_form(statement, known)))
    return Part(name, forms, keyed=name in ("__init__", ""))


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


def _numbered(statements: Iterable[Tokens]) -> Iterator[list[str]]:
    """Identifiers replaced by the order in which they first appear: equal for consistent renamings."""
    numbers: dict[str, str] = {}
    for statement in statements:
        yield [
            numbers.setdefault(token, f"{token[0]}{len(numbers)}") if token[0] in RENAMABLE else token
            for token in statement
        ]


def _digest(statements: Iterable[Tokens]) -> str:
    text = "\n".join("\t".join(statement) for statement in statements)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
