"""The data flow of a method: which operation works on which results, whatever statements it is written in.

Statements are read in order, of two branches the first counts, and the body of a loop
or comprehension is read once. Sizes, constants and
conversions are no operations.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from refactor_tools.clones.forms import bare
from refactor_tools.clones.layers import UNKNOWN, Chain, Layers, Sequential, label_of
from refactor_tools.clones.operations import COMMUTATIVE, SAME, SCALARS, SHAPES, SIZES, TRANSPOSED
from refactor_tools.clones.tokens import Function, dotted
from refactor_tools.model.prints import Flow

_BUILTINS = frozenset(dir(builtins))
_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.MatMult: "matmul",
    ast.Mult: "mul",
    ast.BitAnd: "and",
    ast.BitOr: "or",
}
# Deeper expressions are generated code.
_DEEPEST = 60
_LEAST_STEPS = 2

# The number of a step, "@" and the name of an input, "" for what is no tensor, several for a tuple.
Value = str | tuple["Value", ...]


def flows_of(node: ast.ClassDef | Function, imported: Mapping[str, str]) -> Iterator[Flow]:
    """The flows of a module's methods and inline sequences, or of a function; none of what is no module."""
    layers = Layers()
    if not isinstance(node, ast.ClassDef):
        if any(path.partition(".")[0] in ("torch", "keras") for path in imported.values()):
            yield from _of_method(node, layers, imported)
        return
    methods = [method for method in node.body if isinstance(method, Function)]
    if not any(method.name in ("forward", "call") for method in methods):
        return
    layers.read(node)
    run: set[int] = set()
    for method in methods:
        if not method.name.startswith("__"):
            for flow in _of_method(method, layers, imported):
                run.update(flow.lines)
                yield flow
    # What a method runs is part of its flow.
    yield from (_of_sequence(sequence) for sequence in layers.sequences if run.isdisjoint(_lines(sequence)))


def _of_sequence(sequence: Sequential) -> Flow:
    steps = [f"{label}:{place - 1 if place else 'x0'}" for place, (label, _) in enumerate(sequence.layers)]
    return Flow("", sequence.line, sequence.end_line, _text(steps, str(len(steps) - 1)), _lines(sequence))


def _lines(sequence: Sequential) -> tuple[int, ...]:
    return tuple(line for _, line in sequence.layers)


def _of_method(method: Function, layers: Layers, imported: Mapping[str, str]) -> Iterator[Flow]:
    reader = _Reader(layers, imported)
    arguments = method.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        reader.known[argument.arg] = "" if argument.arg in ("self", "cls") else f"@{argument.arg}"
    reader.block(method.body, 0)
    if len(reader.steps) >= _LEAST_STEPS:
        text = _text(reader.steps, reader.returned)
        yield Flow(method.name, method.lineno, method.end_lineno or method.lineno, text, tuple(reader.lines))


def _text(steps: Sequence[str], returned: str) -> str:
    return " ".join([*steps, f">{returned}"])


@dataclass(slots=True)
class _Reader:
    layers: Layers
    imported: Mapping[str, str]
    known: dict[str, Value] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    returned: str = ""

    def block(self, statements: Iterable[ast.stmt], depth: int) -> bool:
        """Read statements; whether they end in a return or the like."""
        if depth >= _DEEPEST:
            return False
        ends = [self._statement(statement, depth + 1) for statement in statements]
        return any(ends)

    def _statement(self, node: ast.stmt, depth: int) -> bool:
        match node:
            case ast.Assign(targets=targets, value=value):
                found = self._value(value, depth)
                for target in targets:
                    self._store(target, found)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._store(target, self._value(value, depth))
            case ast.AugAssign(target=target, op=op, value=value):
                self._store(
                    target, self._binary(op, self._value(target, depth), self._value(value, depth), node.lineno)
                )
            case ast.Expr(value=value):
                self._effect(value, depth)
            case ast.Return(value=value):
                found = self._value(value, depth) if value else ""
                self.returned = _first(found) or self.returned
                return True
            case ast.Raise() | ast.Continue() | ast.Break():
                return True
            case ast.If(body=body, orelse=orelse):
                return self._branches(body, orelse, depth)
            case ast.For(target=target, body=body) | ast.AsyncFor(target=target, body=body):
                self._store(target, "")
                self.block(body, depth)
            case ast.While(body=body) | ast.With(body=body) | ast.AsyncWith(body=body) | ast.Try(body=body):
                return self.block(body, depth) and not isinstance(node, ast.While)
        return False

    def _branches(self, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt], depth: int) -> bool:
        before, returned = dict(self.known), self.returned
        left = self.block(body, depth)
        if not orelse and not left:
            return False
        after, self.known = self.known, before
        if left:
            # An early return is of a special case.
            self.returned = returned or self.returned
            return self.block(orelse, depth)
        kept = self.returned
        right = dict(before)
        self.known = right
        self.block(orelse, depth)
        self.returned = kept or self.returned
        self.known = {**right, **after}
        return False

    def _effect(self, node: ast.expr, depth: int) -> None:
        found = self._value(node, depth)
        match node:
            # `x.add_(y)` changes `x`.
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method.endswith("_") and found:
                self.known[name] = found

    def _store(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name(id=name):
                self.known[name] = value
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                self.known[f"self.{name}"] = value
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for place, part in enumerate(parts):
                    self._store(part, self._element(value, place, target.lineno))

    def _element(self, value: Value, place: int, line: int) -> Value:
        """What unpacking or an index gives; the first result of several stands for all."""
        if isinstance(value, tuple):
            return value[place] if place < len(value) else ""
        return self._step("item", [value], line) if place and value[:1].isdigit() else value

    def _step(self, label: str, operands: Iterable[Value], line: int) -> str:
        """A new step on those operands that are tensors, "" where none is."""
        flat = [self._operand(operand) for value in operands for operand in _flat(value)]
        if not flat:
            return ""
        self.steps.append(f"{label}:{','.join(flat)}")
        self.lines.append(line)
        return str(len(self.steps) - 1)

    def _operand(self, value: str) -> str:
        return self.inputs.setdefault(value, f"x{len(self.inputs)}") if value[0] == "@" else value

    def _value(self, node: ast.expr, depth: int) -> Value:
        if depth > _DEEPEST:
            return ""
        depth += 1
        match node:
            case ast.Name(id=name):
                return self.known.get(name, "")
            case ast.Attribute():
                return self._attribute(node, depth)
            case ast.Call():
                return self._call(node, depth)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(op, self._value(left, depth), self._value(right, depth), node.lineno)
            case ast.Compare(left=left, comparators=others, ops=ops):
                if isinstance(ops[0], ast.Is | ast.IsNot | ast.In | ast.NotIn):
                    return ""
                return self._step("compare", [self._value(part, depth) for part in (left, *others)], node.lineno)
            case ast.UnaryOp(op=op, operand=operand):
                found = self._value(operand, depth)
                return self._step("neg", [found], node.lineno) if isinstance(op, ast.USub) else found
            case ast.Subscript():
                return self._subscript(node, depth)
            case ast.IfExp(body=body, orelse=orelse):
                return self._value(body, depth) or self._value(orelse, depth)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return tuple(self._value(part, depth) for part in parts)
            case ast.NamedExpr(target=target, value=value):
                found = self._value(value, depth)
                self._store(target, found)
                return found
            case ast.Starred(value=value) | ast.Await(value=value):
                return self._value(value, depth)
            case ast.ListComp(elt=element, generators=loops) | ast.GeneratorExp(elt=element, generators=loops):
                return self._comprehended(element, loops, depth)
            case ast.BoolOp(values=[first, *_]):
                return self._value(first, depth)
        return ""

    def _binary(self, op: ast.operator, left: Value, right: Value, line: int) -> Value:
        if isinstance(op, ast.Add) and (isinstance(left, tuple) or isinstance(right, tuple)):
            return (*_flat(left), *_flat(right))
        label = _OPERATORS.get(type(op), type(op).__name__.lower())
        # Of a sum or product, what was computed last comes first, whichever way it is written.
        later = label in COMMUTATIVE and _age(left) < _age(right)
        return self._step(label, [right, left] if later else [left, right], line)

    def _comprehended(self, element: ast.expr, loops: Sequence[ast.comprehension], depth: int) -> Value:
        before = dict(self.known)
        for loop in loops:
            self._store(loop.target, "")
        found = self._value(element, depth)
        self.known = before
        return found

    def _attribute(self, node: ast.Attribute, depth: int) -> Value:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            known = self.known.get(f"self.{node.attr}")
            return known or (f"@self.{node.attr}" if node.attr in self.layers.parameters else "")
        value = self._value(node.value, depth)
        if node.attr in SAME:
            return value
        if not value or isinstance(value, tuple) or node.attr in SIZES:
            return ""
        if value[0] == "@":
            return f"{value}.{node.attr}"
        return self._step("transpose" if node.attr in TRANSPOSED else "field", [value], node.lineno)

    def _subscript(self, node: ast.Subscript, depth: int) -> Value:
        value = self._value(node.value, depth)
        match node.slice:
            case ast.Constant(value=int(place)) if isinstance(value, tuple):
                return value[place] if -len(value) <= place < len(value) else ""
            case ast.Constant(value=0):
                return value
        return self._step("item", [value], node.lineno)

    def _call(self, node: ast.Call, depth: int) -> Value:
        operands = [self._value(argument, depth) for argument in node.args]
        operands += [self._value(keyword.value, depth) for keyword in node.keywords]
        match node.func:
            case ast.Attribute(value=ast.Name(id="self"), attr=member):
                chain = self.layers.members.get(member)
                chain = self.layers.unknown(member, node.lineno) if chain is None else chain
                return self._run(chain, operands, node.lineno)
            case ast.Name(id=name):
                return self._named(name, name, operands, node.lineno)
            case ast.Attribute(value=value, attr=method):
                root = dotted(node.func).partition(".")[0]
                if root and root != "self" and root not in self.known:
                    return self._named(root, method, operands, node.lineno)
                return self._method(self._value(value, depth), method, operands, node.lineno)
            case ast.Call(func=func) as built if dotted(func).rpartition(".")[2][:1].isupper():
                return self._run(self.layers.chain(built), operands, node.lineno)
        return self._step(UNKNOWN, operands, node.lineno)

    def _run(self, chain: Chain, operands: Sequence[Value], line: int) -> Value:
        """Call a layer, or several in turn; those of an inline sequence keep their own lines."""
        for label, own in chain:
            operands = [self._step(label, operands, own if len(chain) > 1 else line)]
        return operands[0] if operands else ""

    def _named(self, root: str, name: str, operands: Sequence[Value], line: int) -> Value:
        """A function of a module or of the project."""
        if root in SCALARS or (root in _BUILTINS and root not in self.imported and root == name):
            return ""
        if root in self.known:
            return self._step(UNKNOWN, operands, line)
        label = label_of(name)
        return self._step(label, operands[:1] if label in SHAPES else operands, line)

    def _method(self, value: Value, method: str, operands: Sequence[Value], line: int) -> Value:
        if not value or method in SIZES:
            return ""
        if method in SAME:
            return value
        label = bare(method)
        return self._step(label, [value] if label in SHAPES else [value, *operands], line)


def _first(value: Value) -> str:
    return next((found for found in _flat(value) if found[0] != "@"), "")


def _age(value: Value) -> int:
    return int(value) if isinstance(value, str) and value[:1].isdigit() else -1


def _flat(value: Value) -> Iterator[str]:
    if isinstance(value, tuple):
        for part in value:
            yield from _flat(part)
    elif value:
        yield value
