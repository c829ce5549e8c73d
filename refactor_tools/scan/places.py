"""Where a value goes: the member or variable that keeps it, the callee that is given it, the key it stands under."""

import ast
import re
from typing import NamedTuple

from refactor_tools.model.facts import How
from refactor_tools.scan.scopes import LOCAL
from refactor_tools.scan.syntax import dotted, member

# A call of these keeps its arguments as they are.
CONTAINERS = frozenset(("ModuleList", "ModuleDict", "Sequential", "OrderedDict", "list", "tuple", "dict", "set"))
PASSING = frozenset(("zip", "reversed", "enumerate", "chain", "deepcopy", "copy", "items", "values"))
# The key of what stands in a list.
ANY = "*"
_ADDING = frozenset(("append", "extend", "insert", "add_module", "register_module", "update", "setdefault"))
_NAMING = frozenset(("add_module", "register_module"))
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.]*")
_LONGEST_KEY = 100


class Place(NamedTuple):
    """What becomes of the value of an expression; see `Built` for the fields."""

    member: str = ""
    to: str = ""
    key: str = ""
    how: How = "uses"


NOWHERE = Place()


def kept_in(target: ast.expr, *, local: bool) -> Place:
    """Where an assignment to `target` keeps the value: `self.x`, a variable, or an entry of either."""
    key = ""
    if isinstance(target, ast.Subscript):
        key, target = literal_key(target.slice), target.value
    name = member(target)
    if name is None and isinstance(target, ast.Name):
        name = LOCAL + target.id if local else target.id
    return Place(name or "", key=key)


def held_by(node: ast.Call) -> Place | None:
    """What keeps the arguments of `self.x.append(...)`, `self.add_module("x", ...)` or `setattr(self, "x", ...)`."""
    function = node.func
    if isinstance(function, ast.Name) and function.id == "setattr" and len(node.args) == 3:
        return Place(_member_name(node.args[1])) if dotted(node.args[0]) == "self" else None
    if not isinstance(function, ast.Attribute):
        return None
    if function.attr in _NAMING and node.args and dotted(function.value) == "self":
        return Place(_member_name(node.args[0]))
    if function.attr in _ADDING:
        held = kept_in(function.value, local=True)
        return held if held.member else None
    return None


def literal_key(node: ast.expr) -> str:
    """The text of a literal string that may be a name, "" for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_name(node.value):
        return node.value
    return ""


def is_name(text: str) -> bool:
    """Whether a string may be a name, dotted or not."""
    return len(text) <= _LONGEST_KEY and _IDENTIFIER.fullmatch(text) is not None


def looked_up(node: ast.Call) -> str:
    """The name that a call asks for: its first literal string, also `type=` in a dictionary."""
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        key = literal_key(argument) or _typed(argument)
        if key:
            return key
    return ""


def _member_name(node: ast.expr) -> str:
    """A member's name as far as it is literal: `f"layer{i}"` is "layer*"."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_member_name(value) for value in values)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return _member_name(left).partition("%")[0] + _member_name(right)
        case _:
            return "*"


def _typed(node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            return next((literal_key(one.value) for one in keywords if one.arg == "type"), "")
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return next((literal_key(value) for key, value in pairs if key and literal_key(key) == "type"), "")
        case _:
            return ""
