"""What became of one family, and what the outcomes of all come to."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.tables import count, share, table
from refactor_tools.model.proofs import LADDER

# As one component, as a component of some members, not at all; the gate found no inputs or could not run; no answer.
RESULTS = ("one", "subset", "refused", "no gate", "no answer")
_PROVEN = ("one", "subset")
_PARAMETERS = ("size", "value", "layer", "switch")
MOST_PARAMETERS, MOST_BRANCHES = 6, 2


@dataclass(frozen=True, slots=True)
class FamilyOutcome:
    """`merged` of `members` copies became one component. `parameters` are those that stand for a difference between the
    copies, `branches` for conditions that its methods ask anew. `again` is the weakest verdict with fresh inputs, ""
    where nothing was merged.
    """

    package: str
    name: str
    rule: str
    members: int
    result: str
    merged: int = 0
    reason: str = ""
    verdict: str = ""
    parameters: int = 0
    branches: int = 0
    again: str = ""
    passed_again: bool = True
    left_out: Mapping[str, str] | None = None
    seconds: float = 0.0

    @property
    def proven(self) -> bool:
        return self.result in _PROVEN

    @property
    def unsafe(self) -> bool:
        """Whether a component was offered that other inputs show to be another computation."""
        return self.proven and not self.passed_again


def branches(source: str, name: str) -> int:
    """Conditions that the methods of a class but its constructor ask, or a function.

    One that is asked at several places counts once, and so do a condition and its opposite.
    """
    node = next((item for item in ast.parse(source).body if getattr(item, "name", "") == name), None)
    if node is None:
        return 0
    methods = node.body if isinstance(node, ast.ClassDef) else [node]
    running = [item for item in methods if isinstance(item, ast.FunctionDef) and item.name != "__init__"]
    parts = (part for method in running for part in ast.walk(method))
    return len({_condition(part.test) for part in parts if isinstance(part, ast.If | ast.IfExp)})


def _condition(test: ast.expr) -> str:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _condition(operand)
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[other]):
            return f"{ast.unparse(left)} is {ast.unparse(other)}"
    return ast.unparse(test)


def new_parameters(differences: Iterable[tuple[str, str]]) -> int:
    """How many parameters stand for differences, from their (kind, parameter)."""
    return len({parameter for kind, parameter in differences if kind in _PARAMETERS and parameter})


def figures(outcomes: Sequence[FamilyOutcome]) -> dict[str, float]:
    """The figures that limits can be set for, by name; shares of families are of all, those without an answer too."""
    proven = [one for one in outcomes if one.proven]
    found = {
        "unsafe": float(sum(one.unsafe for one in outcomes)),
        "parameters": float(max((one.parameters for one in proven), default=0)),
        "branches": float(max((one.branches for one in proven), default=0)),
    }
    for title, chosen in (("all", outcomes), ("simple", [one for one in outcomes if one.rule == "simple"])):
        if chosen:
            found[title] = sum(one.proven for one in chosen) / len(chosen)
            found[f"{title} as one"] = sum(one.result == "one" for one in chosen) / len(chosen)
            found[f"{title} members"] = sum(one.merged for one in chosen) / sum(one.members for one in chosen)
    return found


def summary(outcomes: Sequence[FamilyOutcome]) -> str:
    rows = []
    for title in ("simple", "other", "all"):
        chosen = [one for one in outcomes if title in (one.rule, "all")]
        if chosen:
            by_result = Counter(one.result for one in chosen)
            proven = sum(by_result[result] for result in _PROVEN) / len(chosen)
            rows.append([title, count(len(chosen)), *(count(by_result[one]) for one in RESULTS), share(proven)])
    return table("families", ("", *RESULTS, "proven"), rows)


def listing(outcomes: Sequence[FamilyOutcome]) -> str:
    rows = [
        [
            f"{one.name} ({one.rule})",
            one.result,
            f"{one.merged}/{one.members}",
            count(one.parameters) if one.proven else "-",
            count(one.branches) if one.proven else "-",
            one.verdict or "-",
            "unsafe" if one.unsafe else one.again or "-",
        ]
        for one in outcomes
    ]
    return table("family", ("", "merged", "new", "if", "verdict", "again"), rows)


def reasons(outcomes: Sequence[FamilyOutcome]) -> str:
    """Why families were refused and members left out, the most frequent reasons first."""
    found = Counter(_plain(one.reason) for one in outcomes if not one.proven)
    found += Counter(_plain(reason) for one in outcomes for reason in (one.left_out or {}).values())
    return "\n".join(f"{number:4}  {reason}" for reason, number in found.most_common())


def _plain(reason: str) -> str:
    """A reason without the names and texts that only hold for one family."""
    part, _, rest = reason.partition(": ")
    if part.startswith("part "):
        return f"of a part: {_plain(rest)}"
    if part in LADDER:
        return f"{part}: {rest.partition(': ')[0]}"
    return re.sub(r"\d+", "N", re.sub(r"`[^`]*`", "`...`", part))
