"""A component as planned: what is written, from where it came, how it is documented."""

from dataclasses import dataclass, field
from typing import Literal

from refactor_tools.model.adapters import Adapter
from refactor_tools.model.facts import Finding, Parameter


@dataclass(frozen=True, slots=True)
class Dependency:
    """A dotted name and what it is for (or how it uses the component)."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ParameterDoc:
    """A constructor parameter in words; `type` as annotated."""

    name: str
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class TensorDoc:
    """An input or output in words; `shape` as "(B, L, D)", "" where unknown."""

    name: str
    shape: str
    text: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ComponentDoc:
    """Everything the docstring template and the index page need."""

    title: str
    summary: str
    concept: tuple[str, ...] = ()
    architecture: tuple[str, ...] = ()
    parameters: tuple[ParameterDoc, ...] = ()
    inputs: tuple[TensorDoc, ...] = ()
    outputs: tuple[TensorDoc, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    used_by: tuple[Dependency, ...] = ()
    alternatives: tuple[Dependency, ...] = ()
    related: tuple[Dependency, ...] = ()
    references: tuple[str, ...] = ()
    example: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComponentRecord:
    """One entry of `component_index/index.json`.

    `path` is the component's file, `module` its dotted module, `exported_from` the package that re-exports it;
    `legacy` are the ids of the originals, `shims` those whose old name still works.
    """

    name: str
    kind: Literal["class", "function"]
    category: str
    path: str
    module: str
    exported_from: str
    parameters: tuple[Parameter, ...]
    forward: tuple[Parameter, ...] | None
    doc: ComponentDoc
    legacy: tuple[str, ...] = ()
    shims: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    verdict: str = "NOT_RUN"
    proven: bool = True
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class OriginalRecord:
    """An original in `component_index/keymaps/<Name>.json`: its id, the digest that names its kept source, how it maps
    onto the component, and where its old name lives. `form` is how the old name works: "alias", "adapted" or "none".
    `parameters` and `forward` are the original's own signatures, without `self` (of a function only `parameters`).
    `strategy` is the component (dotted) that this one is given and that is the original's algorithm, "" where it has it
    itself.
    """

    id: str
    name: str
    digest: str
    adapter: Adapter
    form: Literal["alias", "adapted", "none"]
    parameters: tuple[Parameter, ...] = ()
    forward: tuple[Parameter, ...] = ()
    strategy: str = ""


@dataclass(frozen=True, slots=True)
class KeyMap:
    """The adapters of one component: the record that shims, the gate and `migrate-imports` share.

    With `holder` (an id) it is the record of a class that stays in its file, in which components took the place of what
    was written out: what it is now is proven against what it was. `name` then only names its records.
    """

    component: str
    module: str
    exported_from: str
    name: str
    kind: Literal["class", "function"]
    originals: tuple[OriginalRecord, ...] = field(default=())
    holder: str = ""

    @property
    def definition(self) -> str:
        """What the class or function is called in its module."""
        return self.holder.partition("::")[2] or self.name
