"""What a run of extraction says: on the terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from refactor_tools.model.extraction import ExtractedComponent, Extraction
    from refactor_tools.model.outcomes import Refusal
    from refactor_tools.model.proofs import ComponentProof


# More texts than this stand one below the other.
_COLUMNS = 3
# Characters that the first line of a commit should not exceed.
_SUBJECT = 72


def print_component(console: Console, component: ExtractedComponent) -> None:
    """A block for one component: where it went, what became a parameter, what was proven."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    copies = f"{len(component.members)} copies" if len(component.members) > 1 else "moved"
    console.print(Text.assemble("  ", (component.name, "bold"), f"  {copies}"))
    console.print(Text(f"    -> {component.path}"), soft_wrap=True)
    table = Table.grid(padding=(0, 2))
    for label, text in _rows(component):
        table.add_row(label, Text(text))
    for new, old, file in _renamed(component):
        table.add_row("state keys", Text(f"{old}.* -> {new}.* ({file})"))
    console.print(Padding(table, (0, 0, 0, 4), expand=False))
    for reason, places in _left_out(component).items():
        _wrapped(console, f"left out: {', '.join(places)}: {reason}")
    style = "green" if component.verdict.startswith(("PROVED", "BIT")) else "yellow"
    console.print(
        Padding(Text.assemble((component.verdict, style), _proof_words(component.proof)), (0, 0, 0, 4), expand=False)
    )
    for note in component.notes:
        _wrapped(console, f"kept: {note}")
    console.print()


def _wrapped(console: Console, text: str) -> None:
    """Text on lines that fit, without blanks at their ends."""
    from textwrap import wrap

    for line in wrap(
        text, console.width - 4, subsequent_indent="      ", break_long_words=False, break_on_hyphens=False
    ):
        console.print(f"    {line}", soft_wrap=True, markup=False)


def _rows(component: ExtractedComponent) -> Iterable[tuple[str, str]]:
    for difference in component.differences:
        if difference.kind in ("size", "value", "layer", "switch"):
            yield difference.parameter, " | ".join(text or "-" for _, text in difference.values)
        elif difference.kind == "argument":
            having = [_stem(identity) for identity, text in difference.values if text]
            yield difference.parameter, f"{', '.join(having)} only"


def _left_out(component: ExtractedComponent) -> dict[str, list[str]]:
    """Files whose copies were not merged, by the reason."""
    found: dict[str, list[str]] = {}
    for identity, reason in component.left_out:
        found.setdefault(reason, []).append(_stem(identity))
    return found


def _renamed(component: ExtractedComponent) -> Iterable[tuple[str, str, str]]:
    for identity, new, old in component.state_maps:
        yield new, old, _stem(identity)


def _stem(identity: str) -> str:
    return identity.partition("::")[0].rpartition("/")[2].removesuffix(".py")


def _proof_words(proof: ComponentProof | None) -> str:
    if proof is None:
        return ""
    counts = [original.branches for original in proof.originals if original.branches not in ("", "0/0")]
    words = f"; branches {', '.join(dict.fromkeys(counts))}" if counts else ""
    if proof.sensitivity is not None:
        words += f"; {proof.sensitivity.caught} of {proof.sensitivity.seeded} seeded bugs caught"
    return words


def print_refusal(console: Console, name: str, refusal: Refusal, members: Sequence[str]) -> None:
    """The reason, with the differences in a table."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console.print(Text.assemble("  ", (name, "bold"), "  ", ("refused", "red"), f": {refusal.reason}"))
    table = Table(box=None, show_header=False, padding=(0, 2), expand=False)
    for detail in refusal.details:
        distinct = dict.fromkeys(text.strip() or "-" for text in detail)
        if len(distinct) <= _COLUMNS:
            table.add_row(*(Text(text, overflow="fold") for text in distinct))
        else:
            for text in distinct:
                table.add_row(Text(text, overflow="fold"))
    if refusal.details:
        console.print(Padding(table, (0, 0, 0, 4), expand=False))
    for member in members:
        console.print(Padding(Text(member, style="dim"), (0, 0, 0, 4), expand=False))
    console.print()


def extraction_json(extraction: Extraction) -> str:
    """The run as JSON (schema 1)."""
    from refactor_tools.report.inlined import inlined_json

    document: dict[str, object] = {
        "schema": 1,
        "outcomes": [
            {"name": item.name, "outcome": item.outcome, "reason": item.reason} for item in extraction.outcomes
        ],
        "components": [
            {
                "name": item.name,
                "path": item.path,
                "members": list(item.members),
                "left_out": [{"member": identity, "reason": reason} for identity, reason in item.left_out],
                "verdict": item.verdict,
                "differences": [
                    {"kind": d.kind, "where": d.where, "parameter": d.parameter, "values": dict(d.values)}
                    for d in item.differences
                ],
                "attempts": [asdict(attempt) for attempt in item.attempts],
                "notes": list(item.notes),
            }
            for item in extraction.components
        ],
        "refused": [
            {
                "name": item.name,
                "reason": item.refusal.reason,
                "details": [list(detail) for detail in item.refusal.details],
                "members": list(item.members),
                "attempts": [asdict(attempt) for attempt in item.attempts],
            }
            for item in extraction.refused
        ],
        "files": [change.path for change in extraction.changeset.effective],
    }
    if extraction.replaced or extraction.left:
        document["implicit"] = inlined_json(extraction)
    if extraction.explanations:
        document["explanations"] = [asdict(item) for item in extraction.explanations]
    return json.dumps(document, indent=2) + "\n"


def commit_message(extraction: Extraction) -> str:
    """A subject that names the components, and for each of them its copies."""
    names = ", ".join(component.name for component in extraction.components)
    subject = f"Extract {names}"
    if len(subject) > _SUBJECT:
        subject = f"Extract {len(extraction.components)} components"
    paragraphs = [subject]
    for component in extraction.components:
        head = f"{component.name} in {component.path}, {component.verdict}, of"
        paragraphs.append("\n".join([head, *(f"- {member}" for member in component.members)]))
    if extraction.replaced:
        built = [f"- {item.holder} builds {item.component}, {item.verdict}" for item in extraction.replaced]
        paragraphs.append("\n".join(["In place of what was written out:", *built]))
    return "\n\n".join(paragraphs) + "\n"
