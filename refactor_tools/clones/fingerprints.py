"""Prints joined with what the whole tree says of their definitions, and one numbering of all files' forms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from sys import intern

from refactor_tools.clones.forms import Form
from refactor_tools.clones.words import file_prefix, without_prefix
from refactor_tools.model.facts import Definition, Scan
from refactor_tools.model.prints import FilePrints, Flow, MethodPrint, Part, Print


@dataclass(slots=True)
class Forms:
    """All distinct forms of a run by number, so that equal ones compare as integers."""

    tokens: list[Form] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """The number of a form given as its tokens joined by spaces."""
        number = self._numbers.setdefault(text, len(self.tokens))
        if number == len(self.tokens):
            self.tokens.append(tuple(map(intern, text.split(" "))))
        return number


@dataclass(frozen=True, slots=True)
class Home:
    """What a definition is written for: the framework of a module, the libraries of tensors that are used."""

    module: bool
    framework: str | None
    libraries: frozenset[str]

    def goes_with(self, other: "Home") -> bool:
        """Whether both may be written for one framework: copies across frameworks are kept apart."""
        if self.module and other.module and self.framework != other.framework:
            return False
        return not (self.libraries and other.libraries and self.libraries.isdisjoint(other.libraries))


@dataclass(frozen=True)
class Fingerprint:
    """One definition as compared with others. `role` is its name without its file's prefix; see `Print` for the rest.

    The forms in `parts` are numbers of `forms`.
    """

    definition: Definition
    role: str
    exact: str
    renamed: str
    parts: tuple[Part, ...]
    words: frozenset[str]
    work: int
    methods: tuple[MethodPrint, ...]
    flows: tuple[Flow, ...]
    forms: Forms
    libraries: frozenset[str] = frozenset()
    table: bool = False

    @cached_property
    def home(self) -> Home:
        return Home(self.definition.is_module, self.definition.framework, self.libraries)

    @cached_property
    def weight(self) -> int:
        """The weight of all parts, in tokens."""
        return sum(map(self.weight_of, self.parts))

    def weight_of(self, part: Part) -> int:
        return sum(len(self.forms.tokens[form]) for form in part.forms)

    def tokens(self) -> Iterator[str]:
        """All tokens of all forms."""
        return (token for part in self.parts for form in part.forms for token in self.forms.tokens[form])


def fingerprints(scan: Scan) -> list[Fingerprint]:
    """Fingerprints of every definition that may have a body of its own, by path and line."""
    forms = Forms()
    definitions = {definition.id: definition for definition in scan.definitions}
    found: list[Fingerprint] = []
    for file in sorted(scan.prints, key=lambda file: file.path):
        found += _of_file(file, definitions, forms)
    return found


def _of_file(file: FilePrints, definitions: Mapping[str, Definition], forms: Forms) -> Iterator[Fingerprint]:
    numbers = [forms.number(text) for text in file.forms]
    known = [(definitions[item.definition], item) for item in file.prints if item.definition in definitions]
    prefix = file_prefix(definition.name for definition, _ in known if definition.kind == "class")
    for definition, item in known:
        yield _fingerprint(definition, item, prefix, numbers, forms)


def _fingerprint(definition: Definition, item: Print, prefix: str, numbers: Sequence[int], forms: Forms) -> Fingerprint:
    return Fingerprint(
        definition=definition,
        role=without_prefix(definition.name, prefix) if definition.kind == "class" else definition.name,
        exact=item.exact,
        renamed=item.renamed,
        parts=tuple(Part(part.name, tuple(numbers[form] for form in part.forms), part.keyed) for part in item.parts),
        words=frozenset(map(intern, item.words)),
        work=item.work,
        methods=item.methods,
        flows=item.flows,
        forms=forms,
        libraries=frozenset(item.libraries),
        table=item.table,
    )
