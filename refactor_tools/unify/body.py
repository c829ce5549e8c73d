"""From a template and its decisions to the class or function that the library gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from refactor_tools.model.facts import Parameter
from refactor_tools.model.signatures import signature_text
from refactor_tools.unify.annotations import Written, annotated
from refactor_tools.unify.members import forward_of
from refactor_tools.unify.rewriting import FreeNames, bare, parenthesised, substitute, visited
from refactor_tools.unify.state import Mismatch
from refactor_tools.unify.switches import Switches
from refactor_tools.unify.syntax import code, dotted, expression, otherwise, same, self_attribute, statements, walk
from refactor_tools.unify.template import choice_of, else_of, hoist_of, hole_number, option_of

_SEQUENTIAL = "nn.Sequential"


@dataclass(frozen=True, slots=True)
class Decisions:
    """Everything that turns the template into one class.

    `holes` are the expressions that stand in holes, `lifted` what replaces the members' own constructor parameters,
    `attributes` and `names` the final names of members of self and of `forward`'s names, `written` each method as the
    members' files have it.
    """

    holes: Mapping[int, str]
    lifted: Mapping[str, str]
    switches: Switches
    attributes: Mapping[str, str]
    names: Mapping[str, str]
    constructor: tuple[Parameter, ...]
    forward: tuple[Parameter, ...]
    written: Mapping[str, Sequence[Written]] = field(default_factory=dict)

    @property
    def flags(self) -> frozenset[str]:
        """The tests of switches, which are this component's alone."""
        names = {item.name for item in self.switches.parameters if item.kind == "switch" and not item.holes}
        plain = (test.removeprefix("not ").removeprefix("self.") for test in self.switches.tests.values())
        tests = zip(self.switches.tests.values(), plain, strict=True)
        return frozenset(test for test, name in tests if name in names)


def build(node: cst.ClassDef | cst.FunctionDef, decisions: Decisions) -> cst.ClassDef | cst.FunctionDef:
    """The component's definition, without docstrings.

    Raises:
        Mismatch: an option stands where no statement can decide it.
    """
    if isinstance(node, cst.FunctionDef):
        return _function(node, decisions, decisions.forward)
    main = forward_of(node)
    body = []
    for item in node.body.body:
        if not isinstance(item, cst.FunctionDef):
            body.append(item)
        elif item.name.value == "__init__":
            body.append(_constructor(item, decisions))
        else:
            done = _function(item, decisions, decisions.forward if item is main else None)
            body.append(done if item is main else annotated(done, decisions.written.get(item.name.value, ())))
    return node.with_changes(body=node.body.with_changes(body=body), leading_lines=[])


def _constructor(function: cst.FunctionDef, decisions: Decisions) -> cst.FunctionDef:
    layers = [item for item in statements(function.body) if _optional_layers(item)]
    body: list[cst.BaseStatement] = []
    for item in statements(function.body):
        expanded = _expanded(item, decisions, single=len(layers) == 1)
        body += [_finished(line, decisions) for line in expanded]
        if code(item) == "super().__init__()":
            body += [_statement(f"self.{name} = {name}") for name in decisions.switches.stored]
    params = parameters_node(decisions.constructor, method=True)
    return _with_body(function, joined(body, decisions.flags), params)


def _function(
    function: cst.FunctionDef, decisions: Decisions, signature: tuple[Parameter, ...] | None
) -> cst.FunctionDef:
    body = [
        _finished(line, decisions, renamed=signature is not None)
        for item in statements(function.body)
        for line in _decided(item, decisions)
    ]
    method = any(item.name.value == "self" for item in function.params.params)
    params = function.params if signature is None else parameters_node(signature, method=method)
    return _with_body(function, joined(body, decisions.flags), params)


def _with_body(function: cst.FunctionDef, body: Sequence[cst.BaseStatement], params: cst.Parameters) -> cst.FunctionDef:
    kept = body or [cst.SimpleStatementLine(body=[cst.Pass()])]
    return function.with_changes(params=params, body=cst.IndentedBlock(body=kept))


def parameters_node(parameters: Sequence[Parameter], *, method: bool) -> cst.Parameters:
    """A signature as a tree, annotations included."""
    text = signature_text(parameters, method=method)
    function = cst.parse_statement(f"def f({text}): ...")
    assert isinstance(function, cst.FunctionDef)
    return function.params


def _decided(statement: cst.BaseStatement, decisions: Decisions) -> list[cst.BaseStatement]:
    """A statement with its options and hoisted pairs written out."""
    hoist = hoist_of(statement)
    if hoist is not None:
        return [line for part in hoist[1:] for line in _decided(part, decisions)]
    either = choice_of(statement)
    if either is not None:
        return _chosen(*either, decisions)
    option = option_of(statement)
    if option is None:
        return [_inner(statement, decisions)]
    number, inner = option
    assert isinstance(inner, cst.BaseStatement)
    test = decisions.switches.tests[number]
    lines = _decided(inner, decisions)
    if not test:
        return lines
    maker = decisions.switches.injected.get(number, "")
    if maker:
        lines, test = [_assigning(lines[0], expression(f"{maker}()"))], f"{maker} is not None"
    if number in decisions.switches.inlined:
        return [_conditional_assignment(lines[0], test)]
    return [cst.If(test=expression(test), body=cst.IndentedBlock(body=lines))]


def _chosen(
    number: int, ours: Sequence[cst.BaseStatement], others: Sequence[cst.BaseStatement], decisions: Decisions
) -> list[cst.BaseStatement]:
    """Either the one or the other, by the option's test."""
    then = [line for item in ours for line in _decided(item, decisions)]
    instead = [line for item in others for line in _decided(item, decisions)]
    branch = cst.If(test=expression(decisions.switches.tests[number]), body=cst.IndentedBlock(body=then))
    if _leaves(then[-1]):
        return [branch, *instead]
    return [branch.with_changes(orelse=cst.Else(body=cst.IndentedBlock(body=instead)))]


def _leaves(statement: cst.BaseStatement) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    return isinstance(statement.body[-1], (cst.Return, cst.Raise, cst.Continue, cst.Break))


def _inner(statement: cst.BaseStatement, decisions: Decisions) -> cst.BaseStatement:
    """The same for the suites inside a compound statement."""
    if not isinstance(statement, (cst.If, cst.For, cst.While, cst.With)):
        return statement
    changes: dict[str, object] = {"body": _suite(statement.body, decisions)}
    if isinstance(statement, cst.If):
        changes["orelse"] = else_of([line for item in otherwise(statement) for line in _decided(item, decisions)])
    return statement.with_changes(**changes)


def joined(body: Sequence[cst.BaseStatement], flags: frozenset[str]) -> list[cst.BaseStatement]:
    """Neighbours under one of `flags`, which nothing changes, as one condition."""
    done: list[cst.BaseStatement] = []
    for item in body:
        last = done[-1] if done else None
        if isinstance(item, cst.If) and isinstance(last, cst.If) and _together(last, item, flags):
            both = [*statements(last.body), *statements(item.body)]
            done[-1] = last.with_changes(body=cst.IndentedBlock(body=both))
        else:
            done.append(item)
    return done


def _together(first: cst.If, second: cst.If, flags: frozenset[str]) -> bool:
    return (
        code(first.test) in flags and first.orelse is None and second.orelse is None and same(first.test, second.test)
    )


def _suite(body: cst.BaseSuite, decisions: Decisions) -> cst.IndentedBlock:
    return cst.IndentedBlock(body=[line for item in statements(body) for line in _decided(item, decisions)])


def _assigning(statement: cst.BaseStatement, value: cst.BaseExpression) -> cst.BaseStatement:
    """An assignment with another value."""
    assert isinstance(statement, cst.SimpleStatementLine)
    assign = statement.body[0]
    assert isinstance(assign, cst.Assign)
    return statement.with_changes(body=[assign.with_changes(value=value)])


def _conditional_assignment(statement: cst.BaseStatement, test: str) -> cst.BaseStatement:
    """`self.x = ... if test else None`."""
    assert isinstance(statement, cst.SimpleStatementLine)
    assign = statement.body[0]
    assert isinstance(assign, cst.Assign)
    value = cst.IfExp(test=expression(test), body=assign.value, orelse=cst.Name("None"))
    return statement.with_changes(body=[assign.with_changes(value=value)])


def _optional_layers(statement: cst.BaseStatement) -> cst.Call | None:
    """The `nn.Sequential(...)` with options that a statement assigns."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    small = statement.body[0]
    if not isinstance(small, cst.Assign) or not isinstance(small.value, cst.Call):
        return None
    call = small.value
    optional = any(option_of(arg.value) is not None for arg in call.args)
    return call if optional and dotted(call.func) == _SEQUENTIAL else None


def _expanded(statement: cst.BaseStatement, decisions: Decisions, *, single: bool) -> list[cst.BaseStatement]:
    """A Sequential with optional elements, as a list that is built step by step."""
    call = _optional_layers(statement)
    if call is None:
        if any(option_of(node) is not None for node in walk(statement) if isinstance(node, cst.Call)):
            raise Mismatch("an optional layer stands inside an expression", (code(statement),))
        return _decided(statement, decisions)
    assert isinstance(statement, cst.SimpleStatementLine)
    assign = statement.body[0]
    assert isinstance(assign, cst.Assign)
    name = "layers" if single else f"{self_attribute(assign.targets[0].target) or 'more'}_layers"
    built = cst.Call(func=call.func, args=[cst.Arg(cst.Name(name), star="*")])
    first, *steps = _steps(name, call, decisions)
    last = statement.with_changes(body=[assign.with_changes(value=built)], leading_lines=[])
    return [first.with_changes(leading_lines=statement.leading_lines), *steps, last]


def _steps(name: str, call: cst.Call, decisions: Decisions) -> list[cst.BaseStatement]:
    lines: list[str] = []
    waiting: list[str] = []
    started = False
    for arg in call.args:
        option = option_of(arg.value)
        if option is None:
            waiting.append(code(arg.value))
            continue
        lines += _flushed(name, waiting, started=started) if waiting or not started else []
        started, waiting = True, []
        lines += [_optional_step(name, *option, decisions.switches)]
    lines += _flushed(name, waiting, started=started) if waiting else []
    return [_statement(line) for line in lines]


def _optional_step(name: str, number: int, layer: cst.CSTNode, switches: Switches) -> str:
    maker = switches.injected.get(number, "")
    test, made = (f"{maker} is not None", f"{maker}()") if maker else (switches.tests[number], code(layer))
    return f"if {test}:\n    {name}.append({made})"


def _statement(text: str) -> cst.BaseStatement:
    parsed = cst.parse_statement(text)
    assert isinstance(parsed, cst.BaseStatement)
    return parsed


def _flushed(name: str, waiting: list[str], *, started: bool) -> list[str]:
    listed = ", ".join(waiting)
    if not started:
        return [f"{name}: list[nn.Module] = [{listed}]"]
    return [f"{name}.append({listed})"] if len(waiting) == 1 else [f"{name} += [{listed}]"]


def _finished(statement: cst.BaseStatement, decisions: Decisions, *, renamed: bool = False) -> cst.BaseStatement:
    """Holes filled, lifted parameters in place, members and names called as the component calls them."""
    done = visited(statement, _Filling(decisions))
    return substitute(done, {old: cst.Name(new) for old, new in decisions.names.items()}) if renamed else done


class _Filling(FreeNames):
    def __init__(self, decisions: Decisions) -> None:
        super().__init__(self._value)
        self.decisions = decisions

    def _value(self, name: str) -> cst.BaseExpression | None:
        number = hole_number(cst.Name(name)) if name.startswith("__") else None
        if number is not None:
            return parenthesised(expression(self.decisions.holes[number]))
        replacement = self.decisions.lifted.get(name)
        return cst.Name(replacement) if replacement and replacement != name else None

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        whole = self.decisions.lifted.get(dotted(original_node))
        if whole is not None:
            return cst.Name(whole)
        own = self_attribute(original_node)
        name = self.decisions.attributes.get(own, own) if own else original_node.attr.value
        return updated_node.with_changes(attr=cst.Name(name))

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        """An argument that only some members hand on: the others' default is the same None."""
        option = option_of(updated_node)
        if option is None:
            return updated_node
        assert isinstance(option[1], cst.BaseExpression)
        return option[1]

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword, value=bare(updated_node.value))
