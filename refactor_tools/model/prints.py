"""What the search for copies keeps of each file, computed while its syntax tree is at hand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """Statements of a method, a function's body or ("") a class's own, as indices into the file's forms.

    Their order counts unless `keyed`.
    """

    name: str
    forms: tuple[int, ...]
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class MethodPrint:
    """Digests of a method's normal forms; `weight` is that of its body, in tokens, `work` and `table` as in `Print`."""

    name: str
    line: int
    exact: str
    renamed: str
    weight: int
    work: int
    table: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """What one method computes (a function's body; "" for an inline `nn.Sequential` that no method runs).

    `steps` are its operations in the order of evaluation, separated by spaces, each `label:operand,operand...`; an
    operand is the number of an earlier step, or `x` and the number of an input. What is returned follows as `>step`.
    `lines` has the line of every step; steps of a layer that an inline `nn.Sequential` builds have the layer's line,
    outside of `line` to `end_line`.
    """

    method: str
    line: int
    end_line: int
    steps: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Print:
    """One definition. `exact` and `renamed` are digests of its normal forms, `parts` is what near likeness compares.

    `words` are the identifiers that it uses, `libraries` those of tensors. `work` is the weight of what it computes
    itself, by layers, operations and control flow; of a `table` most statements only repeat others. `flows` are those
    of modules and of functions that may work on tensors.
    """

    definition: str
    exact: str
    renamed: str
    parts: tuple[Part, ...]
    words: tuple[str, ...]
    work: int
    libraries: tuple[str, ...] = ()
    methods: tuple[MethodPrint, ...] = ()
    flows: tuple[Flow, ...] = ()
    table: bool = False


@dataclass(frozen=True, slots=True)
class FilePrints:
    """The prints of a file's definitions. A form is a statement's tokens, joined by spaces."""

    path: str
    forms: tuple[str, ...] = ()
    prints: tuple[Print, ...] = ()
