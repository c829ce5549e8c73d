"""What a child does to hold a component against itself: both sides are built and called through one adapter."""

from dataclasses import replace

from torch import nn

from refactor_tools.prove.adapting import Arguments, Subject
from refactor_tools.prove.assignments import Assignment
from refactor_tools.prove.examine import load
from refactor_tools.prove.ladder import climb
from refactor_tools.prove.scenarios import settings_for


class Itself(Subject):
    """A subject whose original is the component; `original` only says what the case's arguments mean."""

    __slots__ = ()

    def build_original(self, arguments: Arguments) -> nn.Module:
        return self.build_component(arguments)

    def call_original(self, module: nn.Module | None, arguments: Arguments) -> object:
        return self.call_component(module, arguments)


def examine_itself(assignment: Assignment) -> str:
    """PROVED_ON_PATHS where every check passes and all operations are the same, else what is wrong."""
    subject = load(assignment)
    adapter = replace(subject.adapter, state=())
    same = Itself(subject.kind, subject.original, subject.component, adapter, subject.names)
    evidence = climb(same, settings_for(assignment, subject.names), exact=True)
    failed = next((check for check in evidence.checks if check.passed is False), None)
    if failed is not None:
        return f"DIFFERENT: {failed.name}: {failed.detail}"
    return f"BIT_EQUAL: {evidence.unproven}" if evidence.unproven else "PROVED_ON_PATHS"
