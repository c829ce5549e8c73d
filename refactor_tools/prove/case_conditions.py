"""What decides a branch: the inputs and the constructor's arguments that its test goes back to, and its constants."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from refactor_tools.prove.case_facts import ENTRIES

_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Condition:
    """By name: `inputs` of the call and `arguments` of the constructor that a test depends on, the constants beside
    them, and the `words` (methods, attributes, functions) that say what it asks of them."""

    inputs: tuple[str, ...]
    arguments: tuple[str, ...]
    numbers: tuple[int | float, ...]
    texts: tuple[str, ...]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Code:
    """The functions of a source by qualified name, what they bind to local names, and who calls them with what."""

    entry: str
    functions: Mapping[str, ast.FunctionDef]
    locals: Mapping[str, Mapping[str, tuple[ast.expr, ...]]]
    attributes: Mapping[str, tuple[tuple[str, ast.expr], ...]]
    calls: Mapping[str, tuple[tuple[str, ast.Call], ...]]


def read_code(source: str, name: str) -> Code:
    """The code around the class or function `name`."""
    functions = dict(_functions(ast.parse(source), ""))
    attributes: dict[str, list[tuple[str, ast.expr]]] = {}
    calls: dict[str, list[tuple[str, ast.Call]]] = {}
    for place, function in functions.items():
        for node in ast.walk(function):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
                    if isinstance(target, ast.Attribute):
                        attributes.setdefault(target.attr, []).append((place, node.value))
            elif isinstance(node, ast.Call):
                called = _last(node.func)
                calls.setdefault(called, []).append((place, node))
    entries = (name, *(f"{name}.{entry}" for entry in ENTRIES))
    return Code(
        next((entry for entry in entries if entry in functions), entries[1]),
        functions,
        {place: _locals(function) for place, function in functions.items()},
        {key: tuple(values) for key, values in attributes.items()},
        {key: tuple(values) for key, values in calls.items()},
    )


def condition_of(test: str, function: str, code: Code) -> Condition:
    """What the text `test`, which stands in `function`, depends on."""
    found = _Found()
    _follow(ast.parse(test, mode="eval").body, function, code, found, _DEPTH)
    return Condition(
        tuple(found.inputs),
        tuple(found.arguments),
        tuple(found.numbers),
        tuple(found.texts),
        frozenset(found.words),
    )


@dataclass(slots=True)
class _Found:
    inputs: dict[str, None] = field(default_factory=dict)
    arguments: dict[str, None] = field(default_factory=dict)
    numbers: dict[int | float, None] = field(default_factory=dict)
    texts: dict[str, None] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    seen: set[tuple[str, str]] = field(default_factory=set)


def _follow(node: ast.expr, place: str, code: Code, found: _Found, depth: int) -> None:
    for item in ast.walk(node):
        if isinstance(item, ast.Constant):
            _constant(item.value, found)
        elif isinstance(item, ast.Attribute):
            found.words.add(item.attr)
            found.arguments[item.attr] = None
            for where, value in code.attributes.get(item.attr, ()) if depth else ():
                if ("." + item.attr, where) not in found.seen:
                    found.seen.add(("." + item.attr, where))
                    _follow(value, where, code, found, depth - 1)
        elif isinstance(item, ast.Is | ast.IsNot):
            found.words.add("is")
        elif isinstance(item, ast.Name):
            found.words.add(item.id)
            if depth and (item.id, place) not in found.seen:
                found.seen.add((item.id, place))
                _name(item.id, place, code, found, depth - 1)


def _name(name: str, place: str, code: Code, found: _Found, depth: int) -> None:
    """A local name goes back to what it was assigned, a parameter to what the callers give."""
    function = code.functions.get(place)
    if function is None:
        return
    for value in code.locals[place].get(name, ()):
        _follow(value, place, code, found, depth)
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    keywords = [argument.arg for argument in function.args.kwonlyargs]
    if name not in (*names, *keywords) or name == "self":
        return
    if place == code.entry:
        found.inputs[name] = None
    elif place.endswith(".__init__"):
        found.arguments[name] = None
    else:
        method = names[:1] in (["self"], ["cls"])
        for where, call in code.calls.get(function.name, ()):
            for value in _given(call, name, names[1:] if method else names):
                _follow(value, where, code, found, depth)


def _given(call: ast.Call, name: str, names: list[str]) -> Iterator[ast.expr]:
    if name in names and names.index(name) < len(call.args):
        yield call.args[names.index(name)]
    yield from (keyword.value for keyword in call.keywords if keyword.arg == name)


def _locals(function: ast.FunctionDef) -> dict[str, tuple[ast.expr, ...]]:
    """By local name the expressions that it is bound to, or taken out of."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
            targets, value = (node.targets if isinstance(node, ast.Assign) else [node.target]), node.value
        elif isinstance(node, ast.For):
            targets, value = [node.target], node.iter
        else:
            continue
        for name in {item.id for target in targets for item in ast.walk(target) if isinstance(item, ast.Name)}:
            found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def _constant(value: object, found: _Found) -> None:
    if isinstance(value, str):
        found.texts[value] = None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found.numbers[value] = None
    elif value is None:
        found.words.add("None")


def _functions(node: ast.AST, scope: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for item in ast.iter_child_nodes(node):
        if isinstance(item, ast.FunctionDef | ast.ClassDef):
            name = f"{scope}.{item.name}" if scope else item.name
            if isinstance(item, ast.FunctionDef):
                yield name, item
            yield from _functions(item, name)
        else:
            yield from _functions(item, scope)


def _last(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
