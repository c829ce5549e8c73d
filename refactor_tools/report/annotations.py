"""What a check of certificates says in a pull request: one GitHub annotation a component, at its definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from refactor_tools.report.explanations import explanation

if TYPE_CHECKING:
    from refactor_tools.model.certificates import Checked

# The file, from the top of the repository and with "/", and the line of a definition.
Place = tuple[str, int]


def checked_annotations(checked: Sequence[Checked], places: Mapping[str, Place]) -> str:
    """A workflow command a line: an error for every component that failed, a warning for one that merely drifted.

    `places` are the components' definitions by name; a component without one is annotated on the run as a whole.
    """
    return "".join(f"{line}\n" for line in _commands(checked, places))


def _commands(checked: Sequence[Checked], places: Mapping[str, Place]) -> Iterator[str]:
    for item in checked:
        drifted = item.status.freshness == "ENV_DRIFT"
        if item.passed and not drifted:
            continue
        outcome = ", ".join(filter(None, (item.status.freshness, item.status.verdict)))
        message = "\n".join(explanation(item)) or outcome
        yield _command("warning" if item.passed else "error", f"{item.name}: {outcome}", message, places.get(item.name))


def _command(kind: str, title: str, message: str, place: Place | None) -> str:
    properties = {"file": place[0], "line": str(place[1])} if place else {}
    listed = ",".join(f"{name}={_property(value)}" for name, value in (*properties.items(), ("title", title)))
    return f"::{kind} {listed}::{_data(message)}"


def _data(text: str) -> str:
    """A message as workflow commands take it: in one line, whatever it holds."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
