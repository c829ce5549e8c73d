"""What one pass over a file yields."""

from dataclasses import dataclass
from typing import Literal

from refactor_tools.model.prints import FilePrints

Framework = Literal["torch", "keras"]
DefinitionKind = Literal["class", "function"]
ParameterKind = Literal["positional-only", "positional", "keyword-only", "var-positional", "var-keyword"]
EdgeKind = Literal["runtime", "lazy", "type-only", "optional"]
EdgeVia = Literal["plain", "star", "string", "sys-path"]
How = Literal["calls", "inherits", "receives", "finds", "uses"]
Skipped = Literal["archive", "originals", "excluded", "generated", "ignored", "too large"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, resolved or done; `line` is 1-based, 0 where there is none.

    `skipped` is why a file or folder was passed over on purpose, and `files` how many files that are.
    """

    path: str
    line: int
    message: str
    skipped: Skipped | None = None
    files: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: text decoded with `encoding`, a BOM removed, line ends kept."""

    path: str
    text: str
    encoding: str
    digest: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature; `default` and `annotation` are source text, None where absent."""

    name: str
    kind: ParameterKind = "positional"
    default: str | None = None
    annotation: str | None = None

    @property
    def required(self) -> bool:
        return self.default is None and self.kind not in ("var-positional", "var-keyword")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name as written.

    `import a.b as c` has module "a.b", name None, bound "c"; `from .x import y` has module "x", level 1, name "y";
    a star import has name "*". A name found in a string has via "string"; parts of it that are computed are "*".
    `guarded`: it stands in a `try` that survives an ImportError.
    """

    module: str
    name: str | None
    bound: str
    level: int
    line: int
    kind: EdgeKind = "runtime"
    via: EdgeVia = "plain"
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A string that names a module, a definition or a file of the tree.

    `how` is "name" where only a dotted name can stand (`_target_`, `mock.patch`), "mention" for a string that merely
    looks like one, and "path" for a file that is run or loaded by its path.
    """

    text: str
    line: int
    kind: EdgeKind
    how: Literal["name", "mention", "path"]


@dataclass(frozen=True, slots=True)
class Registered:
    """A definition that a registry gives out under a string: `@MODELS.register_module("key")`."""

    registry: str
    key: str
    line: int
    definition: str


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A string given to a registry: `MODELS.build(dict(type="key"))`; `registry` is "" where none is named."""

    registry: str
    key: str
    line: int
    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Computed:
    """What may import something, but is known only when the file runs: `name` says what, `reason` why."""

    name: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Built:
    """A name that a definition reads, dotted as written, and what it does with it.

    `how`: it `calls` the name, `inherits` from it, `receives` it (as the default or annotation of a constructor's
    parameter), `finds` something in it by subscript, or else `uses` it. `member` is the attribute of `self` (or the
    parameter) that it is bound to, "return" where a function returns it, "" where there is none. `to` is the dotted
    name of the callee that it is an argument of. `key` is the literal string that it is called with, found by or kept
    under ("*" in a list), or the keyword or position (from "0") that it is given as.
    """

    name: str
    how: How
    member: str
    line: int
    to: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute that `__init__` assigns and its class never reads; `callee` is the class it is built from, or ""."""

    name: str
    line: int
    callee: str = ""


@dataclass(frozen=True, slots=True)
class MemberCall:
    """`self.member(...)` in `forward`: how many positional arguments and which keywords it gives.

    `open` is true where `*args` or `**kwargs` may give more.
    """

    member: str
    positional: int
    keywords: tuple[str, ...]
    line: int
    open: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Suspicious behaviour that is kept as it is and reported."""

    code: str
    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A class or top-level function. `id` is `path::QualName`, `path::Name@line` for a later one of that name.

    `parameters` are those of `__init__` (of the function itself for a function), `forward` those of `forward` or
    `call`, both without `self`. `bases` are dotted names as written. `reads` are the attributes of `self` that a class
    reads or defines itself, `idle` those that only `__init__` assigns; `reflects` says that it reads members by a
    computed name.
    """

    id: str
    kind: DefinitionKind
    name: str
    path: str
    line: int
    end_line: int
    bases: tuple[str, ...] = ()
    framework: Framework | None = None
    parameters: tuple[Parameter, ...] = ()
    forward: tuple[Parameter, ...] | None = None
    decorators: tuple[str, ...] = ()
    built: tuple[Built, ...] = ()
    is_module: bool = False
    calls: tuple[MemberCall, ...] = ()
    idle: tuple[Member, ...] = ()
    reads: tuple[str, ...] = ()
    reflects: bool = False


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Everything the tree-wide pass keeps of one file.

    `bound` are the names its top level binds, `names` the dotted names that it reads outside definitions, `exported`
    its `__all__` (None where it has none, or a computed one) and `exported_from` the modules whose `__all__` it takes
    in; `sys_paths` are folders (relative to the root) that it puts on `sys.path`. `built` is what its top level does
    with the names, `member` being the variable that keeps them. `attributes` are the attributes that it reads of
    anything but `self`, each after the last name of what it is read of ("model.head" for `self.model.head`, ".head"
    where that is an expression); `words` are those of its strings that may be names, dotted or not.
    """

    path: str
    digest: str
    lines: int
    definitions: tuple[Definition, ...] = ()
    imports: tuple[Import, ...] = ()
    exported: tuple[str, ...] | None = None
    bound: tuple[str, ...] = ()
    sys_paths: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    names: tuple[str, ...] = ()
    exported_from: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    registered: tuple[Registered, ...] = ()
    looked_up: tuple[LookedUp, ...] = ()
    computed: tuple[Computed, ...] = ()
    built: tuple[Built, ...] = ()
    attributes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """All files of a run, by path; `problems` tell why some are missing, `prints` serve the search for copies.

    `others` are notebooks and configuration files: read for what they refer to, they define nothing.
    """

    root: str
    files: tuple[FileFacts, ...]
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
    prints: tuple[FilePrints, ...] = ()
    others: tuple[FileFacts, ...] = ()

    @property
    def definitions(self) -> tuple[Definition, ...]:
        return tuple(definition for file in self.files for definition in file.definitions)
