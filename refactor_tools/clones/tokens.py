"""A definition as a list of statements, each a list of tokens in which every identifier says what kind of name it is.

One walk feeds all three likenesses: identifiers stay for `exact`, are numbered for `renamed`, are dropped for `near`.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef

# The first character of a token says what it is; tokens without one of these are syntax.
VARIABLE, FIELD, MEMBER, SIBLING, KEYWORD = "\x01", "\x02", "\x03", "\x04", "\x05"
EXTERNAL, METHOD, ARGUMENT, CONSTANT = "\x06", "\x07", "\x08", "\x0b"
RENAMABLE = frozenset({VARIABLE, FIELD, MEMBER, SIBLING, KEYWORD})
OWN = EXTERNAL + "@own"

_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
_SKIPPED = frozenset({*_BLOCKS, "ctx", "annotation", "returns", "type_comment", "type_params", "kind"})
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
        for block in _BLOCKS:
            inner = getattr(node, block, None)
            if isinstance(inner, list):
                out.append(str(sum(not is_empty(statement) for statement in inner)))
        self._walk(pending, out)
        return out

    def signature(self, node: Function, name: str) -> list[str]:
        """Tokens of a method's or function's header, under a name that the caller has classified."""
        out = ["def", name]
        self._walk([node.args, *node.decorator_list], out)
        return out

    def expressions(self, nodes: Iterable[ast.AST]) -> list[str]:
        """Tokens of decorators, bases and the like."""
        out: list[str] = []
        self._walk(list(nodes), out)
        return out

    def _walk(self, nodes: list[ast.AST], out: list[str]) -> None:
        # An explicit stack: generated code nests deeper than Python recurses.
        stack: list[ast.AST | str] = list(reversed(nodes))
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                out.append(item)
            else:
                stack.extend(reversed(self._expand(item, out)))

    def _expand(self, node: ast.AST, out: list[str]) -> Sequence[ast.AST | str]:
        """Write the tokens of `node` itself; return what follows them."""
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                self.local.add(node.id)
            out.append(self.name(node.id))
            return ()
        if isinstance(node, ast.Attribute):
            return _attribute(self, node, out)
        if isinstance(node, ast.Constant):
            out.append(CONSTANT + repr(node.value))
            return ()
        if isinstance(node, ast.Call):
            return _call(self, node, out)
        if isinstance(node, ast.arguments):
            return _arguments(self, node, out)
        out.append(type(node).__name__)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            return [*node.generators, node.elt]
        if isinstance(node, ast.DictComp):
            return [*node.generators, node.key, node.value]
        return _children(self, node, out)

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
        for name in reversed(_BLOCKS):
            block = getattr(node, name, None)
            if isinstance(block, list):
                stack.extend(reversed(block))


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
    for name in node._fields:
        value = getattr(node, name, None)
        if name in _SKIPPED and (isinstance(value, list) or name not in _BLOCKS):
            continue
        if isinstance(value, list):
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


def _attribute(reader: Reader, node: ast.Attribute, out: list[str]) -> list[ast.AST | str]:
    chain: list[str] = []
    base: ast.expr = node
    while isinstance(base, ast.Attribute):
        chain.append(base.attr)
        base = base.value
    chain.reverse()
    if not isinstance(base, ast.Name):
        return [base, *map(_field, chain)]
    if base.id in ("self", "cls"):
        out.append(MEMBER + chain[0])
        out.extend(map(_field, chain[1:]))
        return []
    root = reader.name(base.id)
    if root[0] == EXTERNAL and root != OWN:
        out.append(".".join([root, *chain]))
    else:
        out.append(root)
        out.extend(map(_field, chain))
    return []


def _field(name: str) -> str:
    return (METHOD if name in _TENSOR_FIELDS else FIELD) + name


def _call(reader: Reader, node: ast.Call, out: list[str]) -> list[ast.AST | str]:
    func = node.func
    inner: list[ast.AST | str] = []
    named = ARGUMENT
    if isinstance(func, ast.Name) and func.id == "super":
        # `super(Old, self)` and `super()` are one thing.
        out.append(EXTERNAL + "super")
        return []
    if isinstance(func, ast.Attribute) and not _is_plain(reader, func):
        out.append(METHOD + func.attr)
        inner = [func.value]
    else:
        inner = [func]
        named = KEYWORD if _is_ours(reader, func) else ARGUMENT
    out.append(f"({len(node.args)},{len(node.keywords)}")
    inner += node.args
    for keyword in node.keywords:
        inner += [named + (keyword.arg or "**"), keyword.value]
    return inner


def _is_plain(reader: Reader, func: ast.Attribute) -> bool:
    """Whether a called attribute is a member of `self` or a name in a module, not a method of some value."""
    if isinstance(func.value, ast.Name) and func.value.id in ("self", "cls"):
        return True
    root = dotted(func).partition(".")[0]
    return bool(root) and root not in _BUILTINS and reader.name(root)[0] == EXTERNAL


def _is_ours(reader: Reader, func: ast.expr) -> bool:
    name = dotted(func)
    return name.startswith("self.") or ("." not in name and reader.name(name)[0] != EXTERNAL)


def _arguments(reader: Reader, node: ast.arguments, out: list[str]) -> list[ast.AST | str]:
    positional = [*node.posonlyargs, *node.args]
    names = [parameter.arg for parameter in positional if parameter.arg not in ("self", "cls")]
    out += ["args", str(len(names)), str(len(node.posonlyargs)), str(len(node.kwonlyargs))]
    out += [VARIABLE + name for name in names] + [VARIABLE + parameter.arg for parameter in node.kwonlyargs]
    for marker, extra in (("*", node.vararg), ("**", node.kwarg)):
        if extra is not None:
            out += [marker, VARIABLE + extra.arg]
            reader.local.add(extra.arg)
    reader.local.update(names, (parameter.arg for parameter in node.kwonlyargs))
    defaults: list[ast.AST | str] = [str(len(node.defaults)), *node.defaults]
    defaults += ["required" if default is None else default for default in node.kw_defaults]
    return defaults
