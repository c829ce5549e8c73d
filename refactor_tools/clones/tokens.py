"""A definition as a list of statements, each a list of tokens in which every identifier says what kind of name it is.

One walk feeds all three likenesses: identifiers stay for `exact`, are numbered for `renamed`, are dropped for `near`.
"""

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef

# The first character of a token says what it is; tokens without one of these are syntax.
VARIABLE, FIELD, MEMBER, SIBLING, KEYWORD = "\x01", "\x02", "\x03", "\x04", "\x05"
EXTERNAL, METHOD, ARGUMENT, CONSTANT = "\x06", "\x07", "\x08", "\x0b"
RENAMABLE = frozenset({VARIABLE, FIELD, MEMBER, SIBLING, KEYWORD})
OWN = EXTERNAL + "@own"

_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
_SKIPPED = frozenset({"ctx", "annotation", "returns", "type_comment", "type_params", "kind"})
_FIELDS = {
    node: tuple(field for field in node._fields if field not in _SKIPPED)
    for node in vars(ast).values()
    if isinstance(node, type) and issubclass(node, ast.AST)
}
# Of what stands in a body; an expression's `body` is no block.
_BLOCKS_OF = {
    node: tuple(block for block in _BLOCKS if block in fields) if not issubclass(node, ast.expr | ast.mod) else ()
    for node, fields in _FIELDS.items()
}
_BUILTINS = frozenset(dir(builtins))
# Reading one of these is a property of every tensor or module, not of some project's config.
_TENSOR_FIELDS = frozenset(
    {
        *("T", "bias", "data", "device", "dtype", "grad", "is_cuda", "layout", "mT", "ndim", "requires_grad", "shape"),
        "weight",
    }
)


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of one file stand for: imports by dotted path, the definitions beside the one that is read."""

    imported: Mapping[str, str]
    siblings: frozenset[str]


@dataclass(slots=True)
class Reader:
    """Turns statements of the definition `own` into tokens; learns local names as it meets them."""

    names: Names
    own: str
    local: set[str] = field(default_factory=set)
    imported: dict[str, str] = field(default_factory=dict)

    def statement(self, node: ast.stmt | ast.excepthandler | ast.match_case) -> list[str]:
        """Tokens of `node` without the statements inside it; how many those are is part of the tokens."""
        out = [type(node).__name__]
        pending: list[ast.AST] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.local.add(node.name)
            out.append(VARIABLE + node.name)
            pending += [node.args, *node.decorator_list]
        elif isinstance(node, ast.AnnAssign):
            out[:] = ["Assign", "1"]
            pending += [node.target, *([node.value] if node.value else [])]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node, out)
        else:
            pending += _children(self, node, out)
        for block in _BLOCKS_OF[type(node)]:
            inner = getattr(node, block)
            out.append(str(len(inner) - sum(map(is_empty, inner))))
        for child in pending:
            self.write(child, out)
        return out

    def signature(self, node: Function, name: str) -> list[str]:
        """Tokens of a method's or function's header, under a name that the caller has classified."""
        out = ["def", name]
        for part in (node.args, *node.decorator_list):
            self.write(part, out)
        return out

    def expressions(self, nodes: Iterable[ast.AST]) -> list[str]:
        """Tokens of decorators, bases and the like."""
        out: list[str] = []
        for node in nodes:
            self.write(node, out)
        return out

    def write(self, node: ast.AST, out: list[str]) -> None:
        """Write the tokens of an expression."""
        writer = _WRITERS.get(type(node))
        if writer:
            writer(self, node, out)
            return
        out.append(type(node).__name__)
        for child in _children(self, node, out):
            self.write(child, out)

    def _import(self, node: ast.Import | ast.ImportFrom, out: list[str]) -> None:
        module = getattr(node, "module", None)
        for alias in node.names:
            path = f"{module}.{alias.name}" if module else alias.name
            bound = alias.asname or alias.name.partition(".")[0]
            self.imported[bound] = path if alias.asname or module else bound
            out.append(EXTERNAL + path)

    def name(self, name: str) -> str:
        """The token of a name that is read."""
        if name in self.local:
            return VARIABLE + name
        if name == self.own:
            return OWN
        if name in self.imported:
            return EXTERNAL + self.imported[name]
        if name in self.names.imported:
            return EXTERNAL + self.names.imported[name]
        return (SIBLING if name in self.names.siblings else EXTERNAL) + name


def flattened(body: Iterable[ast.stmt]) -> Iterator[ast.stmt | ast.excepthandler | ast.match_case]:
    """Statements of `body` and of the blocks inside it, in reading order, without docstrings, `pass` and `...`."""
    stack: list[ast.stmt | ast.excepthandler | ast.match_case] = list(reversed(list(body)))
    while stack:
        node = stack.pop()
        if is_empty(node):
            continue
        yield node
        for name in reversed(_BLOCKS_OF[type(node)]):
            stack.extend(reversed(getattr(node, name)))


def is_empty(node: ast.AST) -> bool:
    """Whether a statement computes nothing: a docstring, `pass`, `...`, a bare annotation."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.AnnAssign(value=None):
            return True
    return False


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of attributes on a name, "" of anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def _children(reader: Reader, node: ast.AST, out: list[str]) -> list[ast.AST]:
    children: list[ast.AST] = []
    for name in _FIELDS[type(node)]:
        value = getattr(node, name, None)
        if isinstance(value, list):
            if name in _BLOCKS:
                continue
            out.append(str(len(value)))
            for item in value:
                if isinstance(item, ast.AST):
                    children.append(item)
                else:
                    out.append(str(item))
        elif isinstance(value, ast.AST):
            children.append(value)
        elif isinstance(value, str):
            # The names that `except ... as`, nested definitions and patterns bind.
            reader.local.add(value)
            out.append(VARIABLE + value)
        elif value is not None:
            out.append(str(value))
    return children


def _name(reader: Reader, node: ast.Name, out: list[str]) -> None:
    if type(node.ctx) is not ast.Load:
        reader.local.add(node.id)
    out.append(reader.name(node.id))


def _constant(reader: Reader, node: ast.Constant, out: list[str]) -> None:
    out.append(CONSTANT + repr(node.value))


def _operator(reader: Reader, node: ast.AST, out: list[str]) -> None:
    out.append(type(node).__name__)


def _comprehension(reader: Reader, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, out: list[str]) -> None:
    out.append(type(node).__name__)
    for part in (*node.generators, node.elt):
        reader.write(part, out)


def _dict_comprehension(reader: Reader, node: ast.DictComp, out: list[str]) -> None:
    out.append("DictComp")
    for part in (*node.generators, node.key, node.value):
        reader.write(part, out)


def _attribute(reader: Reader, node: ast.Attribute, out: list[str]) -> None:
    chain: list[str] = []
    base: ast.expr = node
    while isinstance(base, ast.Attribute):
        chain.append(base.attr)
        base = base.value
    chain.reverse()
    if not isinstance(base, ast.Name):
        reader.write(base, out)
        out.extend(map(_field, chain))
    elif base.id in ("self", "cls"):
        out.append(MEMBER + chain[0])
        out.extend(map(_field, chain[1:]))
    else:
        root = reader.name(base.id)
        if root[0] == EXTERNAL and root != OWN:
            out.append(".".join([root, *chain]))
        else:
            out.append(root)
            out.extend(map(_field, chain))


def _field(name: str) -> str:
    return (METHOD if name in _TENSOR_FIELDS else FIELD) + name


def _call(reader: Reader, node: ast.Call, out: list[str]) -> None:
    func = node.func
    named = ARGUMENT
    if isinstance(func, ast.Name) and func.id == "super":
        # `super(Old, self)` and `super()` are one thing.
        out.append(EXTERNAL + "super")
        return
    if isinstance(func, ast.Attribute) and not _is_plain(reader, func):
        out.append(METHOD + func.attr)
        func = func.value
    elif _is_ours(reader, func):
        named = KEYWORD
    out.append(f"({len(node.args)},{len(node.keywords)}")
    reader.write(func, out)
    for argument in node.args:
        reader.write(argument, out)
    for keyword in node.keywords:
        out.append(named + (keyword.arg or "**"))
        reader.write(keyword.value, out)


def _is_plain(reader: Reader, func: ast.Attribute) -> bool:
    """Whether a called attribute is a member of `self` or a name in a module, not a method of some value."""
    if isinstance(func.value, ast.Name) and func.value.id in ("self", "cls"):
        return True
    root = dotted(func).partition(".")[0]
    return bool(root) and root not in _BUILTINS and reader.name(root)[0] == EXTERNAL


def _is_ours(reader: Reader, func: ast.expr) -> bool:
    name = dotted(func)
    return name.startswith("self.") or ("." not in name and reader.name(name)[0] != EXTERNAL)


def _arguments(reader: Reader, node: ast.arguments, out: list[str]) -> None:
    positional = [*node.posonlyargs, *node.args]
    names = [parameter.arg for parameter in positional if parameter.arg not in ("self", "cls")]
    out += ["args", str(len(names)), str(len(node.posonlyargs)), str(len(node.kwonlyargs))]
    out += [VARIABLE + name for name in names] + [VARIABLE + parameter.arg for parameter in node.kwonlyargs]
    for marker, extra in (("*", node.vararg), ("**", node.kwarg)):
        if extra is not None:
            out += [marker, VARIABLE + extra.arg]
            reader.local.add(extra.arg)
    reader.local.update(names, (parameter.arg for parameter in node.kwonlyargs))
    out.append(str(len(node.defaults)))
    for default in node.defaults:
        reader.write(default, out)
    for named in node.kw_defaults:
        if named is None:
            out.append("required")
        else:
            reader.write(named, out)


_Writer = Callable[[Reader, Any, list[str]], None]
_OPERATORS = (ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
_WRITERS: Mapping[type[ast.AST], _Writer] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Constant: _constant,
    ast.Call: _call,
    ast.arguments: _arguments,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    **{node: _operator for node in _FIELDS if issubclass(node, _OPERATORS)},
}
