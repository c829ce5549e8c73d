"""Which of the pairs that are known to be copies a finder links."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import counting, jscpd, truth
from benchmarks.analysis import Family, Report
from benchmarks.counting import Linked, Pairs
from benchmarks.forms import distinct_forms
from benchmarks.jscpd import Clone, Mapped
from benchmarks.places import Span, spans
from benchmarks.truth import TruePair

# How many pairs of torch modules may be reported before a person has stopped to read.
BUDGETS = (24_000, 48_000)
KINDS = {"class": "classes", "function": "functions", "method": "methods"}


@dataclass(frozen=True, slots=True)
class Truth:
    """The known pairs of which both sides are in the tree, where they stand, and the pairs that are not there."""

    annotated: Sequence[TruePair]
    unmarked: Sequence[TruePair]
    missing: Sequence[TruePair]
    spans: Mapping[str, Span]

    def of_kind(self, kind: str) -> list[TruePair]:
        return [pair for pair in self.annotated if pair.kind == kind]


@dataclass(frozen=True, slots=True)
class Finder:
    """Whether a way of finding copies links two definitions, by their kind."""

    title: str
    linked: Mapping[str, Linked]

    def recall(self, pairs: Sequence[TruePair]) -> float:
        """The share of pairs of one kind that are linked, 1 of none."""
        return counting.recall(pairs, self.linked[pairs[0].kind]).value if pairs else 1.0


def known_truth(tree: Path) -> Truth:
    """The ground truth as far as its definitions are in `tree`."""
    annotated, unmarked = truth.annotated(), truth.unmarked()
    places = spans(tree, (name for pair in (*annotated, *unmarked) for name in pair.names))
    present, missing = truth.split(annotated, places)
    near, others = truth.split(unmarked, places)
    return Truth(present, near, [*missing, *others], places)


def family_finder(families: Sequence[Family]) -> Finder:
    direct = counting.by_membership(families)
    methods = counting.either(direct, by_owner=direct)
    return Finder("families", {"class": direct, "function": direct, "method": methods})


def jscpd_finders(classes: Mapped, functions: Mapped, methods: Mapped) -> list[Finder]:
    """jscpd's three readings, strictest first."""
    readings: list[tuple[str, Callable[[Pairs], Linked], Callable[[Mapped], Pairs]]] = [
        ("one", counting.by_pairs, lambda found: found.one),
        ("union", counting.by_pairs, lambda found: found.union),
        ("chains", counting.by_chains, lambda found: found.union),
    ]
    finders = []
    for title, by, pick in readings:
        of_classes, of_functions, of_methods = (by(pick(found)) for found in (classes, functions, methods))
        either = counting.either(of_methods, by_owner=of_classes)
        finders.append(Finder(title, {"class": of_classes, "function": of_functions, "method": either}))
    return finders


def jscpd_pairs(found: Sequence[Clone], report: Report, known: Truth) -> tuple[Mapped, Mapped, Mapped]:
    """What jscpd's ranges say of torch modules and other classes that are known to be copies, of functions, and of the
    methods that are known to be copies.
    """
    places = dict(known.spans) | {one.id: Span(one.path, one.line, one.end_line) for one in report.definitions}
    named = {kind: {name for pair in known.annotated if pair.kind == kind for name in pair.names} for kind in KINDS}
    classes = modules(report) | named["class"] | {name for pair in known.unmarked for name in pair.names}
    classes |= {counting.owner(name) for name in named["method"]} & places.keys()
    functions = {one.id for one in report.definitions if one.kind == "function"} | named["function"]
    return (
        jscpd.mapped(found, {name: places[name] for name in sorted(classes)}),
        jscpd.mapped(found, {name: places[name] for name in sorted(functions)}),
        jscpd.mapped(found, {name: places[name] for name in sorted(named["method"])}),
    )


def modules(report: Report) -> frozenset[str]:
    """Ids of the classes that derive from torch's `nn.Module`."""
    return frozenset(one.id for one in report.definitions if one.is_torch_module)


def figures(report: Report, known: Truth, tree: Path) -> dict[str, float]:
    """The figures that limits can be set for, by name."""
    everything = family_finder(report.families)
    found = {word: everything.recall(known.of_kind(kind)) for kind, word in KINDS.items()}
    found["near"] = everything.recall(known.unmarked)
    for budget in BUDGETS:
        families, _ = counting.within(report.families, budget, modules(report).__contains__)
        found[f"near@{budget}"] = family_finder(families).recall(known.unmarked)
    near = [family.members for family in report.families if family.likeness == "near"]
    found["largest"] = max((len(family.members) for family in report.families), default=0)
    found["largest-near"] = max(map(len, near), default=0)
    found["largest-near-forms"] = most_forms(near, tree)
    return found


def most_forms(families: Iterable[Sequence[str]], tree: Path) -> int:
    """The highest number of forms that one of these families has."""
    most = 0
    for members in sorted(families, key=len, reverse=True):
        if len(members) <= most:
            break  # no family has more forms than members
        most = max(most, distinct_forms(members, tree))
    return most
