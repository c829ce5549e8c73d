"""Anti-unification of statement lists."""

from collections.abc import Sequence

import libcst as cst

from refactor_tools.clones.alignment import align
from refactor_tools.unify.expressions import ExpressionFold
from refactor_tools.unify.guards import unite_guards
from refactor_tools.unify.likeness import alike
from refactor_tools.unify.ordering import in_order_of
from refactor_tools.unify.state import Mismatch, bind
from refactor_tools.unify.syntax import assigned_attribute, is_message, otherwise, statements, stored
from refactor_tools.unify.template import choice, choice_of, else_of, hoist_of, merged, option_of, optional_statement

_LEAST = 0.4
Statements = Sequence[cst.BaseStatement]


class BlockFold(ExpressionFold):
    """The rules for statements: alike ones are one, single ones an option, those that stand for each other a choice."""

    def body(self, left: cst.FunctionDef, right: cst.FunctionDef) -> cst.IndentedBlock:
        theirs = statements(right.body)
        if self.method == "__init__":
            theirs = in_order_of(statements(left.body), theirs, self.attributes)
        return cst.IndentedBlock(body=self.block(statements(left.body), theirs))

    def block(self, left: Statements, right: Statements) -> list[cst.BaseStatement]:
        """Two lists of statements as one."""
        done: list[cst.BaseStatement] = []
        ours: list[cst.BaseStatement] = []
        theirs: list[cst.BaseStatement] = []
        for i, j in align(left, right, self._likeness, _LEAST):
            if i is not None and j is not None:
                before = self.state()
                try:
                    between = self._between(ours, theirs)
                    done += [*between, *self._pair(left[i], right[j])]
                    ours, theirs = [], []
                    continue
                except Mismatch:
                    self.restore(before)
            ours += [left[i]] if i is not None else []
            theirs += [right[j]] if j is not None else []
        return done + self._between(ours, theirs)

    def _between(self, left: Statements, right: Statements) -> list[cst.BaseStatement]:
        """What stands between two pairs: one more pair, options, or a choice between the two sides."""
        if not left or not right:
            return [*map(self._without, left), *map(self._extra, right)]
        if len(left) == len(right) == 1:
            before = self.state()
            try:
                return self._pair(left[0], right[0])
            except Mismatch:
                self.restore(before)
        if self.method == "__init__" and (found := self._member_in_both(left, right)) is not None:
            i, j, united = found
            return [*self._between(left[:i], right[:j]), *united, *self._between(left[i + 1 :], right[j + 1 :])]
        if self.method == "__init__" and not self._assign_the_same(left, right):
            return [*map(self._without, left), *map(self._extra, right)]
        return [self._choice(left, right)]

    def _member_in_both(self, left: Statements, right: Statements) -> tuple[int, int, list[cst.BaseStatement]] | None:
        """The first two statements that set the same member of self and can be one, and what they become."""
        for i, ours in enumerate(left):
            name = assigned_attribute(ours)
            for j, theirs in enumerate(right):
                if name and self.attributes.get(name, name) == assigned_attribute(theirs):
                    before = self.state()
                    try:
                        return i, j, self._pair(ours, theirs)
                    except Mismatch:
                        self.restore(before)
        return None

    def _assign_the_same(self, left: Statements, right: Statements) -> bool:
        ours = {self.attributes.get(name, name) for item in left if (name := assigned_attribute(item))}
        names = {name for item in left for name in stored(item)} & {name for item in right for name in stored(item)}
        return bool(ours & {assigned_attribute(item) for item in right} or names - {"self"})

    def _choice(self, left: Statements, right: Statements) -> cst.BaseStatement:
        """Either the one or the other: what both compute has one name."""
        self._bind_results(left, right)
        everyone = range(self.count)
        number = self.new_option(frozenset(everyone), *left, *right)
        ours = [self.opened(item, everyone) for item in left]
        return choice(number, ours, [self.opened(self.translated(item)) for item in right])

    def _bind_results(self, left: Statements, right: Statements) -> None:
        ours = [name for item in left for name in stored(item)]
        theirs = [name for item in right for name in stored(item)]
        for name in theirs:
            if name in ours and name != "self":
                bind(self.local, name, name)
        free = [name for name in dict.fromkeys(ours) if name not in self.local and name != "self"]
        open_ones = [name for name in dict.fromkeys(theirs) if name not in self.local.values() and name != "self"]
        if len(free) == len(open_ones) == 1 and not {free[0], open_ones[0]} & self.parameters:
            bind(self.local, free[0], open_ones[0])

    def _pair(self, left: cst.BaseStatement, right: cst.BaseStatement) -> list[cst.BaseStatement]:
        united_guards = unite_guards(self, left, right)
        if united_guards is not None:
            return [united_guards]
        either = choice_of(left)
        if either is not None:
            return [self._chosen(*either, right)]
        option = option_of(left)
        inner = option[1] if option else left
        assert isinstance(inner, cst.BaseStatement)
        united = self.statement(inner, right)
        if option is None:
            return [united]
        self.present(option[0])
        return [optional_statement(option[0], united)]

    def _chosen(self, number: int, left: Statements, others: Statements, right: cst.BaseStatement) -> cst.BaseStatement:
        """A further member at a choice: it has the one or the other."""
        before = self.state()
        for side in (left, others):
            try:
                if len(side) == 1:
                    united = self.statement(side[0], right)
                    if side is left:
                        self.present(number)
                        return choice(number, [united], others)
                    return choice(number, left, [united])
            except Mismatch:
                self.restore(before)
        raise Mismatch("a statement differs", self.texts([*left, *others], [right]))

    def statement(self, left: cst.BaseStatement, right: cst.BaseStatement) -> cst.BaseStatement:
        """Two statements as one; compound ones only where their heads agree.

        Raises:
            Mismatch: they are different statements.
        """
        if type(left) is not type(right):
            raise Mismatch("a statement differs", self.texts([left], [right]))
        if isinstance(left, cst.If) and isinstance(right, cst.If):
            return self._if(left, right)
        if isinstance(left, (cst.For, cst.With, cst.While)):
            head = left.with_changes(body=cst.IndentedBlock(body=[]))
            other = right.with_changes(body=cst.IndentedBlock(body=[]))
            united = self.node_of(head, other)
            body = self.block(statements(left.body), statements(right.body))  # type: ignore[attr-defined]  # same type as left
            return united.with_changes(body=cst.IndentedBlock(body=body))  # type: ignore[return-value]
        self.target = assigned_attribute(left) if self.method == "__init__" else ""
        self.message = is_message(left) and is_message(right)
        try:
            united = self.node_of(left, right)
        finally:
            self.target, self.message = "", False
        assert isinstance(united, cst.BaseStatement)
        return united

    def _if(self, left: cst.If, right: cst.If) -> cst.If:
        if choice_of(left) or option_of(left) or hoist_of(left):
            raise Mismatch("a statement differs", self.texts([left], [right]))
        test = self.node_of(left.test, right.test)
        body = self.block(statements(left.body), statements(right.body))
        orelse = self.block(otherwise(left), otherwise(right))
        return left.with_changes(test=test, body=cst.IndentedBlock(body=body), orelse=else_of(orelse))

    def _likeness(self, left: cst.BaseStatement, right: cst.BaseStatement) -> float:
        hoist, either = hoist_of(left), choice_of(left)
        if hoist is not None:
            return max(alike(hoist[2], right), alike(merged(hoist[1], hoist[2]), right))
        if either is not None:
            return max(alike(side[0], right) if len(side) == 1 else 0.0 for side in either[1:])
        option = option_of(left)
        inner = option[1] if option else left
        score = alike(inner, right)
        ours, theirs = assigned_attribute(inner), assigned_attribute(right)
        if ours and theirs and self.method == "__init__":
            if self.attributes.get(ours) == theirs:
                return 1.0
            if ours in self.attributes or theirs in self.attributes.values():
                return score * 0.4
        return score

    def _without(self, statement: cst.BaseStatement) -> cst.BaseStatement:
        """A statement that the new member lacks."""
        if option_of(statement):
            return statement
        everyone = range(self.count)
        number = self.new_option(frozenset(everyone), statement)
        return optional_statement(number, self.opened(statement, everyone))

    def _extra(self, statement: cst.BaseStatement) -> cst.BaseStatement:
        """A statement that only the new member has, in the template's names."""
        number = self.new_option(frozenset({self.count}), statement)
        return optional_statement(number, self.opened(self.translated(statement)))
