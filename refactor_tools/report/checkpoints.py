"""Checkpoints, as scanned and as rewritten, for a terminal and as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from refactor_tools.model.checkpoints import CheckpointRewrite, RewrittenState, ScannedCheckpoint, StoredState
from refactor_tools.report.words import count, listed

SCHEMA = 1
_MOST = 8


def scan_text(files: Sequence[ScannedCheckpoint], *, verbose: bool) -> str:
    """One block a file; with `verbose` every name and every key."""
    return "\n\n".join("\n".join(_file(file, verbose)) for file in files)


def scan_json(files: Sequence[ScannedCheckpoint]) -> str:
    """`outcomes` has one row for each file: "loads", or "broken" with what is gone."""
    document = {
        "schema": SCHEMA,
        "outcomes": [
            {
                "name": file.path,
                "outcome": "loads" if file.loads else "broken",
                "reason": ", ".join(item.name.dotted for item in file.names if not item.loads),
            }
            for file in files
        ],
        "files": [_document(file) for file in files],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def rewrite_text(rewrite: CheckpointRewrite, *, written: bool, verbose: bool) -> str:
    """What was found where, which keys changed, and what a person should know."""
    renamed = sum(len(state.renamed) for state in rewrite.states)
    lines = [f"{rewrite.source}: {count(renamed, 'key')} renamed in {count(len(rewrite.states), 'state dict')}"]
    for state in rewrite.states:
        lines += _rewritten(state, verbose)
    lines += [f"  note: {note}" for note in rewrite.notes]
    lines.append(f"  written to {rewrite.target}" if written else "  nothing was written")
    return "\n".join(lines)


def rewrite_json(rewrite: CheckpointRewrite, *, written: bool) -> str:
    """`outcomes` has the one file."""
    renamed = any(state.renamed for state in rewrite.states)
    outcome = "rewritten" if written else "would be rewritten" if renamed else "unchanged"
    document = {
        "schema": SCHEMA,
        "outcomes": [{"name": rewrite.source, "outcome": outcome, "reason": "; ".join(rewrite.notes)}],
        "target": rewrite.target,
        "written": written,
        "states": [
            {
                "place": state.place,
                "renamed": dict(state.renamed),
                "found": [
                    {"prefix": ".".join(item.prefix), "component": item.component, "original": item.original}
                    for item in state.renamings
                ],
            }
            for state in rewrite.states
        ],
        "notes": list(rewrite.notes),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _document(file: ScannedCheckpoint) -> dict[str, object]:
    return {
        "path": file.path,
        "format": file.contents.format,
        "tensors": file.contents.tensors,
        "locations": list(file.contents.locations),
        "names": [
            {
                "name": item.name.dotted,
                "status": item.status,
                "loads": item.loads,
                "now": item.now,
                "detail": item.detail,
            }
            for item in file.names
        ],
        "states": [
            {
                "place": state.place,
                "owner": state.owner.dotted if state.owner else None,
                "tensors": [asdict(tensor) for tensor in state.tensors],
            }
            for state in file.contents.states
        ],
    }


def _file(file: ScannedCheckpoint, verbose: bool) -> Iterator[str]:
    tensors = count(file.contents.tensors, "tensor")
    devices = [place for place in file.contents.locations if place != "cpu"]
    yield f"{file.path}: {file.contents.format}, {tensors}{', saved from ' + ', '.join(devices) if devices else ''}"
    for item in file.names:
        if item.status != "outside":
            now = f" -> {item.now}" if item.now else ""
            yield f"  {item.status:<11}  {item.name.dotted}{now}"
            yield from [f"               {item.detail}"] if item.detail else []
    outside = [item.name for item in file.names if item.status == "outside"]
    if verbose:
        yield from (f"  outside      {name.dotted}" for name in outside)
    elif outside:
        by_package = Counter(name.module.partition(".")[0] for name in outside)
        packages = [f"{package} ({number})" for package, number in sorted(by_package.items())]
        yield f"  outside      {listed(packages, _MOST)}"
    for state in file.contents.states:
        yield from _state(state, verbose)


def _state(state: StoredState, verbose: bool) -> Iterator[str]:
    what = f"{state.owner.dotted}, saved whole" if state.owner else "state dict"
    keys = count(len(state.tensors), "key")
    yield f"  {keys} in {state.place or 'the file itself'}: {what}"
    if verbose:
        for tensor in state.tensors:
            shape = "" if tensor.shape is None else f" ({', '.join(map(str, tensor.shape))})"
            yield f"    {tensor.key}{shape} {tensor.dtype}".rstrip()


def _rewritten(state: RewrittenState, verbose: bool) -> Iterator[str]:
    where = f"{state.place}: " if state.place else ""
    for item in state.renamings:
        prefix = ".".join(item.prefix)
        pairs = ", ".join(f"{old} -> {new}" for old, new in item.pairs)
        yield f"  {where}{prefix or 'the whole'} is {item.component} ({item.original}): {pairs}"
    if verbose:
        yield from (f"    {old} -> {new}" for old, new in state.renamed)
