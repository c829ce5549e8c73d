"""What the checks of all backends share: the calls that they make, and which outcomes pass."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from torch import Tensor, nn

from refactor_tools.model.proofs import Check
from refactor_tools.prove.adapting import Arguments, Subject
from refactor_tools.prove.algebra import compare_close_runs
from refactor_tools.prove.assignments import BackendAssignment
from refactor_tools.prove.examine import load
from refactor_tools.prove.leaves import map_arguments, tensors
from refactor_tools.prove.pairs import ComponentError, LegacyError, Pair, pair_up
from refactor_tools.prove.platforms import prepare
from refactor_tools.prove.program import distinct
from refactor_tools.prove.runs import Mode, Run, Side
from refactor_tools.prove.scenarios import Scenario, Setting, settings_for
from refactor_tools.prove.states import isolated
from refactor_tools.prove.worker import describe

T = TypeVar("T")


class BackendDifference(Exception):
    """The sides differ under a backend; the message says how."""


class NotApplied(Exception):
    """A backend says nothing about this original; the message says why."""


@dataclass(frozen=True, slots=True)
class BackendCall:
    """The first call of a construction. `exact` is set where equal bits are due."""

    subject: Subject
    setting: Setting
    pair: Pair
    exact: bool

    @property
    def scenario(self) -> Scenario:
        return self.setting.scenarios[0]

    @property
    def place(self) -> str:
        return f"{self.setting.label}, {self.scenario.label}"

    def compare(self, runs: tuple[Run, Run], sides: tuple[Side, Side], mode: Mode) -> None:
        """Compare runs of the original and the component under a backend; `sides` are the same without it.

        Raises:
            NotApplied: the original raises.
            BackendDifference: they are not equal, or farther apart than rounding explains where bits may differ.
        """
        ours, theirs = runs
        if ours.error:
            raise NotApplied(f"{self.place}, {mode.name}: the original raises {ours.message}")
        difference = ours.difference(theirs)
        if difference and not (self.exact or theirs.error):
            difference = compare_close_runs(runs, sides, self.scenario, mode)
        if difference:
            raise BackendDifference(f"{self.place}, {mode.name}: {difference}")


class Entry(nn.Module):
    """A side's call as a module from tensors to the tensors of its output, in eval mode."""

    def __init__(self, side: Side, arguments: Arguments) -> None:
        super().__init__()
        self.side = side.make()
        self._call, self._arguments = side.call, arguments
        self.eval()

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return tuple(tensor for _, tensor in distinct(self._arguments))

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        given = iter(inputs)
        output = self._call(self.side, map_arguments(lambda _: next(given), self._arguments))
        return tuple(tensor for _, tensor in tensors(output))


def checked(name: str, request: BackendAssignment, compare: Callable[[BackendCall], str]) -> Check:
    """The check `name`: `compare` looks at the first call of each construction and says what it found."""
    try:
        said = list(map(compare, _first_calls(request)))
    except BackendDifference as error:
        return Check(name, False, str(error))
    except NotApplied as error:
        return Check(name, None, str(error))
    return Check(name, True, "; ".join(dict.fromkeys(said)))


def converted(call: BackendCall, convert: Callable[[Entry], T], verb: str) -> tuple[T, T]:
    """What `convert` makes of both sides.

    Raises:
        NotApplied: it makes nothing of the original.
        BackendDifference: of the original it does, and not of the component.
    """
    sides = (call.pair.original, call.pair.component)
    original, component = (_attempt(side, call.scenario, convert) for side in sides)
    if isinstance(original, _Refused):
        other = "; nor does the component" if isinstance(component, _Refused) else ""
        raise NotApplied(f"{call.place}: the original does not {verb}: {original.reason}{other}")
    if isinstance(component, _Refused):
        reason = f"the original does {verb}, the component does not: {component.reason}"
        raise BackendDifference(f"{call.place}: {reason}")
    return original, component


def flattened(side: Side) -> Side:
    """`side` with only the tensors of its output, as backends give them."""

    def call(module: nn.Module | None, arguments: Arguments) -> object:
        return tuple(tensor for _, tensor in tensors(side.call(module, arguments)))

    return replace(side, call=call)


@dataclass(frozen=True, slots=True)
class _Refused:
    reason: str


def _attempt(side: Side, scenario: Scenario, convert: Callable[[Entry], T]) -> T | _Refused:
    with isolated(side.seed), torch.no_grad():
        try:
            return convert(Entry(side, scenario.arguments))
        except Exception as error:  # noqa: BLE001 - backends refuse code with exceptions of many kinds
            return _Refused(str(describe(error)))


def _first_calls(request: BackendAssignment) -> Iterator[BackendCall]:
    prepare(request.assignment.task.platform)
    try:
        subject = load(request.assignment)
        for setting in settings_for(request.assignment, subject.names):
            if setting.scenarios:
                yield BackendCall(subject, setting, pair_up(subject, setting), request.same_graphs)
    except (LegacyError, ComponentError) as error:
        raise NotApplied(str(error)) from error
