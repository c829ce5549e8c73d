"""What the source of an original says about its arguments: attributes read from a config, guards, kinds by name."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Role = Literal["mask", "lengths", "ids", "flag", "number", "tensor"]

_ROLES: tuple[tuple[str, Role], ...] = (
    (r"mask|valid|padding|keep", "mask"),
    (r"len(gth)?s?$|seq_?lens?|sizes$", "lengths"),
    (r"(^|_)(ids?|idx|tokens?|indices|index|labels?|targets?|token_ids|input_ids|classes|vocab)$", "ids"),
    (r"^(is|use|return|need|with|apply)_|causal|average|training", "flag"),
)
_FLOATS = r"rate|prob|eps|alpha|gamma|beta|momentum|temperature|scale|ratio|smoothing|lambda|margin|clip|tau"
_FLAGS = r"^(is|use|with|return|has|do|pre|post|learn|norm)_?|bias$|causal|bidirectional|first$|affine|qkv"
_COUNTS = r"^(n|num)_?(layers?|blocks?|stages?|levels?)|depth$|(^|_)layers?$|(^|_)blocks?$"
_HEADS = r"heads?$|groups?$"


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """`attributes` are those read of any name in the source, since a config is handed on under its name; `items` are the
    keys read of each of `forward`'s parameters; `defaults` are those of the dataclasses beside it.
    """

    attributes: Mapping[str, tuple[str, ...]]
    items: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, object]


def read_facts(source: str, name: str) -> SourceFacts:
    """Facts about the class or function `name` and its source."""
    tree = ast.parse(source)
    node = next((item for item in ast.walk(tree) if getattr(item, "name", "") == name), tree)
    attributes: dict[str, dict[str, None]] = {}
    items: dict[str, dict[str, None]] = {}
    for item in ast.walk(node):
        if isinstance(item, ast.Attribute) and isinstance(item.value, ast.Name):
            attributes.setdefault(item.value.id, {})[item.attr] = None
        if (
            isinstance(item, ast.Subscript)
            and isinstance(item.value, ast.Name)
            and isinstance(item.slice, ast.Constant)
        ):
            if isinstance(item.slice.value, str):
                items.setdefault(item.value.id, {})[item.slice.value] = None
    return SourceFacts(
        {key: tuple(found) for key, found in attributes.items()},
        {key: tuple(found) for key, found in items.items()},
        _dataclass_defaults(tree),
    )


def _dataclass_defaults(tree: ast.Module) -> dict[str, object]:
    found: dict[str, object] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.value is not None:
                    try:
                        found[item.target.id] = ast.literal_eval(item.value)
                    except ValueError:
                        continue
    return found


def role_of(name: str) -> Role:
    """What an input is, by its name."""
    for pattern, role in _ROLES:
        if re.search(pattern, name):
            return role
    return "tensor"


class Sizes:
    """Values for constructor arguments by name: small, and different for different names so that sizes tell apart.

    Widths are multiples of eight, so that heads divide them.
    """

    def __init__(self, widths: Sequence[int], *, dropout: float) -> None:
        self.widths = list(widths)
        self.dropout = dropout
        self.given: dict[str, int] = {}

    def value(self, name: str, annotation: object = None) -> int | float | bool:
        """A value for the argument or config attribute `name`."""
        if re.search(r"dropout|drop(_|$)|(^|_)p$|drop_rate", name):
            return self.dropout
        if annotation is bool or re.search(_FLAGS, name):
            return False
        if annotation is float or re.search(_FLOATS, name):
            return 0.5 if "eps" not in name else 1e-3
        if re.search(_HEADS, name):
            return 4
        if re.search(_COUNTS, name):
            return 2
        if re.search(r"kernel|window|patch", name):
            return 3
        if re.search(r"(^|_)(k|top_?k|stride|dilation)$", name):
            return 2
        if re.search(r"vocab|embeddings$|classes|labels|experts", name):
            return 11
        if re.search(r"length|positions|max_len|block_size|context|seq", name):
            return 16
        return self._width(name)

    def _width(self, name: str) -> int:
        if name not in self.given:
            self.given[name] = self.widths[len(self.given) % len(self.widths)]
        return self.given[name]
