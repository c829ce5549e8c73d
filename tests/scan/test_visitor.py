import ast

import pytest

from refactor_tools.scan.visitor import Visitor


class Names(Visitor):
    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_Name(self, node: ast.Name) -> None:
        self.found.append(node.id)


EVERYTHING = """
@a
class B(c, metaclass=d):
    e: f = g
    async def h(self, i: j = k, /, *l, m=n, **o) -> p:
        async with q as r, s:
            async for t in u:
                await v
        return [w async for w in x if y]
try:
    z += -aa @ bb
except (cc, dd) as ee:
    raise ff from gg
else:
    del hh[ii:jj:kk], ll.mm
finally:
    assert nn, oo
match pp:
    case qq.rr(ss, tt=uu) | [vv, *ww] | {xx.yy: zz, **rest}:
        pass
    case None | True | 1 | "x":
        pass
while (ab := ac):
    global ad
    f"{ae!r:{af}}" if ag else lambda ah: {ai: aj, **ak}
for al in {am, *an}:
    yield_ = (yield ao), (yield from ap)
"""


def test_reaches_what_the_standard_visitor_reaches_in_its_order() -> None:
    class Standard(ast.NodeVisitor):
        def __init__(self) -> None:
            self.found: list[str] = []

        def visit_Name(self, node: ast.Name) -> None:
            self.found.append(node.id)

    tree = ast.parse(EVERYTHING)
    ours, standard = Names(), Standard()
    ours.visit(tree)
    standard.visit(tree)
    assert len(ours.found) > 40
    assert ours.found == standard.found


@pytest.mark.parametrize("text", ["case_of = 1", "x = ...", "b''", "1j", "x: int", "import a.b", "from . import *"])
def test_nodes_without_names_hold_nothing_back(text: str) -> None:
    names = Names()
    names.visit(ast.parse(text))
    assert set(names.found) <= {"case_of", "x", "int"}


def test_a_subclass_of_a_subclass_has_its_own_methods() -> None:
    class Attributes(Names):
        def visit_Attribute(self, node: ast.Attribute) -> None:
            self.found.append(node.attr)

    inner, outer = Attributes(), Names()
    for visitor in (inner, outer):
        visitor.visit(ast.parse("a.b; c"))
    assert (inner.found, outer.found) == (["b", "c"], ["a", "c"])
