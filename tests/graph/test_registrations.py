import pytest

from refactor_tools.graph.imports import import_graph

FILES = {
    "lib/__init__.py": "",
    "lib/registry.py": "class Registry: ...\nMODELS = Registry()\nHEADS = Registry()\n",
    "lib/resnet.py": "from .registry import MODELS\n@MODELS.register_module()\nclass ResNet: ...\n",
    "lib/head.py": "from lib import registry as r\n@r.HEADS.register('ResNet')\nclass Head: ...\n",
    "lib/factory.py": "_all = {}\ndef register_net(f): ...\ndef create_net(name): ...\n",
    "lib/nets.py": "from .factory import register_net\n@register_net\ndef tiny(): ...\n",
}


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("from lib.registry import MODELS\nMODELS.build(dict(type='ResNet'))\n", ["lib/resnet.py"]),
        ("import lib.registry as x\nx.HEADS.get('ResNet')\n", ["lib/head.py"]),
        ("from lib import registry\nregistry.MODELS['ResNet']\n", ["lib/resnet.py"]),
        ("from lib.registry import MODELS as M\nbuild_from_cfg(dict(type='ResNet'), M)\n", ["lib/resnet.py"]),
        ("model = dict(type='ResNet')\n", ["lib/head.py", "lib/resnet.py"]),
        ("from lib.factory import create_net\ncreate_net('tiny')\n", ["lib/nets.py"]),
    ],
)
def test_what_a_string_gets_out_of_a_registry(tree, text: str, targets: list[str]) -> None:
    graph = import_graph(tree({**FILES, "user.py": text}))
    found = [one for one in graph.edges if one.source == "user.py" and one.via == "string"]
    assert [one.target for one in found] == targets
    assert {one.kind for one in found} == {"lazy"}
    assert [one.target for one in graph.hidden] == targets
    assert {one.how for one in graph.hidden} == {"looked up in a registry"}


@pytest.mark.parametrize(
    "text",
    [
        "from lib.registry import HEADS\nHEADS.build(dict(type='Other'))\n",
        "MODELS = {}\nMODELS['ResNet']\n",
        "OTHER.get('ResNet')\n",
        "create_dataset('tiny')\n",
        "x = 'ResNet'\n",
    ],
)
def test_strings_that_are_no_keys(tree, text: str) -> None:
    graph = import_graph(tree({**FILES, "user.py": text}))
    assert [one for one in graph.edges if one.source == "user.py" and one.via == "string"] == []


def test_configuration_files_look_up_too(tree) -> None:
    graph = import_graph(tree({**FILES, "conf.yaml": "head:\n  type: tiny\n"}))
    assert [(one.path, one.line, one.target) for one in graph.hidden] == [("conf.yaml", 2, "lib/nets.py")]
