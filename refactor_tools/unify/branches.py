"""Conditions that a component asks and its originals did not."""

from collections.abc import Collection

import libcst as cst

from refactor_tools.unify.members import method
from refactor_tools.unify.switches import Switches, negated
from refactor_tools.unify.syntax import self_attribute, walk
from refactor_tools.unify.template import Template


def branches_of(template: Template, decided: Switches, methods: Collection[str] | None = None) -> frozenset[str]:
    """The tests of options outside of `__init__` (or in `methods`); a condition and its opposite are one."""
    places = {number: template.options[number].method for number in decided.tests}
    asked = (
        test
        for number, test in decided.tests.items()
        if test and places[number] != "__init__" and (methods is None or places[number] in methods)
    )
    return frozenset(min(test, negated(test)) for test in asked)


def in_forward(node: cst.CSTNode) -> frozenset[str]:
    """`forward` (or `call`) and the methods that it calls, directly or through others."""
    found: set[str] = set()
    waiting = ["forward", "call"]
    while waiting:
        name = waiting.pop()
        function = method(node, name)
        if name in found or (function is None and name != "forward"):
            continue
        found.add(name)
        if function is not None:
            waiting += [called for item in walk(function) if (called := self_attribute(item))]
    return frozenset(found)
