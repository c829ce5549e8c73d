"""YAML in which every mapping knows where it and its values stand."""

from collections.abc import Mapping
from typing import Any

import yaml

from refactor_tools.errors import UnreadableRecord

Place = tuple[int, int]

# Where a mapping of the document keeps its places.
PLACES = "\0places"


def load_marked(text: str, path: str) -> object:
    """What the YAML in `text` says, by the safe loader; each mapping has each key once, and its places.

    Raises:
        UnreadableRecord: it is no YAML, or names what only an unsafe loader would make.
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except RecursionError as error:
        raise UnreadableRecord("is nested too deeply to be a migration map", path) from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or " ".join(str(error).split())
        place = shown(path, _place(mark)) if mark else path
        raise UnreadableRecord(f"is not a migration map: {reason}", place) from error


def place_of(mapping: Mapping[str, Any], key: str = "", item: int | None = None) -> Place:
    """The line and column, from 1, of a mapping, of the value under `key`, or of an item of that."""
    places: Mapping[tuple[str, int | None], Place] = mapping[PLACES]
    return places.get((key, item)) or places.get((key, None)) or places["", None]


def plain(mapping: Mapping[str, Any]) -> dict[Any, Any]:
    """A mapping without its places."""
    return {key: value for key, value in mapping.items() if key != PLACES}


def shown(path: str, place: Place) -> str:
    """A place as editors open it."""
    return f"{path}:{place[0]}:{place[1]}"


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        places: dict[tuple[str, int | None], Place] = {("", None): _place(node.start_mark)}
        for key, value in node.value:
            if (key.value, None) in places:
                problem = f"`{key.value}` stands twice in one entry"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            places[key.value, None] = _place(value.start_mark)
            for number, item in enumerate(value.value if isinstance(value, yaml.SequenceNode) else ()):
                places[key.value, number] = _place(item.start_mark)
        return {**mapping, PLACES: places}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def _place(mark: yaml.Mark) -> Place:
    return mark.line + 1, mark.column + 1
