"""Reads a component's docstring back into the values that it was written from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from inspect import cleandoc

from refactor_tools.model.components import ComponentDoc, Dependency, ParameterDoc, TensorDoc

CONCEPT, ARCHITECTURE, PARAMETERS = "Core Concept", "Architecture", "Parameters"
FORWARD, DEPENDENCIES, USED_BY = "Forward Signature", "Dependencies", "Used By"
ALTERNATIVES, RELATED = "Alternative Approaches", "Related Concepts"
EXAMPLE, REFERENCES, NOTES = "Usage Example", "References", "Implementation Notes"

_HEADING = re.compile(r"\*\*([A-Z][\w -]*):\*\*")
_PARAMETER = re.compile(r"(?P<name>\*{0,2}\w+)(?: \((?P<type>.+?)\))?(?:: (?P<text>.*))?")
_TENSOR = re.compile(r"(?P<name>[\w.*]+)?(?:(?:^|(?<=\S) )(?P<shape>\(.*?\)))?(?:: (?P<text>.*))?")


def parse_docstring(text: str) -> ComponentDoc:
    """What a docstring in the library's template says; `text` is the string's value.

    Any other docstring gives its first line as title, the rest of its text as summary. Sections of other names are
    passed over.
    """
    opening, sections = _divided(cleandoc(text).splitlines())
    paragraphs = _paragraphs(opening)
    title, _, rest = "\n".join(opening).strip().partition("\n")
    return ComponentDoc(
        title=title,
        summary=" ".join(_paragraphs(rest.splitlines())) if paragraphs else "",
        concept=tuple(_paragraphs(sections.get(CONCEPT, ()))),
        architecture=_steps(sections.get(ARCHITECTURE, ())),
        parameters=tuple(map(_parameter, _items(sections.get(PARAMETERS, ())))),
        inputs=_tensors(sections.get(FORWARD, ()), "Input:"),
        outputs=_tensors(sections.get(FORWARD, ()), "Output:"),
        dependencies=_dependencies(sections.get(DEPENDENCIES, ())),
        used_by=_dependencies(sections.get(USED_BY, ())),
        alternatives=_dependencies(sections.get(ALTERNATIVES, ())),
        related=_dependencies(sections.get(RELATED, ())),
        references=tuple(_items(sections.get(REFERENCES, ()))),
        example=_example(sections.get(EXAMPLE, ())),
        notes=tuple(_items(sections.get(NOTES, ()))),
    )


def follows_template(text: str) -> bool:
    """Whether a docstring has one of the template's sections."""
    return any(_HEADING.fullmatch(line.rstrip()) for line in cleandoc(text).splitlines())


def _divided(lines: Sequence[str]) -> tuple[list[str], Mapping[str, list[str]]]:
    opening: list[str] = []
    sections: dict[str, list[str]] = {}
    current, fenced = opening, False
    for line in lines:
        heading = _HEADING.fullmatch(line.rstrip())
        if heading and not fenced:
            current = sections.setdefault(heading[1], [])
            continue
        fenced ^= line.startswith("```")
        current.append(line)
    return opening, sections


def _paragraphs(lines: Sequence[str]) -> list[str]:
    blocks = re.split(r"\n\s*\n", "\n".join(lines).strip())
    return [" ".join(block.split()) for block in blocks if block.strip()]


def _items(lines: Sequence[str], margin: str = "") -> Iterator[str]:
    """The texts behind "- "; a line that is indented further continues its item."""
    item: list[str] = []
    for line in lines:
        if line.startswith(f"{margin}- "):
            if item:
                yield " ".join(item)
            item = [line.removeprefix(f"{margin}- ").strip()]
        elif item and line.startswith(f"{margin}  ") and line.strip():
            item.append(line.strip())
    if item:
        yield " ".join(item)


def _steps(lines: Sequence[str]) -> tuple[str, ...]:
    if not lines or not lines[0].startswith("1. "):
        return tuple(_items(lines)) or tuple(_paragraphs(lines))
    return tuple(_items([re.sub(r"^\d+\. ", "- ", line) for line in lines]))


def _parameter(item: str) -> ParameterDoc:
    match = _PARAMETER.fullmatch(item)
    if match is None:
        name, _, text = item.partition(": ")
        return ParameterDoc(name, "", text)
    return ParameterDoc(match["name"], match["type"] or "", match["text"] or "")


def _tensors(lines: Sequence[str], heading: str) -> tuple[TensorDoc, ...]:
    if heading not in lines:
        return ()
    start = lines.index(heading) + 1
    end = next((i for i in range(start, len(lines)) if lines[i] and not lines[i].startswith(" ")), len(lines))
    return tuple(map(_tensor, _items(lines[start:end], "  ")))


def _tensor(item: str) -> TensorDoc:
    match = _TENSOR.fullmatch(item)
    if match is None:
        return TensorDoc("", "", item)
    text = match["text"] or ""
    plain = text.removesuffix("optional").removesuffix(", ") if text.endswith(", optional") else text
    optional = plain != text or text == "optional"
    return TensorDoc(match["name"] or "", match["shape"] or "", "" if text == "optional" else plain, optional)


def _dependencies(lines: Sequence[str]) -> tuple[Dependency, ...]:
    return tuple(Dependency(name, reason) for name, _, reason in (item.partition(" → ") for item in _items(lines)))


def _example(lines: Sequence[str]) -> tuple[str, ...]:
    fences = [i for i, line in enumerate(lines) if line.startswith("```")]
    inner = list(lines[fences[0] + 1 : fences[1]]) if len(fences) > 1 else [line for line in lines if line.strip()]
    while inner and not inner[-1].strip():
        inner.pop()
    return tuple(inner)
