"""How many seeded bugs the gate catches, by kind of bug and by component.

    python -m benchmarks.gate_mutants [--only NAME] [--unit-tests] [--show] [--jobs N]

Every rule of `refactor_tools.prove.mutations` makes all the wrong versions that it can of every bundled component, and
of the modules in benchmarks/modules, which have what the components lack. The gate is run on each as it would be on a
component, up to the first check that fails. A mutant is caught if the verdict on any original would not pass. It is
equal, and no bug, if all operations on all paths or the joint graphs are those of the original. What is left survived.

Each survivor has to stand in benchmarks/ground_truth/gate_survivors.yaml with the argument why it is no bug. Mutants of
the kind "device" are caught on tensors that only say where they lie; those that need contents are shown beside the
others, for on a CPU alone they change nothing.

With --unit-tests the components' own generated tests are run against the same mutants, and the share that they kill is
shown beside the gate's.

Exit code 0; 1 below a limit, or where the list of survivors is not what was found; 2 where something cannot be read.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.gate_survivors import SURVIVORS, Survivor, disagreements, read_survivors
from benchmarks.gate_tasks import Bundled, bundled, modules
from benchmarks.gate_unit_tests import killed
from benchmarks.tables import count, share, table
from refactor_tools.errors import RefactorError
from refactor_tools.model.proofs import ProofTask
from refactor_tools.prove.assignments import Trial
from refactor_tools.prove.mutations.registry import OF_OTHER_DEVICES, RULES
from refactor_tools.prove.mutations.seeding import Mutant, seed_bugs
from refactor_tools.prove.sensitivity import source_of_component, try_bug

CAUGHT, KILLED = 0.99, 0.80


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant."""

    component: str
    mutant: Mutant
    trial: Trial

    @property
    def elsewhere(self) -> bool:
        """Whether only another device would show it."""
        return self.trial == "equal" and self.mutant.kind in OF_OTHER_DEVICES


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    components = [entry for entry in bundled() if arguments.only in (None, entry.task.name)]
    tasks = {entry.name: entry.task for entry in components}
    tasks |= {task.component: task for task in modules() if arguments.only in (None, task.name)}
    try:
        listed = read_survivors(SURVIVORS)
        outcomes = [outcome for name, task in tasks.items() for outcome in _tried(name, task, arguments.jobs)]
    except (RefactorError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(by(outcomes, "Kind", lambda outcome: outcome.mutant.kind, RULES))
    print()
    print(by(outcomes, "Component", lambda outcome: outcome.component, tasks))
    _print_apart(outcomes, arguments.show)
    found = [Survivor(entry.component, entry.mutant.kind, entry.mutant.label) for entry in outcomes if _survived(entry)]
    problems = disagreements(found, [entry for entry in listed if entry.component in tasks])
    problems += _below(
        "of the bundled components' bugs are caught", share_caught(outcomes, {c.name for c in components})
    )
    if arguments.unit_tests:
        problems += _unit_tests(components, outcomes, arguments.jobs)
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


def share_caught(outcomes: Iterable[Outcome], components: Iterable[str]) -> float:
    """The share of the bugs in `components` that was caught; 1 where there is none."""
    chosen = set(components)
    trials = [outcome.trial for outcome in outcomes if outcome.component in chosen and outcome.trial != "equal"]
    return trials.count("caught") / len(trials) if trials else 1.0


def by(outcomes: Sequence[Outcome], title: str, key: Callable[[Outcome], str], names: Iterable[str]) -> str:
    """A table of the outcomes, one row for each of `names`."""
    rows = [_row(name, [outcome for outcome in outcomes if key(outcome) == name]) for name in names]
    return table(
        title, ["seeded", "caught", "survived", "share", "equal", "other device"], [*rows, _row("all", outcomes)]
    )


def _row(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    trials = [outcome.trial for outcome in outcomes]
    elsewhere = sum(outcome.elsewhere for outcome in outcomes)
    caught, survived = trials.count("caught"), trials.count("survived")
    shown = share(caught / (caught + survived)) if caught + survived else "-"
    figures = [caught + survived, caught, survived]
    return [name, *map(count, figures), shown, count(trials.count("equal") - elsewhere), count(elsewhere)]


def _tried(name: str, task: ProofTask, jobs: int) -> list[Outcome]:
    mutants = seed_bugs(source_of_component(task))
    if not mutants:
        raise ValueError(f"{name}: no bug can be seeded; is its module there?")
    found = []
    with ThreadPoolExecutor(jobs) as pool:
        trials = pool.map(lambda mutant: try_bug(task, mutant.source), mutants)
        for number, (mutant, trial) in enumerate(zip(mutants, trials, strict=True), 1):
            if number % 10 == 0 or number == len(mutants):
                print(f"{name}: {number} of {len(mutants)}", file=sys.stderr)
            found.append(Outcome(name, mutant, trial))
    return found


def _survived(outcome: Outcome) -> bool:
    return outcome.trial == "survived"


def _print_apart(outcomes: Sequence[Outcome], show: bool) -> None:
    for outcome in outcomes:
        if _survived(outcome) or (show and outcome.trial == "equal"):
            words = "another device" if outcome.elsewhere else outcome.trial
            print(f"{words}: {outcome.component}: {outcome.mutant.kind}: {outcome.mutant.label}")


def _unit_tests(components: Sequence[Bundled], outcomes: Sequence[Outcome], jobs: int) -> list[str]:
    rows, problems, every = [], [], []
    for component in components:
        bugs = [entry.mutant for entry in outcomes if entry.component == component.name and entry.trial != "equal"]
        deaths = killed(component, [bug.source for bug in bugs], jobs)
        every += deaths
        rows.append([component.name, count(len(bugs)), count(sum(deaths)), share(sum(deaths) / len(bugs))])
        for bug, dead in zip(bugs, deaths, strict=True):
            if not dead:
                print(f"not killed by its tests: {component.name}: {bug.kind}: {bug.label}")
        problems += _below(f"of the bugs in {component.name} are killed by its tests", sum(deaths) / len(bugs), KILLED)
    print(table("Unit tests of", ["bugs", "killed", "share"], rows))
    return problems


def _below(what: str, value: float, limit: float = CAUGHT) -> list[str]:
    return [f"only {share(value)} {what}; {limit:g} are required"] if value < limit else []


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="NAME", help="one component or module, by its name")
    parser.add_argument("--unit-tests", action="store_true", help="run the components' own tests on the mutants too")
    parser.add_argument("--show", action="store_true", help="name the mutants that are equal, too")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="mutants at a time (default: %(default)s)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
