"""A migration map from YAML that people edited: read strictly, with messages that say where."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from keyword import iskeyword
from pathlib import PurePosixPath
from typing import Any, NoReturn, get_args

from refactor_tools.errors import UnreadableRecord
from refactor_tools.migration_map.marked import Place, load_marked, place_of, plain, shown
from refactor_tools.migration_map.write import SCHEMA
from refactor_tools.model.families import KeepApart, Priority
from refactor_tools.model.migration_map import MapRow, MigrationMap

PRIORITIES: tuple[Priority, ...] = get_args(Priority)

_REQUIRED = ("component", "members", "target", "category", "priority")
_OPTIONAL = ("rename", "order", "defaults", "strategy", "strategies")
_MEMBER = re.compile(r".+\.\w+::\S+", re.DOTALL)


def load_map(text: str, path: str) -> MigrationMap:
    """The map in `text`; `path` is named in messages.

    Raises:
        UnreadableRecord: it is not YAML, a key is unknown, missing or of the wrong kind, a member stands in two rows,
            or two rows have one name. The place is that of the value, as path:line:column.
    """
    return _Reader(path).read(text)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Checks what YAML gives; `path` is the file that messages name."""

    path: str

    def read(self, text: str) -> MigrationMap:
        document = self.table(load_marked(text, self.path), ("schema", "components"), ("keep_apart",), "the map")
        if document["schema"] != SCHEMA:
            self.refuse(
                f"has the schema {document['schema']!r}; this version reads {SCHEMA}", place_of(document, "schema")
            )
        rows = tuple(self.row(entry) for entry in self.items(document, "components"))
        self.check_apart(rows)
        kept = self.items(document, "keep_apart") if document.get("keep_apart") else ()
        return MigrationMap(rows, tuple(self.kept(entry) for entry in kept), self.path)

    def row(self, entry: object) -> MapRow:
        table = self.table(entry, _REQUIRED, _OPTIONAL, "a row of `components`")
        name = self.text(table, "component")
        if not name.isidentifier():
            self.refuse(f"{name!r} cannot be the name of a component", place_of(table, "component"))
        priority = next((one for one in PRIORITIES if one == table["priority"]), None)
        if priority is None:
            self.refuse(
                f"`priority` is one of {', '.join(PRIORITIES)}, not {table['priority']!r}", place_of(table, "priority")
            )
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
            place=place_of(table, "component"),
        )

    def members(self, table: Mapping[str, Any]) -> tuple[str, ...]:
        members = self.texts(table, "members")
        for number, member in enumerate(members):
            if not _MEMBER.fullmatch(member):
                place = place_of(table, "members", number)
                self.refuse(f"the member {member!r} is not of the form path.py::Name", place)
        return members

    def target(self, table: Mapping[str, Any]) -> str:
        target = self.text(table, "target")
        path = PurePosixPath(target)
        if path.suffix != ".py" or path.is_absolute() or ".." in path.parts or "\\" in target:
            wanted = "a .py file under the library such as pooling/mean_pool.py"
            self.refuse(f"`target` is {wanted}, not {target!r}", place_of(table, "target"))
        return target

    def rename(self, table: Mapping[str, Any]) -> dict[str, str]:
        pairs = table.get("rename") or {}
        pairs = plain(pairs) if isinstance(pairs, dict) else None
        named = pairs is not None and all(
            isinstance(name, str) and name.isidentifier() for pair in pairs.items() for name in pair
        )
        if pairs is None or not named:
            self.refuse(
                "`rename` maps names of parameters to names: {embedding_size: d_model}", place_of(table, "rename")
            )
        return pairs

    def defaults(self, table: Mapping[str, Any]) -> dict[str, str]:
        """Source texts by the parameter's name; a dotted text is the name of a class or function."""
        values = table.get("defaults") or {}
        values = plain(values) if isinstance(values, dict) else None
        simple = values is not None and all(
            isinstance(name, str) and name.isidentifier() and isinstance(value, str | int | float | None)
            for name, value in values.items()
        )
        if values is None or not simple:
            self.refuse(
                "`defaults` maps names of parameters to plain values: {dropout: 0.1}", place_of(table, "defaults")
            )
        return {name: value if _is_dotted(value) else repr(value) for name, value in values.items()}

    def strategy(self, table: Mapping[str, Any]) -> str:
        """The parameter that the members' own components are given through, "" where the row asks for none."""
        if "strategy" not in table:
            return ""
        name = self.text(table, "strategy")
        if not name.isidentifier() or iskeyword(name) or name == "self":
            self.refuse(
                f"`strategy` is the name of a parameter, such as router, not {name!r}", place_of(table, "strategy")
            )
        if len(table["members"]) < 2:
            self.refuse(
                "`strategy` is for several members under one name; this row has one", place_of(table, "members")
            )
        return name

    def strategies(self, table: Mapping[str, Any]) -> dict[str, str]:
        """The names of the members' own components, by member; those that are left out get one from their file."""
        pairs = table.get("strategies") or {}
        pairs = plain(pairs) if isinstance(pairs, dict) else None
        named = pairs is not None and all(
            isinstance(member, str) and isinstance(name, str) and name.isidentifier() and not iskeyword(name)
            for member, name in pairs.items()
        )
        if pairs is None or not named:
            self.refuse(
                "`strategies` maps members to names: {a.py::Experts: TopTwoExperts}", place_of(table, "strategies")
            )
        if pairs and "strategy" not in table:
            self.refuse(
                "`strategies` names what goes in through `strategy`, which this row lacks",
                place_of(table, "strategies"),
            )
        for member in pairs:
            if member not in table["members"]:
                near = get_close_matches(member, table["members"], n=1, cutoff=0.3)
                hint = f"; the nearest is {near[0]}" if near else ""
                self.refuse(
                    f"`strategies` names {member}, which is no member of this row{hint}", place_of(table, "strategies")
                )
        return pairs

    def kept(self, entry: object) -> KeepApart:
        table = self.table(entry, ("names", "reason"), (), "an entry of `keep_apart`")
        return KeepApart(self.texts(table, "names"), self.text(table, "reason"))

    def check_apart(self, rows: Sequence[MapRow]) -> None:
        names: set[str] = set()
        rows_of: dict[str, str] = {}
        for row in rows:
            if row.component in names:
                self.refuse(f"two rows are called {row.component}; a name stands for one component", row.place)
            names.add(row.component)
        for row in rows:
            for name in row.strategies.values():
                if name in names:
                    self.refuse(
                        f"{name}, a strategy of {row.component}, is the name of another component, too", row.place
                    )
                names.add(name)
            for member in row.members:
                if member in rows_of:
                    self.refuse(f"{member} stands twice, under {rows_of[member]} and under {row.component}", row.place)
                rows_of[member] = row.component

    def table(self, entry: object, required: Collection[str], optional: Collection[str], what: str) -> dict[str, Any]:
        if not isinstance(entry, dict):
            self.refuse(f"{what} has {', '.join(required)}; found {entry!r:.60}")
        known = [*required, *optional]
        for key in plain(entry):
            if key not in known:
                near = get_close_matches(str(key), known, n=1)
                hint = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(known)}"
                self.refuse(f"{what} has no `{key}`; {hint}", place_of(entry, key))
        for key in required:
            if key not in entry:
                self.refuse(f"{what} lacks `{key}`", place_of(entry))
        return entry

    def items(self, table: Mapping[str, Any], key: str) -> list[object]:
        if not isinstance(table[key], list):
            self.refuse(f"`{key}` must be a list", place_of(table, key))
        found: list[object] = table[key]
        return found

    def texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        values = table[key]
        if not isinstance(values, list) or not values or not all(isinstance(one, str) and one for one in values):
            self.refuse(f"`{key}` must be a list of texts, not {values!r:.60}", place_of(table, key))
        return tuple(values)

    def text(self, table: Mapping[str, Any], key: str) -> str:
        value = table[key]
        if not isinstance(value, str) or not value.strip():
            self.refuse(f"`{key}` must be a text, not {value!r:.60}", place_of(table, key))
        return value

    def refuse(self, message: str, place: Place | None = None) -> NoReturn:
        raise UnreadableRecord(message, shown(self.path, place) if place else self.path)


def _is_dotted(value: object) -> bool:
    """Whether a value names something in a module, as `nn.GELU` does."""
    return isinstance(value, str) and "." in value and all(part.isidentifier() for part in value.split("."))
