"""Writes the stand-alone reproduction of a divergence: a pytest file that needs torch and the component only.

It is tried before it is handed over: it must fail by its own assertion, and by nothing else.
"""

import re
from collections.abc import Iterator, Mapping
from os.path import relpath
from pathlib import Path, PurePosixPath

from refactor_tools.certificates.cases import load_cases
from refactor_tools.model.adapters import Argument
from refactor_tools.model.divergences import Divergence
from refactor_tools.model.proofs import CaseValue, Construction, Named, OriginalTask, ProofTask, TensorSpec
from refactor_tools.prove.children import Limits, call
from refactor_tools.rendering import render
from refactor_tools.settings import STATE

_TRY = "refactor_tools.prove.reproduction_trial:fails"
_FOLDER = PurePosixPath(STATE, "reproductions")
_CLAIMS = {
    "values": "The component leaves behind what the original leaves behind, bit by bit.",
    "exception": "The component raises where the original raises, and nowhere else.",
    "structure": "The component has the structure of the original: {check}.",
}
_KINDS = frozenset({"normal", "ids", "lengths", "mask"})


class NoReproduction(Exception):
    """The divergence cannot be shown by a file that stands alone. The message says why."""


def reproduce(
    task: ProofTask, original: OriginalTask, divergence: Divergence, root: Path, limits: Limits
) -> tuple[str, str]:
    """The path under `root` and the text of a test that fails as `divergence` says.

    Raises:
        NoReproduction: no case shows the divergence by itself, or no file that stands alone does.
    """
    number = [entry.id for entry in task.originals].index(original.id) + 1
    path = str(_FOLDER / f"test_{_identifier(task.name)}_{number}.py")
    text = reproduction(task, original, divergence, root, path)
    if call(_TRY, (text, str(root / path)), limits, sys_path=task.sys_path).value is not True:
        raise NoReproduction("the difference does not show outside of the gate")
    return path, text


def reproduction(task: ProofTask, original: OriginalTask, divergence: Divergence, root: Path, path: str) -> str:
    """The text of the file that stands at `path` under `root`."""
    if not divergence.case:
        raise NoReproduction("no single construction and call show the difference")
    (construction,) = load_cases(divergence.case, path)[original.id].constructions
    label, calls = divergence.shrunken_call, construction.calls
    if len(calls) > 1:
        raise NoReproduction("no single call shows the difference")
    dims, edge = _edge(label if calls and label != (calls[0].note or "call 0") else "", construction)
    sizes, arguments = {**construction.dims, **dims}, calls[0].arguments if calls else {}
    inputs = [(repr(name), _expression(value, sizes)) for name, value in arguments.items()]
    constructor = _mapping(construction.arguments, construction.dims)
    written = " ".join((constructor, edge, *(expression for _, expression in inputs)))
    return render(
        "reproduction.py.j2",
        component=task.component,
        original=original.id,
        message=_sentence(divergence),
        path=path,
        depth=len(PurePosixPath(path).parts) - 1,
        sys_path=[_place(entry, root) for entry in task.sys_path],
        kind=task.kind,
        init=_expressions(original.adapter.init),
        forward=_expressions(original.adapter.forward),
        state=_pairs(original.adapter.state),
        mode=_MODES.get(divergence.shrunken_mode),
        scenario=bool(label),
        structural=divergence.kind == "structure",
        check=divergence.check,
        test=f"test_{_identifier(task.name).lower()}_equals_its_original",
        claim=_CLAIMS[divergence.kind].format(check=divergence.check),
        constructor=constructor,
        inputs=inputs,
        edge=edge,
        helpers={name for name in (*_KINDS, "strided", "Config") if f"{name}(" in written},
        original_name=original.name,
        module=task.module,
        name=task.name,
        source=_quoted(original.source),
    )


_MODES = {
    "train": {"training": True, "gradients": True},
    "eval": {"training": False, "gradients": True},
    "inference": {"training": False, "gradients": False},
}


def _edge(label: str, construction: Construction) -> tuple[dict[str, int], str]:
    """How an edge differs from its call: by sizes, or by a statement on `arguments`."""
    if not label:
        return {}, ""
    (call,) = construction.calls
    specs = {name: value for name, value in call.arguments.items() if isinstance(value, TensorSpec)}
    if label in ("batch 0", "batch 1"):
        batch = next((spec.shape[0] for spec in specs.values() if spec.shape and isinstance(spec.shape[0], str)), None)
        if isinstance(batch, str):
            return {batch: int(label[-1])}, ""
    if label == "non-contiguous":
        return {}, "arguments = {name: strided(value) for name, value in arguments.items()}"
    made = {"all masked": ("mask", "zeros"), "none masked": ("mask", "ones"), "length 0": ("lengths", "zeros")}
    kind, content = made.get(label, ("", ""))
    name = next((name for name, spec in specs.items() if spec.kind == kind), None)
    if name is None:
        raise NoReproduction(f"`{label}` is nothing that a file of its own can make")
    return {}, f"arguments[{name!r}] = torch.{content}_like(arguments[{name!r}])"


def _expression(value: CaseValue, dims: Mapping[str, int]) -> str:
    """Python text that makes what `value` describes, with the generator `draw`."""
    if isinstance(value, TensorSpec):
        return f"{value.kind}(draw, {', '.join(_tensor(value, dims))})"
    if isinstance(value, Named):
        made = "" if value.arguments is None else f"(**{_mapping(value.arguments, dims)})"
        return f"resolve_name({value.name!r}){made}"
    if isinstance(value, Mapping):
        return f"Config({_mapping(value, dims)})"
    if isinstance(value, tuple):
        return f"({''.join(f'{_expression(entry, dims)}, ' for entry in value)})"
    if isinstance(value, float) and repr(value) in ("inf", "-inf", "nan"):
        return f'float("{value}")'
    if value is None or isinstance(value, str | int | float):
        return repr(value)
    raise NoReproduction(f"a {type(value).__name__} among its arguments cannot be written down")


def _tensor(spec: TensorSpec, dims: Mapping[str, int]) -> Iterator[str]:
    if spec.kind not in _KINDS:
        raise NoReproduction(f"a tensor of kind {spec.kind} cannot be written down")
    yield from (str(dims[size] if isinstance(size, str) else size) for size in spec.shape)
    if spec.kind in ("ids", "lengths"):
        yield f"high={2 if spec.high is None else dims[spec.high] if isinstance(spec.high, str) else spec.high}"
    if spec.kind == "mask" and spec.high == 0:
        yield "empty_row=True"
    if spec.dtype != "float32":
        yield f"dtype=torch.{spec.dtype}"


def _mapping(values: Mapping[str, CaseValue], dims: Mapping[str, int]) -> str:
    return "{" + ", ".join(f"{name!r}: {_expression(value, dims)}" for name, value in values.items()) + "}"


def _expressions(arguments: tuple[Argument, ...]) -> str:
    return _pairs(tuple((argument.name, argument.value) for argument in arguments))


def _pairs(pairs: tuple[tuple[str, str], ...]) -> str:
    return repr(dict(pairs))


def _place(entry: str, root: Path) -> str:
    """A folder of the import path, from the root."""
    place = PurePosixPath(Path(relpath(entry, root)).as_posix())
    return "str(ROOT)" if place == PurePosixPath(".") else f"str(ROOT / {str(place)!r})"


def _sentence(divergence: Divergence) -> str:
    text = divergence.message.replace("\\", "\\\\").replace('"""', "'''")
    sites = [
        f"\n  {side}: {operation.line}".replace("\\", "\\\\").replace('"""', "'''")
        for side, operation in (("original", divergence.original), ("component", divergence.component))
        if operation is not None and operation.line
    ]
    return text[:1].upper() + text[1:] + ("." if not sites else ":" + "".join(sites))


def _quoted(source: str) -> str:
    """A literal of `source` that reads like it."""
    text = source.replace("\\", "\\\\").replace("'''", "\\'\\'\\'")
    if text.endswith("'"):
        text += "\\\n"
    return f"'''\\\n{text}'''"


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name)
