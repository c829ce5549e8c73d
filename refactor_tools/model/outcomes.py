"""How a run ended for one name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done, with the differences that stood in the way (what, then each copy's text)."""

    reason: str
    details: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of a run's report and of its JSON."""

    name: str
    outcome: str
    reason: str = ""
