"""A migration map from YAML that people edited: read strictly, with messages that say where."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from keyword import iskeyword
from pathlib import PurePosixPath
from typing import Any, NoReturn, get_args

import yaml

from refactor_tools.errors import UnreadableRecord
from refactor_tools.migration_map.write import SCHEMA
from refactor_tools.model.families import KeepApart, Priority
from refactor_tools.model.migration_map import MapRow, MigrationMap

PRIORITIES: tuple[Priority, ...] = get_args(Priority)

_REQUIRED = ("component", "members", "target", "category", "priority")
_OPTIONAL = ("rename", "order", "defaults", "strategy", "strategies")
_MEMBER = re.compile(r".+\.\w+::\S+", re.DOTALL)
# Where a mapping of the document keeps the number of its line.
_LINE = "\0line"


def load_map(text: str, path: str) -> MigrationMap:
    """The map in `text`; `path` is named in messages.

    Raises:
        UnreadableRecord: it is not YAML, a key is unknown, missing or of the wrong kind, a member stands in two rows,
            or two rows have one name. The message says where.
    """
    return _Reader(path).read(text)


class _Loader(yaml.SafeLoader):
    """Safe YAML in which every mapping knows its line and has each key once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        keys = [key.value for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"`{twice}` stands twice in one entry", node.start_mark)
        return {**mapping, _LINE: node.start_mark.line + 1}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Checks what YAML gives; `path` is the file that messages name."""

    path: str

    def read(self, text: str) -> MigrationMap:
        document = self.table(self.parsed(text), ("schema", "components"), ("keep_apart",), "the map")
        if document["schema"] != SCHEMA:
            self.refuse(f"has the schema {document['schema']!r}; this version reads {SCHEMA}")
        rows = tuple(self.row(entry) for entry in self.items(document["components"], "components"))
        self.check_apart(rows)
        kept = self.items(document.get("keep_apart") or [], "keep_apart")
        return MigrationMap(rows, tuple(self.kept(entry) for entry in kept), self.path)

    def parsed(self, text: str) -> object:
        try:
            return yaml.load(text, Loader=_Loader)
        except RecursionError as error:
            raise UnreadableRecord("is nested too deeply to be a migration map", self.path) from error
        except (yaml.YAMLError, ValueError) as error:
            mark = getattr(error, "problem_mark", None)
            line = f" in line {mark.line + 1}" if mark else ""
            reason = getattr(error, "problem", None) or " ".join(str(error).split())
            raise UnreadableRecord(f"is not a migration map: {reason}{line}", self.path) from error

    def row(self, entry: object) -> MapRow:
        table = self.table(entry, _REQUIRED, _OPTIONAL, "a row of `components`")
        line = table[_LINE]
        name = self.text(table, "component")
        if not name.isidentifier():
            self.refuse(f"{name!r} cannot be the name of a component", line)
        priority = next((one for one in PRIORITIES if one == table["priority"]), None)
        if priority is None:
            self.refuse(f"`priority` is one of {', '.join(PRIORITIES)}, not {table['priority']!r}", line)
        return MapRow(
            component=name,
            members=self.members(table),
            target=self.target(table),
            category=self.text(table, "category"),
            priority=priority,
            rename=self.rename(table),
            order=self.texts(table, "order") if "order" in table else (),
            defaults=self.defaults(table),
            strategy=self.strategy(table),
            strategies=self.strategies(table),
        )

    def members(self, table: Mapping[str, Any]) -> tuple[str, ...]:
        members = self.texts(table, "members")
        for member in members:
            if not _MEMBER.fullmatch(member):
                self.refuse(f"the member {member!r} is not of the form path.py::Name", table[_LINE])
        return members

    def target(self, table: Mapping[str, Any]) -> str:
        target = self.text(table, "target")
        path = PurePosixPath(target)
        if path.suffix != ".py" or path.is_absolute() or ".." in path.parts or "\\" in target:
            wanted = "a .py file under the library such as pooling/mean_pool.py"
            self.refuse(f"`target` is {wanted}, not {target!r}", table[_LINE])
        return target

    def rename(self, table: Mapping[str, Any]) -> dict[str, str]:
        pairs = table.get("rename") or {}
        pairs = {key: value for key, value in pairs.items() if key != _LINE} if isinstance(pairs, dict) else None
        named = pairs is not None and all(
            isinstance(name, str) and name.isidentifier() for pair in pairs.items() for name in pair
        )
        if pairs is None or not named:
            self.refuse("`rename` maps names of parameters to names: {embedding_size: d_model}", table[_LINE])
        return pairs

    def defaults(self, table: Mapping[str, Any]) -> dict[str, str]:
        """Source texts by the parameter's name; a dotted text is the name of a class or function."""
        values = table.get("defaults") or {}
        values = {key: value for key, value in values.items() if key != _LINE} if isinstance(values, dict) else None
        plain = values is not None and all(
            isinstance(name, str) and name.isidentifier() and isinstance(value, str | int | float | None)
            for name, value in values.items()
        )
        if values is None or not plain:
            self.refuse("`defaults` maps names of parameters to plain values: {dropout: 0.1}", table[_LINE])
        return {name: value if _is_dotted(value) else repr(value) for name, value in values.items()}

    def strategy(self, table: Mapping[str, Any]) -> str:
        """The parameter that the members' own components are given through, "" where the row asks for none."""
        if "strategy" not in table:
            return ""
        name = self.text(table, "strategy")
        if not name.isidentifier() or iskeyword(name) or name == "self":
            self.refuse(f"`strategy` is the name of a parameter, such as router, not {name!r}", table[_LINE])
        if len(table["members"]) < 2:
            self.refuse("`strategy` is for several members under one name; this row has one", table[_LINE])
        return name

    def strategies(self, table: Mapping[str, Any]) -> dict[str, str]:
        """The names of the members' own components, by member; those that are left out get one from their file."""
        pairs = table.get("strategies") or {}
        pairs = {key: value for key, value in pairs.items() if key != _LINE} if isinstance(pairs, dict) else None
        named = pairs is not None and all(
            isinstance(member, str) and isinstance(name, str) and name.isidentifier() and not iskeyword(name)
            for member, name in pairs.items()
        )
        if pairs is None or not named:
            self.refuse("`strategies` maps members to names: {a.py::Experts: TopTwoExperts}", table[_LINE])
        if pairs and "strategy" not in table:
            self.refuse("`strategies` names what goes in through `strategy`, which this row lacks", table[_LINE])
        for member in pairs:
            if member not in table["members"]:
                near = get_close_matches(member, table["members"], n=1, cutoff=0.3)
                hint = f"; the nearest is {near[0]}" if near else ""
                self.refuse(f"`strategies` names {member}, which is no member of this row{hint}", table[_LINE])
        return pairs

    def kept(self, entry: object) -> KeepApart:
        table = self.table(entry, ("names", "reason"), (), "an entry of `keep_apart`")
        return KeepApart(self.texts(table, "names"), self.text(table, "reason"))

    def check_apart(self, rows: Sequence[MapRow]) -> None:
        names: set[str] = set()
        rows_of: dict[str, str] = {}
        for row in rows:
            if row.component in names:
                self.refuse(f"two rows are called {row.component}; a name stands for one component")
            names.add(row.component)
        for row in rows:
            for name in row.strategies.values():
                if name in names:
                    self.refuse(f"{name}, a strategy of {row.component}, is the name of another component, too")
                names.add(name)
            for member in row.members:
                if member in rows_of:
                    self.refuse(f"{member} stands twice, under {rows_of[member]} and under {row.component}")
                rows_of[member] = row.component

    def table(self, entry: object, required: Collection[str], optional: Collection[str], what: str) -> dict[str, Any]:
        if not isinstance(entry, dict):
            self.refuse(f"{what} has {', '.join(required)}; found {entry!r:.60}")
        line = entry[_LINE]
        known = [*required, *optional]
        for key in entry:
            if key != _LINE and key not in known:
                near = get_close_matches(str(key), known, n=1)
                hint = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(known)}"
                self.refuse(f"{what} has no `{key}`; {hint}", line)
        for key in required:
            if key not in entry:
                self.refuse(f"{what} lacks `{key}`", line)
        return entry

    def items(self, value: object, key: str) -> list[object]:
        if not isinstance(value, list):
            self.refuse(f"`{key}` must be a list")
        return value

    def texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        values = table[key]
        if not isinstance(values, list) or not values or not all(isinstance(one, str) and one for one in values):
            self.refuse(f"`{key}` must be a list of texts, not {values!r:.60}", table[_LINE])
        return tuple(values)

    def text(self, table: Mapping[str, Any], key: str) -> str:
        value = table[key]
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"`{key}` must be a text, not {value!r:.60}", table[_LINE])
        return value

    def refuse(self, message: str, line: int = 0) -> NoReturn:
        raise UnreadableRecord(f"{message} (line {line})" if line else message, self.path)


def _is_dotted(value: object) -> bool:
    """Whether a value names something in a module, as `nn.GELU` does."""
    return isinstance(value, str) and "." in value and all(part.isidentifier() for part in value.split("."))
