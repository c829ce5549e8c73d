"""One component's page in the index."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from posixpath import join

from refactor_tools.catalogue.proofs import NOT_RUN, standings
from refactor_tools.catalogue.records import Entry
from refactor_tools.certificates.store import original_path
from refactor_tools.layout import way_up
from refactor_tools.model.certificates import Certificate
from refactor_tools.model.components import Dependency, OriginalRecord
from refactor_tools.model.facts import Parameter
from refactor_tools.model.signatures import signature_parts
from refactor_tools.rendering import render
from refactor_tools.settings import INDEX

PAGES = join(INDEX, "pages")
WIDTH = 88

_OLD_NAMES = {"alias": "still works: the same object", "adapted": "still works: adapted", "none": "gone"}


def page_names(entries: Sequence[Entry]) -> dict[str, str]:
    """The page of every component by its dotted name: called after it, in full where two share a name."""
    counts = Counter(entry.record.name.lower() for entry in entries)
    return {
        dotted: f"{entry.record.name if counts[entry.record.name.lower()] == 1 else dotted}.md"
        for entry in entries
        for dotted in (dotted_name(entry),)
    }


def dotted_name(entry: Entry) -> str:
    return f"{entry.record.module}.{entry.record.name}"


def page(entry: Entry, pages: Mapping[str, str]) -> str:
    """The page of `entry`; `pages` gives the page of every dotted name by which the library is imported."""
    record, doc = entry.record, entry.record.doc
    place = join(PAGES, pages[dotted_name(entry)])
    texts = {parameter.name: parameter.text for parameter in doc.parameters}
    is_class = record.kind == "class"
    certificate = entry.certificate
    return render(
        "index/page.md.j2",
        record=record,
        doc=doc,
        signature=signature_text(record.name, record.parameters),
        forward=signature_text("forward", record.forward) if is_class and record.forward is not None else "",
        source_link=way_up(place, record.path),
        parameters=[(parameter, texts.get(parameter.name, "")) for parameter in record.parameters],
        related=[
            ("Dependencies", _linked(doc.dependencies, pages)),
            ("Used by", _linked(doc.used_by, pages)),
            ("Alternatives", _linked(doc.alternatives, pages)),
            ("Related concepts", _linked(doc.related, pages)),
        ],
        originals=[_original(original, place) for original in entry.keymap.originals] if entry.keymap else [],
        standings=standings(certificate) if certificate else (),
        not_run=NOT_RUN,
        proofs=list(_proofs(certificate)) if certificate else [],
        reasons=[(o.id, o.reason) for o in certificate.originals if o.reason] if certificate else [],
        sensitivity=certificate.sensitivity if certificate else None,
    )


def signature_text(name: str, parameters: Sequence[Parameter]) -> str:
    """A call signature, one parameter a line where it is long."""
    parts = list(signature_parts(parameters))
    line = f"{name}({', '.join(parts)})"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name}(", *(f"    {part}," for part in parts), ")"])


def _linked(dependencies: Sequence[Dependency], pages: Mapping[str, str]) -> list[tuple[Dependency, str]]:
    return [(dependency, pages.get(dependency.name, "")) for dependency in dependencies]


def _original(original: OriginalRecord, place: str) -> dict[str, object]:
    adapter = original.adapter
    maps = [("constructor", argument.name, argument.value) for argument in adapter.init]
    maps += [("forward", argument.name, argument.value) for argument in adapter.forward]
    maps += [("state key", f"{new}.*", f"{old}.*") for new, old in adapter.state]
    maps += [("attribute", argument.name, argument.value) for argument in adapter.lacking]
    return {
        "id": original.id,
        "old_name": _OLD_NAMES[original.form],
        "link": way_up(place, original_path(original.digest)),
        "maps": maps,
    }


def _proofs(certificate: Certificate) -> Iterator[dict[str, str]]:
    for original in certificate.originals:
        shared = {"id": original.id, "branches": original.branches}
        for result in original.results:
            yield {
                **shared,
                "device": result.device,
                "dtype": result.dtype,
                "torch": result.torch,
                "verdict": result.verdict,
            }
        if not original.results:
            yield {**shared, "device": "", "dtype": "", "torch": "", "verdict": original.verdict}
