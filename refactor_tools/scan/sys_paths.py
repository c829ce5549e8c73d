"""Folders that a file puts on `sys.path`, where the expression can be evaluated without running it."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from refactor_tools.scan.syntax import dotted

_UNCHANGED = frozenset(
    [
        "abspath",
        "realpath",
        "normpath",
        "expanduser",
        "str",
        "Path",
        "PurePath",
        "fspath",
        "resolve",
        "absolute",
        "as_posix",
        "strip",
    ]
)
_PARENT = ("os.pardir", "os.path.pardir")


@dataclass(frozen=True, slots=True)
class _Folder:
    """A path while it is evaluated; `anchored` where it derives from `__file__` and not from the current directory."""

    path: str
    anchored: bool


def edits(node: ast.Call | ast.Assign | ast.AugAssign) -> Iterator[ast.expr]:
    """The expressions that this statement or call puts on `sys.path`."""
    if isinstance(node, ast.Call):
        name = dotted(node.func)
        if name in ("sys.path.append", "sys.path.insert", "site.addsitedir") and node.args:
            yield node.args[-1]
        elif name == "sys.path.extend" and node.args:
            yield from _elements(node.args[0])
    elif any(_is_sys_path(target) for target in _targets(node)):
        yield from _elements(node.value)


def evaluate(node: ast.expr, path: str, values: Callable[[str], ast.expr | None]) -> tuple[str, ...]:
    """Folders (relative to the root) that `node` may stand for in the file `path`; () where it is computed.

    A path that is not derived from `__file__` depends on the current directory: the root and the file's own folder are
    both tried.
    """
    folder = _Evaluation(path, values).folder(node, 0)
    if folder is None:
        return ()
    if folder.anchored:
        return (_normal(folder.path),)
    return tuple(dict.fromkeys((_normal(folder.path), _normal(join(dirname(path), folder.path)))))


@dataclass(frozen=True, slots=True)
class _Evaluation:
    path: str
    values: Callable[[str], ast.expr | None]

    def folder(self, node: ast.expr, depth: int) -> _Folder | None:
        if depth > 20:
            return None
        match node:
            case ast.Constant(value=str(text)):
                return _Folder(text, anchored=text.startswith("/"))
            case ast.Name(id="__file__"):
                return _Folder(self.path, anchored=True)
            case ast.Name(id=name):
                value = self.values(name)
                return None if value is None else self.folder(value, depth + 1)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self._joined([left, right], depth)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._concatenated([left, right], depth)
            case ast.JoinedStr(values=parts):
                return self._concatenated(parts, depth)
            case ast.FormattedValue(value=value):
                return self.folder(value, depth + 1)
            case ast.Attribute(value=value, attr="parent"):
                return self._up(value, 1, depth)
            case ast.Subscript(value=ast.Attribute(value=value, attr="parents"), slice=ast.Constant(value=int(count))):
                return self._up(value, count + 1, depth)
            case ast.Call():
                return self._call(node, depth)
            case _:
                return _Folder("..", anchored=False) if dotted(node) in _PARENT else None

    def _call(self, node: ast.Call, depth: int) -> _Folder | None:
        attribute = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
        name = dotted(node.func) or ""
        if name in ("os.getcwd", "Path.cwd", "pathlib.Path.cwd"):
            return _Folder("", anchored=False)
        if attribute == "dirname" and node.args:
            return self._up(node.args[0], 1, depth)
        if attribute in ("join", "joinpath"):
            first = [] if name.endswith("path.join") or name == "join" else _receiver(node)
            return self._joined([*first, *node.args], depth)
        if attribute in _UNCHANGED:
            if len(node.args) > 1:
                return self._joined(node.args, depth)
            values = node.args or _receiver(node)
            return self.folder(values[0], depth + 1) if values else None
        return None

    def _joined(self, nodes: list[ast.expr], depth: int) -> _Folder | None:
        parts = self._all(nodes, depth)
        later = [part.path.lstrip("/") for part in parts[1:]]
        return _Folder(join(parts[0].path, *later), parts[0].anchored) if parts else None

    def _concatenated(self, nodes: list[ast.expr], depth: int) -> _Folder | None:
        parts = self._all(nodes, depth)
        return _Folder("".join(part.path for part in parts), parts[0].anchored) if parts else None

    def _all(self, nodes: list[ast.expr], depth: int) -> list[_Folder]:
        """The nodes as paths; empty if one of them is computed."""
        parts = [self.folder(node, depth + 1) for node in nodes]
        known = [part for part in parts if part is not None]
        return known if len(known) == len(parts) else []

    def _up(self, node: ast.expr, levels: int, depth: int) -> _Folder | None:
        folder = self.folder(node, depth + 1)
        if folder is None:
            return None
        path = normpath(folder.path) if folder.path else "."
        for _ in range(levels):
            path = join(path, "..") if path.rpartition("/")[2] in ("..", ".") else dirname(path) or "."
        return _Folder(normpath(path), folder.anchored)


def _receiver(node: ast.Call) -> list[ast.expr]:
    return [node.func.value] if isinstance(node.func, ast.Attribute) else []


def _targets(node: ast.Assign | ast.AugAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _is_sys_path(target: ast.expr) -> bool:
    return dotted(target.value if isinstance(target, ast.Subscript) else target) == "sys.path"


def _elements(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.List | ast.Tuple):
        yield from (item.value if isinstance(item, ast.Starred) else item for item in node.elts if not _is_rest(item))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _elements(node.left)
        yield from _elements(node.right)
    elif not _is_rest(node):
        yield node


def _is_rest(node: ast.expr) -> bool:
    return _is_sys_path(node.value if isinstance(node, ast.Starred) else node)


def _normal(path: str) -> str:
    return "" if (clean := normpath(path or ".")) == "." else clean
