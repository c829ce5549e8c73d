"""What the source of an original says about its arguments, read without running it."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# What modules and Keras layers run when they are called.
ENTRIES = ("forward", "call")
_PATTERN_CALLS = ("rearrange", "reduce", "repeat", "einsum", "pack")
_COMMENT = (
    r"\b{name}\b`?\s*(?::|is|=|\()?\s*(?:of shape\s*)?[(\[]\s*([A-Za-z0-9_.*+/ -]+(?:,[A-Za-z0-9_.*+/ -]*)+)[)\]]"
)


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """By parameter or attribute name: `defaults` of dataclass fields, `choices` (texts it is compared with), `items`
    (keys read of it), `ranks` (how many sizes a shape comment, a pattern or an unpacking gives it), and the names that
    are compared with None, that are taken apart as sequences of tensors, and that are packed sequences."""

    defaults: Mapping[str, object]
    choices: Mapping[str, tuple[str, ...]]
    items: Mapping[str, tuple[str, ...]]
    ranks: Mapping[str, int]
    nullable: frozenset[str]
    several: frozenset[str] = frozenset()
    packed: frozenset[str] = frozenset()


def read_facts(source: str, name: str) -> SourceFacts:
    """Facts about the class or function `name` in `source`."""
    tree = ast.parse(source)
    node = next((item for item in tree.body if getattr(item, "name", "") == name), tree)
    text = ast.get_source_segment(source, node) if isinstance(node, ast.stmt) else source
    return SourceFacts(
        defaults=_dataclass_defaults(tree),
        choices=_gathered(_choices(tree)),
        items=_gathered(_items(node)),
        ranks={**dict(_commented_ranks(_entry(node), text or "")), **dict(_ranks(_entry(node)))},
        nullable=frozenset(_nullable(node)),
        several=frozenset(_several(_entry(node))),
        packed=frozenset(_packed(node)),
    )


def _entry(node: ast.AST) -> ast.AST:
    """`forward` of a class, `call` of a Keras layer; a function itself."""
    methods = (
        {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
        if isinstance(node, ast.ClassDef)
        else {}
    )
    return next((methods[name] for name in ENTRIES if name in methods), node)


def _dataclass_defaults(tree: ast.Module) -> dict[str, object]:
    found: dict[str, object] = {}
    for node in ast.walk(tree):
        for item in node.body if isinstance(node, ast.ClassDef) else ():
            value = item.value if isinstance(item, ast.AnnAssign | ast.Assign) else None
            target = item.target if isinstance(item, ast.AnnAssign) else getattr(item, "targets", [None])[0]
            if isinstance(target, ast.Name) and value is not None:
                try:
                    found.setdefault(target.id, ast.literal_eval(value))
                except (ValueError, TypeError):
                    continue
    return found


def _gathered(pairs: Iterator[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name, text in pairs:
        found.setdefault(name, {})[text] = None
    return {name: tuple(texts) for name, texts in found.items()}


def _choices(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for name in filter(None, map(_last_name, (node.left, *node.comparators))):
                yield from ((name, text) for side in (node.left, *node.comparators) for text in _texts(side))
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict) and _last_name(node.slice):
            keys = (text for key in node.value.keys if key is not None for text in _texts(key))
            yield from ((_last_name(node.slice), text) for text in keys)


def _texts(node: ast.AST) -> Iterator[str]:
    for item in node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else (node,):
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value


def _last_name(node: ast.AST) -> str:
    """ "x" of `x` and of `self.x`."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _items(node: ast.AST) -> Iterator[tuple[str, str]]:
    for item in ast.walk(node):
        if isinstance(item, ast.Subscript) and isinstance(item.value, ast.Name):
            yield from ((item.value.id, text) for text in _texts(item.slice))
        elif isinstance(item, ast.Call) and item.args and _last_name(item.func) == "get":
            held = item.func.value if isinstance(item.func, ast.Attribute) else item.func
            yield from ((_last_name(held), text) for text in _texts(item.args[0]) if isinstance(held, ast.Name))


def _nullable(node: ast.AST) -> Iterator[str]:
    for item in ast.walk(node):
        if isinstance(item, ast.Compare) and any(
            isinstance(side, ast.Constant) and side.value is None for side in item.comparators
        ):
            yield _last_name(item.left)


def _several(entry: ast.AST) -> Iterator[str]:
    """Parameters that are looped over, taken apart, or put together by `cat` or `stack`."""
    found: list[ast.AST] = []
    for item in ast.walk(entry):
        if isinstance(item, ast.For | ast.comprehension):
            wrapped = isinstance(item.iter, ast.Call) and _last_name(item.iter.func) in ("enumerate", "zip", "reversed")
            found += item.iter.args if wrapped and isinstance(item.iter, ast.Call) else [item.iter]
        elif isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Tuple):
            found.append(item.value)
        elif isinstance(item, ast.Call) and _last_name(item.func) in ("cat", "stack", "concat", "sum") and item.args:
            found.append(item.args[0])
    parameters = set(_parameters(entry))
    yield from (node.id for node in found if isinstance(node, ast.Name) and node.id in parameters)


def _packed(node: ast.AST) -> Iterator[str]:
    for item in ast.walk(node):
        if isinstance(item, ast.Call) and _last_name(item.func) == "pad_packed_sequence" and item.args:
            yield _last_name(item.args[0])
        elif isinstance(item, ast.Attribute) and item.attr == "batch_sizes":
            yield _last_name(item.value)


def _commented_ranks(entry: ast.AST, text: str) -> Iterator[tuple[str, int]]:
    for name in _parameters(entry):
        if match := re.search(_COMMENT.format(name=re.escape(name)), text):
            yield name, len([part for part in match[1].split(",") if part.strip()])


def _ranks(entry: ast.AST) -> Iterator[tuple[str, int]]:
    """Ranks by `b, n, d = x.shape` and by `rearrange(x, "b n d -> ...")`, a name's first use last: it wins."""
    found = [pair for node in ast.walk(entry) for pair in (*_unpacked(node), *_patterned(node))]
    parameters = set(_parameters(entry))
    yield from ((name, rank) for name, rank in reversed(found) if name in parameters)


def _unpacked(node: ast.AST) -> Iterator[tuple[str, int]]:
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Tuple):
        return
    targets, extra, value = len(node.targets[0].elts), 0, node.value
    if any(isinstance(target, ast.Starred) for target in node.targets[0].elts):
        return
    if isinstance(value, ast.Tuple) and isinstance(value.elts[0], ast.Starred):
        extra, value = len(value.elts) - 1, value.elts[0].value
    if isinstance(value, ast.Call):
        value = value.func
    if isinstance(value, ast.Attribute) and value.attr in ("shape", "size") and isinstance(value.value, ast.Name):
        yield value.value.id, targets - extra


def _patterned(node: ast.AST) -> Iterator[tuple[str, int]]:
    if not isinstance(node, ast.Call) or _last_name(node.func) not in _PATTERN_CALLS or len(node.args) < 2:
        return
    tensor, pattern = node.args[:2]
    texts = list(_texts(pattern))
    if isinstance(tensor, ast.Name) and texts and "->" in texts[0] and "..." not in texts[0].partition("->")[0]:
        left = re.sub(r"\([^)]*\)", "x", texts[0].partition("->")[0])
        yield tensor.id, len(left.split())


def _parameters(entry: ast.AST) -> Iterator[str]:
    if isinstance(entry, ast.FunctionDef):
        yield from (item.arg for item in (*entry.args.posonlyargs, *entry.args.args, *entry.args.kwonlyargs))
