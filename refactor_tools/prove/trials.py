"""What a child does to measure the gate's sensitivity: reads the component's source, and tries it with a bug."""

from refactor_tools.certificates.reduction import only_what
from refactor_tools.model.proofs import Case, ProofTask
from refactor_tools.prove.assignments import Assignment, Trial
from refactor_tools.prove.examine import load
from refactor_tools.prove.ladder import climb, root_of
from refactor_tools.prove.loading import load_component, source_of
from refactor_tools.prove.pairs import ComponentError
from refactor_tools.prove.scenarios import settings_for


def component_source(task: ProofTask) -> str:
    """What the component needs of the module that it stands in, "" where there is no text to read."""
    return only_what(source_of(load_component(task.module, task.name, task.sys_path)), task.name)


def attempt(assignment: Assignment) -> Trial:
    """Climb the ladder with the assignment's text of the component, up to the first failed check."""
    case = assignment.original.case or Case()
    try:
        subject = load(assignment)
        settings = settings_for(assignment, subject.names)
        evidence = climb(subject, settings, stop_early=True, exact=not case.accepted)
    except ComponentError:
        return "caught"
    if evidence.failed:
        return "caught"
    same = not evidence.unproven or root_of(evidence.paths) == assignment.root
    return "equal" if same else "survived"
