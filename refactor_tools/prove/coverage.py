"""Measures which branches the cases reach, by running a copy of the source that reports every decision.

A copy made from the syntax tree tells the two outcomes of a conditional expression apart, which line tracing cannot.
"""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

# The name under which an instrumented module finds its recorder; no identifier of a person's looks like it.
RECORDER = "__reached__"

# The function, line and column of a decision, and its outcome.
Arm = tuple[str, int, int, str]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Instrumented:
    """A source that reports to `RECORDER`, its arms by number, and for each the test it is an outcome of, if any."""

    source: str
    arms: tuple[Arm, ...]
    tests: tuple[str, ...] = ()


@dataclass(slots=True)
class Recorder:
    """What an instrumented source calls. It listens only while `active`, so that constructors do not count."""

    active: bool = False
    functions: set[str] = field(default_factory=set)
    arms: set[int] = field(default_factory=set)

    def enter(self, function: str) -> None:
        if self.active:
            self.functions.add(function)

    def decide(self, value: object, when_true: int, when_false: int) -> bool:
        outcome = bool(value)
        self.arrive(when_true if outcome else when_false)
        return outcome

    def arrive(self, arm: int) -> None:
        if self.active:
            self.arms.add(arm)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The arms that were reached and those that could have been, in the functions that were entered."""

    reached: frozenset[Arm]
    reachable: frozenset[Arm]

    @property
    def complete(self) -> bool:
        return self.reached == self.reachable

    @property
    def missing(self) -> tuple[Arm, ...]:
        return tuple(sorted(self.reachable - self.reached, key=lambda arm: arm[1:]))

    def __or__(self, other: "Coverage") -> "Coverage":
        return Coverage(self.reached | other.reached, self.reachable | other.reachable)

    def __str__(self) -> str:
        return f"{len(self.reached)}/{len(self.reachable)}"


def instrument(source: str) -> Instrumented:
    """A copy of `source` in which every function, decision, loop body and handler reports that it was reached."""
    rewriter = _Rewriter()
    tree = ast.fix_missing_locations(rewriter.visit(ast.parse(source)))
    return Instrumented(ast.unparse(tree), tuple(rewriter.arms), tuple(rewriter.tests))


def measure(instrumented: Instrumented, recorder: Recorder, without: Collection[str] = frozenset()) -> Coverage:
    """Coverage of the functions that were entered, but for the methods of the classes in `without`.

    Arms that only raise are left out: they compute nothing.
    """
    functions = {name for name in recorder.functions if name.partition(".")[0] not in without}
    entered = {number: arm for number, arm in enumerate(instrumented.arms) if arm[0] in functions and is_computed(arm)}
    reached = frozenset(arm for number, arm in entered.items() if number in recorder.arms)
    return Coverage(reached, frozenset(entered.values()))


def is_computed(arm: Arm) -> bool:
    """Whether an arm does more than raise."""
    return arm[-1] != _RAISES


_RAISES = "raises"


class _Rewriter(ast.NodeTransformer):
    """Adds the reports. Names of functions are qualified with their class's."""

    def __init__(self) -> None:
        self.arms: list[Arm] = []
        self.tests: list[str] = []
        self._scope: list[str] = []
        self._following: dict[ast.If, list[ast.stmt]] = {}

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._within(node.name, node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        otherwise = node.orelse or self._following.get(node, [])
        return self._decision(node, _outcome(node.body, "true"), _outcome(otherwise, "false"))

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        return self._decision(node, "true", "false")

    def visit_While(self, node: ast.While) -> ast.AST:
        # A loop that only `break` leaves has no second outcome.
        endless = isinstance(node.test, ast.Constant)
        return self.generic_visit(node) if endless else self._decision(node, "true", "false")

    def visit_For(self, node: ast.For) -> ast.AST:
        arm = self._arm(node, "loops")
        self.generic_visit(node)
        node.body.insert(0, _report("arrive", arm))
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        conditions = [(test, self._arm(test, "true", test), self._arm(test, "false", test)) for test in node.ifs]
        self.generic_visit(node)
        node.ifs = [_decide(test, *arms) for test, (_, *arms) in zip(node.ifs, conditions, strict=True)]
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        return self._body(node, _outcome(node.body, "handles"))

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        return self._body(node, _outcome(node.body, "matches"))

    def _decision(self, node: ast.If | ast.IfExp | ast.While, true: str, false: str) -> ast.AST:
        arms = (self._arm(node, true, node.test), self._arm(node, false, node.test))
        self.generic_visit(node)
        node.test = _decide(node.test, *arms)
        return node

    def _body(self, node: ast.ExceptHandler | ast.match_case, outcome: str) -> ast.AST:
        arm = self._arm(node.body[0], outcome)
        self.generic_visit(node)
        node.body.insert(0, _report("arrive", arm))
        return node

    def _function(self, node: _Function) -> ast.AST:
        name = ".".join((*self._scope, node.name))
        self._follow(node.body, [])
        self._within(node.name, node)
        # After the docstring, which must stay first.
        node.body.insert(1 if ast.get_docstring(node, clean=False) is not None else 0, _report("enter", name))
        return node

    def _follow(self, block: list[ast.stmt], after: list[ast.stmt]) -> None:
        """What runs next where the condition of an `if` without an `else` does not hold."""
        for number, statement in enumerate(block):
            rest = block[number + 1 :] or after
            if isinstance(statement, ast.If):
                self._following[statement] = rest
                self._follow(statement.body, rest)
                self._follow(statement.orelse, rest)

    def _within(self, name: str, node: ast.AST) -> ast.AST:
        self._scope.append(name)
        try:
            return self.generic_visit(node)
        finally:
            self._scope.pop()

    def _arm(self, node: ast.stmt | ast.expr, outcome: str, test: ast.expr | None = None) -> int:
        self.tests.append("" if test is None else ast.unparse(test))
        self.arms.append((".".join(self._scope), node.lineno, node.col_offset, outcome))
        return len(self.arms) - 1


def _outcome(body: list[ast.stmt], name: str) -> str:
    return _RAISES if body and isinstance(body[-1], ast.Raise) and _only_prepares(body[:-1]) else name


def _only_prepares(body: list[ast.stmt]) -> bool:
    """Whether statements before a `raise` do no more than word its message."""
    return all(isinstance(statement, ast.Assign | ast.AnnAssign) for statement in body)


def _decide(test: ast.expr, *arms: int) -> ast.expr:
    return _call("decide", [test, *(ast.Constant(arm) for arm in arms)])


def _report(method: str, value: int | str) -> ast.stmt:
    return ast.Expr(_call(method, [ast.Constant(value)]))


def _call(method: str, arguments: list[ast.expr]) -> ast.Call:
    recorder = ast.Name(RECORDER, ast.Load())
    return ast.Call(ast.Attribute(recorder, method, ast.Load()), arguments, [])


def lines_of(coverage: Coverage) -> Iterator[str]:
    """The arms that were not reached, for a person."""
    yield from map(describe_arm, coverage.missing)


def describe_arm(arm: Arm) -> str:
    function, line, _, outcome = arm
    return f"{function} line {line} ({outcome})"
