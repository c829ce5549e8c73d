"""The generated test of an extracted component.

Three kinds: every optional argument given and left out, with shapes by name; gradients that flow without NaN; equality
with the kept originals, bit by bit, gradients included.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath

from refactor_tools.layout import pascal_case, snake_case, way_up
from refactor_tools.model.components import KeyMap, OriginalRecord
from refactor_tools.model.facts import Parameter
from refactor_tools.model.proofs import Case
from refactor_tools.rendering import render
from refactor_tools.scaffold.copies import Component, Copy, copy_of, has_shapes, names_tuple
from refactor_tools.scaffold.expressions import laid_out
from refactor_tools.settings import INDEX

# Constructions of one original that the test tries; the gate tries them all.
CONSTRUCTIONS = 3


@dataclass(frozen=True, slots=True)
class ComponentTestRequest:
    """`path` is where the test will stand, relative to the root; `cases` are by the original's id.

    `parameters` are the component's own (the function's for a function), `forward` those of its `forward`.
    """

    path: str
    keymap: KeyMap
    cases: Mapping[str, Case]
    parameters: tuple[Parameter, ...]
    forward: tuple[Parameter, ...] | None


def component_test(request: ComponentTestRequest) -> str | None:
    """The test's text, None where no original has a case that can be run."""
    keymap = request.keymap
    is_class = keymap.kind == "class"
    inputs = (request.forward or ()) if is_class else request.parameters
    component = Component(keymap.name, is_class, inputs, request.parameters)
    used = [original for original in keymap.originals if _runnable(request.cases.get(original.id))]
    variables = _variables(used)
    copies = list(_copies(used, request.cases, variables, component))
    if not copies:
        return None
    kept = {variables[original.id]: original.digest for original in used}
    return render(
        "tests/component.py.j2",
        name=keymap.name,
        package=keymap.exported_from,
        is_class=is_class,
        originals=way_up(request.path, f"{INDEX}/originals"),
        kepts=list(kept.items()),
        copies=copies,
        labels=laid_out(f"[{', '.join(copy.label for copy in copies)}]", 0, len("COPIES = ")),
        uses=_uses(copies),
        has_shapes=all(has_shapes(request.cases[o.id], n) for o in used for n in _constructions(request.cases[o.id])),
        optional=_quoted(dict.fromkeys(chain.from_iterable(copy.optional for copy in copies))),
        optional_calls=[(copy.label, _quoted(given) or "()") for copy in copies for given in copy.optional_calls],
        calls=[(copy.label, _quoted(given) or "()") for copy in copies for given in copy.calls],
    )


def _runnable(case: Case | None) -> bool:
    return case is not None and any(construction.calls for construction in case.constructions)


def _copies(
    originals: Sequence[OriginalRecord], cases: Mapping[str, Case], variables: Mapping[str, str], component: Component
) -> Iterator[Copy]:
    for original in originals:
        variable = variables[original.id]
        for place, number in enumerate(_constructions(cases[original.id]), 1):
            label = pascal_case(variable) + (f"Case{place}" if place > 1 else "")
            copy = copy_of(original, cases[original.id], number, label, variable, component)
            if copy is not None:
                yield copy


def _constructions(case: Case) -> list[int]:
    """The first construction, then those that give other constructor arguments, or None where it gives a value."""
    chosen: dict[frozenset[tuple[str, bool]], int] = {}
    for number, construction in enumerate(case.constructions):
        if construction.calls:
            given = frozenset((name, value is None) for name, value in construction.arguments.items())
            chosen.setdefault(given, number)
    return list(chosen.values())[:CONSTRUCTIONS]


def _variables(originals: Sequence[OriginalRecord]) -> dict[str, str]:
    """A variable for each original's kept source: called after its file, and after its class where one file has two."""
    stems = [re.sub(r"\W", "_", PurePosixPath(original.id.partition("::")[0]).stem) for original in originals]
    found: dict[str, str] = {}
    for original, stem in zip(originals, stems, strict=True):
        name = f"kept_{stem}" if stems.count(stem) == 1 else f"kept_{stem}_{snake_case(original.name)}"
        same = sum(other.rstrip("_0123456789") == name.rstrip("_0123456789") for other in found.values())
        found[original.id] = f"{name}_{same + 1}" if name in found.values() else name
    return found


def _uses(copies: Sequence[Copy]) -> dict[str, bool]:
    """Which helpers the test needs."""
    values = " ".join(text for copy in copies for text in (*copy.setup, *(value for _, value in copy.inputs)))
    return {
        "config": bool(re.search(r"\bConfig\(", values)),
        "mask": bool(re.search(r"\bmask\(", values)),
        "lengths": bool(re.search(r"\blengths\(", values)),
        "resolve_name": bool(re.search(r"\bresolve_name\(", values)),
        "state": any(copy.renamed != "()" for copy in copies),
    }


def _quoted(names: Iterable[str]) -> str:
    texts = [json.dumps(name) for name in names]
    return names_tuple(texts) if texts else ""
