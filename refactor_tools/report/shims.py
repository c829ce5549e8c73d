"""Shims with their users, for a terminal and as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from refactor_tools.model.shims import Pruning, ShimUsers
from refactor_tools.report.words import count

SCHEMA = 1
_MOST = 5


def pruning_text(pruning: Pruning, *, written: bool, verbose: bool) -> str:
    """What goes, what stays with its users, and whether the version has come."""
    done = "removed" if written else "to remove"
    lines = [f"{count(len(pruning.removed), 'shim')} {done}, {len(pruning.kept):,} kept"]
    lines += [f"  {'removed' if written else 'unused'}  {shim.old} -> {shim.now}" for shim in pruning.removed]
    for shim in pruning.kept:
        lines += _kept(shim, verbose)
    lines += _ending(pruning, written=written)
    return "\n".join(lines)


def pruning_json(pruning: Pruning, *, written: bool) -> str:
    """`outcomes` has one row for each shim: "removed" (or "unused"), "kept", or "expired" where it should be gone."""
    rows = [(shim, "removed" if written else "unused", "") for shim in pruning.removed]
    rows += [(shim, "expired" if pruning.expired else "kept", _reason(shim)) for shim in pruning.kept]
    document = {
        "schema": SCHEMA,
        "outcomes": [{"name": shim.old, "outcome": outcome, "reason": reason} for shim, outcome, reason in rows],
        "written": written and bool(pruning.removed),
        "files": [change.path for change in pruning.changes.effective],
        "remove_in": pruning.remove_in,
        "version": pruning.version,
        "expired": pruning.expired,
        "shims": [
            {"old": shim.old, "now": shim.now, "form": shim.form, "users": [asdict(use) for use in shim.users]}
            for shim, _, _ in rows
        ],
        "notes": list(pruning.notes),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def overdue_text(pruning: Pruning) -> str:
    """The shims that should be gone, "" where there are none."""
    if not pruning.overdue:
        return ""
    names = "\n".join(f"  {shim.old}: {_reason(shim)}" for shim in pruning.overdue)
    return f"the project is at {pruning.version}, and shims go in {pruning.remove_in}; these are still used:\n{names}"


def _kept(shim: ShimUsers, verbose: bool) -> Iterator[str]:
    yield f"  kept     {shim.old} -> {shim.now}: {_reason(shim)}"
    shown = shim.users if verbose else shim.users[:_MOST]
    for use in shown:
        yield f"             {use.path}:{use.line} ({use.how})"
    if len(shown) < len(shim.users):
        yield f"             and {len(shim.users) - len(shown):,} more (--verbose)"


def _reason(shim: ShimUsers) -> str:
    return f"{count(len(shim.users), 'use')}" if shim.users else "nobody here uses it, and its version has not come"


def _ending(pruning: Pruning, *, written: bool) -> Iterator[str]:
    yield from (f"  note: {note}" for note in pruning.notes)
    if overdue := overdue_text(pruning):
        yield overdue
    files = len(pruning.changes.effective)
    if files:
        yield f"Written {count(files, 'file')}. Undo: refactor-tools undo" if written else "Nothing written."
