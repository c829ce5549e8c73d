"""The docstrings of components: one template, written here and read back by `parse_docstring`.

Every function that writes returns the literal as it stands in the file, quotes and indent included, without a final
line break.
"""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from refactor_tools.catalogue.docstring_parser import (
    ALTERNATIVES,
    ARCHITECTURE,
    CONCEPT,
    DEPENDENCIES,
    EXAMPLE,
    FORWARD,
    NOTES,
    PARAMETERS,
    REFERENCES,
    RELATED,
    USED_BY,
    follows_template,
    parse_docstring,
)
from refactor_tools.model.components import ComponentDoc, Dependency, ParameterDoc, TensorDoc

__all__ = [
    "class_docstring",
    "contents_docstring",
    "follows_template",
    "forward_docstring",
    "init_docstring",
    "parse_docstring",
    "template_docstring",
]

WIDTH = 120


def template_docstring(doc: ComponentDoc, indent: int = 0) -> str:
    """The docstring of a module, or of one of its definitions, by the library's template; sections that have nothing
    to say are left out.
    """
    margin = " " * indent
    sections = {
        CONCEPT: _paragraphs(doc.concept, margin),
        ARCHITECTURE: _numbered(doc.architecture, margin),
        PARAMETERS: _items(map(_parameter, doc.parameters), margin),
        FORWARD: _forward(doc.inputs, doc.outputs, margin),
        DEPENDENCIES: _dependencies(doc.dependencies, margin),
        USED_BY: _dependencies(doc.used_by, margin),
        ALTERNATIVES: _dependencies(doc.alternatives, margin),
        RELATED: _dependencies(doc.related, margin),
        EXAMPLE: _example(doc.example, margin),
        REFERENCES: _items(doc.references, margin),
        NOTES: _items(doc.notes, margin),
    }
    blocks = [[f"{margin}{doc.title}"], _wrapped(doc.summary, margin)]
    blocks += [[f"{margin}**{heading}:**", *lines] for heading, lines in sections.items() if lines]
    return _literal("\n\n".join("\n".join(block) for block in blocks if block), margin)


def contents_docstring(title: str, contents: Mapping[str, str]) -> str:
    """The docstring of a module with several components: names and their summaries."""
    return _literal("\n".join([title, "", *_items(f"`{name}`: {text}" for name, text in contents.items())]), "")


def class_docstring(summary: str, indent: int = 4) -> str:
    """`summary` on one line where it fits."""
    margin = " " * indent
    if len(margin) + len(summary) + 6 <= WIDTH and '"' not in summary[-1:]:
        return margin + _quoted(summary)
    return _literal("\n".join(_wrapped(summary, margin)), margin)


def init_docstring(parameters: Sequence[ParameterDoc], indent: int = 8) -> str:
    """The Args of a constructor, "" where it takes none; types stand in the annotations."""
    if not parameters:
        return ""
    margin = " " * indent
    return _literal("\n".join(_arguments([(p.name, p.text) for p in parameters], margin)), margin)


def forward_docstring(inputs: Sequence[TensorDoc], outputs: Sequence[TensorDoc], indent: int = 8) -> str:
    """Args and Returns of `forward`, each with its shape; "" where nothing is known."""
    margin = " " * indent
    lines = _arguments([(tensor.name, _shaped(tensor)) for tensor in inputs], margin) if inputs else []
    if outputs:
        lines += ["", f"{margin}Returns:"] if lines else [f"{margin}Returns:"]
        named = len(outputs) > 1
        for tensor in outputs:
            text = f"{tensor.name}: {_shaped(tensor)}" if named and tensor.name else _shaped(tensor)
            lines += _hanging(text.strip(": ") or tensor.name or "the result", margin + "    ", margin + "        ")
    return _literal("\n".join(lines), margin) if lines else ""


def _literal(text: str, margin: str) -> str:
    return margin + _quoted(f"\n{text}\n{margin}")


def _quoted(text: str) -> str:
    if '"""' in text:
        return '"""' + text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') + '"""'
    return ('r"""' if "\\" in text else '"""') + text + '"""'


def _wrapped(text: str, margin: str) -> list[str]:
    return _hanging(text, margin, margin)


def _hanging(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _paragraphs(texts: Sequence[str], margin: str) -> list[str]:
    lines: list[str] = []
    for text in texts:
        lines += ["", *_wrapped(text, margin)] if lines else _wrapped(text, margin)
    return lines


def _numbered(steps: Sequence[str], margin: str) -> list[str]:
    if len(steps) == 1:
        return _wrapped(steps[0], margin)
    numbered = ((f"{margin}{number}. ", step) for number, step in enumerate(steps, 1))
    return [line for head, step in numbered for line in _hanging(step, head, " " * len(head))]


def _items(texts: Iterable[str], margin: str = "") -> list[str]:
    return [line for text in texts for line in _hanging(text, f"{margin}- ", f"{margin}  ")]


def _parameter(parameter: ParameterDoc) -> str:
    head = f"{parameter.name} ({parameter.type})" if parameter.type else parameter.name
    return f"{head}: {parameter.text}" if parameter.text else head


def _forward(inputs: Sequence[TensorDoc], outputs: Sequence[TensorDoc], margin: str) -> list[str]:
    lines = [f"{margin}Input:", *_items(map(_tensor, inputs), f"{margin}  ")] if inputs else []
    if outputs:
        lines += [f"{margin}Output:", *_items(map(_tensor, outputs), f"{margin}  ")]
    return lines


def _tensor(tensor: TensorDoc) -> str:
    head = " ".join(filter(None, (tensor.name, tensor.shape))) or "output"
    text = ", ".join(filter(None, (tensor.text, "optional" if tensor.optional else "")))
    return f"{head}: {text}" if text else head


def _dependencies(dependencies: Sequence[Dependency], margin: str) -> list[str]:
    texts = (f"{entry.name} → {entry.reason}" if entry.reason else entry.name for entry in dependencies)
    return _items(texts, margin)


def _example(lines: Sequence[str], margin: str) -> list[str]:
    """A fence whose last line is empty, so that doctest does not take the fence for output."""
    fenced = ["```python", *lines, "", "```"] if lines else []
    return [f"{margin}{line}" if line else "" for line in fenced]


def _arguments(arguments: Sequence[tuple[str, str]], margin: str) -> list[str]:
    lines = [f"{margin}Args:"]
    for name, text in arguments:
        lines += _hanging(f"{name}: {text}".rstrip(": "), margin + "    ", margin + "        ")
    return lines


def _shaped(tensor: TensorDoc) -> str:
    return re.sub(r"\s+", " ", f"{tensor.shape} {tensor.text}").strip()
