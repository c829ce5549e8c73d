import ast

import pytest

from refactor_tools.scan.places import Place, held_by, kept_in, literal_key, looked_up


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("self.x", Place("x")),
        ("self.x['a']", Place("x", key="a")),
        ("self.x[0]", Place("x")),
        ("x", Place("=x")),
        ("x['a']", Place("=x", key="a")),
        ("other.x", Place()),
        ("x.y.z", Place()),
    ],
)
def test_what_an_assignment_keeps(target: str, place: Place) -> None:
    assert kept_in(expression(target), local=True) == place


@pytest.mark.parametrize(
    ("call", "member"),
    [
        ("self.x.append(a)", "x"),
        ("self.x.insert(0, a)", "x"),
        ("layers.append(a)", "=layers"),
        ("self.add_module('x', a)", "x"),
        ("self.add_module(f'x{i}', a)", "x*"),
        ("self.add_module('x%d' % i, a)", "x*"),
        ("self.add_module('x' + name, a)", "x*"),
        ("setattr(self, 'x', a)", "x"),
        ("setattr(self, name, a)", "*"),
        ("setattr(other, 'x', a)", None),
        ("self.x(a)", None),
        ("other.method(a)", None),
        ("a.b.append(c)", None),
    ],
)
def test_what_a_call_keeps(call: str, member: str | None) -> None:
    node = expression(call)
    assert isinstance(node, ast.Call)
    place = held_by(node)
    assert (place.member if place else None) == member


@pytest.mark.parametrize(
    ("text", "key"),
    [("'a'", "a"), ("'a.b'", "a.b"), ("'a b'", ""), ("''", ""), ("1", ""), ("name", ""), (f"'{'a' * 200}'", "")],
)
def test_literal_keys(text: str, key: str) -> None:
    assert literal_key(expression(text)) == key


@pytest.mark.parametrize(
    ("call", "key"),
    [
        ("build('a')", "a"),
        ("build(x, name='a')", "a"),
        ("build(dict(type='A', x='b'))", "A"),
        ("build({'x': 'b', 'type': 'A'})", "A"),
        ("build(dict(x='b'))", ""),
        ("build(config)", ""),
    ],
)
def test_what_a_call_asks_for(call: str, key: str) -> None:
    node = expression(call)
    assert isinstance(node, ast.Call)
    assert looked_up(node) == key
