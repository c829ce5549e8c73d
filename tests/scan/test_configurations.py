import json

import pytest

from refactor_tools.scan.configurations import configuration_facts


def references(path: str, text: str) -> list[tuple[str, int, str]]:
    found, _, problems = configuration_facts(path, text)
    assert problems == []
    return [(one.text, one.line, one.how) for one in found]


HYDRA = """\
defaults:
  - base
model:   # the model
  _target_: legacy.layers.Pool
  inner: {_target_: "legacy.layers.Inner", size: 3}
  hooks:
    - legacy.hooks.Log
callbacks: [legacy.hooks.Stop, 1]
note: "see legacy.layers.PoolV2 for more"
version: 1.2.3
other: !custom {class_path: legacy.cli.Main}
# _target_: legacy.gone.Commented
"""


def test_yaml() -> None:
    assert references("conf/a.yaml", HYDRA) == [
        ("legacy.layers.Pool", 4, "name"),
        ("legacy.layers.Inner", 5, "name"),
        ("legacy.hooks.Log", 7, "mention"),
        ("legacy.hooks.Stop", 8, "mention"),
        ("legacy.cli.Main", 11, "name"),
    ]


def test_several_documents_anchors_and_aliases() -> None:
    text = "a: &x\n  _target_: m.A\nb: *x\n---\n_target_: m.B\n"
    assert references("a.yml", text) == [("m.A", 2, "name"), ("m.B", 5, "name")]


def test_json() -> None:
    document = {"model": {"_target_": "m.A", "x": 1}, "list": ["m.b", {"_target_": "m.A"}], "text": "a sentence. Two."}
    text = json.dumps(document, indent=1)
    assert references("a.json", text) == [("m.A", 3, "name"), ("m.b", 7, "mention"), ("m.A", 9, "name")]


def test_json_on_one_line_and_with_tabs() -> None:
    assert references("a.json", '{"_target_": "m.A"}') == [("m.A", 1, "name")]
    assert references("a.json", '{\n\t"_target_": "m.A"}') == [("m.A", 2, "name")]


def test_keys_of_registries() -> None:
    found = configuration_facts("a.yaml", "model:\n  type: Pool\n  head: {type: Head}\n")[1]
    assert [(one.key, one.registry, one.line) for one in found] == [("Pool", "", 2), ("Head", "", 3)]


@pytest.mark.parametrize(
    ("path", "text"),
    [("a.yaml", "_target_: [m.A\n"), ("a.yaml", "a: {% x %}\n_target_: m.A\n"), ("a.json", '{"_target_": "m.A",}')],
)
def test_a_broken_file_that_refers_to_something_is_a_problem(path: str, text: str) -> None:
    found, _, (problem,) = configuration_facts(path, text)
    assert found == ()
    assert problem.line >= 1
    assert problem.message.startswith("does not parse, so what it refers to is not known: ")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "a: [1\n"),
        ("a.json", "{"),
        ("a.yaml", ""),
        ("a.json", '{"name": "x", "version": "1.2.3", "url": "https://a.b/c"}'),
        ("a.yaml", "image: python:3.11-slim\n"),
    ],
)
def test_files_that_can_refer_to_nothing_are_not_parsed(path: str, text: str) -> None:
    assert configuration_facts(path, text) == ((), (), [])


@pytest.mark.parametrize("path", ["a.json", "a.yaml"])
def test_nested_too_deeply(path: str) -> None:
    text = "[" * 50_000 + '{"_target_": "m.A"}' + "]" * 50_000
    found, _, problems = configuration_facts(path, text)
    assert len(found) + len(problems) == 1
