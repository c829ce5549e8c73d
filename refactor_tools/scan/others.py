"""Files that are no Python source and refer to it: notebooks and configuration files."""

from dataclasses import replace

from refactor_tools.model.facts import FileFacts, Source
from refactor_tools.model.prints import FilePrints
from refactor_tools.scan.codec import Entry
from refactor_tools.scan.configurations import configuration_facts
from refactor_tools.scan.facts import Printer, count_lines, file_facts, read_file
from refactor_tools.scan.kinds import NOTEBOOK, is_other
from refactor_tools.scan.notebooks import notebook_source


def read_any(source: Source, prints: Printer | None = None) -> Entry:
    """What a file of any kind that is read yields."""
    return Entry(other_facts(source), FilePrints(source.path)) if is_other(source.path) else read_file(source, prints)


def other_facts(source: Source) -> FileFacts:
    """What a notebook or configuration file imports and refers to. It defines nothing that could be moved."""
    lines = count_lines(source.text)
    if not source.path.endswith(NOTEBOOK):
        references, looked_up, problems = configuration_facts(source.path, source.text)
        facts = FileFacts(source.path, source.digest, lines, problems=tuple(problems))
        return replace(facts, references=references, looked_up=looked_up)
    text, problems = notebook_source(source.path, source.text)
    read = file_facts(replace(source, text=text))
    used = {built.name for definition in read.definitions for built in definition.built}
    return replace(
        read,
        lines=lines,
        definitions=(),
        findings=(),
        names=tuple(sorted({*read.names, *used})),
        problems=(*problems, *read.problems),
    )
