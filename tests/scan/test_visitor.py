import ast
from dataclasses import dataclass, field

from refactor_tools.scan.visitor import Visitor


@dataclass(slots=True)
class Names(Visitor):
    found: list[str] = field(default_factory=list)

    def visit_Name(self, node: ast.Name) -> None:
        self.found.append(node.id)


class Expected(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_Name(self, node: ast.Name) -> None:
        self.found.append(node.id)


TEXT = """
@a
def f(b, *c: d, e=g, **h) -> i:
    with j as k, l: pass
    for m in n: o
    x = [p for q in r if s] + {t: u, **v}
    y = f"{w!r:>{z}}"
    match aa:
        case BB(cc=dd, ee=FF()) if gg: hh
        case [ii, *jj] | {"k": kk, **ll}: mm
    global nn
    lambda oo, pp=qq: rr
    try: ss
    except (tt, uu) as vv: ww
class G(xx, metaclass=yy): zz: ab = ac
async def h(): await ad
ae[af:ag, ah] = ai if aj else ak
"""


def test_visits_what_the_standard_visitor_visits_in_its_order() -> None:
    ours, theirs = Names(), Expected()
    ours.visit(ast.parse(TEXT))
    theirs.visit(ast.parse(TEXT))
    assert ours.found == theirs.found
    assert len(ours.found) > 40


def test_a_subclass_has_its_own_methods() -> None:
    class Loud(Names):
        def visit_Name(self, node: ast.Name) -> None:
            self.found.append(node.id.upper())

    quiet, loud = Names(), Loud()
    quiet.visit(ast.parse("a"))
    loud.visit(ast.parse("a"))
    assert (quiet.found, loud.found) == (["a"], ["A"])
