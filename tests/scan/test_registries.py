import pytest


def registered(found) -> list[tuple[str, str, str]]:
    return [(one.registry, one.key, one.definition) for one in found.registered]


def looked_up(found) -> list[tuple[str, str]]:
    return [(one.registry, one.key) for one in found.looked_up]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@MODELS.register_module()\nclass A: pass", ("MODELS", "A", "A")),
        ("@MODELS.register_module\nclass A: pass", ("MODELS", "A", "A")),
        ("@MODELS.register_module(name='a')\nclass A: pass", ("MODELS", "a", "A")),
        ("@lib.MODELS.register('a')\nclass A: pass", ("lib.MODELS", "a", "A")),
        ("@register_model\ndef a(): pass", ("register_model", "a", "a")),
        ("@register_model('x')\ndef a(): pass", ("register_model", "x", "a")),
        ("MODELS.register('a')(A)", ("MODELS", "a", "A")),
        ("MODELS.register('a', A)", ("MODELS", "a", "A")),
        ("MODELS.register_module(A)", ("MODELS", "A", "A")),
        ("MODELS.register_module(module=A, name='a')", ("MODELS", "a", "A")),
        ("register('a')(lib.A)", ("register", "a", "lib.A")),
    ],
)
def test_registrations(facts, text: str, expected: tuple[str, str, str]) -> None:
    assert registered(facts(text)) == [expected]


def test_a_definition_under_two_keys(facts) -> None:
    assert [one.key for one in facts("@R.register(['a', 'b'])\nclass A: pass").registered] == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        "@property\ndef a(): pass",
        "self.register_buffer('a', a)",
        "atexit.register(f)",
        "f.register(int)(g)",
        "registered = 'a'",
    ],
)
def test_what_registers_nothing(facts, text: str) -> None:
    assert facts(text).registered == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MODELS.build(dict(type='A', n=1))", ("MODELS", "A")),
        ("MODELS.build({'type': 'A'})", ("MODELS", "A")),
        ("build_from_cfg(dict(type='A'), lib.MODELS)", ("lib.MODELS", "A")),
        ("MODELS.get('A')", ("MODELS", "A")),
        ("MODELS['A']", ("MODELS", "A")),
        ("Model.by_name('a')", ("Model", "a")),
        ("create_model('a', pretrained=True)", ("create_model", "a")),
        ("model = dict(type='A', head=1)", ("", "A")),
        ("model = {'type': 'A'}", ("", "A")),
    ],
)
def test_look_ups(facts, text: str, expected: tuple[str, str]) -> None:
    assert looked_up(facts(text)) == [expected]


@pytest.mark.parametrize(
    "text",
    ["batch['x']", "config.get('x')", "getattr(a, 'x')", "dict(type=A)", "{'type': A}", "{'kind': 'A'}", "f('A')"],
)
def test_what_looks_nothing_up(facts, text: str) -> None:
    assert facts(text).looked_up == ()
