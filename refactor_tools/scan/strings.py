"""Strings that name modules, definitions and files of the tree."""

import ast
import re
from dataclasses import dataclass, field

from refactor_tools.model.facts import EdgeKind, Reference

# Keys whose value is a dotted name: Hydra's, and those of LightningCLI and its kin.
NAMING_KEYS = frozenset(("_target_", "class_path"))

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d]\w*)?")
_LONGEST = 300
_NAMING_FUNCTIONS = frozenset(
    ("patch", "locate", "import_string", "resolve_name", "get_class", "get_method", "get_object", "load_object")
)
_NAMING_METHODS = ("patch.dict", "patch.multiple", "monkeypatch.setattr", "monkeypatch.delattr")
NAMING_CALLS = _NAMING_FUNCTIONS | {method.rpartition(".")[2] for method in _NAMING_METHODS}


@dataclass(slots=True)
class Strings:
    """Collects the references of one file, each once a line; the surest reading of a string wins."""

    _found: dict[tuple[str, int], Reference | None] = field(default_factory=dict)

    @property
    def references(self) -> tuple[Reference, ...]:
        return tuple(found for found in self._found.values() if found)

    def skip(self, node: ast.expr) -> None:
        """Take a string for read: an import has it already."""
        if isinstance(node, ast.Constant):
            self._found[(str(node.value), node.lineno)] = None

    def mention(self, text: str, line: int, kind: EdgeKind) -> None:
        """A string that stands anywhere."""
        name = dotted_name(text)
        if name:
            self._found.setdefault((name, line), Reference(name, line, kind, "mention"))

    def name(self, node: ast.expr | None, kind: EdgeKind) -> None:
        """A string where only a dotted name makes sense."""
        match node:
            case ast.Constant(value=str(text), lineno=line):
                name = dotted_name(text)
                if name:
                    self._found[(name, line)] = Reference(name, line, kind, "name")

    def path(self, path: str, line: int, kind: EdgeKind) -> None:
        """A file that is run or loaded."""
        self._found[(path, line)] = Reference(path, line, kind, "path")

    def call(self, node: ast.Call, name: str, kind: EdgeKind) -> None:
        """`mock.patch("a.b.C")` and its like."""
        if node.args and (name.rpartition(".")[2] in _NAMING_FUNCTIONS or name.endswith(_NAMING_METHODS)):
            self.name(node.args[0], kind)

    def keywords(self, node: ast.Call, kind: EdgeKind) -> None:
        """`dict(_target_="a.b.C")`."""
        for keyword in node.keywords:
            if keyword.arg in NAMING_KEYS:
                self.name(keyword.value, kind)

    def dictionary(self, node: ast.Dict, kind: EdgeKind) -> None:
        """`{"_target_": "a.b.C"}`."""
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in NAMING_KEYS:
                self.name(value, kind)


def dotted_name(text: str) -> str:
    """`text` if it is a dotted name ("a.b:C" is "a.b.C"), else ""."""
    if "." not in text or len(text) > _LONGEST or not _DOTTED.fullmatch(text):
        return ""
    return text.replace(":", ".")


def annotation_of(text: str, line: int) -> ast.expr | None:
    """The expression in a string annotation or type comment, placed on `line`; None where it is none."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _placed(node, line)


def _placed(node: ast.expr, line: int) -> ast.expr:
    for inner in ast.walk(node):
        if isinstance(inner, ast.expr):
            inner.lineno = line
    return node
